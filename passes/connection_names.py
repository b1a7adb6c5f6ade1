"""Finds the names of the connections that an operation asks for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pxc.ir.node import Lit, Seq
from pxc.ir.program import Program


def connection_names(program: Program) -> Iterator[Lit[Any]]:
    """Every connection name the operation writes, in authored order: run, init, then params."""
    assert program.composed is not None
    run: Any = program.composed.run
    for pod in (run, *(role for _, role in getattr(run, "roles", ()))):
        yield from _names(getattr(pod, "connections", None))
        yield from init_connection_names(pod)
    for binding in program.bindings:
        if binding.connection:
            yield Lit(binding.given_at or binding.span, binding.connection)


def init_connection_names(pod: Any) -> Iterator[Lit[Any]]:
    """The names that a pod's init entries ask for."""
    init = getattr(pod, "init", None)
    for entry in init.items if isinstance(init, Seq) else ():
        yield from _names(getattr(entry, "connection", None))


def _names(node: Any) -> Iterator[Lit[Any]]:
    for item in node.items if isinstance(node, Seq) else (node,):
        if isinstance(item, Lit) and isinstance(item.value, str):
            yield item
