"""Manifests with values in them, filled in by Argo's own packages: any text arrives as it is."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from pxc.driver import Request, SourceText, compile_request
from pxc.options import Options, Runtime
from pxc.targets.argo.leaf import RUN_VARIABLE
from pxc.targets.argo.manifest import manifest
from pxc.targets.argo.tags import finished, tag, unread
from tests.engines import place
from tests.engines.environment import expand
from tests.engines.expressions import RELEASES, Substitution, substitution

VALUE = tag("inputs.parameters.a-b")
RUN = "5be8a6c1-7e0c-4c52-8d27-2cd1e5a57cd7"
GLOBALS = {"workflow.name": "w", "workflow.uid": RUN}
INPUTS = {"inputs.parameters.run": RUN}
EXECUTOR = {"ARGO_POD_NAME": "pod", "KUBERNETES_SERVICE_HOST": "10.0.0.1"}
"""Variables that the container with the manifest has."""

PIECES = (
    "{", "}", "{{", "}}", "{{workflow.name}}", "{{=1 + 1}}", "{{inputs.parameters.run}}", "'", '"',
    "\\", "\\n", "\n", "\n ", "#", ": ", "- ", "$", "$$", "$(ARGO_POD_NAME)", "$(PXC_BRACE)",
    "$(KUBERNETES_SERVICE_HOST)", "\t", "|", "\x7f", "\x85", "\u2028", "\ufeff", "é", "a", " ",
)  # fmt: skip
TEXT = st.text(
    st.characters(exclude_characters="\ufdd0\ufdd1", exclude_categories=("Cs",)), max_size=20
) | st.lists(st.sampled_from(PIECES), max_size=12).map("".join)


@pytest.fixture(scope="module", params=RELEASES)
def release(request: pytest.FixtureRequest) -> Iterator[Substitution]:
    if place.missing(RELEASES[request.param]):
        pytest.skip(f"NO PACKAGES OF ARGO {request.param}: run `make engines`")
    with substitution(request.param) as running:
        yield running


def arrived(argo: Substitution, text: str, values: dict[str, str]) -> Any:
    """The object that the executor creates, which has the template in a variable.

    The controller fills in the template, then the pod with the template in it; the kubelet expands
    the variables of the pod.
    """
    inputs = {f"inputs.parameters.{name}": value for name, value in values.items()} | INPUTS
    said, error = argo.fill({"manifest": text}, GLOBALS, inputs, unresolved=True)
    assert error == "", text
    known = GLOBALS | inputs | {"pod.name": "pod"}
    pod, error = argo.fill({"value": json.dumps(said)}, known, unresolved=True)
    assert error == "", said
    return yaml.safe_load(json.loads(expand(pod["value"], EXECUTOR))["manifest"])


@settings(max_examples=80, deadline=None)
@given(before=TEXT, value=TEXT, after=TEXT)
def test_any_text_arrives(release: Substitution, before: str, value: str, after: str) -> None:
    data = {
        "label": VALUE,
        "text": f"{before}{VALUE}{after}",
        "own": {"name": f"{before}{tag('inputs.parameters.run')}{after}", "list": [after, tag("workflow.name")]},
        f"k{before}": [{before: [[after]]}],
    }  # fmt: skip
    assert arrived(release, finished(manifest(data)), {"a-b": value}) == {
        "label": value,
        "text": f"{before}{value}{after}",
        "own": {"name": f"{before}{RUN}{after}", "list": [after, "w"]},
        f"k{before}": [{before: [[after]]}],
    }


@settings(max_examples=80, deadline=None)
@given(before=TEXT, value=TEXT)
def test_a_container_gets_any_text(release: Substitution, before: str, value: str) -> None:
    """What the kubelet makes of an argument is the author's text with the value in it."""
    said = unread("a-b")
    author = before.replace("$", "$$")
    text = finished(manifest({"args": [f"{author}{said}"]}))
    [found] = arrived(release, text, {"a-b": value})["args"]
    assert expand(found, {"PXC_BRACE": "?"} | EXECUTOR) == before + value


WRITTEN = st.lists(st.sampled_from(PIECES), max_size=8).map("".join)


def literal(text: str) -> str:
    """A text as a Polyaxonfile says it."""
    return text.replace("{", "\0").replace("\0", "{{ '{' }}")


@settings(max_examples=20, deadline=None)
@given(text=WRITTEN)
def test_what_is_created_is_what_is_applied(release: Substitution, text: str) -> None:
    """Whatever an author writes: a workflow creates the object that the target kubernetes writes."""
    said = literal(text)
    pod = {
        "environment": {"annotations": {"note": said}},
        "container": {
            "image": "i", "command": ["sh", "-c", said], "args": [f"\n{said}\n{said}"],
            "env": [{"name": "A", "value": said}],
        },
    }  # fmt: skip
    bare = {"container": {"image": "i"}}
    runs = (
        {"kind": "pytorchjob", "master": pod, "worker": pod},
        {"kind": "rayjob", "entrypoint": f"a{said}", "head": bare},
        {"kind": "spark", "type": "Python", "sparkVersion": "3.5.3", "mainApplicationFile": "a.py",
         "arguments": [said], "sparkConf": {f"k{said}": said}, "driver": bare, "executor": bare},
    )  # fmt: skip
    for run in runs:
        document = json.dumps({"kind": "component", "name": "c", "run": run})
        texts = {target: files_of(document, target) for target in ("argo", "kubernetes")}
        [workflow] = [o for o in texts["argo"] if o["kind"] == "Workflow"]
        [template] = [t for t in workflow["spec"]["templates"] if "resource" in t]
        created = arrived(release, template["resource"]["manifest"], {})
        [applied] = texts["kubernetes"]
        assert anonymous(created["spec"]) == anonymous(applied["spec"])


@pytest.mark.parametrize(("before", "templates"), [("$$(A)", 1), ("{{workflow.name}}", 2)])
def test_cells_keep_what_they_say(release: Substitution, before: str, templates: int) -> None:
    """Items of a loop are filled in as any template is, so no braces travel in them."""
    role = {"container": {"image": "i", "args": [f"{literal(before)} {{{{ lr }}}}"]}}
    component = {
        "inputs": [{"name": "lr", "type": "int"}],
        "run": {"kind": "pytorchjob", "worker": role},
    }
    axis = {"kind": "choice", "value": [1, 2]}
    sweep = {"matrix": {"kind": "grid", "params": {"lr": axis}}, "component": component}
    [*_, workflow] = files_of(json.dumps({"kind": "operation", "name": "c"} | sweep), "argo")
    made = {t["name"]: t for t in workflow["spec"]["templates"] if "resource" in t}
    assert len(made) == templates
    told = []
    for loop in [t for t in workflow["spec"]["templates"] if "dag" in t]:
        for task in loop["dag"]["tasks"]:
            for item in task["withItems"]:
                text = made[task["template"]]["resource"]["manifest"]
                spec = arrived(release, text, item)["spec"]
                [container] = spec["pytorchReplicaSpecs"]["Worker"]["template"]["spec"][
                    "containers"
                ]
                told += container["args"]
    assert sorted(told) == [f"{before} 1", f"{before} 2"]


def anonymous(value: Any) -> Any:
    """An object without what tells which run it is of."""
    if isinstance(value, dict):
        found = {key: anonymous(child) for key, child in value.items() if key != "labels"}
        return {key: child for key, child in found.items() if (key, child) != ("env", [])}
    if isinstance(value, list):
        return [anonymous(each) for each in value if each != {"name": RUN_VARIABLE, "value": RUN}]
    return value


def files_of(document: str, target: str) -> list[Any]:
    outcome = compile_request(
        Request(
            files=(SourceText("f.yaml", document.encode()),),
            target=target,
            options=Options(runtime=Runtime(tracking=False)),
        )
    )
    assert outcome.files, [d.message for d in outcome.report]
    return [each for file in outcome.files for each in yaml.safe_load_all(file.text)]
