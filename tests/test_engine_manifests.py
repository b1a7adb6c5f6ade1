"""Manifests with values in them, filled in by Argo's own packages: any text arrives as it is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from pxc.diagnostics import Report
from pxc.source import Source, whole
from pxc.targets._data import Place
from pxc.targets._shell import kubelet_pieces
from pxc.targets.argo.manifest import guard_object, manifest
from pxc.targets.argo.manifest_values import _literal
from pxc.targets.argo.tags import BRACE, finished, tag
from tests.engines import place
from tests.engines.expressions import RELEASES, Substitution, substitution

SPAN = whole(Source("f.yaml", "x"))
VALUE = tag("inputs.parameters.a-b")
TEXT = st.text(
    st.characters(
        # YAML knows no place for these; Argo reads them back by YAML before the pod is made
        exclude_characters="".join(map(chr, range(0x7F, 0xA0))) + "\ufeff\ufffe\uffff\ufdd0\ufdd1",
        exclude_categories=("Cs",),
    ),
    max_size=20,
) | st.lists(
    st.sampled_from(["{", "}", "{{", "}}", "'", '"', "\\", "\n", "#", ": ", "- ", "$", "$(A)", "\t", "|", "é", "a"]),
    max_size=12,
).map("".join)  # fmt: skip


@pytest.fixture(scope="module", params=RELEASES)
def release(request: pytest.FixtureRequest) -> Iterator[Substitution]:
    if place.missing(RELEASES[request.param]):
        pytest.skip(f"NO PACKAGES OF ARGO {request.param}: run `make engines`")
    with substitution(request.param) as running:
        yield running


def filled(argo: Substitution, data: dict[str, Any], value: str) -> Any:
    text = finished(manifest(data))
    values = {"inputs.parameters.a-b": value, "inputs.parameters.run": "u-1", "workflow.name": "w"}
    found, error = argo.fill({"manifest": text}, values)
    assert error == "", text
    return yaml.safe_load(found["manifest"])


@settings(max_examples=150, deadline=None)
@given(before=TEXT, value=TEXT, after=TEXT)
def test_any_text_is_read_back(release: Substitution, before: str, value: str, after: str) -> None:
    before, after = before.replace("{", "("), after.replace("{", "(")
    data = {
        "label": VALUE,
        "text": f"{before}{VALUE}{after}",
        "own": {"name": f"x-{tag('inputs.parameters.run')}", "list": [after, f"{tag('workflow.name')}"]},
    }  # fmt: skip
    assert filled(release, data, value) == {
        "label": value,
        "text": f"{before}{value}{after}",
        "own": {"name": "x-u-1", "list": [after, "w"]},
    }


@settings(max_examples=150, deadline=None)
@given(before=TEXT, value=TEXT)
def test_a_container_gets_any_text(release: Substitution, before: str, value: str) -> None:
    """What the kubelet makes of an argument is the author's text with the value in it."""
    said = _literal(VALUE, Place("args", {}, expands=True))
    assert said is not None
    author = before.replace("$", "§")
    container = {"name": "main", "args": [f"{author}{said}"]}
    pod = {"spec": {"containers": [container]}}
    report = Report()
    guard_object(pod, "pod", SPAN, report)
    assert not report.has_errors
    [found] = filled(release, pod, value)["spec"]["containers"]
    [text] = found["args"]
    assert "{{" not in text
    pieces = (piece if name is None else {BRACE: "{"}[name] for piece, name in kubelet_pieces(text))
    assert "".join(pieces) == author + value
    assert BRACE in {each["name"] for each in found["env"]}
