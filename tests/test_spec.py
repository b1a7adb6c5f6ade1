"""The reference specification, read by the tests: its fields are in the table, its examples hold.

Needs the reference material (`PXC_SHARED`); skipped without it.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from pxc.diagnostics import Severity
from pxc.driver import Request, SourceText, compile_request, lint_request
from pxc.grammar.language import OPERATION
from pxc.grammar.runtimes import RUN
from pxc.grammar.shapes import ByKind, ListOf, MapOf, Model

TABLES = [
    ("component-operation.md", "## 2. Fields shared", ("operation",)),
    ("component-operation.md", "### 2.1 Root runtime shortcuts", ("operation",)),
    ("component-operation.md", "### 3.1 `cache`", ("cache",)),
    ("component-operation.md", "### 3.2 `termination`", ("termination",)),
    ("component-operation.md", "### 3.4 `hooks[]`", ("hook",)),
    ("run-kinds.md", "## 2. Common pod fields", ("job", "service", "replica")),
    ("run-kinds.md", "## 3. `environment`", ("environment",)),
    ("run-kinds.md", "## 9. `plugins`", ("plugins",)),
    ("io-types.md", "## 1. IO fields", ("input or output",)),
    ("io-types.md", "## 2. `validation`", ("validation",)),
    ("dag.md", "## 1. `run.kind: dag` fields", ("dag",)),
]
"""Sections whose table has a field in its first column, and the models these are fields of."""

SENTENCES = [
    ("schedule: cron", "cron schedule", "cron startAt endAt maxRuns dependsOnPast"),
    ("schedule: interval", "interval schedule", "frequency startAt endAt maxRuns dependsOnPast"),
    ("schedule: datetime", "datetime schedule", "startAt"),
    ("build", "build", "hubRef connection presets queue namespace cache params runPatch"
     " patchStrategy"),
    ("notifications", "notification", "connections trigger"),
    ("template", "template section", "enabled description fields"),
    ("events", "event", "ref kinds"),
    ("joins", "join", "query sort limit offset ref params"),
    ("tuner", "tuner", "hubRef presets queue namespace params"),
    ("utilityFunction", "utilityFunction", "acquisitionFunction kappa eps numWarmup numIterations"
     " gaussianProcess"),
    ("gaussianProcess", "gaussianProcess", "kernel lengthScale nu numRestartsOptimizer"),
    ("resource", "resource", "name type"),
    ("metric", "metric", "name optimization"),
    ("metric early stopping", "metric_early_stopping", "metric value optimization policy"),
    ("failure early stopping", "failure_early_stopping", "percent"),
    ("policy", "policy", "evaluationInterval minInterval minSamples percent includeSucceeded"),
    ("service", "service", "ports rewritePath isExternal replicas"),
    ("init", "init entry", "artifacts paths git dockerfile file tensorboard lineageRef modelRef"
     " artifactRef connection path container"),
    ("tfjob", "tfjob", "chief ps worker evaluator cleanPodPolicy schedulingPolicy successPolicy"
     " enableDynamicWorker"),
    ("pytorchjob", "pytorchjob", "master worker cleanPodPolicy schedulingPolicy nProcPerNode"
     " elasticPolicy"),
    ("mpijob", "mpijob", "launcher worker cleanPodPolicy schedulingPolicy slotsPerWorker"),
    ("schedulingPolicy", "schedulingPolicy", "minAvailable queue minResources priorityClass"
     " scheduleTimeoutSeconds"),
    ("elasticPolicy", "elasticPolicy", "minReplicas maxReplicas rdvzBackend rdvzPort rdvzHost rdvzId"
     " rdvzConf standalone nProcPerNode maxRestarts Metrics"),
    ("raycluster", "raycluster", "head workers entrypoint runtimeEnv metadata rayVersion"
     " enableInTreeAutoscaling autoscalerOptions"),
    ("ray replica", "ray replica", "replicas minReplicas maxReplicas rayStartParams"),
    ("daskcluster", "daskcluster", "worker scheduler minReplicas maxReplicas"),
    ("sidecar", "sidecar plugin", "image imageTag imagePullPolicy sleepInterval syncInterval"
     " monitorLogs monitorSpec noConnections resources"),
    ("mxjob", "mxjob", "mode scheduler server worker tuner tunerTracker tunerServer cleanPodPolicy"
     " schedulingPolicy"),
    ("xgbjob", "xgbjob", "master worker cleanPodPolicy schedulingPolicy"),
    ("paddlejob", "paddlejob", "master worker elasticPolicy"),
    ("rayjob", "rayjob", "entrypoint runtimeEnv metadata rayVersion head workers"),
    ("daskjob", "daskjob", "job worker scheduler"),
]  # fmt: skip
"""What the specification lists in sentences: a name, the model, its fields."""

OTHERWISE = {
    "no runtime kind and nothing to inherit it from": "read as a job",
    "port items are strict integers": "a template of a whole number is taken",
    "int output into float input": "every whole number fits",
    "inner cycle of a nested dag is not seen": "it is seen",
    "full ISO datetimes do not fit type datetime": "they do",
    "unquoted sexagesimal": "text, with a warning",
    "receiver must use isList, not List[float]": "both are taken",
    "pod-level securityContext fields": "they are the pod's",
    "legacy kind": "read, with a warning",
    "hyperopt was replaced by tpe": "read, as older releases read it",
    "whole-section globals": "taken, as documented",
    "joins need params": "they are optional",
}
"""Examples that pxc judges otherwise, on purpose: docs/leniency.md tells each."""


def models() -> dict[str, Model]:
    """Every model of the language under its name."""
    found: dict[str, Model] = {}

    def gather(shape: Any) -> None:
        if isinstance(shape, Model) and shape.name not in found:
            found[shape.name] = shape
            for field in shape.fields.values():
                gather(field.shape)
        elif isinstance(shape, ByKind):
            for model in shape.models.values():
                gather(model)
        elif isinstance(shape, ListOf):
            gather(shape.item)
        elif isinstance(shape, MapOf):
            gather(shape.value)

    gather(OPERATION)
    gather(RUN)
    return found


MODELS = models()


def first_columns(text: str, heading: str) -> list[str]:
    """The names in the first column of the first table under a heading."""
    section = text.split(f"\n{heading}", 1)[1].split("\n#", 1)[0]
    cells = re.findall(r"^\| (`[^|]*)\|", section, re.M)
    return [n.split(".")[0] for cell in cells for n in re.findall(r"`([\w.]+)", cell)]


@pytest.mark.parametrize(("file", "heading", "names"), TABLES, ids=[t[1] for t in TABLES])
def test_every_field_of_a_table(
    shared: Path, file: str, heading: str, names: tuple[str, ...]
) -> None:
    fields = first_columns((shared / "spec" / file).read_text("utf-8"), heading)
    assert fields
    for name in names:
        assert [f for f in fields if f not in MODELS[name].fields] == []


@pytest.mark.parametrize(
    ("name", "fields"), [s[1:] for s in SENTENCES], ids=[s[0] for s in SENTENCES]
)
def test_every_field_of_a_sentence(name: str, fields: str) -> None:
    assert [f for f in fields.split() if f not in MODELS[name].fields] == []


def test_every_field_of_a_matrix(shared: Path) -> None:
    text = (shared / "spec" / "matrix-joins.md").read_text("utf-8")
    section = text.split("\n## 1. ", 1)[1].split("\n## ", 1)[0]
    head, _, *rows = [r.strip("| ").split(" | ") for r in section.splitlines() if r[:1] == "|"]
    seen = 0
    for name, *cells in rows:
        field = re.findall(r"`(\w+)", name)[0]
        for kind, cell in zip(head[1:], cells, strict=True):
            known = field in MODELS[f"{kind} matrix"].fields
            assert known is (cell.strip() not in ("–", "✗ rejected")), (kind, field)
            seen += known
    assert seen > 40


EXAMPLE = re.compile(
    r"^```yaml\n# oracle: (accepted|rejected)(?: – ([^\n]*))?\n(.*?)^```", re.M | re.S
)


def test_every_example_is_judged_as_the_real_system_judged_it(shared: Path) -> None:
    seen, otherwise = 0, set()
    for path in sorted((shared / "spec").glob("*.md")):
        for verdict, why, body in EXAMPLE.findall(path.read_text("utf-8")):
            files = tuple(
                SourceText(f"{i}.yaml", part.encode())
                for i, part in enumerate(body.split("# -- next file"))
            )
            request = Request(files=files, verify=True)
            refused = any(d.severity is Severity.ERROR for d in lint_request(request).report)
            if verdict == "rejected" and not refused:  # a lint asks for no params
                refused = "PXC204" in [d.code.id for d in compile_request(request).report]
            seen += 1
            if refused is not (verdict == "rejected"):
                otherwise.add(why)
    assert seen >= 45
    assert otherwise == set(OTHERWISE)
