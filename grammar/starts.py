"""The table of what starts runs and makes other runs start: builds, hooks, schedules, events.

Source of the rules: the Polyaxonfile specification as releases 1.1 to 2.18 behave.
"""

from __future__ import annotations

from pxc.grammar.declarations import PARAMS
from pxc.grammar.run_sections import CACHE, STATUSES
from pxc.grammar.shapes import (
    Boolean,
    ByKind,
    Choice,
    Integer,
    ListOf,
    Model,
    Row,
    Special,
    Text,
    fields,
)  # fmt: skip
from pxc.ir import spec
from pxc.releases import Known

_2_1 = Known(since="2.1")

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
