"""Checks the expressions of hooks against the names that the run they follow has."""

from __future__ import annotations

from pxc.diagnostics import Report
from pxc.ir.expr import RunTimeRef
from pxc.ir.node import Map, Seq, Template, plain, walk
from pxc.ir.program import Binding
from pxc.ir.spec import Hook, Operation
from pxc.passes.evaluation import Scope, evaluate_template

__all__ = ["HOOK_DEFAULTS", "check_hook_names"]

HOOK_DEFAULTS = (
    "uuid", "name", "kind", "runtime", "status", "condition", "inputs", "outputs", "duration",
    "wait_time",
)  # fmt: skip
"""What every hook is given of the run that it follows, unless it disables it."""

_CONTEXTS = frozenset({"globals", "params", "connections", "init", "artifacts", "matrix"})


def check_hook_names(composed: Operation, bindings: tuple[Binding, ...], report: Report) -> None:
    """PXC318 for a name that the run does not declare; it may log an output of that name.

    Only where everything that could give a name is in the file. Source: specification of
    operations, section 3.4.
    """
    if composed.presets is not None:
        return
    if not (composed.params is None or isinstance(composed.params, Map)):
        return
    names = {*(b.name for b in bindings), *HOOK_DEFAULTS, *_CONTEXTS}
    for hook in composed.hooks.items if isinstance(composed.hooks, Seq) else ():
        if not isinstance(hook, Hook):
            continue
        params = hook.params.entries if isinstance(hook.params, Map) else ()
        own = {str(plain(key)) for key, _ in params}
        known = {name: RunTimeRef(hook.span, name) for name in names | own}
        for node in walk(hook):
            if isinstance(node, Template):
                _check_names(node, Scope(known), report)


def _check_names(template: Template, scope: Scope, report: Report) -> None:
    faults = Report()
    evaluate_template(template, scope, faults)
    for fault in faults:
        if fault.code.id == "PXC302":
            report.add("PXC318", fault.message, fault.span, label=fault.label, help=fault.help)
