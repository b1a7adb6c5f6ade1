"""Says what Kubernetes objects can say: one table, read by the emitter and by the documentation."""

from __future__ import annotations

from pxc.options import Options
from pxc.targets._features import APPROXIMATED, EXACT, REFUSED, Feature, Features
from pxc.targets._unsayable import PLUGINS, RUNTIMES, STEPS

__all__ = [
    "APPROXIMATED",
    "EXACT",
    "FEATURES",
    "REFUSED",
    "TABLE",
    "Feature",
    "feature_of",
    "met_by_option",
    "tell",
]

_LEFT = "leave it out"

TABLE = (
    # runtimes
    Feature("run.job", "`run.kind: job`", EXACT, "a `batch/v1` Job"),
    Feature("run.service", "`run.kind: service`", EXACT, "a Deployment and a Service"),
    Feature("run.dag", "`run.kind: dag`", EXACT,
            "the objects of its operations, or a JobSet of jobs that wait for each other;"
            " what needs a workflow engine is refused"),
    Feature("dag.earlyStopping", "`earlyStopping` of a dag", REFUSED,
            "nothing watches the dag as a whole", _LEFT),
    *(
        Feature(f"run.{kind}", f"`run.kind: {kind}`", EXACT, f"{resource} of its operator")
        for kind, resource in (
            ("tfjob", "a TFJob"), ("xgbjob", "an XGBoostJob"), ("paddlejob", "a PaddleJob"),
            ("mpijob", "an MPIJob"), ("rayjob", "a RayJob"), ("daskcluster", "a DaskCluster"),
            ("daskjob", "a DaskJob"), ("spark", "a SparkApplication"),
            ("raycluster", "with an `entrypoint` a RayJob, else a RayCluster,"),
        )
    ),
    Feature("run.pytorchjob", "`run.kind: pytorchjob`", EXACT,
            "a PyTorchJob of its operator, or by `--distributed indexed` an Indexed Job"),
    *RUNTIMES,
    # what is around a run
    *(
        Feature(f"matrix.{kind}", f"`matrix: {{kind: {kind}}}`", EXACT,
                "a Job for each run, or one Indexed Job with a table (`--matrix`)")
        for kind in ("grid", "random", "mapping")
    ),
    Feature("matrix.*", "`matrix` of another kind", REFUSED,
            "its next runs depend on the results of earlier ones, which takes a workflow engine",
            "use `grid`, `random` or `mapping`"),
    Feature("matrix.later", "`matrix` whose values come with the run, or of a dag", REFUSED,
            "its runs must be known when the file is compiled", "give its values by params"),
    Feature("matrix.failures", "`earlyStopping: failure_early_stopping` of a `matrix`", EXACT,
            "`maxFailedIndexes` of one Indexed Job; refused of separate Jobs"),
    Feature("matrix.earlyStopping", "another `earlyStopping` of a `matrix`", REFUSED,
            "nothing watches the runs of a matrix, which takes a workflow engine",
            "leave it out, and all runs are made"),
    Feature("matrix.concurrency", "`concurrency` of a `matrix` of separate Jobs", APPROXIMATED,
            "all runs start as soon as the cluster has room",
            "`--matrix indexed` makes one Job that holds to it, and so does a queue of Kueue"),
    Feature("dag.matrix", "`matrix` of an operation of a dag", REFUSED,
            "nothing waits for all runs of a matrix", "compile the operation as a file of its own"),
    Feature("service.matrix", "`matrix` of a service", REFUSED,
            "a matrix ends when its runs do, and a service does not", "use `kind: job`"),
    Feature("schedule.cron", "`schedule: {kind: cron}`", EXACT, "a CronJob in UTC"),
    Feature("schedule.interval", "`schedule: {kind: interval}`", EXACT,
            "a CronJob in UTC, where a clock shows the interval; else refused"),
    Feature("schedule.datetime", "`schedule: {kind: datetime}`", REFUSED,
            "Kubernetes has no object that runs once at a given time",
            "apply the job when it shall run"),
    Feature("schedule.dependsOnPast", "`schedule.dependsOnPast`", EXACT,
            "`concurrencyPolicy: Forbid`: a run is skipped while the one before it goes on"),
    *(
        Feature(f"schedule.{field}", f"`schedule.{field}`", REFUSED,
                "a CronJob has no beginning, end or number of runs", then)
        for field, then in (
            ("startAt", "leave it out and apply the CronJob when it shall begin"),
            ("endAt", "leave it out and delete the CronJob when it shall end"),
            ("maxRuns", "leave it out and delete the CronJob when it has run enough"),
        )
    ),
    Feature("service.schedule", "`schedule` of a service", REFUSED,
            "a service runs until it is deleted", "schedule a job"),
    Feature("hooks", "`hooks`", REFUSED, "no object of Kubernetes starts when a run ends",
            "do it at the end of the container's own command, or in what watches the Job"),
    Feature("build", "`build`", REFUSED, "Kubernetes builds no images",
            "build the image before, and name it in `container.image`"),
    Feature("joins", "`joins`", REFUSED, "they ask Polyaxon's database for earlier runs",
            "give their values by `params`"),
    Feature("events", "`events`", REFUSED, "no object of Kubernetes waits for an event",
            "apply the file when the event has come"),
    Feature("events.inside", "`events` of an operation of a dag that come of anything but another"
            " one", REFUSED, "no object of Kubernetes waits for an event",
            "apply the file when the event has come"),
    Feature("dependencies", "`dependencies`", REFUSED,
            "Kubernetes starts every object at once and orders nothing",
            "apply the file when the others have ended"),
    Feature("trigger", "`trigger`", APPROXIMATED,
            "a run outside of a dag has nothing before it to wait for"),
    Feature("skip", "`skipOnUpstreamSkip`", APPROXIMATED,
            "a run outside of a dag has no upstream that could be skipped"),
    Feature("conditions", "`conditions` that wait for the run", REFUSED,
            "what is applied to a cluster is started",
            "let them use params and inputs only, so that they are known before"),
    Feature("approval", "`isApproved: false`", REFUSED,
            "Kubernetes asks nobody before it starts what is applied",
            "leave `isApproved` out and apply the file when it is approved"),
    Feature("queue.pool", "`queue` with `--queue-as pool`", APPROXIMATED,
            "a pool is one of Airflow", "`--queue-as` takes the queues of Kueue and Volcano, too"),
    Feature("queue", "`queue`", APPROXIMATED,
            "the run starts as soon as the cluster has room for it",
            "`--queue-as` says what a queue is in the cluster"),
    Feature("cache", "`cache`", APPROXIMATED,
            "each run is run: no record of earlier runs is asked"),
    Feature("cost", "`cost`", APPROXIMATED, "nothing in a cluster adds up costs"),
    Feature("mount", "`mount`", REFUSED,
            "it copies files of the machine that starts the run",
            "put them into the image, or bring them by an `init` step"),
    # plugins
    Feature("plugins.auth", "`plugins.auth`", REFUSED,
            "there is no Polyaxon to hand out a token",
            "leave it out; a Secret comes by a connection", profile="polyaxon"),
    Feature("plugins.tmux", "`plugins.tmux`", APPROXIMATED,
            "the command runs without tmux; `kubectl logs` and `kubectl exec` reach it",
            profile="polyaxon"),
    *PLUGINS,
    Feature("plugins.notifications", "`plugins.notifications`", APPROXIMATED,
            "nobody is told how the run ends",
            "alert on `kube_job_status_failed` and its like"),
    # the runtime profile `polyaxon`
    Feature("polyaxon.run", "a run on Polyaxon's server, under the profile `polyaxon`",
            APPROXIMATED, "nothing creates it there",
            "create it before, under the uuid of the label `pxc.dev/run-uuid`"),
    Feature("polyaxon.matrix", "`matrix` under the profile `polyaxon`", REFUSED,
            "its runs are Polyaxon's own to make", "use `runtime: {profile: standalone}`"),
    # how a run begins and ends
    Feature("termination.culling", "`termination.culling`", APPROXIMATED,
            "Kubernetes sees no idleness: the service runs until it is deleted",
            "scale it to zero with `kubectl scale` when nobody needs it"),
    Feature("termination.probe", "`termination.probe`", APPROXIMATED,
            "it measures idleness, which Kubernetes does not",
            "a check of health is `container.livenessProbe`"),
    Feature("service.termination.maxRetries", "`termination.maxRetries` of a service",
            APPROXIMATED, "a Deployment starts a failed pod again without limit"),
    Feature("service.termination.ttl", "`termination.ttl` of a service", APPROXIMATED,
            "a Deployment never ends by itself"),
    Feature("service.termination.timeout", "`termination.timeout` of a service", REFUSED,
            "a Deployment runs until it is deleted", _LEFT),
    Feature("service.termination.podFailurePolicy", "`termination.podFailurePolicy` of a service",
            REFUSED, "a Deployment starts a failed pod again", _LEFT),
    # services
    Feature("service.rewritePath", "`rewritePath`", APPROXIMATED,
            "nothing lies before the Service that could rewrite a path",
            option="expose"),
    Feature("service.isExternal", "`isExternal`", APPROXIMATED,
            "the Service is reached from inside the cluster alone", option="expose"),
    # what comes into a pod
    *(
        Feature(f"init.{key}", f"`init: {key}` of which the catalog has none", REFUSED,
                "only Polyaxon's server knows where its files lie",
                "name them with `paths`, or declare it in the catalog")
        for key in ("lineageRef", "modelRef", "artifactRef")
    ),
    *STEPS,
)  # fmt: skip

_FEATURES = Features("kubernetes", TABLE)

FEATURES = _FEATURES.exact()
"""The features this target has whatever the options are."""

feature_of, tell, tell_demand = _FEATURES.row, _FEATURES.tell, _FEATURES.tell_demand


def met_by_option(name: str, options: Options) -> bool:
    """Whether an option of the compiler lets the target say a feature exactly."""
    row = feature_of(name)
    if row is None:
        return False
    chosen = bool(row.option) and getattr(options, row.option) != "none"
    return chosen or (bool(row.profile) and options.runtime.profile == row.profile)
