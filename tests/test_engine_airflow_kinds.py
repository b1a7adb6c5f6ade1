"""What real releases of Airflow make of runs that an operator of the cluster carries out."""

from __future__ import annotations

import json
import re
from typing import Any, NamedTuple

import pytest
import yaml

from pxc.driver import Outcome, Request, SourceText, compile_request
from pxc.options import Options, Runtime
from tests.engines import dag_files
from tests.plan_interpreter import FAILED, FAILS, Script, interpret
from tests.test_engine_airflow import STATES
from tests.test_golden import CASES, run_case

_RUNNING = {"conditions": [{"type": "Running", "status": "True"}], "startTime": "t"}
_RESTARTING = {"conditions": [{"type": "Restarting", "status": "True"},
                              {"type": "Failed", "status": "False"}]}  # fmt: skip
KUBEFLOW = (
    [{}, _RUNNING, 503, _RESTARTING, _RUNNING, {**_RUNNING, "completionTime": "t"}],
    [_RUNNING, {"conditions": [{"type": "Failed", "status": "True"}], "completionTime": "t"}],
)
RAY = (
    [{"jobDeploymentStatus": "Initializing"},
     {"jobDeploymentStatus": "Retrying", "jobStatus": "FAILED"},
     {"jobDeploymentStatus": "Running", "jobStatus": "SUCCEEDED"},
     {"jobDeploymentStatus": "Complete", "jobStatus": "SUCCEEDED"}],
    [{"jobDeploymentStatus": "Running", "jobStatus": "RUNNING"},
     {"jobDeploymentStatus": "Failed", "jobStatus": "FAILED"}],
)  # fmt: skip
DASK = (
    [{}, {"jobStatus": "ClusterCreated"}, {"jobStatus": "Running"}, {"jobStatus": "Successful"}],
    [{"jobStatus": "Running"}, {"jobStatus": "Failed"}],
)


def _spark(*states: str) -> list[dict[str, Any]]:
    return [{"applicationState": {"state": state}} for state in states]


SPARK = (
    _spark("", "SUBMITTED", "RUNNING", "FAILING", "PENDING_RERUN", "RUNNING", "COMPLETED"),
    _spark("SUBMISSION_FAILED", "FAILED"),
)
TOLD = {
    "TFJob": KUBEFLOW, "PyTorchJob": KUBEFLOW, "XGBoostJob": KUBEFLOW, "PaddleJob": KUBEFLOW,
    "MPIJob": KUBEFLOW, "Job": KUBEFLOW, "RayJob": RAY, "DaskJob": DASK, "SparkApplication": SPARK,
}  # fmt: skip
"""What resources of a kind tell of themselves, one thing after another: of a success, a failure."""


def created(text: str) -> list[dict[str, Any]]:
    """The objects of a golden for kubernetes that an engine creates."""
    found = [each for each in yaml.safe_load_all(text) if each["kind"] != "ConfigMap"]
    return found if any(each["kind"] in TOLD for each in found) else []


def comparable(objects: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Objects without what tells runs apart, and without remarks, in the order of their kinds."""
    [name] = {each["metadata"]["name"] for each in objects}
    uuid = objects[0]["metadata"]["labels"].get("pxc.dev/run-uuid", "UUID")
    text = (
        json.dumps(objects)
        .replace(name, "NAME")
        .replace("$(PXC_RUN_UUID)", "UUID")
        .replace("subPathExpr", "subPath")
    )
    found = json.loads(text.replace(uuid, "UUID"))
    for each in found:
        for key in ("annotations", "ownerReferences"):
            each["metadata"].pop(key, None)
    return sorted(map(_bare, found), key=lambda each: str(each["kind"]))


def _bare(value: Any) -> Any:
    """A tree without the identity of the run, and without the time for which an end is kept."""
    gone = ("pxc.dev/run-uuid", "ttlSecondsAfterFinished", "timeToLiveSeconds")
    if isinstance(value, dict):
        found = {key: _bare(child) for key, child in value.items() if key not in gone}
        return {key: child for key, child in found.items() if child != []}
    if isinstance(value, list):
        return [_bare(child) for child in value if not _is_identity(child)]
    return value


def _is_identity(child: Any) -> bool:
    return isinstance(child, dict) and child.get("name") == "PXC_RUN_UUID"


def cases() -> dict[str, tuple[Outcome, list[dict[str, Any]]]]:
    found = {}
    for case in CASES:
        expected = case / "expected.kubernetes.yaml"
        objects = created(expected.read_text()) if expected.exists() else []
        if objects and case.name.startswith("distributed-"):
            outcome = run_case(case, "airflow")
            found[case.name] = outcome, objects
    return found


IMAGE = "container: {image: i}"
ROLES = {
    "tfjob": f"worker: {{{IMAGE}}}", "pytorchjob": f"worker: {{{IMAGE}}}",
    "xgbjob": f"master: {{{IMAGE}}}", "paddlejob": f"worker: {{{IMAGE}}}",
    "mpijob": f"launcher: {{{IMAGE}}}", "rayjob": f"entrypoint: e, head: {{{IMAGE}}}",
    "daskjob": f"job: {{{IMAGE}}}, worker: {{{IMAGE}}}, scheduler: {{{IMAGE}}}",
    "spark": f"type: r, sparkVersion: 3.5.1, mainApplicationFile: a, driver: {{{IMAGE}}},"
             f" executor: {{{IMAGE}}}",
}  # fmt: skip
PLAIN = f"component: {{run: {{kind: job, {IMAGE}}}}}"


def pipeline() -> str:
    """A run of each kind, and one of each trigger behind it."""
    lines = ["kind: component", "name: all", "run:", "  kind: dag", "  operations:"]
    for kind, roles in ROLES.items():
        component = f"component: {{run: {{kind: {kind}, {roles}}}}}"
        lines.append(f"  - {{name: {kind}, {component}}}")
        for trigger in ("all_succeeded", "all_failed", "all_done"):
            name = f"{kind}-{trigger.replace('_', '-')}"
            lines.append(
                f"  - {{name: {name}, dependencies: [{kind}], trigger: {trigger}, {PLAIN}}}"
            )
    return "\n".join(lines)


def tries(kind: str, name: str, limits: str) -> str:
    component = f"component: {{termination: {limits}, run: {{kind: {kind}, {ROLES[kind]}}}}}"
    return f"  - {{name: {name}, {component}}}\n"


TRIES = "kind: component\nname: tries\nrun:\n  kind: dag\n  operations:\n" + "".join(
    (
        tries("daskjob", "again", "{maxRetries: 2}"),
        tries("daskjob", "often", "{maxRetries: 1}"),
        tries("spark", "late", "{timeout: 100}"),
        tries("spark", "soon", "{timeout: 100}"),
        tries("tfjob", "own", "{maxRetries: 3}"),
        *(tries(kind, f"more-{kind}", "{maxRetries: 3}") for kind in ("tfjob", "rayjob", "spark")),
    )
)
_DONE, _FAILED = {"jobStatus": "Successful"}, {"jobStatus": "Failed"}
TRIED = {
    "again": {"tells": [[_FAILED], ["gone"], [{}, _DONE]]},
    "often": {"tells": [[_FAILED], [_FAILED], [_DONE]]},
    "late": {"tells": [[{"age": 90}, {"age": 101}]]},
    "soon": {"tells": [[{"age": 101, **_spark("COMPLETED")[0]}]]},
    "own": {"tells": [KUBEFLOW[1]]},
    "more-tfjob": {"tells": [KUBEFLOW[0]], "refuses": [503, 429]},
    "more-rayjob": {"tells": [RAY[0]]},
    "more-spark": {"tells": [SPARK[0]]},
}
ENDS = {
    "again": "success", "often": "failed", "late": "failed", "soon": "success", "own": "failed",
    **{name: "success" for name in TRIED if name.startswith("more-")},
}  # fmt: skip


CODES = {
    "counts": ([3, 4], "success", 3),
    "ends": ([3, 1, 1], "failed", 2),
    "lasts": ([5, 5, 5], "failed", 3),
    "codeless": ([None], "success", 2),
    "leaves": ([9, 9], "failed", 1),
}
"""Codes of the tries of an operation, and what it comes to after how many."""

POLICY = (
    "{maxRetries: 2, podFailurePolicy: {rules: [{action: Count, onExitCodes: {operator: In, values:"
    " [3, 4]}}, {action: FailJob, onExitCodes: {operator: NotIn, values: [5]}}]}}"
)
COUNTED = (
    "kind: component\nname: codes\nrun:\n  kind: dag\n  operations:\n"
    + "".join(
        f"  - {{name: {name}, component: {{termination: {POLICY},"
        f" outputs: [{'{name: o, type: int}' if name == 'leaves' else ''}],"
        f" run: {{kind: job, {IMAGE}}}}}}}\n"
        for name in CODES
    )
    + f"""\
  - name: rounds
    matrix:
      kind: mapping
      values: [{{x: 1}}, {{x: 2}}]
      concurrency: 1
      earlyStopping: [{{kind: failure_early_stopping, percent: 100}}]
    component:
      inputs: [{{name: x, type: int}}]
      termination: {POLICY}
      run: {{kind: job, {IMAGE}}}
"""
)


def file_of(text: str, name: str) -> Outcome:
    files = (SourceText(f"{name}.yaml", text.encode()),)
    options = Options(runtime=Runtime(tracking=False))
    outcome = compile_request(Request(files=files, target="airflow", options=options, verify=True))
    assert not outcome.report.has_errors, [d.message for d in outcome.report]
    return outcome


DAGS = {
    "all": file_of(pipeline(), "all"),
    "tries": file_of(TRIES, "tries"),
    "codes": file_of(COUNTED, "codes"),
}


class Played(NamedTuple):
    """What the goldens and the dags came to in one release; `goldens` by their names."""

    goldens: dict[str, tuple[list[dict[str, Any]], dict[str, Any]]]
    failed: dict[str, Any]
    tried: dict[str, Any]
    counted: dict[str, Any]


@pytest.fixture(scope="module", params=dag_files.RELEASES)
def played(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Played:
    """All scenes in one process: to import Airflow takes longer than to play one."""
    why = dag_files.missing(request.param)
    if why:
        pytest.skip(why)
    files, scenes = {}, []
    goldens = {name: (o, objects) for name, (o, objects) in cases().items() if o.files}
    for name, (outcome, objects) in goldens.items():
        text = outcome.files[0].text
        files[f"{name}.py"] = re.sub('dag_id=".*?"', f'dag_id="{name}"', text, count=1)
        kind = next(each["kind"] for each in objects if each["kind"] in TOLD)
        operation = objects[-1]["metadata"]["labels"]["pxc.dev/operation"]
        scenes.append({"dag_id": name, "script": {operation: {"tells": [[{}, TOLD[kind][0][-1]]]}}})
    for name, made in DAGS.items():
        text = made.files[0].text
        files[f"{name}.py"] = text.replace("timedelta(seconds=10)", "timedelta(seconds=0)")
    kinds = {"daskjob": DASK, "rayjob": RAY, "spark": SPARK}
    told = {kind: {"tells": [list(kinds.get(kind, KUBEFLOW)[1])]} for kind in ROLES}
    scenes += [{"dag_id": "all", "script": told}, {"dag_id": "tries", "script": TRIED}]
    codes = {name: {"exit_codes": each} for name, (each, _, _) in CODES.items()}
    codes["rounds.trials"] = {"exit_codes": [3, 1, 1]}
    scenes.append({"dag_id": "codes", "script": codes})
    found, results = dag_files.play(request.param, files, scenes, tmp_path_factory.mktemp("kinds"))
    assert found["errors"] == {}
    both = zip(goldens.items(), results, strict=False)
    return Played({name: (objects, r) for (name, (_, objects)), r in both}, *results[-3:])


def test_resources_are_those_of_kubernetes_and_are_waited_for(played: Played) -> None:
    kinds = {each["kind"] for objects, _ in played.goldens.values() for each in objects}
    assert {*TOLD} <= kinds
    for name, (objects, result) in played.goldens.items():
        assert comparable(result["made"]) == comparable(objects), name
        assert (name, result["state"], result["left"]) == (name, "success", [])
        owned = [each["metadata"].get("ownerReferences") for each in result["made"]]
        assert owned[0] is None
        assert all(owned[1:])


def test_a_run_fails_as_its_resource_does(played: Played) -> None:
    plan, failed = DAGS["all"].plan, played.failed
    assert plan is not None
    scripts: dict[str, Script] = dict.fromkeys(ROLES, FAILS)
    for path, fate in interpret(plan, scripts).items():
        if path:
            assert set(failed["tasks"][path]) <= STATES[fate.state], path
    assert (failed["state"], failed["left"]) == (FAILED, [])
    assert len(failed["made"]) == len(ROLES)


def test_a_run_is_tried_again_by_who_can(played: Played) -> None:
    tried = played.tried
    assert {name: tried["tasks"][name] for name in TRIED} == {n: [end] for n, end in ENDS.items()}
    names = [each["metadata"]["name"] for each in tried["made"]]
    numbers = {name: [n[-1] for n in names if n.startswith(f"{name}-")] for name in TRIED}
    once = {name: ["1"] for name in TRIED}
    assert numbers == once | {"again": ["1", "2", "3"], "often": ["1", "2"]}
    assert len({*names}) == len(names)
    assert tried["left"] == []


def test_exit_codes_decide_on_a_further_try(played: Played) -> None:
    tasks, tries = played.counted["tasks"], played.counted["tries"]
    assert {name: tasks[name] for name in CODES} == {n: [end] for n, (_, end, _) in CODES.items()}
    assert {name: tries[f"{name}/-1"] for name in CODES} == {n: c for n, (_, _, c) in CODES.items()}
    assert (tasks["rounds.trials_1"], tries["rounds.trials_1/0"]) == (["failed"], 2)
