"""The table of features: each row holds for a file that asks for it, and the page shows the table."""

from __future__ import annotations

import pytest

from pxc.diagnostics import Severity
from pxc.driver import Outcome, Request, SourceText, compile_request
from pxc.options import Options, Runtime
from pxc.targets._features import APPROXIMATED, EXACT, Feature
from pxc.targets._page import page_of, page_text
from pxc.targets.airflow.features import TABLE as AIRFLOW
from pxc.targets.argo.features import TABLE as ARGO
from pxc.targets.kubernetes.features import TABLE, feature_of
from tests.emitting import run
from tests.no_hub import NO_HUB
from tests.test_nothing_dropped import CATALOG

JOB = "run: {kind: job, container: {image: a, command: [b]}}\n"
SERVICE = "run: {kind: service, container: {image: a, command: [b]}}\n"
CRON = "schedule: {kind: cron, cron: '@daily'"
WORKER = "{container: {image: a}}"

FILES = {
    "run.job": JOB,
    "run.service": SERVICE,
    "run.dag": "run: {kind: dag, operations: [{name: a, component: {" + JOB.strip() + "}}]}\n",
    "dag.earlyStopping": "run: {kind: dag, earlyStopping: [{kind: failure_early_stopping, percent: 50}],"
    " operations: [{name: a, component: {" + JOB.strip() + "}}]}\n",
    **{
        f"run.{kind}": f"run: {{kind: {kind}, worker: {WORKER}}}\n"
        for kind in ("tfjob", "pytorchjob", "paddlejob", "mxjob")
    },
    "run.xgbjob": f"run: {{kind: xgbjob, master: {WORKER}}}\n",
    "run.mpijob": f"run: {{kind: mpijob, launcher: {WORKER}}}\n",
    "run.spark": "run: {kind: spark, type: r, sparkVersion: 3.5.1, mainApplicationFile: a,"
    f" driver: {WORKER}, executor: {WORKER}}}\n",
    **{
        f"run.{kind}": f"run: {{kind: {kind}, entrypoint: a, head: {WORKER}}}\n"
        for kind in ("raycluster", "rayjob")
    },
    "run.daskcluster": "plugins: {collectArtifacts: false}\n"
    f"run: {{kind: daskcluster, worker: {WORKER}, scheduler: {WORKER}}}\n",
    "run.daskjob": "plugins: {collectArtifacts: false}\n"
    f"run: {{kind: daskjob, worker: {WORKER}, scheduler: {WORKER},"
    f" job: {WORKER}}}\n",
    **{
        f"run.{kind}": JOB.replace("kind: job", f"kind: {kind}")
        for kind in ("notifier", "cleaner", "tuner", "flink", "dask", "ray")
    },
    **{
        name: f"matrix: {{{said}}}\ninputs: [{{name: x, type: int}}]\n{JOB}"
        for name, said in (
            ("matrix.grid", "kind: grid, params: {x: {kind: choice, value: [1, 2]}}"),
            (
                "matrix.random",
                "kind: random, seed: 1, numRuns: 1, params: {x: {kind: choice, value: [1, 2]}}",
            ),
            ("matrix.mapping", "kind: mapping, values: [{x: 1}, {x: 2}]"),
            (
                "matrix.*",
                "kind: bayes, numInitialRuns: 1, maxIterations: 1, metric: {name: y,"
                " optimization: minimize}, params: {x: {kind: choice, value: [1, 2]}}",
            ),
            (
                "matrix.later",
                "kind: grid, params: {x: {kind: choice, value: '{{ globals.uuid }}'}}",
            ),
            (
                "matrix.earlyStopping",
                "kind: mapping, values: [{x: 1}], earlyStopping: [{kind: metric_early_stopping,"
                " metric: a, value: 1, optimization: maximize}]",
            ),
            ("matrix.concurrency", "kind: mapping, values: [{x: 1}, {x: 2}], concurrency: 1"),
        )
    },
    "dag.matrix": "run: {kind: dag, operations: [{name: a, matrix: {kind: mapping,"
    " values: [{x: 1}]}, component: {inputs: [{name: x, type: int}], " + JOB.strip() + "}}]}\n",
    "service.matrix": "matrix: {kind: mapping, values: [{x: 1}, {x: 2}]}\n"
    "inputs: [{name: x, type: int}]\n" + SERVICE,
    "schedule.cron": CRON + "}\n" + JOB,
    "schedule.interval": "schedule: {kind: interval, frequency: PT1H}\n" + JOB,
    "schedule.datetime": "schedule: {kind: datetime, startAt: '2030-01-01'}\n" + JOB,
    "schedule.dependsOnPast": CRON + ", dependsOnPast: true}\n" + JOB,
    "schedule.startAt": CRON + ", startAt: '2030-01-01'}\n" + JOB,
    "schedule.endAt": CRON + ", endAt: '2030-01-01'}\n" + JOB,
    "schedule.maxRuns": CRON + ", maxRuns: 3}\n" + JOB,
    "service.schedule": CRON + "}\n" + SERVICE,
    "hooks": "hooks: [{hubRef: slack, trigger: failed}]\n" + JOB,
    "build": "build: {hubRef: kaniko}\n" + JOB,
    "joins": "joins: [{query: 'status: succeeded', params: {x: {value: outputs.y}}}]\n"
    "inputs: [{name: x, type: int, isList: true}]\n" + JOB,
    "events": "events: [{ref: ops.other, kinds: [run_status_succeeded]}]\n" + JOB,
    "events.commit": "events: [{ref: connections.code, kinds: [connection_git_commit]}]\n" + JOB,
    "events.other": "events: [{ref: connections.code, kinds: [alert_info]}]\n" + JOB,
    "events.inside": "run: {kind: dag, operations: [{name: a, events: [{ref: runs.8aac02e3a62a4f0aaa257c"
    "59da5eab80, kinds: [run_status_done]}], component: {" + JOB.strip() + "}}]}\n",
    "dependencies": "dependencies: [other]\n" + JOB,
    "trigger": "trigger: all_done\n" + JOB,
    "skip": "skipOnUpstreamSkip: true\n" + JOB,
    "conditions": "conditions: '{{ globals.uuid == \"a\" }}'\n" + JOB,
    "approval": "isApproved: false\n" + JOB,
    "queue": "queue: gpu\n" + JOB,
    "queue.pool": "queue: gpu\n" + JOB,
    "cache": "cache: {disable: true}\n" + JOB,
    "cost": "cost: 1.5\n" + JOB,
    "mount": "mount: ['a:b']\n" + JOB,
    **{
        f"plugins.{name}": f"plugins: {{{name}: true}}\n" + SERVICE
        for name in ("auth", "tmux", "sandbox", "ssh", "externalHost")
    },
    "plugins.notifications": "plugins: {notifications: [{connections: [store],"
    " trigger: failed}]}\n" + JOB,
    "termination.culling": "termination: {culling: {timeout: 60}}\n" + SERVICE,
    "termination.probe": "termination: {probe: {http: {port: 80}}}\n" + SERVICE,
    "service.termination.maxRetries": "termination: {maxRetries: 3}\n" + SERVICE,
    "service.termination.ttl": "termination: {ttl: 3}\n" + SERVICE,
    "service.termination.timeout": "termination: {timeout: 3}\n" + SERVICE,
    "service.termination.podFailurePolicy": "termination: {podFailurePolicy: {rules: [{action:"
    " Ignore, onPodConditions: [{type: DisruptionTarget, status: 'True'}]}]}}\n" + SERVICE,
    "service.rewritePath": SERVICE.replace("service,", "service, rewritePath: true,"),
    "service.isExternal": SERVICE.replace("service,", "service, isExternal: true,"),
    **{
        f"init.{key}": JOB.replace("job,", f"job, init: [{{{key}: a}}],")
        for key in ("lineageRef", "modelRef", "artifactRef")
    },
    "init.tensorboard": JOB.replace("job,", "job, init: [{tensorboard: {port: 6006}}],"),
    "init.tensorboard.useNames": JOB.replace(
        "job,", "job, init: [{connection: store, tensorboard: {uuids: [a], useNames: true}}],"
    ),
    "init.file.connection": JOB.replace(
        "job,", "job, init: [{connection: store, file: {filename: a, content: b}}],"
    ),
    "matrix.failures": "matrix: {kind: mapping, values: [{x: 1}], earlyStopping:"
    " [{kind: failure_early_stopping, percent: 50}]}\ninputs: [{name: x, type: int}]\n"
    "run: {kind: job, container: {image: a, command: [b]}}\n",
    "polyaxon.run": JOB,
    "polyaxon.matrix": "matrix: {kind: mapping, values: [{x: 1}, {x: 2}]}\n"
    f"inputs: [{{name: x, type: int}}]\n{JOB}",
    "init.file.kind": JOB.replace(
        "job,", "job, init: [{file: {filename: a, content: b, kind: model}}],"
    ),
}
"""A file that asks for each feature."""

BELOW = {
    "connections.hostPath": "a catalog has to declare it; see the connections' own tests",
}
TABLES = {"airflow": AIRFLOW, "argo": ARGO, "kubernetes": TABLE}


def dag_of(operation: str) -> str:
    return f"run: {{kind: dag, operations: [{operation}]}}\n"


A, B = (f"{{name: {name}, component: {{{JOB.strip()}}}}}" for name in "ab")
DONE = "{kind: metric_early_stopping, metric: y, value: 1, optimization: minimize}"
METRIC = "metric: {name: y, optimization: minimize}, seed: 1"
COUNTS = {
    "hyperband": "maxIterations: 4, resource: {name: n, type: int}",
    "bayes": "numInitialRuns: 1, maxIterations: 1",
    "tpe": "numRuns: 1",
    "hyperopt": "numRuns: 1",
}


def search_of(kind: str, said: str, body: str = JOB) -> str:
    """An operation with a search of this kind."""
    head = f"matrix: {{kind: {kind}, params: {{x: {{kind: choice, value: [1, 2]}}}}, {said}}}\n"
    return f"{head}inputs: [{{name: x, type: int}}, {{name: n, value: 1}}]\n{body}"


def stopped_by(rule: str) -> str:
    return search_of("tpe", f"numRuns: 1, {METRIC}, earlyStopping: [{{kind: {rule}}}]")


def taken_from(run: str, more: str = "") -> str:
    """A dag that takes an output of a run of several pods."""
    run = f"component: {{{more}outputs: [{{name: y}}], run: {{kind: {run}: {WORKER}}}}}"
    taken = "params: {y: {ref: ops.a, value: outputs.y}}, component: {inputs: [{name: y}], "
    job = JOB.strip().replace("[b]", "[b, '{{ y }}']")
    return dag_of(f"{{name: a, {run}}}, {{name: b, {taken}{job}}}}}")


IN_A_DAG = {
    **{f"search.{kind}": search_of(kind, f"{said}, {METRIC}") for kind, said in COUNTS.items()},
    "search.iterative": search_of("iterative", "maxIterations: 2, seed: 1"),
    "search.earlyStopping": stopped_by("failure_early_stopping, percent: 50"),
    "matrix.rounds": FILES["matrix.earlyStopping"].replace(
        "mapping,", "mapping, concurrency: 1,"
    ).replace("[{x: 1}]", "[{x: 1}, {x: 2}]"),
    "matrix.earlyStopping": FILES["matrix.earlyStopping"].replace(
        "value: 1, optimization", "value: '{{ globals.uuid }}', optimization"
    ),
    "search.policy": stopped_by(
        "metric_early_stopping, metric: y, value: 1, optimization: minimize,"
        " policy: {kind: median, evaluationInterval: 1}"
    ),
    "search.resume": "plugins: {collectArtifacts: false}\n"
    + search_of("hyperband", f"{COUNTS['hyperband']}, {METRIC}, resume: true"),
    "search.cached": "cache: {disable: false}\n"
    + search_of("hyperband", f"{COUNTS['hyperband']}, {METRIC}, resume: true"),
    "search.tuner": search_of(
        "tpe", f"{COUNTS['tpe']}, {METRIC}, tuner: {{hubRef: tpe-tuner, queue: agent/q}}"
    ),
    "search.joins": dag_of(
        "{name: m, matrix: {kind: mapping, values: [{x: 1}]}, component: {inputs: [{name: x}], "
        + JOB.strip()
        + "}}, {name: j, dependencies: [m], joins: [{ref: ops.m, query: 'status: succeeded',"
        " params: {xs: {value: inputs.x}}}], component: {inputs: [{name: xs}], "
        + JOB.strip()
        + "}}"
    ),
    "joins.unordered": dag_of(
        "{name: m, matrix: {kind: mapping, values: [{x: 1}]}, component: {inputs: [{name: x}], "
        + JOB.strip()
        + "}}, {name: j, joins: [{ref: ops.m, query: 'status: succeeded',"
        " params: {xs: {value: inputs.x}}}], component: {inputs: [{name: xs}], "
        + JOB.strip()
        + "}}"
    ),
    "distributed.store": taken_from("pytorchjob, worker", "plugins: {collectArtifacts: false}, "),
    "distributed.outputs": taken_from("rayjob, entrypoint: a, head"),
    "dag.earlyStopping": FILES["dag.earlyStopping"].replace("50", "'{{ globals.uuid }}'"),
    "dag.failures": "run: {kind: dag, earlyStopping: [{kind: failure_early_stopping, percent: 1}],"
    f" operations: [{A}, {B}]}}\n",
    "dag.metric": f"run: {{kind: dag, earlyStopping: [{DONE}], operations: [{A}, {B}]}}\n",
    "dag.branches": f"run: {{kind: dag, earlyStopping: [{DONE}], operations: [{A}, {{name: b,"
    f" component: {{outputs: [{{name: y}}], {JOB.strip()}}}}}]}}\n",
    "search.dag": search_of("tpe", f"numRuns: 1, {METRIC}", dag_of(A)),
    "matrix.*": search_of("tpe", METRIC),
    "run.service": dag_of("{name: a, component: {" + SERVICE.strip() + "}}"),
    "service.cache": dag_of("{name: a, component: {cache: {ttl: 60}, " + SERVICE.strip() + "}}"),
    "service.rewritePath": dag_of(
        "{name: a, component: {" + SERVICE.strip().replace("service,", "service, rewritePath: true,")
        + "}}"
    ),
    "service.isExternal": dag_of(
        "{name: a, component: {" + SERVICE.strip().replace("service,", "service, isExternal: true,")
        + "}}"
    ),
    **{
        f"service.termination.{name}": dag_of(
            f"{{name: a, component: {{termination: {{{name}: 3}}, {SERVICE.strip()}}}}}"
        )
        for name in ("maxRetries", "timeout")
    },
    **{
        f"plugins.{name}": f"plugins: {{{name}: true}}\n" + JOB
        for name in ("auth", "tmux", "sandbox", "ssh", "externalHost")
    },
    "termination.culling": "termination: {culling: {timeout: 60}}\n" + JOB,
    "termination.probe": "termination: {probe: {http: {port: 80}}}\n" + JOB,
    "termination.podFailurePolicy": "termination: {maxRetries: 2, podFailurePolicy: {rules: [{action:"
    " FailJob, onExitCodes: {operator: In, values: [3]}}]}}\n" + JOB,
    "failurePolicy.action": "termination: {maxRetries: 2, podFailurePolicy: {rules: [{action:"
    " Ignore, onExitCodes: {operator: In, values: [3]}}]}}\n" + JOB,
    "failurePolicy.rule": "termination: {maxRetries: 2, podFailurePolicy: {rules: [{action: FailJob,"
    " onPodConditions: [{type: DisruptionTarget, status: 'True'}]}]}}\n" + JOB,
    "environment.restartPolicy": JOB.replace("job,", "job, environment: {restartPolicy: OnFailure},"),
    "dag.one": dag_of(f"{A}, {B}, {{name: c, dependencies: [a, b], trigger: one_failed, component:"
                      f" {{{JOB.strip()}}}}}"),
    "dag.begun": dag_of(f"{A}, {B[:-1]}, events: [{{ref: ops.a, kinds: [run_status_running]}}]}}"),
    "dag.termination.ttl": dag_of(f"{{name: a, termination: {{ttl: 3}}, component: {{{JOB.strip()}}}}}"),
    "dag.namespace": dag_of(f"{{name: a, namespace: other, component: {{{JOB.strip()}}}}}"),
    "dag.termination.timeout": dag_of(
        "{name: i, termination: {timeout: 3}, component: {" + dag_of(A).strip() + "}}"
    ),
    "polyaxon.profile": JOB,
    "cache": "cache: {ttl: 60}\n" + dag_of(A),
    "events": "events: [{ref: runs.8aac02e3a62a4f0aaa257c59da5eab80, kinds: [run_status_done]}]\n" + JOB,
}  # fmt: skip
"""Files for the target argo, to which a service alone is what it is to kubernetes."""

VOLUME = "volumes: [{name: v, persistentVolumeClaim: {claimName: c}}]"
IN_AIRFLOW = {
    "dag.gate": dag_of(
        A + ", {name: b, conditions: '{{ false }}', component: {" + JOB.strip() + "}}, {name: c,"
        " dependencies: [a, b], trigger: one_succeeded, component: {" + JOB.strip() + "}}"
    ),
    "dag.condition": dag_of(
        "{name: a, component: {outputs: [{name: y, type: int}], " + JOB.strip() + "}}, {name: b,"
        " params: {y: {ref: ops.a, value: outputs.y}}, conditions: '{{ y > 1 }}', component:"
        " {inputs: [{name: y, type: int}], " + JOB.strip() + "}}"
    ),
    "dag.events": dag_of(f"{A}, {B}, {{name: c, dependencies: [a], events: [{{ref: ops.b, kinds:"
                         f" [run_status_failed]}}], component: {{{JOB.strip()}}}}}"),
    "dag.concurrency": dag_of(
        "{name: i, component: {run: {kind: dag, concurrency: 1, operations: [" + A + "]}}}"
    ),
    "schedule.maxRuns": CRON + ", startAt: '2030-01-01', maxRuns: 3}\n" + JOB,
    "schedule.maxRuns.open": CRON + ", maxRuns: 3}\n" + JOB,
    "distributed.endless": f"run: {{kind: raycluster, head: {WORKER}}}\n",
    "matrix.many": FILES["matrix.grid"].replace("value: [1, 2]", "value: " + str([*range(1025)])),
    "matrix.dagRules": "matrix: {kind: mapping, values: [{x: 1}], earlyStopping: [{kind:"
    " failure_early_stopping, percent: 50}]}\ninputs: [{name: x, type: int}]\n" + dag_of(A),
    "matrix.dag": "matrix: {kind: mapping, values: [{x: 1}]}\ninputs: [{name: x, type: int}]\n"
    + dag_of(A),
    "outputs.volume": "outputs: [{name: y, type: int}]\n" + JOB.replace(
        "job,", f"job, {VOLUME},"
    ).replace("{image: a", "{volumeMounts: [{name: v, mountPath: /plx-context/artifacts}], image: a"),
}  # fmt: skip
BY_TARGET = {
    "airflow": FILES | IN_A_DAG | IN_AIRFLOW, "argo": FILES | IN_A_DAG, "kubernetes": FILES,
}  # fmt: skip


BELOW |= dict.fromkeys(
    ("hooks.stopped", "search.own", "search.tuner.kind"),
    "a catalog has to know what runs in it; see the target's own tests",
)


def answered(target: str, name: str) -> Outcome:
    text = f"version: 1.1\nkind: component\nname: x\n{BY_TARGET[target][name]}"
    if not name.startswith(
        ("run.", "dag.", "schedule.", "service.", "termination.", "init.", "environment.")
    ):
        text = text.replace("kind: component", "kind: operation", 1)
    profile = "polyaxon" if name.startswith("polyaxon.") else "standalone"
    queue = "pool" if name == "queue.pool" else "none"
    options = Options(
        runtime=Runtime(profile=profile, host="http://api"), queue_as=queue, hub=NO_HUB
    )
    files = (SourceText("f.yaml", text.encode()),)
    return compile_request(Request(files=files, catalog=(CATALOG,), options=options, target=target))


@pytest.mark.parametrize(
    ("target", "row"),
    [(t, row) for t, table in TABLES.items() for row in table if row.name not in BELOW],
    ids=lambda value: getattr(value, "name", value),
)
def test_a_row_holds(target: str, row: Feature) -> None:
    outcome = answered(target, row.name)
    told_so = [d for d in outcome.report if d.severity is not Severity.INFO]
    found = [d for d in told_so if d.code.id.startswith("PXC7")]
    if row.stance == EXACT:
        assert outcome.files
        assert found == []
        return
    code = "PXC702" if row.stance == APPROXIMATED else "PXC701"
    told = [d.code.id for d in found if row.says in (d.help or "")]
    assert told == [code], [d.message for d in outcome.report]
    assert bool(outcome.files) == (code == "PXC702")


@pytest.mark.parametrize("target", TABLES)
def test_no_row_is_said_twice(target: str) -> None:
    names = [row.name for row in TABLES[target]]
    assert len(set(names)) == len(names)
    assert {*names} <= {*BY_TARGET[target]} | {*BELOW}
    assert all(row.says and not row.says.endswith(".") for row in TABLES[target])


def test_every_file_is_of_a_row() -> None:
    names = {row.name for table in TABLES.values() for row in table}
    assert {*FILES} | {*IN_A_DAG} | {*IN_AIRFLOW} | {*BELOW} == names


def test_a_family_has_one_row() -> None:
    assert feature_of("matrix.bayes") is feature_of("matrix.*")
    assert feature_of("nothing") is None


def test_what_the_table_does_not_know_is_told() -> None:
    """A pass from outside may ask for what no release of ours has heard of."""
    base = "name: a\nmain: {image: b}\n"
    _, found = run(base + "demands: [{feature: warp, what: warp}]")
    assert found == ["PXC701 `warp` cannot be said in the kubernetes target"]
    text, found = run(base + "demands: [{feature: warp, what: warp, optional: true}]")
    assert text
    assert found == ["PXC702 `warp` has no counterpart in the kubernetes target and is left out"]


@pytest.mark.parametrize("target", TABLES)
def test_the_page_is_current(target: str) -> None:
    page = page_of(target).read_text("utf-8")
    assert page_text(page, TABLES[target]) == page, f"run python -m pxc.targets.{target}.page"
