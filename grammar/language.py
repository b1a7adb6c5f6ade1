"""The one table of the language: every section of a Polyaxonfile and the shape of its fields.

Source of the rules: the Polyaxonfile specification as releases 1.1 to 2.18 behave. This file holds
documents and their plain sections; inputs and params are in `declarations.py`, pods in `pods.py`,
runtimes in `runtimes.py`, search in `search.py`.
"""

from __future__ import annotations

from pxc.grammar.declarations import IO, JOIN, PARAMS
from pxc.grammar.pods import ENVIRONMENT, INIT
from pxc.grammar.search import MATRIX
from pxc.grammar.shapes import (
    Boolean,
    ByKind,
    Choice,
    Integer,
    Kubernetes,
    ListOf,
    Model,
    Number,
    Row,
    Special,
    Text,
    Verbatim,
    fields,
)  # fmt: skip
from pxc.ir import spec
from pxc.releases import Known

_SHORTCUT = Known(since="2.18")
_OF_COMPONENT = Known(in_operation="2.18")
_OF_OPERATION = Known(in_component="2.18")
_2_1 = Known(since="2.1")

NAME_PATTERN = r"[-a-zA-Z0-9_]+"

STATUSES = (
    "created", "resuming", "on_schedule", "compiled", "queued", "scheduled", "starting",
    "running", "processing", "stopping", "failed", "stopped", "succeeded", "skipped", "warning",
    "unschedulable", "upstream_failed", "retrying", "unknown", "done",
)  # fmt: skip

EVENT_KINDS = (
    *(f"run_status_{status}" for status in STATUSES),
    "run_approved_actor", "run_invalidated_actor", "run_new_artifacts", "connection_git_commit",
    "connection_dataset_version", "connection_registry_image", "alert_info", "alert_warning",
    "alert_critical", "model_version_new_metric", "project_custom_event", "org_custom_event",
)  # fmt: skip

TRIGGERS = (
    "all_succeeded", "all_failed", "all_done", "one_succeeded", "one_failed", "one_done",
)  # fmt: skip

HOOK_TRIGGERS = ("succeeded", "failed", "stopped", "skipped", "upstream_failed", "done")

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

BUILD = Model(
    "build",
    spec.Build,
    fields(
        hubRef=(Special("hub ref"), "component that builds the image"),
        connection=(Special("connection name"), "registry the image is pushed to"),
        presets=(ListOf(Text(), split=True), "presets of the build"),
        queue=(Text(), "queue of the build"),
        namespace=(Text(), "namespace of the build", _2_1),
        cache=(CACHE, "caching of the build"),
        params=(PARAMS, "params of the build"),
        runPatch=(Special("raw map"), "patch of the build's runtime"),
        patchStrategy=(Choice(spec.PATCH_STRATEGIES), "how the patch is merged"),
    ),
    required=("hubRef",),
    moved={"image": "params of the build component go under `params`"},
)

HOOK = Model(
    "hook",
    spec.Hook,
    fields(
        hubRef=(Special("hub ref"), "component that runs"),
        connection=(Special("connection name"), "connection handed to the hook"),
        trigger=(Choice(HOOK_TRIGGERS, code="PXC442"), "final status that fires the hook"),
        conditions=(Special("conditions"), "expression that must be true", Known(since="1.2")),
        presets=(ListOf(Text()), "presets of the hook", Known(since="1.2")),
        queue=(Text(), "queue of the hook", Known(since="1.6")),
        namespace=(Text(), "namespace of the hook", _2_1),
        params=(PARAMS, "params of the hook"),
        disableDefaults=(Boolean(), "do not pass the default context params", Known(since="1.2")),
    ),
    required=("hubRef",),
)

_BOUNDS: dict[str, Row] = {
    "startAt": (Text(), "first start (ISO 8601)"),
    "endAt": (Text(), "no start after this time"),
    "maxRuns": (Integer(), "how many runs at most", Known(since="1.2")),
    "dependsOnPast": (Boolean(), "wait for the previous run to finish"),
}

SCHEDULE = ByKind(
    "schedule",
    {
        "cron": Model(
            "cron schedule",
            spec.Schedule,
            fields(cron=(Text(), "cron expression with five fields"), **_BOUNDS),
            required=("cron",),
            constants=(("kind", "cron"),),
        ),
        "interval": Model(
            "interval schedule",
            spec.Schedule,
            fields(
                frequency=(Special("duration"), "seconds, ISO 8601 duration or HH:MM:SS"), **_BOUNDS
            ),
            required=("frequency",),
            constants=(("kind", "interval"),),
        ),
        "datetime": Model(
            "datetime schedule",
            spec.Schedule,
            fields(startAt=_BOUNDS["startAt"]),
            required=("startAt",),
            constants=(("kind", "datetime"),),
            known=Known(since="1.2"),
        ),
    },
    about={
        "cron": "runs start as a cron expression says",
        "interval": "runs start again and again after a while",
        "datetime": "one run starts at a time",
    },
)

EVENT = Model(
    "event",
    spec.Event,
    fields(
        ref=(Special("event ref"), "whose events count: `ops.NAME` or `runs.UUID`"),
        kinds=(ListOf(Choice(EVENT_KINDS)), "which events count"),
    ),
    required=("ref", "kinds"),
)

TEMPLATE = Model(
    "template section",
    spec.TemplateSection,
    fields(
        enabled=(Boolean(), "refuse to run until the fields are filled in"),
        description=(Verbatim(), "what to fill in"),
        fields=(ListOf(Text()), "which fields to fill in"),
    ),
)

_NAME = Text(template=False, pattern=NAME_PATTERN, says="letters, digits, `-` and `_`")

OPERATION = Model(
    "operation",
    spec.Operation,
    fields(
        version=(Special("version"), "version of the specification: 1.1"),
        kind=(Special("document kind"), "`component` or `operation`"),
        name=(_NAME, "name: letters, digits, `-` and `_`"),
        description=(Verbatim(), "what it does"),
        tags=(ListOf(Verbatim(), split=True, template=False), "tags"),
        presets=(ListOf(Text(), split=True), "presets of the organization to apply"),
        strictParams=(Boolean(), "refuse params that are not declared", _SHORTCUT),
        queue=(Text(), "queue, as `queue` or `agent/queue`"),
        namespace=(Text(), "Kubernetes namespace", _2_1),
        cache=(CACHE, "reuse of finished runs"),
        termination=(TERMINATION, "retries, deadline and clean-up"),
        plugins=(PLUGINS, "what is added around the run"),
        build=(BUILD, "a build that runs first", Known(since="1.9")),
        hooks=(ListOf(HOOK, template=False), "components that run when this run ends"),
        isApproved=(Boolean(), "whether the run may start without approval", Known(since="1.2")),
        cost=(Number(), "cost of the run", Known(since="1.9")),
        mount=(
            ListOf(Special("mount"), template=False),
            "local files to upload",
            Known(since="2.13"),
        ),
        inputs=(ListOf(IO, template=False), "declared inputs", _OF_COMPONENT),
        outputs=(ListOf(IO, template=False), "declared outputs", _OF_COMPONENT),
        params=(PARAMS, "values of the inputs", _OF_OPERATION),
        run=(Special("run"), "what runs", _OF_COMPONENT),
        runPatch=(Special("raw map"), "patch of the runtime", _OF_OPERATION),
        patchStrategy=(
            Choice(spec.PATCH_STRATEGIES),
            "how this file is merged over its base",
            _OF_OPERATION,
        ),
        isPreset=(Boolean(), "whether this file is a preset", _OF_OPERATION),
        hubRef=(Special("base hub ref"), "component of a hub", _OF_OPERATION),
        dagRef=(Text(template=False), "component of the enclosing dag", _OF_OPERATION),
        urlRef=(Text(template=False), "component at a URL", _OF_OPERATION),
        pathRef=(Text(template=False), "component in a file", _OF_OPERATION),
        component=(Special("component"), "inline component", _OF_OPERATION),
        template=(TEMPLATE, "what must be filled in before the file runs"),
        schedule=(SCHEDULE, "when runs start", _OF_OPERATION),
        events=(
            ListOf(EVENT, template=False),
            "events that start the operation",
            Known(since="1.2", in_component="2.18"),
        ),
        matrix=(MATRIX, "hyper-parameter search", _OF_OPERATION),
        joins=(
            ListOf(JOIN, template=False),
            "params gathered from other runs",
            Known(since="1.2", in_component="2.18"),
        ),
        dependencies=(ListOf(Text()), "operations that run before", _OF_OPERATION),
        trigger=(Choice(TRIGGERS), "what the upstreams must have done", _OF_OPERATION),
        conditions=(
            Special("conditions"),
            "expression that must be true, else the run is skipped",
            _OF_OPERATION,
        ),
        skipOnUpstreamSkip=(
            Boolean(template=False),
            "skip when an upstream is skipped",
            _OF_OPERATION,
        ),
        ports=(ListOf(Integer()), "ports of a service", _SHORTCUT),
        container=(Special("container"), "main container", _SHORTCUT),
        cmd=(Special("cmd"), "shell commands of the main container", _SHORTCUT),
        env=(Special("env"), "environment variables of the main container", _SHORTCUT),
        resources=(Special("resources"), "resources of the main container", _SHORTCUT),
        environment=(ENVIRONMENT, "pod settings", _SHORTCUT),
        connections=(
            ListOf(Special("connection name")),
            "connections of the main container",
            _SHORTCUT,
        ),
        volumes=(ListOf(Kubernetes("V1Volume")), "volumes of the pod", _SHORTCUT),
        init=(ListOf(INIT, template=False), "steps before the main container", _SHORTCUT),
        sidecars=(ListOf(Kubernetes("V1Container")), "containers beside the main one", _SHORTCUT),
    ),
    template=False,
    exclusive=(("hubRef", "dagRef", "urlRef", "pathRef"),),
    moved={
        "actions": "`actions` was removed; use `hooks`",
        "ops": "operations go under `run: {kind: dag, operations: [...]}`",
        "operations": "operations go under `run: {kind: dag, operations: [...]}`",
        "components": "components go under `run: {kind: dag, components: [...]}`",
        "concurrency": "`concurrency` belongs in `matrix` or in a dag's `run`",
        "contexts": "`contexts` is written by the compiler; pass `params` instead",
        "image": "the image belongs in `container.image`",
        "command": "the command belongs in `container.command`, or use `cmd`",
        "args": "the arguments belong in `container.args`",
    },
)
