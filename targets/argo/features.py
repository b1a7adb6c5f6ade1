"""Says what an Argo workflow can say: one table, read by the emitter and by the documentation."""

from __future__ import annotations

from pxc.targets._features import APPROXIMATED, EXACT, REFUSED, Feature, Features
from pxc.targets._unsayable import METRICS, OUTPUTS, PLUGINS, RUNTIMES, STEPS, WORKFLOWS

__all__ = ["FEATURES", "ROWS", "TABLE", "feature_of", "tell", "tell_demand"]

_LEFT = "leave it out"

TABLE = (
    # runtimes
    Feature("run.job", "`run.kind: job`", EXACT, "a template with a container"),
    Feature("run.service", "`run.kind: service`", EXACT,
            "alone a Deployment and a Service; in a dag a daemon that ends with the dag"),
    Feature("run.dag", "`run.kind: dag`", EXACT, "a dag template with a task for each operation"),
    Feature("dag.one", "`trigger: one_succeeded`, `one_failed`, `one_done`, and `events`, of an"
            " operation with several upstreams", APPROXIMATED,
            "a task starts when all that it waits for have ended, not with the first"),
    Feature("dag.failures", "`earlyStopping` of the outermost dag that one failure meets",
            APPROXIMATED, "nothing more starts after the first failure; what runs goes on"),
    *METRICS,
    Feature("dag.namespace", "`namespace` of an operation, unlike that of its dag", REFUSED,
            "the pods of a workflow run in its namespace", "give it to the dag"),
    Feature("dag.termination.timeout", "`termination.timeout` of a dag inside of a dag, sooner than"
            " that of the outermost", REFUSED,
            "a deadline is one of a pod or of the whole workflow",
            "give it to the operations, or to the outer dag"),
    Feature("dag.termination.ttl", "`termination.ttl` of an operation of a dag, unlike that of the"
            " dag", APPROXIMATED,
            "its pod goes with the workflow", "give it to the dag"),
    *(
        Feature(f"run.{kind}", f"`run.kind: {kind}`", EXACT,
                f"a `resource` template that creates {resource} and waits for its end")
        for kind, resource in (
            ("tfjob", "a TFJob"), ("xgbjob", "an XGBoostJob"), ("paddlejob", "a PaddleJob"),
            ("mpijob", "an MPIJob"), ("rayjob", "a RayJob"), ("daskjob", "a DaskJob"),
            ("spark", "a SparkApplication"),
        )
    ),
    Feature("run.pytorchjob", "`run.kind: pytorchjob`", EXACT,
            "a `resource` template that creates a PyTorchJob, or by `--distributed indexed` an"
            " Indexed Job, and waits for its end"),
    Feature("run.raycluster", "`run.kind: raycluster`", EXACT,
            "with an `entrypoint` a RayJob; else, in a dag, a RayCluster that is waited for until"
            " it is ready, and that goes with the workflow"),
    Feature("run.daskcluster", "`run.kind: daskcluster`", EXACT,
            "in a dag, a DaskCluster that is waited for until it runs, and that goes with the"
            " workflow"),
    *OUTPUTS,
    *RUNTIMES,
    # what is around a run
    *(
        Feature(f"matrix.{kind}", f"`matrix: {{kind: {kind}}}`", EXACT,
                "a loop over its runs, of an operation and of a dag")
        for kind in ("grid", "random", "mapping")
    ),
    *(
        Feature(f"search.{kind}", f"`matrix: {{kind: {kind}}}`", EXACT,
                "rounds of a loop, between which `pxc-tuner` chooses what to run")
        for kind in ("hyperband", "bayes", "tpe", "hyperopt")
    ),
    Feature("search.policy", "`policy` of an `earlyStopping` of a matrix", APPROXIMATED,
            "it compares runs while they go on, of which a loop tells nothing: none is ended",
            "end the run in the program itself"),
    Feature("search.tuner", "`params`, `presets`, `queue` and `namespace` of a search's `tuner`",
            APPROXIMATED, "`pxc-tuner` is a task of the workflow itself, and needs none of them"),
    Feature("search.own", "`tuner` of a search whose component is in the catalog", EXACT,
            "its pod is asked in each round, and `pxc-tuner` holds its answer to the search"),
    Feature("search.tuner.kind", "`tuner` whose component is no job", REFUSED,
            "one pod answers with its output `suggestions`", "write it as `kind: job`"),
    Feature("search.cached", "`resume` of a search whose runs have a `cache`", APPROXIMATED,
            "a run that goes on from one which came from the cache of an earlier workflow begins"
            " anew: what that kept is there under its identity",
            "leave the `cache` out, or `resume`"),
    Feature("search.dag", "`matrix` of one of these kinds around a dag whose metric not exactly one"
            " operation declares as an output", REFUSED,
            "the metric of a dag is the output of that name of one of its operations",
            "declare it as an output of one operation, which every run has"),
    Feature("matrix.*", "`matrix` of one of these kinds without `maxIterations` of a hyperband or"
            " `numRuns` of a `tpe`, or whose parts come with the run", REFUSED,
            "how long it goes on, and where, must be known when the file is compiled",
            "give its values by params"),
    Feature("matrix.later", "`matrix` whose values come with the run", REFUSED,
            "its runs must be known when the file is compiled", "give its values by params"),
    Feature("service.matrix", "`matrix` of a service", REFUSED,
            "a matrix ends when its runs do, and a service does not", "use `kind: job`"),
    Feature("schedule.cron", "`schedule: {kind: cron}`", EXACT, "a CronWorkflow in UTC"),
    Feature("schedule.interval", "`schedule: {kind: interval}`", EXACT,
            "a CronWorkflow that starts every so many seconds"),
    Feature("schedule.datetime", "`schedule: {kind: datetime}`", EXACT,
            "a CronWorkflow that starts one run in the minute of that moment"),
    Feature("schedule.dependsOnPast", "`schedule.dependsOnPast`", EXACT,
            "`concurrencyPolicy: Forbid`: a run is left out while the one before it goes on"),
    Feature("schedule.startAt", "`schedule.startAt`", EXACT, "a `when` of the CronWorkflow"),
    Feature("schedule.endAt", "`schedule.endAt`", EXACT, "a `when` of the CronWorkflow"),
    Feature("schedule.maxRuns", "`schedule.maxRuns`", EXACT,
            "a `stopStrategy` that counts the runs that have ended"),
    Feature("hooks", "`hooks` whose component is not known", REFUSED,
            "what runs in them is not known",
            "put their components into the catalog, or name them by `pathRef`"),
    Feature("hooks.stopped", "`trigger: stopped` of a hook", REFUSED,
            "who stops a workflow stops its hooks, too", "leave it out"),
    Feature("events.commit", "`events` of kind `connection_git_commit`, outside of a dag", EXACT,
            "a WorkflowEventBinding: each push that the Argo Server hears of starts a run"),
    Feature("events", "`events` of another run, outside of a dag", REFUSED,
            "to hear of another workflow takes Argo Events",
            "`--events-as sensor` writes an EventSource and a Sensor for it"),
    Feature("events.other", "`events` of other kinds or origins, outside of a dag", REFUSED,
            "nothing in the cluster tells Argo of them",
            "create the workflow when the event has come"),
    Feature("conditions", "`conditions` outside of a dag that wait for the run", REFUSED,
            "a workflow that is created is started",
            "let them use params and inputs only, so that they are known before"),
    Feature("approval", "`isApproved: false`", EXACT,
            "a task before it that waits until `argo resume`"),
    Feature("queue.pool", "`queue` with `--queue-as pool`", APPROXIMATED,
            "a pool is one of Airflow", "`--queue-as` takes the queues of Kueue and Volcano, too"),
    Feature("queue", "`queue`", APPROXIMATED,
            "the run starts as soon as the cluster has room for it",
            "`--queue-as` says what a queue is in the cluster: Kueue's label on the pod, or"
            " Volcano's scheduler"),
    Feature("cache", "`cache` of a dag", APPROXIMATED,
            "its operations are run, each with the cache of its own",
            "give it to the operations"),
    Feature("service.cache", "`cache` of a service", APPROXIMATED,
            "a service ends with its dag and leaves nothing to take again"),
    Feature("cost", "`cost`", APPROXIMATED, "nothing in a cluster adds up costs"),
    Feature("environment.restartPolicy", "`environment.restartPolicy` other than `Never`",
            REFUSED, "Argo runs each pod once", "retries are `termination.maxRetries`"),
    # plugins
    Feature("plugins.tmux", "`plugins.tmux`", APPROXIMATED,
            "the command runs without tmux; `argo logs` and `kubectl exec` reach it"),
    *WORKFLOWS,
    *PLUGINS,
    Feature("plugins.notifications", "`plugins.notifications`", APPROXIMATED,
            "nobody is told how the run ends",
            "alert on `argo_workflows_total_count` and its like"),
    Feature("polyaxon.profile", "the runtime profile `polyaxon`", REFUSED,
            "Polyaxon's server and Argo would both start the runs",
            "use `runtime: {profile: standalone}`"),
    # how a run begins and ends
    Feature("termination.podFailurePolicy", "`termination.podFailurePolicy`: `FailJob` and `Count`"
            " on exit codes of the main container", EXACT,
            "the `expression` of the `retryStrategy`"),
    Feature("failurePolicy.action", "`action: Ignore` or `FailIndex` of a `podFailurePolicy`",
            REFUSED, "Argo counts every try, and its runs have no index",
            "write a greater `maxRetries`, or `FailJob`"),
    Feature("failurePolicy.rule", "`onPodConditions`, and `containerName` of another container, in"
            " a `podFailurePolicy`", REFUSED,
            "Argo decides on a further try by the exit code of the main container",
            "write `onExitCodes`"),
    Feature("service.termination.maxRetries", "`termination.maxRetries` of a service",
            APPROXIMATED, "a daemon that has failed is not started again"),
    Feature("service.termination.timeout", "`termination.timeout` of a service", REFUSED,
            "a service goes on until the dag around it ends", _LEFT),
    Feature("service.rewritePath", "`rewritePath`", APPROXIMATED,
            "nothing lies before the service that could rewrite a path"),
    Feature("service.isExternal", "`isExternal`", APPROXIMATED,
            "the service is reached from inside the cluster alone"),
    # what comes into a pod
    *STEPS,
)  # fmt: skip

ROWS = Features("argo", TABLE)

FEATURES = ROWS.exact()
"""The features this target has whatever the options are."""

feature_of, tell, tell_demand = ROWS.row, ROWS.tell, ROWS.tell_demand
