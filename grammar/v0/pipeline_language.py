"""The table of pipelines of version 0: their sections, their fields, and what each may hold.

Source of the rules: Polyflow as releases 0.5 and 0.6 behave; where its documentation takes more
than the releases did (a trigger in capitals, an interval without a start), both are taken.
"""

from __future__ import annotations

from pxc.grammar.shapes import (
    Anything,
    Boolean,
    ByKind,
    Choice,
    Integer,
    ListOf,
    Model,
    Row,
    Special,
    Text,
    Verbatim,
    fields,
)  # fmt: skip

_MAP = Special("raw map")
_ANY = Anything()
_NAME = Text(template=False, pattern=r"[-a-zA-Z0-9_]+", says="letters, digits, `-` and `_`")

_HEAD: dict[str, Row] = {
    "version": (_ANY, "version of the specification: 1"),
    "kind": (Text(), "kind of the file"),
    "name": (_NAME, "name"),
    "description": (Verbatim(), "what it does"),
    "tags": (ListOf(Verbatim(), split=True), "tags"),
    "logging": (_MAP, "level of the log"),
}
_PARAMS = "what is given to an operation goes under its own `params`"

PIPELINE = Model(
    "pipeline",
    None,
    fields(
        **_HEAD,
        backend=(Text(), "who runs the pipeline"),
        ops=(ListOf(_MAP), "operations"),
        templates=(ListOf(_MAP), "what operations run"),
        schedule=(_MAP, "when runs start"),
        execute_at=(Text(), "when the one run starts"),
        timeout=(Integer(minimum=0), "seconds that a run may take"),
        concurrency=(Integer(minimum=1), "how many operations run at once"),
    ),
    moved={
        "operations": "version 0 calls them `ops`",
        "components": "version 0 calls them `templates`",
        "environment": "pod settings go to the templates, or to single operations",
        "build": "the image goes to the templates, or to single operations",
        "run": "the command goes to the templates",
        "params": _PARAMS,
        "declarations": _PARAMS,
        "inputs": "inputs go to the templates",
        "outputs": "outputs go to the templates",
    },
)

OPERATION = Model(
    "operation",
    None,
    fields(
        **_HEAD,
        template=(_MAP, "what runs"),
        params=(_MAP, "values of the inputs"),
        environment=(_MAP, "pod settings"),
        build=(_MAP, "the image"),
        concurrency=(Integer(minimum=1), "how many runs of a group run at once"),
        dependencies=(ListOf(Text()), "operations that run before"),
        trigger=(Text(), "what the operations before must have done"),
        conditions=(_MAP, "what must be true of an operation before"),
        max_retries=(Integer(minimum=0), "how often a failed run is tried again"),
        retry_delay=(Integer(minimum=0), "seconds between two tries"),
        retry_exp_backoff=(Boolean(), "whether each pause is longer than the last"),
        max_retry_delay=(Integer(minimum=0), "most seconds between two tries"),
        skip_on_upstream_skip=(Boolean(), "skip when an operation before is skipped"),
    ),
    moved={
        "inputs": "inputs belong to the template; the operation gives `params`",
        "outputs": "outputs belong to the template",
        "run": "the command belongs to the template",
        "schedule": "a schedule belongs to the pipeline",
        "declarations": "use `params`",
        "depends_on": "use `dependencies`",
        "upstream": "use `dependencies`",
    },
)

TEMPLATE = Model(
    "template",
    None,
    fields(
        name=(Text(), "a template of this pipeline"),
        path=(Text(), "a file beside this one"),
        url=(Text(), "a file at a URL"),
        action=(Text(), "an action of the registry"),
        event=(Text(), "an event of the registry, which is what waits for it"),
    ),
)

_BOUNDS: dict[str, Row] = {
    "start_at": (Text(), "first start"),
    "end_at": (Text(), "no start after this time"),
    "depends_on_past": (Boolean(), "wait for the run before to finish"),
}

SCHEDULE = ByKind(
    "schedule",
    {
        "interval": Model(
            "interval schedule",
            None,
            fields(frequency=(_ANY, "seconds between two starts"), **_BOUNDS),
            required=("frequency",),
        ),
        "cron": Model(
            "cron schedule",
            None,
            fields(cron=(Text(), "cron expression"), **_BOUNDS),
            required=("cron",),
        ),
    },
)

CONDITION = ByKind(
    "conditions",
    {
        "status": Model(
            "status condition",
            None,
            fields(
                op=(Text(), "the operation that is asked"),
                trigger=(Choice(("succeeded", "failed", "done")), "what it must have done"),
            ),
            required=("op", "trigger"),
        ),
        "outputs": Model(
            "outputs condition",
            None,
            fields(
                op=(Text(), "the operation that is asked"),
                exp=(Choice(("eq", "ne")), "how each output is compared"),
                params=(ListOf(_ANY), "pairs of an output and a value"),
            ),
            required=("op", "exp", "params"),
        ),
    },
)
