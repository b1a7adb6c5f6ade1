"""Rules about spellings that mean something else, or nothing, to Polyaxon itself."""

from __future__ import annotations

import re
from typing import Any

from pxc.diagnostics import Fix, Report
from pxc.ir.io import Join, Param
from pxc.ir.matrix import Tuner
from pxc.ir.node import Lit, Map, Seq, Template
from pxc.ir.program import Program
from pxc.ir.spec import Build, Hook
from pxc.passes.rules.authored import authored, containers, items, operations
from pxc.world import World

_AS_ARGS = re.compile(r"\{\{-?\s*params\.as_args\s*-?\}\}")
_NAMESPACE = re.compile(r"\{\{[^}]*\bglobals\.namespace\b")
_WORD = re.compile(r"[\w.+-]+|\"[^\"\n]*\"|'[^'\n]*'")

_PLACES: tuple[tuple[type, str], ...] = (
    (Hook, "a hook"), (Build, "a build"), (Join, "a join"), (Tuner, "a tuner"),
)  # fmt: skip


def short_params(program: Program, world: World, report: Report) -> None:
    """PXC129: a param of a hook, build, join or tuner that is no map with a `value`."""
    for node in authored(program, world):
        place = next((says for kind, says in _PLACES if isinstance(node, kind)), None)
        params = getattr(node, "params", None)
        if place is None or not isinstance(params, Map):
            continue
        for key, param in params.entries:
            if not isinstance(param, Param) or not param.short or not isinstance(key, Lit):
                continue
            text = param.span.text
            edit = ((param.span, f"{{value: {text}}}"),) if _WORD.fullmatch(text) else ()
            report.add(
                "PXC129",
                f"Polyaxon takes a param of {place} in its long form only",
                param.span,
                help="write `{value: ...}`",
                fix=Fix("write it in its long form", edit) if edit else None,
            )


def joined_commands(program: Program, world: World, report: Report) -> None:
    """PXC128: a `command` of a patch that is appended to the one beneath it."""
    layers = []
    layer: Any = program.main
    while layer is not None and hasattr(layer, "run_patch"):
        layers.append(layer)
        layer = layer.component
    for at, layer in enumerate(layers):
        patch = layer.run_patch
        asked = layer.patch_strategy
        strategy = asked.value if isinstance(asked, Lit) else "post_merge"
        container = patch.get("container") if isinstance(patch, Map) else None
        command = container.get("command") if isinstance(container, Map) else None
        if strategy not in ("post_merge", "pre_merge") or not items(command):
            continue
        base = [_command(beneath) for beneath in layers[at:]]
        if any(isinstance(b, Seq) and b.items for b in base):
            where = "after" if strategy == "post_merge" else "before"
            report.add(
                "PXC128",
                f"this command is put {where} the words of the component's command",
                items(command)[0].span,
                help="set `patchStrategy: replace`, or patch `args` only",
            )


def _command(layer: Any) -> Any:
    container = getattr(layer.run, "container", None)
    return container.get("command") if isinstance(container, Map) else None


def arguments_as_one_text(program: Program, world: World, report: Report) -> None:
    """PXC319: `params.as_args` as an item of a list, which it does not extend."""
    for container in containers(program, world):
        for item in (*items(container.get("command")), *items(container.get("args"))):
            if isinstance(item, Template) and _AS_ARGS.fullmatch(item.text.strip()):
                report.add(
                    "PXC319",
                    "`params.as_args` is a list; as an item of a list it becomes one text",
                    item.span,
                    help='write `args: "{{ params.as_args }}"`, or one `{{ params.NAME.as_arg }}`'
                    " for each param",
                )


def namespace_in_queue(program: Program, world: World, report: Report) -> None:
    """PXC320: a queue that is named after the namespace, which the queue decides."""
    for operation in operations(program, world):
        queue = operation.queue
        if isinstance(queue, Template) and _NAMESPACE.search(queue.text):
            report.add(
                "PXC320",
                "Polyaxon renders `globals.namespace` as `None` here",
                queue.span,
                help="the queue chooses the agent, and only the agent knows its namespace; write"
                " the name",
            )


def service_plugins(program: Program, world: World, report: Report) -> None:
    """PXC118: `sandbox` or `ssh`, which only a service can have, on another runtime."""
    composed = program.composed
    kind = getattr(composed.run, "kind", None) if composed is not None else None
    if composed is None or kind in (None, "service"):
        return
    for name in ("sandbox", "ssh"):
        asked = getattr(composed.plugins, name, None)
        if isinstance(asked, Lit) and asked.value is True:
            report.add(
                "PXC118",
                f"`plugins.{name}` is for services, but the runtime is a `{kind}`",
                asked.span,
                help="use `run: {kind: service, ...}`, or remove it",
            )
