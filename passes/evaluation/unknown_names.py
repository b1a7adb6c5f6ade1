"""Turns a name that is not there, or cannot be used, into the fault that says what was meant."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pxc.diagnostics import allowed
from pxc.ir.expr import Attribute, Binary, Call, Const, Expr, Index, Name
from pxc.ir.unparse import unparse
from pxc.passes.evaluation.faults import EvaluationFault, Undefined, like, shown, unsafe
from pxc.passes.evaluation.filters import filters
from pxc.passes.evaluation.scope import Scope

_OUTSIDE_TEMPLATES = frozenset(
    ("cycler", "dict", "joiner", "lipsum", "loop", "namespace", "range", "self", "super", "caller")
)
"""Names that Jinja itself predefines; none of them is data."""


def missing(node: Name, scope: Scope) -> Undefined | Name:
    """What a name that has no value gives: itself where only the run may know it, else a fault.

    PXC302 for an unknown name, PXC307 for one that is known elsewhere. Raises PXC607 for a name
    that is never data.
    """
    name, span = node.name, node.span
    if name in scope.lenient:
        return node
    if name in scope.unavailable:
        return Undefined(EvaluationFault("PXC307", scope.unavailable[name], span))
    if name in _OUTSIDE_TEMPLATES or name.startswith("__"):
        raise unsafe(span, f"`{name}` is not part of templates", "templates only reach data")
    message = f"`{name}` is not an input, output or context value"
    edit = _of_run(name, scope)
    help = f"write `{edit}`" if edit is not None else _what_there_is(name, scope)
    return Undefined(EvaluationFault("PXC302", message, span, help, edit=edit))


def hyphens_meant(
    node: Binary, scope: Scope, look_into: Callable[[Expr], Any]
) -> EvaluationFault | None:
    """PXC303 when a subtraction spells a known name, as it is or with underscores; else None."""
    leaves = hyphenated(node)
    if leaves is None:
        return None
    owner, joined = leaves
    if owner is None:
        underscored = joined.replace("-", "_")
        if joined not in scope.names and underscored not in scope.names:
            return None
        written = _of_params(joined) if joined in scope.names else underscored
    else:
        data = look_into(owner)
        if not isinstance(data, dict) or joined not in data:
            return None
        written = f"{unparse(owner)}['{joined}']"
    message = f"`{joined}` is read as a subtraction"
    return EvaluationFault("PXC303", message, node.span, f"write `{written}`", edit=written)


def call_refused(node: Call) -> EvaluationFault:
    """PXC607 for a call, with the filter that does the same where there is one."""
    function = node.function
    name = function.name if isinstance(function, Attribute | Name) else ""
    help = "use a filter: `x | upper`"
    if isinstance(function, Attribute) and name in filters() and not name.startswith("_"):
        help = f"use the filter: `{shown(unparse(function.object))} | {name}`"
    elif isinstance(function, Name) and name in filters():
        help = f"use the filter: `x | {name}`"
    return unsafe(node.span, "calls are not part of templates", help)


def _of_run(name: str, scope: Scope) -> str | None:
    """What a name of early releases is called now: the values of the run had no context."""
    run = scope.names.get("globals")
    if name == "plx_contexts" and run is not None:
        return "globals"
    return f"globals.{name}" if isinstance(run, dict) and name in run else None


def _what_there_is(name: str, scope: Scope) -> str:
    names = list(scope.names)
    meant = like(name, names)
    if meant is not None:
        return f"write `{meant if meant.isidentifier() else _of_params(meant)}`"
    return f"there is {allowed(sorted(names))}" if names else "there are no values here"


def _of_params(name: str) -> str:
    """How to reach a name that is no identifier."""
    return f"params['{name}'].value"


def hyphenated(node: Binary) -> tuple[Expr | None, str] | None:
    """What `a.b-c-d.e` would look up if the hyphens were part of a name: (`a`, `b-c-d`)."""
    if node.span.text != "".join(node.span.text.split()):
        return None
    first, words = node.left, [_head(node.right)]
    while isinstance(first, Binary) and first.op == "-":
        words.insert(0, _head(first.right))
        first = first.left
    owner = first.object if isinstance(first, Attribute) else None
    if not isinstance(first, Attribute | Name) or None in words:
        return None
    return owner, "-".join([first.name, *(word for word in words if word)])


def _head(node: Expr) -> str | None:
    while isinstance(node, Attribute | Index):
        node = node.object
    if isinstance(node, Const) and isinstance(node.value, int):
        return node.span.text if node.span.source.authored is None else str(node.value)
    return node.name if isinstance(node, Name) else None
