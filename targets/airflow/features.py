"""Says what a DAG of Airflow can say: one table, read by the emitter and by the documentation."""

from __future__ import annotations

from pxc.targets._features import APPROXIMATED, EXACT, REFUSED, Feature, Features
from pxc.targets._unsayable import PLUGINS, RUNTIMES, STEPS

__all__ = ["FEATURES", "TABLE", "feature_of", "tell"]

_YET = "this release writes none for Airflow"
_ARGO = "compile it with `--target argo`"

TABLE = (
    Feature("run.job", "`run.kind: job`", EXACT, "a KubernetesPodOperator"),
    Feature("run.dag", "`run.kind: dag`", EXACT, "a task for each operation"),
    *(
        Feature(f"run.{kind}", f"`run.kind: {kind}`", EXACT,
                f"a task that creates {resource}, waits for its end and deletes it")
        for kind, resource in (
            ("tfjob", "a TFJob"), ("xgbjob", "an XGBoostJob"), ("paddlejob", "a PaddleJob"),
            ("mpijob", "an MPIJob"), ("rayjob", "a RayJob"), ("daskjob", "a DaskJob"),
            ("spark", "a SparkApplication"),
        )
    ),
    Feature("run.pytorchjob", "`run.kind: pytorchjob`", EXACT,
            "a task that creates a PyTorchJob, or by `--distributed indexed` an Indexed Job, waits"
            " for its end and deletes it"),
    Feature("run.raycluster", "`run.kind: raycluster` with an `entrypoint`", EXACT,
            "a task that creates a RayJob, waits for its end and deletes it"),
    Feature("distributed.endless", "`run.kind: raycluster` without an `entrypoint`", REFUSED,
            "a cluster that nothing is started on never ends, and a task of Airflow has to",
            "give it an `entrypoint`, or " + _ARGO),
    Feature("run.daskcluster", "`run.kind: daskcluster`", REFUSED,
            "a DaskCluster never ends, and a task of Airflow has to",
            "write a `daskjob`, or " + _ARGO),
    Feature("run.service", "`run.kind: service`", REFUSED,
            "a service never ends, and a task of Airflow has to",
            "write a `job`, or run it beside Airflow, by `--target kubernetes`"),
    Feature("distributed.outputs", "outputs of a distributed run, taken by another operation",
            REFUSED, "what its pods leave is not in the resource that Airflow sees",
            "let the program write to a connection that both have, or " + _ARGO),
    *RUNTIMES,
    Feature("dag.gate", "`trigger` that no rule of Airflow says exactly", EXACT,
            "a task before it asks what every upstream came to"),
    Feature("dag.condition", "`conditions` that wait for the run", EXACT,
            "a task before it decides by a function of Python"),
    Feature("dag.earlyStopping", "`earlyStopping` of a dag", REFUSED, _YET, _ARGO),
    Feature("dag.concurrency", "`concurrency` of a dag inside of a dag", APPROXIMATED,
            "Airflow counts the tasks of the whole DAG", "give it to the outermost dag"),
    Feature("dag.termination.timeout", "`termination.timeout` of a dag inside of a dag", REFUSED,
            "a group of tasks has no deadline", "give it to the operations, or to the outer dag"),
    Feature("dag.termination.ttl", "`termination.ttl`", APPROXIMATED,
            "the pods of a run are deleted as soon as it has ended"),
    Feature("matrix.*", "`matrix`", REFUSED, _YET, _ARGO),
    Feature("search.*", "`matrix` that learns from results", REFUSED, _YET, _ARGO),
    Feature("joins", "`joins`", REFUSED, _YET, _ARGO),
    Feature("hooks", "`hooks` whose component is not known", REFUSED,
            "what they run is not known", "put their components into the catalog"),
    Feature("hooks.stopped", "`trigger: stopped` of a hook", REFUSED,
            "a task that somebody stops has failed to Airflow", "write `trigger: failed`"),
    Feature("build", "`build` whose component is not known", REFUSED,
            "what builds the image is not known",
            "put its component into the catalog, or build the image before"),
    Feature("approval", "`isApproved: false`, where the file is for Airflow 2, too", REFUSED,
            "before Airflow 3.1 nobody can be asked", "`--airflow 3` writes an ApprovalOperator"),
    Feature("events", "`events`", REFUSED, _YET, _ARGO),
    Feature("dependencies", "`dependencies` outside of a dag", REFUSED,
            "there is nothing beside it to wait for", "write the operations as a dag"),
    Feature("trigger", "`trigger` outside of a dag", APPROXIMATED,
            "a run outside of a dag has nothing before it to wait for"),
    Feature("skip", "`skipOnUpstreamSkip` outside of a dag", APPROXIMATED,
            "a run outside of a dag has no upstream that could be skipped"),
    Feature("conditions", "`conditions` outside of a dag that wait for the run", REFUSED,
            "a run of its own is started when it is triggered",
            "let them use params and inputs only, so that they are known before"),
    Feature("schedule.cron", "`schedule: {kind: cron}`", EXACT, "a CronTriggerTimetable in UTC"),
    Feature("schedule.interval", "`schedule: {kind: interval}`", EXACT, "a DeltaTriggerTimetable"),
    Feature("schedule.datetime", "`schedule: {kind: datetime}`", EXACT,
            "`@once`, from that moment on"),
    Feature("schedule.dependsOnPast", "`schedule.dependsOnPast`", EXACT,
            "`max_active_runs=1`: a run waits until the one before it has ended"),
    Feature("schedule.startAt", "`schedule.startAt`", EXACT, "`start_date`"),
    Feature("schedule.endAt", "`schedule.endAt`", EXACT, "`end_date`"),
    Feature("schedule.maxRuns", "`schedule.maxRuns` with `startAt`", APPROXIMATED,
            "`end_date` is the moment of the last of them, so a run that is missed counts, too"),
    Feature("schedule.maxRuns.open", "`schedule.maxRuns` without `startAt`, or above 10,000",
            REFUSED, "Airflow counts no runs", "write `startAt`, or `endAt`"),
    Feature("queue.pool", "`queue` with `--queue-as pool`", EXACT, "the `pool` of its task"),
    Feature("queue", "`queue`", APPROXIMATED,
            "the run starts as soon as the cluster has room for it",
            "`--queue-as` says what a queue is: a pool of Airflow, Kueue's label on the pod, or"
            " Volcano's scheduler"),
    Feature("cost", "`cost`", APPROXIMATED, "nothing adds up costs"),
    Feature("mount", "`mount`", REFUSED, "it copies files of the machine that starts the run",
            "put them into the image, or bring them by an `init` step"),
    Feature("plugins.auth", "`plugins.auth`", REFUSED, "there is no Polyaxon to hand out a token",
            "leave it out; a Secret comes by a connection"),
    Feature("plugins.tmux", "`plugins.tmux`", APPROXIMATED, "the command runs without tmux"),
    Feature("plugins.notifications", "`plugins.notifications`", APPROXIMATED,
            "nobody is told how the run ends", "callbacks and alerts of Airflow tell it"),
    Feature("polyaxon.profile", "the runtime profile `polyaxon`", REFUSED,
            "Polyaxon's server and Airflow would both start the runs",
            "use `runtime: {profile: standalone}`"),
    Feature("termination.podFailurePolicy", "`termination.podFailurePolicy`: `FailJob` and `Count`"
            " on exit codes of the main container", EXACT,
            "an operator of the file's own, which tries no more after such a code"),
    Feature("failurePolicy.action", "`action: Ignore` or `FailIndex` of a `podFailurePolicy`",
            REFUSED, "Airflow counts every try, and its runs have no index",
            "write a greater `maxRetries`, or `FailJob`"),
    Feature("failurePolicy.rule", "`onPodConditions`, and `containerName` of another container, in"
            " a `podFailurePolicy`", REFUSED,
            "Airflow decides on a further try by the exit code of the main container",
            "write `onExitCodes`"),
    Feature("termination.culling", "`termination.culling`", APPROXIMATED, "nothing sees idleness"),
    Feature("termination.probe", "`termination.probe`", APPROXIMATED,
            "it measures idleness, which nothing does",
            "a check of health is `container.livenessProbe`"),
    Feature("dag.namespace", "`namespace` of an operation of a dag", EXACT,
            "its pod runs there, where Airflow's connection has the rights"),
    *(
        Feature(f"init.{key}", f"`init: {key}`", REFUSED,
                "only Polyaxon's server knows where its files lie", "name them with `paths`")
        for key in ("lineageRef", "modelRef", "artifactRef")
    ),
    Feature("cache", "`cache`", APPROXIMATED, "Airflow keeps no results of earlier runs"),
    Feature("environment.restartPolicy", "`environment.restartPolicy` other than `Never`",
            REFUSED, "the operator runs each pod once", "retries are `termination.maxRetries`"),
    Feature("outputs.volume", "outputs of a run with a volume of its own at the context's root",
            REFUSED, "Airflow reads outputs from a volume that it brings", "leave the volume out"),
    *PLUGINS,
    *STEPS,
)  # fmt: skip

_FEATURES = Features("airflow", TABLE)

FEATURES = _FEATURES.exact()
"""The features this target has whatever the options are."""

feature_of, tell = _FEATURES.row, _FEATURES.tell
