"""Adding the edge that a hook, a build or a join needs: `pxc lint --fix --unsafe-fixes`."""

from __future__ import annotations

import pytest

from pxc.driver import Outcome, Request, SourceText, lint_request

READS = "hooks: [{hubRef: 'h:1', params: {x: {ref: ops.a, value: outputs.o}}}]"
HEAD = (
    "kind: component\nrun:\n  kind: dag\n  operations:\n  - {name: a, container: {image: 'x:1'}}\n"
)
AFTER = f"\n    {READS}\n    container: {{image: 'x:1'}}\n"

# the operation before and after; equal where nothing can be added
EDITS = [
    (f"  - {{name: b, {READS}, container: {{image: 'x:1'}}}}\n",
     f"  - {{name: b, dependencies: [a], {READS}, container: {{image: 'x:1'}}}}\n"),
    (f"  - name: b{AFTER}", f"  - name: b\n    dependencies: [a]{AFTER}"),
    (f"  - name: b  # the second{AFTER}", f"  - name: b  # the second\n    dependencies: [a]{AFTER}"),
    (f"  -\n    'name' : \"b\"{AFTER}", f"  -\n    'name' : \"b\"\n    dependencies: [a]{AFTER}"),
    (f"  - name: b\n    dependencies: [c]{AFTER}", f"  - name: b\n    dependencies: [c, a]{AFTER}"),
    (f"  - name: b\n    dependencies: []{AFTER}", f"  - name: b\n    dependencies: [a]{AFTER}"),
    (f"  - name: b\n    dependencies:\n      - c{AFTER}",
     f"  - name: b\n    dependencies:\n      - c\n      - a{AFTER}"),
    (f"  - name: b\n    dependencies:\n    - c # first{AFTER}",
     f"  - name: b\n    dependencies:\n    - c # first\n    - a{AFTER}"),
]  # fmt: skip
OTHER = "  - {name: c, container: {image: 'x:1'}}\n"


def lint(text: str) -> Outcome:
    return lint_request(Request(files=(SourceText("f.yaml", text.encode()),)))


def fixed(text: str) -> str:
    (found,) = [d for d in lint(text).report if d.code.id == "PXC422"]
    if found.fix is None:
        return text
    assert not found.fix.safe
    ((span, added),) = found.fix.edits
    return text[: span.start] + added + text[span.end :]


@pytest.mark.parametrize(("before", "after"), EDITS)
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_the_edge_is_added_where_the_operation_stands(
    before: str, after: str, line_end: str
) -> None:
    text = (HEAD + OTHER + before).replace("\n", line_end)
    mended = fixed(text)
    assert mended == (HEAD + OTHER + after).replace("\n", line_end)
    assert "PXC422" not in {d.code.id for d in lint(mended).report}


def test_what_runs_later_cannot_be_waited_for() -> None:
    first = HEAD.replace("name: a,", f"name: b, {READS},")
    text = first + "  - {name: a, dependencies: [b], container: {image: 'x:1'}}\n"
    (found,) = [d for d in lint(text).report if d.code.id == "PXC422"]
    assert found.fix is None
    assert found.help == "`a` runs after `b`, so there is nothing to read yet"
