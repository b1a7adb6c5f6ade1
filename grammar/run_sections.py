"""The table of what stands around one run: its cache, how it ends, and what is added to it.

Source of the rules: the Polyaxonfile specification as releases 1.1 to 2.18 behave.
"""

from __future__ import annotations

from pxc.grammar.shapes import (
    Boolean,
    Choice,
    Integer,
    Kubernetes,
    ListOf,
    Model,
    Special,
    Text,
    fields,
)  # fmt: skip
from pxc.ir import spec
from pxc.releases import Known

STATUSES = (
    "created", "resuming", "on_schedule", "compiled", "queued", "scheduled", "starting",
    "running", "processing", "stopping", "failed", "stopped", "succeeded", "skipped", "warning",
    "unschedulable", "upstream_failed", "retrying", "unknown", "done",
)  # fmt: skip

CACHE = Model(
    "cache",
    spec.Cache,
    fields(
        disable=(Boolean(), "turn caching off (`true`) or on (`false`)"),
        ttl=(Integer(), "seconds a finished run may be reused"),
        io=(ListOf(Text()), "inputs and outputs that take part in the state", Known(since="1.6")),
        sections=(
            ListOf(Choice(("containers", "init", "connections"))),
            "runtime parts that take part in the state",
            Known(since="1.11"),
        ),
    ),
)

TERMINATION = Model(
    "termination",
    spec.Termination,
    fields(
        maxRetries=(Integer(), "how often a failed run is tried again"),
        ttl=(Integer(), "seconds after the end until the run is removed"),
        timeout=(Integer(), "seconds a run may take"),
        culling=(
            Model(
                "culling",
                spec.Culling,
                fields(timeout=(Integer(), "idle seconds until a service is stopped")),
            ),
            "when an idle service is stopped",
            Known(since="2.12"),
        ),
        probe=(
            Model(
                "probe",
                spec.Probe,
                fields(
                    http=(Kubernetes("V1HTTPGetAction"), "an HTTP request that shows activity"),
                    exec=(Kubernetes("V1ExecAction"), "a command that shows activity"),
                ),
            ),
            "how the activity of a service is seen",
            Known(since="2.12"),
        ),
        podFailurePolicy=(
            Kubernetes("V1PodFailurePolicy", template=True),
            "which failures count as retries",
            Known(since="2.13"),
        ),
    ),
    moved={
        "max_restarts": "the field is `maxRetries`",
        "restartPolicy": "it is a field of `environment`",
    },
)

PLUGINS = Model(
    "plugins",
    spec.Plugins,
    fields(
        auth=(Boolean(), "mount an authentication context"),
        docker=(Boolean(), "mount the docker socket"),
        shm=(Boolean(), "mount a memory-backed /dev/shm (default true)"),
        tmux=(Boolean(), "add tmux", Known(since="2.16")),
        sandbox=(Boolean(), "make a service a sandbox", Known(since="2.16")),
        ssh=(Boolean(), "open ssh into a service", Known(since="2.16")),
        mountArtifactsStore=(Boolean(), "mount the artifacts store", Known(since="1.9")),
        collectArtifacts=(Boolean(), "collect outputs and artifacts (default true)"),
        collectLogs=(Boolean(), "collect logs (default true)"),
        collectResources=(Boolean(), "collect resource usage (default true)"),
        syncStatuses=(Boolean(), "sync statuses (default true)"),
        autoResume=(Boolean(), "bring back the outputs when a run resumes (default true)"),
        externalHost=(Boolean(), "use the external host of the API", Known(since="1.2")),
        logLevel=(Text(), "log level of the client and the helpers"),
        sidecar=(
            Model(
                "sidecar plugin",
                spec.SidecarPlugin,
                fields(
                    image=(Text(), "image of the sidecar"),
                    imageTag=(Text(), "tag of the image"),
                    imagePullPolicy=(Choice(("Always", "IfNotPresent", "Never")), "pull policy"),
                    sleepInterval=(Integer(), "seconds between checks"),
                    syncInterval=(Integer(), "seconds between uploads"),
                    monitorLogs=(Boolean(), "watch logs"),
                    monitorSpec=(Boolean(), "watch the spec"),
                    noConnections=(Boolean(), "give user sidecars no connections"),
                    resources=(Kubernetes("V1ResourceRequirements"), "resources of the sidecar"),
                ),
            ),
            "settings of the collecting sidecar",
            Known(since="1.6"),
        ),
        notifications=(
            ListOf(
                Model(
                    "notification",
                    spec.Notification,
                    fields(
                        connections=(ListOf(Special("connection name")), "who is told"),
                        trigger=(Choice(STATUSES), "the status that is told"),
                    ),
                    required=("connections",),
                ),
                template=False,
            ),
            "who is told of a status",
        ),
    ),
)
