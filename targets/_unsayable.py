"""Says what engines on Kubernetes cannot say of a Polyaxonfile: rows that several targets share."""

from __future__ import annotations

from pxc.targets._features import APPROXIMATED, EXACT, REFUSED, Feature

__all__ = ["METRICS", "OUTPUTS", "PLUGINS", "RUNTIMES", "STEPS", "WORKFLOWS"]

RUNTIMES = (
    Feature("run.mxjob", "`run.kind: mxjob`", REFUSED,
            "no maintained operator runs MXNet jobs", "write a `job` of one pod"),
    *(
        Feature(f"run.{kind}", f"`run.kind: {kind}`", REFUSED,
                "Polyaxon's own scheduler starts such runs",
                "write `kind: job` to run its container by itself")
        for kind in ("notifier", "cleaner", "tuner")
    ),
    *(
        Feature(f"run.{kind}", f"`run.kind: {kind}`", REFUSED,
                "it is a runtime of older releases", "write it as a kind of today")
        for kind in ("flink", "dask", "ray")
    ),
)  # fmt: skip
"""Runtimes that nothing outside of Polyaxon starts."""

OUTPUTS = (
    Feature("distributed.store", "outputs of such a run, taken by another operation, without an"
            " artifacts store", REFUSED, "what its pods leave is read from the store",
            "declare one in the catalog, and leave `plugins.collectArtifacts` on"),
    Feature("distributed.outputs", "outputs of a run on Ray, Dask or Spark, taken by another"
            " operation", REFUSED,
            "it has ended before all that its pods leave is kept, and nothing tells when that is",
            "let the program write to a connection that both have"),
)  # fmt: skip

METRICS = (
    Feature("dag.branches", "`earlyStopping` of a dag by a metric, where operations run beside the"
            " one that has it", APPROXIMATED,
            "what follows the operation with the metric is skipped, and nothing else"),
    Feature("dag.metric", "`earlyStopping` of a dag by a metric that no operation declares",
            REFUSED, "nothing tells which operation has the metric",
            "declare it as an output of an operation that is run once"),
)  # fmt: skip
"""What ends in a dag by a metric."""

PLUGINS = (
    Feature("plugins.sandbox", "`plugins.sandbox`", REFUSED,
            "a sandbox is a program of Polyaxon's in the container",
            "leave it out and use `kubectl exec`"),
    Feature("plugins.ssh", "`plugins.ssh`", REFUSED,
            "the server is a program of Polyaxon's in the container",
            "leave it out and use `kubectl exec`, or an image with an ssh server"),
    Feature("plugins.externalHost", "`plugins.externalHost`", APPROXIMATED,
            "there is no API of Polyaxon's to reach by another host"),
)  # fmt: skip
"""Programs of Polyaxon's own beside the run."""

STEPS = (
    Feature("init.tensorboard", "`init: tensorboard` without `uuids`", REFUSED,
            "only Polyaxon's server lists runs", "name those to show with `uuids`"),
    Feature("init.tensorboard.useNames", "`init.tensorboard.useNames`", APPROXIMATED,
            "only Polyaxon's server knows the names of runs: their uuids are shown"),
    Feature("init.file.connection", "`connection` of an `init` file", APPROXIMATED,
            "a file comes from no connection"),
    Feature("init.file.kind", "`init.file.kind`", APPROXIMATED,
            "the file is written as any other; its kind is for Polyaxon's lineage"),
    Feature("connections.hostPath", "`hostPath` in a connection's secret or config map", REFUSED,
            "a Secret or a ConfigMap lies in no directory of a host",
            "leave it out, or make it a `host_path` connection"),
)  # fmt: skip
"""What comes into a pod by Polyaxon's server alone, or has no meaning there."""

WORKFLOWS = (
    Feature("mount", "`mount`", REFUSED,
            "it copies files of the machine that starts the run",
            "put them into the image, or bring them by an `init` step"),
    Feature("dag.begun", "`events` of an operation's only upstream that tell of its beginning, as"
            " `run_status_running`", APPROXIMATED,
            "the task starts as its upstream does, so the two run beside each other"),
    Feature("dag.earlyStopping", "`earlyStopping` of a dag whose parts come with the run",
            REFUSED, "its rules must be known when the file is compiled",
            "give their values by params"),
    Feature("matrix.earlyStopping", "`earlyStopping` of a `matrix` whose parts come with the run",
            REFUSED, "its rules must be known when the file is compiled",
            "give their values by params"),
    Feature("matrix.rounds", "`earlyStopping` of a `grid`, a `random` or a `mapping`", APPROXIMATED,
            "its rules are held to the results between two rounds, each of `concurrency` runs",
            "a smaller `concurrency` makes shorter rounds"),
    Feature("search.iterative", "`matrix: {kind: iterative}` without a `tuner`", APPROXIMATED,
            "no component proposes its runs: `pxc-tuner` draws them at random",
            "`bayes` and `tpe` learn from results"),
    Feature("search.earlyStopping", "`earlyStopping` of a search", APPROXIMATED,
            "its rules are held to the results between two rounds",
            "smaller batches make shorter rounds"),
    Feature("search.resume", "`resume` of a search without an artifacts store", APPROXIMATED,
            "a run of a later rung begins anew: nothing is kept of the one before",
            "declare an artifacts store in the catalog"),
    Feature("search.joins", "`joins` over the runs of a `matrix` of the same dag", EXACT,
            "a task that gathers what the runs left, between them and who takes it"),
    Feature("joins.unordered", "`joins` over the runs of a `matrix` that is not waited for",
            REFUSED, "its runs need not have ended by then, and a join makes no edge of its own",
            "add the operation with the `matrix` to `dependencies`"),
    Feature("joins", "`joins` over other runs", REFUSED,
            "they ask Polyaxon's database for earlier runs",
            "gather from a `matrix` of the same dag, or give their values by `params`"),
    Feature("build", "`build` whose component is not known", REFUSED,
            "what builds the image is not known",
            "put its component into the catalog, or build the image before"),
    Feature("events.inside", "`events` of an operation of a dag that come of anything but another"
            " one", REFUSED, "a task waits for other tasks alone", "give it to what runs the dag"),
    Feature("dependencies", "`dependencies` outside of a dag", REFUSED,
            "there is nothing beside it to wait for", "write the operations as a dag"),
    Feature("trigger", "`trigger` outside of a dag", APPROXIMATED,
            "a run outside of a dag has nothing before it to wait for"),
    Feature("skip", "`skipOnUpstreamSkip` outside of a dag", APPROXIMATED,
            "a run outside of a dag has no upstream that could be skipped"),
    Feature("plugins.auth", "`plugins.auth`", REFUSED,
            "there is no Polyaxon to hand out a token",
            "leave it out; a Secret comes by a connection"),
    Feature("termination.culling", "`termination.culling`", APPROXIMATED,
            "nothing sees idleness"),
    Feature("termination.probe", "`termination.probe`", APPROXIMATED,
            "it measures idleness, which nothing does",
            "a check of health is `container.livenessProbe`"),
    *(
        Feature(f"init.{key}", f"`init: {key}`", REFUSED,
                "only Polyaxon's server knows where its files lie", "name them with `paths`")
        for key in ("lineageRef", "modelRef", "artifactRef")
    ),
)  # fmt: skip
"""What is the same to every engine that runs several operations, one after another."""
