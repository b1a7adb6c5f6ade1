"""The one table of the language: every section of a Polyaxonfile and the shape of its fields.

Source of the rules: the Polyaxonfile specification as releases 1.1 to 2.18 behave. This file holds
documents; inputs and params are in `declarations.py`, pods in `pods.py`, runtimes in `runtimes.py`,
search in `search.py`, sections around a run in `run_sections.py`, what starts runs in `starts.py`.
"""

from __future__ import annotations

from pxc.grammar.declarations import IO, JOIN, PARAMS
from pxc.grammar.pods import ENVIRONMENT, INIT
from pxc.grammar.run_sections import CACHE, PLUGINS, TERMINATION
from pxc.grammar.search import MATRIX
from pxc.grammar.shapes import (
    Boolean,
    Choice,
    Integer,
    Kubernetes,
    ListOf,
    Model,
    Number,
    Special,
    Text,
    Verbatim,
    fields,
)  # fmt: skip
from pxc.grammar.starts import BUILD, EVENT, HOOK, SCHEDULE, TRIGGERS
from pxc.ir import spec
from pxc.releases import Known

_SHORTCUT = Known(since="2.18")
_OF_COMPONENT = Known(in_operation="2.18")
_OF_OPERATION = Known(in_component="2.18")
_2_1 = Known(since="2.1")

NAME_PATTERN = r"[-a-zA-Z0-9_]+"

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
