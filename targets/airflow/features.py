"""Says what a DAG of Airflow can say: one table, read by the emitter and by the documentation."""

from __future__ import annotations

from pxc.targets._features import APPROXIMATED, EXACT, REFUSED, Feature, Features
from pxc.targets._unsayable import METRICS, OUTPUTS, PLUGINS, RUNTIMES, STEPS, WORKFLOWS

__all__ = ["FEATURES", "ROWS", "TABLE", "feature_of", "tell", "tell_demand"]

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
        )
    ),
    Feature("run.spark", "`run.kind: spark`", EXACT,
            "a SparkKubernetesOperator that makes a SparkApplication, waits for its end and deletes"
            " it"),
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
    *OUTPUTS,
    *RUNTIMES,
    Feature("dag.gate", "`trigger` that no rule of Airflow says exactly", EXACT,
            "a task before it asks what every upstream came to"),
    Feature("dag.condition", "`conditions` that wait for the run", EXACT,
            "a task before it decides by a function of Python"),
    Feature("dag.events", "`events` of an operation with several upstreams", APPROXIMATED,
            "a task starts when all that it waits for have ended, not with the first"),
    Feature("dag.failures", "`earlyStopping` of the outermost dag that one failure meets", EXACT,
            "`fail_fast`: what runs fails, the rest is skipped"),
    *METRICS,
    Feature("dag.concurrency", "`concurrency` of a dag inside of a dag", APPROXIMATED,
            "Airflow counts the tasks of the whole DAG", "give it to the outermost dag"),
    Feature("dag.termination.timeout", "`termination.timeout` of a dag inside of a dag", REFUSED,
            "a group of tasks has no deadline", "give it to the operations, or to the outer dag"),
    Feature("dag.termination.ttl", "`termination.ttl`", APPROXIMATED,
            "the pods of a run are deleted as soon as it has ended"),
    *(
        Feature(f"matrix.{kind}", f"`matrix: {{kind: {kind}}}`", EXACT,
                "a mapped task, with what each run has of its own")
        for kind in ("grid", "random", "mapping")
    ),
    Feature("matrix.many", "`matrix` of more than 1,024 runs", APPROXIMATED,
            "the list of its runs is in the DAG file, which Airflow reads again and again",
            "bound it with `numRuns`"),
    Feature("matrix.dag", "`matrix` around a dag", EXACT, "a group of tasks for each of its runs"),
    Feature("matrix.dagRules", "`earlyStopping` of a `matrix` around a dag", REFUSED,
            "its runs are groups of tasks that are all written down, and `pxc-tuner` is asked"
            " between mapped tasks alone", _ARGO),
    Feature("matrix.*", "`matrix` without its bounds, or whose parts come with the run", REFUSED,
            "how long it goes on, and where, must be known when the file is compiled",
            "give its values by params"),
    *(
        Feature(f"search.{kind}", f"`matrix: {{kind: {kind}}}`", EXACT,
                "rounds of mapped tasks, before each of which `pxc-tuner` chooses what to run")
        for kind in ("hyperband", "bayes", "tpe", "hyperopt")
    ),
    Feature("search.policy", "`policy` of an `earlyStopping` of a matrix", APPROXIMATED,
            "it compares runs while they go on, of which Airflow tells nothing: none is ended",
            "end the run in the program itself"),
    Feature("search.tuner", "`params`, `presets`, `queue` and `namespace` of a search's `tuner`",
            APPROXIMATED, "`pxc-tuner` is a task of the DAG itself, and needs none of them"),
    Feature("search.own", "`tuner` of a search whose component is in the catalog", REFUSED,
            "the task that asks is `pxc-tuner` itself",
            "leave `tuner` out: `pxc-tuner` proposes the runs then; or compile it with"
            " `--target argo`"),
    Feature("search.dag", "`matrix` of one of these kinds around a dag", REFUSED,
            "Airflow maps tasks, and groups of tasks only where none of them is mapped",
            "compile it with `--target argo`"),
    Feature("hooks", "`hooks` whose component is not known", REFUSED,
            "what they run is not known", "put their components into the catalog"),
    Feature("hooks.stopped", "`trigger: stopped` of a hook", REFUSED,
            "a task that somebody stops has failed to Airflow", "write `trigger: failed`"),
    Feature("approval", "`isApproved: false`, where the file is for Airflow 2, too", REFUSED,
            "before Airflow 3.1 nobody can be asked", "`--airflow 3` writes an ApprovalOperator"),
    Feature("events.commit", "`events` of kind `connection_git_commit`, outside of a dag", EXACT,
            "an Asset with the address of the repository, which what hears of a push tells of"),
    Feature("events", "`events` of other kinds or origins, outside of a dag", REFUSED,
            "Airflow hears of assets, which have a name before anything runs; a uuid names a run"
            " that is there already, and not the DAG that it is of",
            "start the run when the event has come"),
    Feature("conditions", "`conditions` outside of a dag that wait for the run", REFUSED,
            "a run of its own is started when it is triggered",
            "let them use params and inputs only, so that they are known before"),
    Feature("schedule.cron", "`schedule: {kind: cron}`", EXACT, "a CronTriggerTimetable in UTC"),
    Feature("schedule.interval", "`schedule: {kind: interval}`", EXACT, "a DeltaTriggerTimetable"),
    Feature("schedule.datetime", "`schedule: {kind: datetime}`", EXACT,
            "`@once`, from that moment on"),
    Feature("schedule.dependsOnPast", "`schedule.dependsOnPast`", EXACT,
            "`max_active_runs=1`: a run waits until the one before it has ended, in whatever way"),
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
    Feature("dag.namespace", "`namespace` of an operation of a dag", EXACT,
            "its pod runs there, where Airflow's connection has the rights"),
    Feature("cache", "`cache`", APPROXIMATED, "Airflow keeps no results of earlier runs"),
    Feature("environment.restartPolicy", "`environment.restartPolicy` other than `Never`",
            REFUSED, "the operator runs each pod once", "retries are `termination.maxRetries`"),
    Feature("outputs.volume", "outputs of a run with a volume of its own at the context's root",
            REFUSED, "Airflow reads outputs from a volume that it brings", "leave the volume out"),
    *WORKFLOWS,
    *PLUGINS,
    *STEPS,
)  # fmt: skip

ROWS = Features("airflow", TABLE)

FEATURES = ROWS.exact()
"""The features this target has whatever the options are."""

feature_of, tell, tell_demand = ROWS.row, ROWS.tell, ROWS.tell_demand
