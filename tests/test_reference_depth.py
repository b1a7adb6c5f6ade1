"""References lead through ten components of hubs at most, and through 32 files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pxc.driver import Outcome, Request, SourceText, compile_request
from pxc.options import HubOptions, Options, RegistryOptions
from tests.command_line import write

END = 'kind: component\nrun: {kind: job, container: {image: "python:3.12-slim"}}\n'
LAB = RegistryOptions(name="lab", kind="dir", url="hub", orgs=("ml",))


def outcome(root: Path, text: str) -> Outcome:
    options = Options(hub=HubOptions(registries=(LAB,)))
    given = SourceText(str(root / "op.yaml"), text.encode())
    return compile_request(Request(files=(given,), root=root, options=options))


def errors(found: Outcome) -> list[tuple[str, str]]:
    return [(d.code.id, d.message) for d in found.report if d.severity.name == "ERROR"]


def dag(ref: str) -> str:
    """A component that runs another one."""
    run = f"run: {{kind: dag, operations: [{{name: a, {ref}}}]}}"
    return f"version: 1.1\nkind: component\n{run}\n"


def paths(root: Path, depth: int) -> str:
    files = {f"part-{n}.yaml": f"kind: operation\npathRef: part-{n + 1}.yaml\n"
             for n in range(1, depth)}  # fmt: skip
    write(root, files | {f"part-{depth}.yaml": END})
    return "kind: operation\npathRef: part-1.yaml\n"


def components(root: Path, depth: int) -> str:
    files = {f"hub/ml/part-{n}/1.yaml": dag(f"hubRef: ml/part-{n + 1}:1") for n in range(1, depth)}
    write(root, files | {f"hub/ml/part-{depth}/1.yaml": END})
    return "kind: operation\nhubRef: ml/part-1:1\n"


@pytest.mark.parametrize(
    ("chain", "name", "most", "what"),
    [
        (paths, "part-{}.yaml", 32, "files"),
        (components, "<lab//ml/part-{}:1>", 10, "components of a hub"),
    ],
    ids=["paths", "components"],
)
def test_a_chain_is_bounded(
    chain: Callable[[Path, int], str], name: str, most: int, what: str, tmp_path: Path
) -> None:
    assert errors(outcome(tmp_path, chain(tmp_path, most))) == []
    ((code, message),) = errors(outcome(tmp_path, chain(tmp_path, most + 1)))
    way = " -> ".join(f"`{name.format(n)}`" for n in range(1, most + 2))
    assert code == "PXC221"
    assert message.startswith(f"references lead through more than {most} {what}: `")
    assert message.replace(f"{tmp_path}/", "").endswith(f" -> {way}")


def test_a_cycle_of_components_is_one_finding(tmp_path: Path) -> None:
    text = components(tmp_path, 2)
    write(tmp_path, {"hub/ml/part-2/1.yaml": dag("hubRef: ml/part-1:1")})
    ((code, message),) = errors(outcome(tmp_path, text))
    assert (code, message.count("part-1")) == ("PXC221", 2)


def test_a_cycle_is_told_as_one(tmp_path: Path) -> None:
    text = paths(tmp_path, 5)
    write(tmp_path, {"part-5.yaml": "kind: operation\npathRef: part-2.yaml\n"})
    ((code, message),) = errors(outcome(tmp_path, text))
    assert (code, message.count("part-2")) == ("PXC221", 2)


def test_files_before_components_do_not_count(tmp_path: Path) -> None:
    components(tmp_path, 10)
    text = paths(tmp_path, 20)
    write(tmp_path, {"part-20.yaml": "kind: operation\nhubRef: ml/part-1:1\n"})
    assert errors(outcome(tmp_path, text)) == []


def test_the_same_component_may_be_named_at_several_depths(tmp_path: Path) -> None:
    components(tmp_path, 10)
    named = ", ".join(f'{{name: a{n}, hubRef: "ml/part-{n}:1"}}' for n in range(1, 11))
    text = f"version: 1.1\nkind: component\nrun: {{kind: dag, operations: [{named}]}}\n"
    assert errors(outcome(tmp_path, text)) == []
