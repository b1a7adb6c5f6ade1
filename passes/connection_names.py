"""Finds the names of the connections that an operation asks for, in every role of its runtime."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from pxc.ir.node import Lit, Map, Seq, replace, walk
from pxc.ir.program import Program
from pxc.ir.run import Cluster, Distributed, Replica


def connection_names(program: Program) -> Iterator[Lit[Any]]:
    """Every connection name the operation writes, in authored order: run, init, then params."""
    assert program.composed is not None
    run: Any = program.composed.run
    for pod in (run, *_roles(run)):
        yield from _names(getattr(pod, "connections", None))
        yield from _init_names(pod)
    for binding in program.bindings:
        if binding.connection:
            yield Lit(binding.given_at or binding.span, binding.connection)


def init_connection_names(run: Any) -> Iterator[Lit[Any]]:
    """The names that the init entries of a runtime, or of any role of it, ask for."""
    for pod in (run, *_roles(run)):
        yield from _init_names(pod)


NAMES_OF_AN_ENTRY = ("connection", "model_ref", "artifact_ref", "lineage_ref")
"""What an init entry names in the catalog."""


def name_fields(run: Any) -> Iterator[Any]:
    """What stands in the places of names of the catalog, names or not."""
    for pod in (run, *_roles(run)):
        yield getattr(pod, "connections", None)
        init = getattr(pod, "init", None)
        for entry in init.items if isinstance(init, Seq) else ():
            for field in NAMES_OF_AN_ENTRY:
                yield getattr(entry, field, None)


def with_pods(run: Any, change: Callable[[Any], Any]) -> Any:
    """A runtime with the pod that it is, or each of its roles, changed."""
    if isinstance(run, Distributed):
        return replace(run, roles=tuple((name, _changed(r, change)) for name, r in run.roles))
    if not isinstance(run, Cluster):
        return change(run)
    fields = {name: _changed(getattr(run, name), change) for name in _CLUSTER_ROLES}
    workers = run.workers
    if isinstance(workers, Map):
        entries = tuple((key, _changed(role, change)) for key, role in workers)
        fields["workers"] = replace(workers, entries=entries)
    return replace(run, **fields)


_CLUSTER_ROLES = ("head", "worker", "scheduler", "job")


def _changed(role: Any, change: Callable[[Any], Any]) -> Any:
    return change(role) if isinstance(role, Replica) else role


def _roles(run: Any) -> tuple[Replica, ...]:
    if not isinstance(run, Distributed | Cluster):
        return ()
    return tuple(node for node in walk(run) if isinstance(node, Replica))


def _init_names(pod: Any) -> Iterator[Lit[Any]]:
    init = getattr(pod, "init", None)
    for entry in init.items if isinstance(init, Seq) else ():
        yield from _names(getattr(entry, "connection", None))


def _names(node: Any) -> Iterator[Lit[Any]]:
    for item in node.items if isinstance(node, Seq) else (node,):
        if isinstance(item, Lit) and isinstance(item.value, str):
            yield item
