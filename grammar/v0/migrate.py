"""Turns the tree of a file of version 0 into the tree of a file of version 1.1."""

from __future__ import annotations

from pxc.diagnostics import Report
from pxc.grammar.v0.component import Converted, converted
from pxc.grammar.v0.tree import made, mapped, pair
from pxc.ir.node import Lit, Map

__all__ = ["migrate"]


def migrate(tree: Map, report: Report) -> Map | None:
    """A file of version 0 as a file of version 1.1; None after an error that leaves nothing.

    Nodes that are carried keep their places; what is new has the place of what caused it. What
    cannot be carried is reported: see `docs/migration.md`. An experiment, a job or a notebook gives
    a component; what needs an operation (a group, params for declared inputs) gives an operation
    over that component.
    """
    kind = tree.get("kind")
    if isinstance(kind, Lit) and kind.value == "pipeline":
        from pxc.grammar.v0.pipeline import pipeline  # few files are one

        return pipeline(tree, report)
    found = converted(tree, report)
    return _document(tree, found) if found is not None else None


def _document(tree: Map, found: Converted) -> Map:
    place = tree.key("version") or tree.key("kind")
    span = place.span if place is not None else tree.span
    operation = bool(found.operation or found.base)
    kind = tree.key("kind")
    head = [
        pair("version", made(span, 1.1)),
        pair("kind", made(kind.span if kind else span, "operation" if operation else "component")),
        *found.head,
    ]
    if not operation:
        return mapped(tree.span, [*head, *found.fields])
    if found.base is not None:
        return mapped(tree.span, [*head, found.base, *found.operation])
    component = pair("component", mapped(found.place, found.fields))
    return mapped(tree.span, [*head, *found.operation, component])
