"""Says what no engine on Kubernetes can say of a Polyaxonfile: rows that its targets share."""

from __future__ import annotations

from pxc.targets._features import APPROXIMATED, REFUSED, Feature

__all__ = ["PLUGINS", "RUNTIMES", "STEPS"]

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
