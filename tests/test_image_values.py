"""Images of inputs and outputs: their name, and the connection to the registry they lie in."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pxc.driver import Outcome, Request, SourceText, compile_request
from tests.emitting import pod_of
from tests.kubernetes_oracle import judge

CATALOG = """
connections:
- {name: reg, kind: registry, schema: {url: r.example/team}, secret: {name: docker, mountPath: /kaniko/.docker}}
- {name: other, kind: registry, schema: {url: o.example}}
"""
BUILDER = """
kind: component
name: build
SECTION: [{name: destination, type: image DECLARED}]
run:
  kind: job
  connections: ["{{ destination.connection }}"]
  container:
    image: kaniko
    command: [build]
    args: ["{{ destination }}", "{{ destination.name }}", "{{ destination['connection'] }}",
           "{{ connections[destination.connection].url + '/' + destination.name }}",
           "{{ params.destination.connection }}", "{{ params.destination.value }}"]
"""
GIVEN = {
    "beside": "{value: 'x:1', connection: reg}",
    "within": "{value: {name: 'x:1', connection: reg}}",
    "beside wins": "{value: {name: 'x:1', connection: other}, connection: reg}",
}


def compiled(text: str, tmp_path: Path, params: str = "", target: str = "kubernetes") -> Outcome:
    catalog = tmp_path / "catalog.yaml"
    catalog.write_text(CATALOG)
    files = [SourceText("f.yaml", text.encode())]
    if params:
        given = f"isPreset: true\nparams: {{destination: {params}}}\n"
        files.append(SourceText("p.yaml", given.encode()))
    return compile_request(
        Request(files=tuple(files), catalog=(catalog,), target=target, verify=True)
    )


def main_of(outcome: Outcome) -> dict[str, Any]:
    assert [d.message for d in outcome.report] == []
    found: dict[str, Any] = pod_of(judge(outcome.files[0].text)[-1])["containers"][0]
    return found


def said(section: str, declared: str) -> str:
    return BUILDER.replace("SECTION", section).replace("DECLARED", declared)


@pytest.mark.parametrize("section", ["inputs", "outputs"])
@pytest.mark.parametrize("given", GIVEN)
def test_a_connection_comes_with_an_image(given: str, section: str, tmp_path: Path) -> None:
    main = main_of(compiled(said(section, ""), tmp_path, GIVEN[given]))
    assert main["args"] == ["x:1", "x:1", "reg", "r.example/team/x:1", "reg", "x:1"]
    assert {"name": "docker", "mountPath": "/kaniko/.docker", "readOnly": True} in main[
        "volumeMounts"
    ]


@pytest.mark.parametrize(
    "declared", [", connection: reg, value: 'x:1'", ", value: {name: 'x:1', connection: reg}"]
)
def test_a_declaration_may_have_both(declared: str, tmp_path: Path) -> None:
    main = main_of(compiled(said("inputs", declared), tmp_path))
    assert main["args"][:3] == ["x:1", "x:1", "reg"]


def test_a_name_of_the_run_has_its_connection(tmp_path: Path) -> None:
    given = "{value: {name: 'x:{{ globals.uuid }}', connection: reg}}"
    main = main_of(compiled(said("outputs", ""), tmp_path, given))
    assert main["args"][1:4] == ["x:$(PXC_RUN_UUID)", "reg", "r.example/team/x:$(PXC_RUN_UUID)"]


FAULTS = {
    "{value: {name: 'x:1', connection: regg}}": ("PXC209", "`regg` is not in the catalog"),
    "{value: {name: 'x:1', connection: 5}}": ("PXC206", "`connection` is not a key of `image`"),
    "{value: {name: 'x 1', connection: reg}}": ("PXC206", "not a reference to an image"),
    "{value: {connection: reg}}": ("PXC206", "`name` of `image` is missing"),
    "{value: {name: 'x:1', connection: '{{ globals.uuid }}'}}": ("PXC124", "`connection`"),
}


@pytest.mark.parametrize("given", FAULTS)
def test_faults(given: str, tmp_path: Path) -> None:
    outcome = compiled(said("inputs", ""), tmp_path, given)
    code, message = FAULTS[given]
    assert (code, True) in {(d.code.id, message in d.message) for d in outcome.report}


def test_an_image_that_another_run_makes(tmp_path: Path) -> None:
    text = """
    kind: component
    name: d
    run:
      kind: dag
      operations:
      - name: build
        component:
          outputs: [{name: image, type: image}]
          run: {kind: job, container: {image: kaniko, command: [build]}}
      - name: use
        params: {image: {ref: ops.build, value: outputs.image, connection: reg}}
        component:
          inputs: [{name: image, type: image}]
          run:
            kind: job
            connections: ["{{ image.connection }}"]
            container: {image: "{{ image.name }}", command: [use, "{{ image }}"]}
    """
    outcome = compiled(text, tmp_path, target="argo")
    assert [d.message for d in outcome.report if d.code.id != "PXC704"] == []
    written = outcome.files[0].text
    assert "image: '{{inputs.parameters.image}}'" in written.replace('"', "'")
    assert "secretName: docker" in written
