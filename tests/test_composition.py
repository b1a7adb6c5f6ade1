"""How files become one operation: components, presets, patches, shortcuts, in the right order."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from pxc.driver import Request, SourceText, compile_request
from tests.reading import compiled, found


def manifest(*texts: str, **given: Any) -> Any:
    outcome = compiled(*texts, **given)
    assert outcome.files, found(outcome.report)
    return next(iter(yaml.safe_load_all(outcome.files[0].text)))


def container(*texts: str, **given: Any) -> Any:
    return manifest(*texts, **given)["spec"]["template"]["spec"]["containers"][0]


JOB = "kind: operation\nrun: {kind: job, container: {image: x}}\n"

# name, files, codes of the errors (none: accepted)
VERDICTS: list[tuple[str, list[str], list[str]]] = [
    (
        "two files",
        [
            "kind: operation\ntags: [t1]\nrun: {kind: job, environment: {labels: {a: '1'}},"
            " container: {image: x, command: [c], args: [b]}}",
            "tags: [t2]\nrunPatch: {environment: {labels: {b: '2'}}, container: {args: [q]}}",
        ],
        [],
    ),
    (
        "a preset with replace drops params that the component needs",
        [
            "kind: operation\nparams: {a: 1, b: 2}\ncomponent:\n"
            "  inputs: [{name: a, type: int}, {name: b, type: int}]\n"
            "  run: {kind: job, container: {image: x}}",
            "patchStrategy: replace\nparams: {a: 9}",
        ],
        ["PXC204"],
    ),
    ("presets may not invent keys", [JOB, "foo: 1"], ["PXC101"]),
    ("runPatch must match the runtime", ["runPatch: {ports: [80]}\n" + JOB], ["PXC103"]),
    (
        "runPatch of another kind",
        ["runPatch: {kind: service}\n" + JOB],
        ["PXC123"],
    ),
    ("nothing to patch", ["kind: operation\nrunPatch: {container: {image: x}}"], ["PXC120"]),
    (
        "shortcuts do not fit a dag",
        ["container: {image: x}\nrun: {kind: dag, operations: []}"],
        ["PXC123"],
    ),
    (
        "ports do not fit a job",
        ["ports: [80]\nrun: {kind: job, container: {image: x}}"],
        ["PXC118"],
    ),
    ("a null runtime is none", ["run: null\ncontainer: {image: x}\nresources: {cpu: 1}"], []),
    (
        "a shortcut passes over a null role",
        ["run: {kind: tfjob, worker: null, chief: {container: {image: a}}}\ncmd: ls"],
        [],
    ),
    (
        "a shortcut passes over a null group of workers",
        ["run: {kind: raycluster, head: {container: {image: a}}, workers: {a: null}}\ncmd: ls"],
        [],
    ),
]


@pytest.mark.parametrize(
    ("files", "codes"), [v[1:] for v in VERDICTS], ids=[v[0] for v in VERDICTS]
)
def test_verdicts(files: list[str], codes: list[str]) -> None:
    outcome = compiled(*files)
    assert [d.code.id for d in outcome.report if d.severity == 3] == codes
    assert bool(outcome.files) is not bool(codes)


def test_two_files_join() -> None:
    made = manifest(*VERDICTS[0][1])
    assert made["metadata"]["annotations"]["pxc.dev/tags"] == "t1,t2"
    assert made["spec"]["template"]["metadata"]["labels"]["b"] == "2"
    assert made["spec"]["template"]["spec"]["containers"][0]["args"] == ["b", "q"]


def test_a_presets_component_and_references_have_no_effect() -> None:
    outcome = compiled(
        JOB, "hubRef: other:1\ncomponent: {run: {kind: service, container: {image: z}}}"
    )
    assert [d.code.id for d in outcome.report] == ["PXC121", "PXC121"]
    assert "image: x" in outcome.files[0].text


def test_component_tags_come_first() -> None:
    made = manifest(
        "kind: operation\ntags: [a]\ncomponent: {tags: [c], run: {kind: job, container: {image: x}}}"
    )
    assert made["metadata"]["annotations"]["pxc.dev/tags"] == "c,a"


def test_strict_params_cannot_be_relaxed() -> None:
    outcome = compiled(
        "kind: operation\nstrictParams: false\nparams: {nope: 1}\n"
        "component: {strictParams: true, run: {kind: job, container: {image: x}}}"
    )
    assert [d.code.id for d in outcome.report] == ["PXC223"]


def test_later_presets_beat_params_from_outside() -> None:
    file = "kind: operation\nparams: {a: 1}\ncomponent: {inputs: [{name: a, type: int}], run: {kind: job, container: {image: x, args: ['{{ a }}']}}}"
    assert container(file, params={"a": "2"})["args"] == ["2"]
    assert container(file, "params: {a: 3}", params={"a": "2"})["args"] == ["3"]


def test_presets_are_laid_in_order_before_the_component() -> None:
    base = "kind: operation\nrunPatch: {container: {args: [op]}}\ncomponent: {run: {kind: job, container: {image: x, args: [comp]}}}"
    replace = "patchStrategy: replace\nrunPatch: {container: {args: [new]}}"
    assert container(base)["args"] == ["comp", "op"]
    assert container(base, replace)["args"] == ["comp", "new"]
    assert container(base, "runPatch: {container: {args: [more]}}")["args"] == [
        "comp",
        "op",
        "more",
    ]
    first = "patchStrategy: pre_merge\nrunPatch: {container: {args: [first]}}"
    assert container(base, first)["args"] == ["comp", "first", "op"]


def test_kindless_run_patches_the_components_runtime() -> None:
    made = container(
        "kind: operation\nrun: {container: {command: [c]}}\n"
        "component: {run: {kind: job, container: {image: x}}}"
    )
    assert (made["image"], made["command"]) == ("x", ["c"])


def test_components_nest() -> None:
    made = container(
        "kind: operation\nparams: {n: 3}\ncomponent:\n  kind: operation\n"
        "  runPatch: {container: {args: [middle]}}\n  component:\n"
        "    inputs: [{name: n, type: int}]\n"
        "    run: {kind: job, container: {image: x, args: ['{{ n }}']}}"
    )
    assert made["args"] == ["3", "middle"]


def test_a_pod_patch_reaches_every_role() -> None:
    text = (
        "kind: operation\nrunPatch: {container: {resources: {limits: {nvidia.com/gpu: 1}}}}\n"
        "component:\n  run:\n    kind: tfjob\n    chief: {container: {image: x}}\n"
        "    worker: {replicas: 2, container: {image: x}}\n"
    )
    (made,) = compiled(text).files
    assert made.text.count('nvidia.com/gpu: "1"') == 2
    request = Request(files=(SourceText("f.yaml", text.encode()),), dump_after="compose_layers")
    dumped = compile_request(request).dump or ""
    assert dumped.count('"nvidia.com/gpu"') == 3  # as authored, and in both roles


def test_cmd_never_merges() -> None:
    made = container("cmd: [two]\ncomponent: {cmd: one, container: {image: x}}")
    assert made["args"] == ["set -e\ntwo"]
    kept = container(
        "patchStrategy: pre_merge\ncmd: two\ncomponent: {container: {image: x, command: [mine]}}"
    )
    assert kept["command"] == ["mine"]


def test_env_of_one_name_is_one_variable() -> None:
    made = container("env: {A: new, B: b}\ncomponent: {env: {A: old}, container: {image: x}}")
    own = [v for v in made["env"] if not v["name"].startswith(("PXC_", "POLYAXON_"))]
    assert own == [{"name": "A", "value": "new"}, {"name": "B", "value": "b"}]


@pytest.mark.parametrize(
    ("resources", "wanted"),
    [
        ("{cpu: 500m..1}", {"requests": {"cpu": "500m"}, "limits": {"cpu": "1"}}),
        ("{cpu: 2}", {"requests": {"cpu": "2"}}),
        ("{memory: ..4Gi}", {"limits": {"memory": "4Gi"}}),
        ("{memory: 1Gi..}", {"requests": {"memory": "1Gi"}}),
        ("{gpu: 1}", {"requests": {"nvidia.com/gpu": "1"}, "limits": {"nvidia.com/gpu": "1"}}),
        ("{amd.com/gpu: 2}", {"requests": {"amd.com/gpu": "2"}, "limits": {"amd.com/gpu": "2"}}),
    ],
)
def test_resources_shortcut(resources: str, wanted: Any) -> None:
    assert container(f"container: {{image: x}}\nresources: {resources}")["resources"] == wanted


def test_named_presets_come_from_the_catalog(tmp_path: Path) -> None:
    (tmp_path / "presets").mkdir()
    (tmp_path / "presets" / "gpu.yaml").write_text(
        "isPreset: true\nrunPatch: {environment: {nodeSelector: {pool: gpu}}}\n"
    )
    file = b"kind: operation\npresets: gpu\nrun: {kind: job, container: {image: x}}\n"
    request = Request(files=(SourceText("f.yaml", file),), catalog=(tmp_path,))
    outcome = compile_request(request)
    assert "pool: gpu" in outcome.files[0].text, found(outcome.report)
    typo = Request(
        files=(SourceText("f.yaml", file.replace(b"gpu\n", b"gpo\n")),), catalog=(tmp_path,)
    )
    (fault,) = compile_request(typo).report
    assert fault.code.id == "PXC224"
    assert "`gpu`" in str(fault.help)
