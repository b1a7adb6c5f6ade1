"""The target argo: what starts a run when an event comes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pxc.driver import Request, SourceText, compile_request
from pxc.options import ArgoOptions, Options, Runtime
from tests.engines.expressions import RELEASES, substitution
from tests.engines.place import missing
from tests.kubernetes_oracle import judge

RUN = "8aac02e3a62a4f0aaa257c59da5eab80"
UID = "8aac02e3-a62a-4f0a-aa25-7c59da5eab80"
JOB = "component: {run: {kind: job, container: {image: a, command: [b]}}}\n"
REPOSITORIES = """
connections:
- {name: hub, kind: git, schema: {url: "https://github.com/acme/train.git"}}
- {name: lab, kind: git, schema: {url: "git@gitlab.com:acme/train"}}
- {name: bare, kind: git}
"""


@pytest.fixture(scope="module")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("catalog") / "catalog.yaml"
    path.write_text(REPOSITORIES)
    return path


def compiled(
    catalog: Path, events: str, more: str = JOB, namespace: str | None = "ml", **argo: Any
) -> tuple[dict[str, dict[str, Any]], list[str]]:
    """The judged objects by their kinds, and what was told."""
    text = f"version: 1.1\nkind: operation\nname: x\nevents: [{events}]\n{more}"
    given = ArgoOptions(**({"events_as": "sensor"} | argo))
    request = Request(
        files=(SourceText("f.yaml", text.encode()),),
        target="argo",
        catalog=(catalog,),
        options=Options(namespace=namespace, runtime=Runtime(tracking=False), argo=given),
    )
    outcome = compile_request(request)
    told = [f"{d.code.id} {d.message}" for d in outcome.report]
    objects = judge(outcome.files[0].text) if outcome.files else []
    return {each["kind"]: each for each in objects}, told


def event(origin: str, *kinds: str) -> str:
    return f"{{ref: {origin}, kinds: [{', '.join(kinds)}]}}"


COMMIT = "connection_git_commit"
HUB = {
    "ref": "refs/heads/main",
    "after": "62b26481",
    "repository": {
        "clone_url": "https://github.com/acme/train.git",
        "ssh_url": "git@github.com:acme/train.git",
    },
}
LAB = {
    "ref": "refs/heads/main",
    "after": "62b26481",
    "project": {"git_ssh_url": "git@gitlab.com:acme/train.git"},
}
PUSHED, PUSH_HOOK = {"x-github-event": ["push"]}, {"x-gitlab-event": ["Push Hook"]}
PUSHES: list[tuple[str, dict[str, list[str]], dict[str, Any], bool]] = [
    ("hub", PUSHED, HUB, True),
    ("hub", {"x-github-event": ["ping"]}, HUB, False),
    ("hub", {}, HUB, False),
    ("hub", PUSHED, {}, False),
    ("hub", PUSHED, {"repository": None, "ref": None}, False),
    ("hub", PUSHED, HUB | {"ref": "refs/tags/v1"}, False),
    ("hub", PUSHED, HUB | {"after": "0" * 40}, False),
    ("hub", PUSHED, HUB | {"repository": {"clone_url": "https://github.com/acme/other"}}, False),
    ("hub", PUSH_HOOK, LAB, False),
    ("lab", PUSH_HOOK, LAB, True),
    ("lab", PUSHED, HUB, False),
]


@pytest.mark.parametrize("release", RELEASES)
def test_a_push_to_the_repository_starts_a_run(release: str, catalog: Path) -> None:
    if missing(RELEASES[release]):
        pytest.skip(f"NO ARGO {release}; run `make engines`")
    with substitution(release) as argo:
        for name, headers, payload, starts in PUSHES:
            objects, told = compiled(catalog, event(f"connections.{name}", COMMIT))
            assert told == []
            assert list(objects) == ["WorkflowTemplate", "WorkflowEventBinding"]
            spec = objects["WorkflowEventBinding"]["spec"]
            assert spec["submit"] == {"workflowTemplateRef": {"name": "x"}}
            selector = spec["event"]["selector"]
            for known in ("payload", "metadata"):
                selector = selector.replace(known, f"fromJSON(inputs.parameters.{known})")
            expression = f"string({selector})"
            values = {
                "inputs.parameters.payload": json.dumps(payload),
                "inputs.parameters.metadata": json.dumps(headers),
            }
            found = argo.evaluate(expression, values)
            assert found == (str(starts).lower(), ""), (name, headers, payload)


def test_two_repositories_share_a_binding(catalog: Path) -> None:
    """Anything else would start two runs for what is pushed to both."""
    events = ", ".join(event(f"connections.{name}", COMMIT) for name in ("hub", "lab", "hub"))
    objects, told = compiled(catalog, events)
    assert told == []
    selector = objects["WorkflowEventBinding"]["spec"]["event"]["selector"]
    assert selector.count("startsWith") == 2


def test_another_run_is_watched(catalog: Path) -> None:
    objects, told = compiled(
        catalog,
        f"{event(f'runs.{RUN}', 'run_status_succeeded', 'run_status_stopped')},"
        f" {event(f'runs.{UID[:-1]}1', 'run_status_running')}",
        service_account="starter",
    )
    assert told == []
    assert list(objects) == ["WorkflowTemplate", "EventSource", "Sensor"]
    source, sensor = objects["EventSource"]["spec"], objects["Sensor"]["spec"]
    assert source["template"] == sensor["template"] == {"serviceAccountName": "starter"}
    first, second = source["resource"].values()
    assert first["namespace"] == "ml"
    assert first["filter"]["fields"][0]["value"] == f"^{UID}$"
    assert second["filter"]["fields"][0]["value"] == f"^{UID[:-1]}1$"
    scripts = [each["filters"]["script"] for each in sensor["dependencies"]]
    assert scripts[0].endswith('return (phase == "Succeeded") or (phase == "Failed" and stopped)\n')
    assert scripts[1].endswith('return (phase == "Running" and not stopped)\n')
    [trigger] = sensor["triggers"]
    made = trigger["template"]["k8s"]["source"]["resource"]
    assert trigger["template"]["conditions"] == "run-1 || run-2"
    assert made["spec"] == {"workflowTemplateRef": {"name": "x"}}
    assert made["metadata"]["name"].startswith("x-")


def test_a_run_that_waits_is_one_run(catalog: Path) -> None:
    """Its Workflow has the name of its content, so what is told twice starts it once."""
    names = []
    for image in ("a", "a", "c"):
        more = JOB.replace("image: a", f"image: {image}")
        objects, _ = compiled(catalog, event(f"runs.{RUN}", "run_status_done"), more)
        [trigger] = objects["Sensor"]["spec"]["triggers"]
        names.append(trigger["template"]["k8s"]["source"]["resource"]["metadata"]["name"])
    assert names[0] == names[1] != names[2]


DAG = (
    "component: {run: {kind: dag, operations: [{name: a, container: {image: a, command: [b]}}]}}\n"
)


def test_a_dag_starts_with_an_event(catalog: Path) -> None:
    objects, told = compiled(catalog, event("connections.hub", COMMIT), DAG)
    assert told == []
    assert "dag" in objects["WorkflowTemplate"]["spec"]["templates"][0]


REFUSED = [
    (event("connections.hub", "connection_registry_image"), {}, "`connection_registry_image` of"),
    (event("connections.bare", COMMIT), {}, "the address of the repository `connections.bare`"),
    (event(f"runs.{RUN}", "run_new_artifacts"), {}, "`run_new_artifacts` of `runs."),
    (event(f"runs.{RUN}", "run_status_queued"), {}, "`run_status_queued` of `runs."),
    (event("ops.other", "run_status_done"), {}, "`run_status_done` of `ops.other`"),
    (event(f"runs.{RUN}", "run_status_done"), {"events_as": "none"}, "`run_status_done` of `runs."),
    (event(f"runs.{RUN}", "run_status_done"), {"namespace": None}, "what watches runs must know"),
    (
        event("connections.hub", COMMIT),
        {"more": "schedule: {kind: cron, cron: '@daily'}\n" + JOB},
        "what starts at a time cannot wait for an event, too",
    ),
]


@pytest.mark.parametrize(("events", "options", "message"), REFUSED)
def test_what_argo_is_not_told_is_refused(
    events: str, options: dict[str, Any], message: str, catalog: Path
) -> None:
    objects, told = compiled(catalog, events, **options)
    assert objects == {}
    assert [each.partition(message)[0] for each in told] == ["PXC701 "], told


def test_an_operation_of_a_dag_waits_for_those_beside_it(catalog: Path) -> None:
    waiting = DAG.replace("name: a,", f"name: a, events: [{event('connections.hub', COMMIT)}],")
    objects, told = compiled(catalog, "", waiting)
    assert objects == {}
    assert [each.partition(" an event of `connections.hub`")[0] for each in told] == ["PXC701"]


SHOWN = """
run:
  kind: dag
  operations:
  - {name: load, container: {image: a, command: [b]}}
  - {name: train, dependencies: [load], FIRST container: {image: a, command: [b]}}
  - {name: show, events: [{ref: ops.train, kinds: [run_status_running]}], SECOND container: {image: a, command: [b]}}
  - {name: last, dependencies: [show], container: {image: a, command: [b]}}
"""
UUID = "params: {u: {ref: ops.train, value: globals.uuid}},"
FLAG = "conditions: '{{ u == \"y\" }}', params: {u: {ref: ops.load, value: globals.uuid}},"
IS_Y = "((workflow.uid) + ('-load')) == 'y'"


@pytest.mark.parametrize(
    ("first", "second", "depends", "when", "last"),
    [
        ("", UUID, "load.Succeeded", None, "show.Succeeded"),
        (FLAG, "", "load.Succeeded", IS_Y, "show.Succeeded || show.Skipped"),
        ("isApproved: false,", "", "train-approval.Succeeded", None, "show.Succeeded"),
        ("conditions: 'no',", "", "load.Succeeded", "false", "show.Succeeded || show.Skipped"),
        ("conditions: 'no',", "conditions: 'no',", "load.Succeeded", "false", "show.Succeeded || show.Skipped"),
    ],
)  # fmt: skip
def test_what_waits_for_a_beginning_starts_beside(
    first: str, second: str, depends: str, when: str | None, last: str, catalog: Path
) -> None:
    text = SHOWN.replace("FIRST", first).replace("SECOND", second)
    request = Request(
        files=(SourceText("f.yaml", f"name: x\n{text}".encode()),),
        target="argo",
        options=Options(runtime=Runtime(tracking=False)),
    )
    outcome = compile_request(request)
    codes = [d.code.id for d in outcome.report]
    assert [code for code in codes if code.startswith("PXC7")] == ["PXC702"]
    [workflow] = judge(outcome.files[0].text)
    tasks = {t["name"]: t for t in workflow["spec"]["templates"][0]["dag"]["tasks"]}
    shown = tasks["show"]
    assert shown["depends"] == depends
    assert (when or "") in shown.get("when", "")
    assert ("when" in shown) == (when is not None)
    assert tasks["last"]["depends"] == last


@pytest.mark.parametrize(
    "second",
    ["params: {u: {ref: ops.train, value: outputs.loss}},", "dependencies: [load],"],
)
def test_what_takes_more_waits_for_an_end(second: str, catalog: Path) -> None:
    text = SHOWN.replace("FIRST", "").replace("SECOND", second)
    request = Request(files=(SourceText("f.yaml", f"name: x\n{text}".encode()),), target="argo")
    outcome = compile_request(request)
    assert {d.code.id for d in outcome.report} & {"PXC701"}
    assert not outcome.files
