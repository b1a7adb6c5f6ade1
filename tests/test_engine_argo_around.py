"""Hooks, approvals and caches of compiled runs on a real Argo."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from pxc.driver import Outcome, Request, SourceText, compile_request
from pxc.options import ArgoOptions, Options, Runtime
from tests.argo_runs import differences, scheduled
from tests.engines import argo as engine
from tests.engines.api_server import Refused
from tests.engines.cluster import Cluster
from tests.engines.environment import Object
from tests.hub import hub
from tests.plan_interpreter import FAILS, Script

COMPONENTS = {
    "tell/latest": """
        kind: component
        inputs: [{name: text, type: str}]
        outputs: [{name: told, type: str}]
        run:
          kind: job
          container:
            image: any
            command: [sh, -c, 'printf %s "$0" > "$PXC_OUTPUTS_DIR/told"']
            args: ["{{ text }}"]
        """,
}
HEAD = "version: 1.1\nkind: component\nname: "
RUN = (
    "run: {kind: job, container: {image: any, command: [sh, -c, 'printf 7 >"
    ' "$PXC_OUTPUTS_DIR/loss"; exit CODE\']}}'
)


@pytest.fixture(scope="module")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return hub(tmp_path_factory.mktemp("catalog"), COMPONENTS)


def outcome_of(catalog: Path, text: str) -> Outcome:
    """What a file comes to."""
    request = Request(
        files=(SourceText("f.yaml", (HEAD + text).encode()),),
        target="argo",
        catalog=(catalog,),
        options=Options(runtime=Runtime(tracking=False)),
    )
    outcome = compile_request(request)
    assert outcome.files, [d.message for d in outcome.report]
    return outcome


def made(cluster: Cluster, outcome: Outcome) -> str:
    """The name of a workflow, which is started."""
    [found] = cluster.apply(outcome.files[0].text)
    name: str = found["metadata"]["name"]
    return name


def told(workflow: Object) -> dict[str, str]:
    """What the hooks of a workflow said, by their paths."""
    nodes = engine.nodes(workflow).items()
    found = {path: engine.outputs(node) for path, node in nodes if ".onExit." in path}
    return {path: outputs["told"] for path, outputs in found.items() if outputs}


@pytest.mark.parametrize(("code", "phase"), [("0", "Succeeded"), ("3", "Failed")])
def test_hooks_run_when_their_run_has_ended(
    argo: Cluster, catalog: Path, code: str, phase: str
) -> None:
    text = (
        f"hooked{code}\noutputs: [{{name: loss, type: int}}]\n"
        "hooks: [{hubRef: tell, trigger: failed, params: {text: {value: 'no'}}},"
        " {hubRef: tell, params: {text: {value: '{{ status }} {{ loss }}'}}}]\n"
        f"{RUN.replace('CODE', code)}\n"
    )
    outcome = outcome_of(catalog, text)
    done = engine.ended(argo, made(argo, outcome))
    assert done["status"]["phase"] == phase
    assert differences(done, outcome, {"": FAILS if code == "3" else Script()}) == {}
    said = sorted(told(done).values())
    assert said == (["succeeded 7"] if code == "0" else ["failed 7", "no"])


def test_nobody_starts_before_it_is_approved(argo: Cluster, catalog: Path) -> None:
    text = f"gated\noutputs: [{{name: loss, type: int}}]\nisApproved: false\n{RUN.replace('CODE', '0')}\n"
    outcome = outcome_of(catalog, text)
    name = made(argo, outcome)
    waiting = engine.once(argo, name, lambda w: engine.phases(w).get("gated-approval") == "Running")
    assert "gated" not in engine.phases(waiting)
    engine.resume(argo, name)
    done = engine.ended(argo, name)
    assert engine.phases(done) == {"gated-approval": "Succeeded", "gated": "Succeeded"}
    assert differences(done, outcome, {}) == {}


def test_an_equal_run_is_not_run_again(argo: Cluster, catalog: Path) -> None:
    body = (
        f"outputs: [{{name: loss, type: int}}]\ncache: {{ttl: 600}}\n{RUN.replace('CODE', '0')}\n"
    )
    first = engine.ended(argo, made(argo, outcome_of(catalog, f"kept\n{body}")))
    again = engine.ended(
        argo,
        made(argo, outcome_of(catalog, f"kept\ntags: [again]\n{body}termination: {{ttl: 900}}\n")),
    )
    assert [w["status"]["phase"] for w in (first, again)] == ["Succeeded", "Succeeded"]
    [node] = again["status"]["nodes"].values()
    assert node["memoizationStatus"]["hit"]
    assert engine.outputs(node) == {"loss": "7"}


CODES = """
retried
termination:
  maxRetries: 3
  podFailurePolicy: {rules: [{action: FailJob, onExitCodes: {operator: In, values: [42]}}]}
run:
  kind: job
  container: {image: any, command: [sh, -c, "exit {0}"]}
"""


@pytest.mark.parametrize(("code", "tries"), [("42", 1), ("3", 4)])
def test_a_policy_decides_on_further_tries(
    argo: Cluster, catalog: Path, code: str, tries: int
) -> None:
    text = CODES.strip().replace("retried", f"retried{code}").replace("{0}", code)
    done = engine.ended(argo, made(argo, outcome_of(catalog, text)))
    pods = [n for n in done["status"]["nodes"].values() if n["type"] == "Pod"]
    assert (done["status"]["phase"], len(pods)) == ("Failed", tries)


def test_a_run_knows_for_when_it_was_started(argo: Cluster, catalog: Path) -> None:
    text = (
        "ticking\noutputs: [{name: at, type: str}]\n"
        "schedule: {kind: interval, frequency: 2, maxRuns: 1, dependsOnPast: true}\n"
        "run: {kind: job, container: {image: any, command: [sh, -c,"
        " 'printf %s {{ globals.schedule_at }} > \"$PXC_OUTPUTS_DIR/at\"']}}\n"
    )
    name = made(argo, outcome_of(catalog, text))
    [first, *_] = scheduled(argo, name)
    done = engine.ended(argo, first)
    about = done["metadata"]["annotations"]["workflows.argoproj.io/scheduled-time"]
    [node] = done["status"]["nodes"].values()
    assert engine.outputs(node) == {"at": about}


EVENTS = """
retrain
events: [{ref: runs.8aac02e3a62a4f0aaa257c59da5eab80, kinds: [run_status_done]}]
outputs: [{name: loss, type: int}]
"""


def test_what_an_event_makes_is_a_run(argo: Cluster, catalog: Path, tmp_path: Path) -> None:
    """A server takes what hears of the event, and what that makes is one run, however often."""
    (tmp_path / "c.yaml").write_text(
        "connections: [{name: code, kind: git, schema: {url: 'http://g/a'}}]"
    )
    code = "{ref: connections.code, kinds: [connection_git_commit]}"
    request = Request(
        files=(
            SourceText(
                "f.yaml",
                f"{HEAD}{EVENTS.strip().replace('done]}]', f'done]}}, {code}]')}\n"
                f"{RUN.replace('CODE', '0')}\n".encode(),
            ),
        ),
        target="argo",
        catalog=(tmp_path / "c.yaml",),
        options=Options(
            namespace=argo.namespace,
            runtime=Runtime(tracking=False),
            argo=ArgoOptions(events_as="sensor"),
        ),
    )
    outcome = compile_request(request)
    assert outcome.files, [d.message for d in outcome.report]
    *kept, _, sensor = yaml.safe_load_all(outcome.files[0].text)
    argo.apply(yaml.safe_dump_all(kept))
    assert [each["kind"] for each in kept] == ["WorkflowTemplate", "WorkflowEventBinding"]
    made = sensor["spec"]["triggers"][0]["template"]["k8s"]["source"]["resource"]
    argo.apply(yaml.safe_dump(made))
    with pytest.raises(Refused):
        argo.apply(yaml.safe_dump(made))
    done = engine.ended(argo, made["metadata"]["name"])
    [node] = done["status"]["nodes"].values()
    assert (node["phase"], engine.outputs(node)) == ("Succeeded", {"loss": "7"})


BESIDE = """
watched
run:
  kind: dag
  operations:
    - name: train
      container: {image: any, command: [sh, -c, "sleep 3"]}
    - name: watch
      events: [{ref: ops.train, kinds: [run_status_running]}]
      container: {image: any, command: ["true"]}
    - name: last
      dependencies: [train, watch]
      container: {image: any, command: ["true"]}
"""


def test_what_waits_for_a_beginning_runs_beside(argo: Cluster, catalog: Path) -> None:
    done = engine.ended(argo, made(argo, outcome_of(catalog, BESIDE.strip() + "\n")))
    nodes = engine.nodes(done)
    assert {path: node["phase"] for path, node in nodes.items()} == dict.fromkeys(
        ("train", "watch", "last"), "Succeeded"
    )
    assert nodes["watch"]["startedAt"] < nodes["train"]["finishedAt"] <= nodes["last"]["startedAt"]
