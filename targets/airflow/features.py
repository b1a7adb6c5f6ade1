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
    Feature("dag.begun", "`events` of an operation's only upstream that tell of its beginning, as"
            " `run_status_running`", APPROXIMATED,
            "the task starts as its upstream does, so the two run beside each other"),
    Feature("dag.events", "`events` of an operation with several upstreams", APPROXIMATED,
            "a task starts when all that it waits for have ended, not with the first"),
    Feature("dag.failures", "`earlyStopping` of the outermost dag that one failure meets", EXACT,
            "`fail_fast`: what runs fails, the rest is skipped"),
    Feature("dag.metric", "`earlyStopping` of a dag by a metric", REFUSED,
            "Airflow ends no DAG well before its last task",
            "give the operations that follow `conditions`"),
    Feature("dag.earlyStopping", "`earlyStopping` of a dag whose parts come with the run",
            REFUSED, "its rules must be known when the file is compiled",
            "give their values by params"),
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
    Feature("matrix.exitCodes", "`termination.podFailurePolicy` of the runs of rounds", REFUSED,
            _YET, _ARGO),
    Feature("matrix.distributed", "`matrix` of a distributed run", REFUSED, _YET, _ARGO),
    Feature("matrix.dagRules", "`earlyStopping` of a `matrix` around a dag", REFUSED, _YET, _ARGO),
    Feature("matrix.earlyStopping", "`earlyStopping` of a `matrix` whose parts come with the run",
            REFUSED, "its rules must be known when the file is compiled",
            "give their values by params"),
    Feature("matrix.rounds", "`earlyStopping` of a `grid`, a `random` or a `mapping`", APPROXIMATED,
            "its rules are held to the results between two rounds, each of `concurrency` runs",
            "a smaller `concurrency` makes shorter rounds"),
    Feature("matrix.*", "`matrix` without its bounds, or whose parts come with the run", REFUSED,
            "how long it goes on, and where, must be known when the file is compiled",
            "give its values by params"),
    *(
        Feature(f"search.{kind}", f"`matrix: {{kind: {kind}}}`", EXACT,
                "rounds of mapped tasks, before each of which `pxc-tuner` chooses what to run")
        for kind in ("hyperband", "bayes", "tpe", "hyperopt")
    ),
    Feature("search.iterative", "`matrix: {kind: iterative}`", APPROXIMATED,
            "no component proposes its runs: `pxc-tuner` draws them at random",
            "`bayes` and `tpe` learn from results"),
    Feature("search.earlyStopping", "`earlyStopping` of a search", APPROXIMATED,
            "its rules are held to the results between two rounds",
            "smaller batches make shorter rounds"),
    Feature("search.policy", "`policy` of an `earlyStopping` of a matrix", APPROXIMATED,
            "it compares runs while they go on, of which Airflow tells nothing: none is ended",
            "end the run in the program itself"),
    Feature("search.tuner", "`params`, `presets`, `queue` and `namespace` of a search's `tuner`",
            APPROXIMATED, "`pxc-tuner` is a task of the DAG itself, and needs none of them"),
    Feature("search.resume", "`resume` of a search without an artifacts store", APPROXIMATED,
            "a run of a later rung begins anew: nothing is kept of the one before",
            "declare an artifacts store in the catalog"),
    Feature("search.dag", "`matrix` of one of these kinds around a dag", REFUSED,
            "Airflow maps tasks, and groups of tasks only where none of them is mapped",
            "compile it with `--target argo`"),
    Feature("search.joins", "`joins` over the runs of a `matrix` of the same dag", EXACT,
            "a task that gathers what the runs left, between them and who takes it"),
    Feature("joins.unordered", "`joins` over the runs of a `matrix` that is not waited for",
            REFUSED, "its runs need not have ended by then, and a join makes no edge of its own",
            "add the operation with the `matrix` to `dependencies`"),
    Feature("joins", "`joins` over other runs", REFUSED,
            "they ask Polyaxon's database for earlier runs",
            "gather from a `matrix` of the same dag, or give their values by `params`"),
    Feature("hooks", "`hooks` whose component is not known", REFUSED,
            "what they run is not known", "put their components into the catalog"),
    Feature("hooks.stopped", "`trigger: stopped` of a hook", REFUSED,
            "a task that somebody stops has failed to Airflow", "write `trigger: failed`"),
    Feature("build", "`build` whose component is not known", REFUSED,
            "what builds the image is not known",
            "put its component into the catalog, or build the image before"),
    Feature("approval", "`isApproved: false`, where the file is for Airflow 2, too", REFUSED,
            "before Airflow 3.1 nobody can be asked", "`--airflow 3` writes an ApprovalOperator"),
    Feature("events", "`events` outside of a dag", REFUSED,
            "Airflow hears of assets, and a run of Polyaxon's is none", "give it a `schedule`"),
    Feature("events.inside", "`events` of an operation of a dag that come of anything but another"
            " one", REFUSED, "a task waits for other tasks alone", "give it to what runs the dag"),
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
