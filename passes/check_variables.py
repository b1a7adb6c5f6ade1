"""Reports variables and secrets of one container that come from two places that do not agree."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from pxc.diagnostics import Note, Report
from pxc.ir.node import KObject, Lit, Map, Node, Seq, is_null, plain, walk
from pxc.ir.program import Connection, Program
from pxc.ir.run import Pod
from pxc.passes.lower_connections import connection_variables
from pxc.source import Span
from pxc.world import World


class _Variable(Struct, frozen=True):
    """One variable: its value where that is known and no secret, and who sets it where."""

    name: str
    value: str | None
    by: str
    span: Span


def check_variables(program: Program, world: World, report: Report) -> Program:
    """Check what is laid over an author's own variables, and what two connections bring in.

    PXC525 for a variable of a container that a param or a connection sets too, PXC526 for a Secret
    or ConfigMap that two connections define differently: the first one's way holds. Source:
    specification of connections, section 4.
    """
    if program.composed is None or program.composed.run is None:
        return program
    given = tuple(_of_params(program))
    brought = given or program.connections
    for node in walk(program.composed.run, into=_leads_to_pods) if brought else ():
        if isinstance(node, Pod):
            connections = _connections(node, program)
            later = (*given, *_of_connections(connections))
            for container in (node.container, *_items(node.sidecars)):
                if later and isinstance(container, KObject):
                    _check(container, later, report)
            _check_resources(connections, report)
    for inner in program.inner():
        check_variables(inner, world, report)
    return program


def _leads_to_pods(node: Node) -> bool:
    """Whether there may be a pod below: in no pod, and in nothing that is Kubernetes' own."""
    return not isinstance(node, Pod | KObject)


def _of_params(program: Program) -> Iterator[_Variable]:
    for binding in program.bindings:
        value = binding.settled
        if binding.to_env and value is not None and not is_null(value):
            text = str(value.value) if isinstance(value, Lit) else None
            place = binding.given_at or binding.span
            yield _Variable(binding.to_env, text, f"the param `{binding.name}`", place)


def _connections(pod: Pod, program: Program) -> tuple[tuple[Span, Connection], ...]:
    """The connections of the main container, each with where it is asked for."""
    known = {connection.name: connection for connection in program.connections}
    names = (n for n in _items(pod.connections) if isinstance(n, Lit) and n.value in known)
    return tuple({name.value: (name.span, known[name.value]) for name in names}.values())


def _of_connections(connections: tuple[tuple[Span, Connection], ...]) -> Iterator[_Variable]:
    for _, connection in connections:
        for name, value, span in connection_variables(connection):
            text = None if value is None else str(value)
            yield _Variable(name, text, f"the connection `{connection.name}`", span)


def _check(container: KObject, later: tuple[_Variable, ...], report: Report) -> None:
    for item in _items(container.get("env")):
        name = item.get("name") if isinstance(item, Map) else None
        if not isinstance(name, Lit):
            continue
        over = next((v for v in reversed(later) if v.name == name.value), None)
        if over is None or (over.value is not None and over.value == _value(item)):
            continue
        report.add(
            "PXC525",
            f"{over.by} sets the variable `{name.value}` too, and its value is the one that counts",
            name.span,
            label="has no effect",
            notes=(Note("the other value comes from here", over.span),),
            help="leave it out here, or give one of the two another name",
        )


def _value(item: Any) -> str | None:
    value = item.get("value")
    return str(value.value) if isinstance(value, Lit) and value.value is not None else None


def _check_resources(connections: tuple[tuple[Span, Connection], ...], report: Report) -> None:
    """Secrets and ConfigMaps that two connections bring into one container."""
    first: dict[tuple[str, str], tuple[Connection, Map]] = {}
    for span, connection in connections:
        for what, node in (("secret", connection.secret), ("configMap", connection.config_map)):
            name = node.get("name") if isinstance(node, Map) else None
            if not isinstance(name, Lit):
                continue
            other, said = first.setdefault((what, str(name.value)), (connection, node))
            if other is connection or _used(said) == _used(node):
                continue
            report.add(
                "PXC526",
                f"the {what} `{name.value}` is brought in as the connection `{other.name}` says,"
                f" not as `{connection.name}` does",
                span,
                notes=(Note("used", said.span), Note("not used", node.span)),
                help="let both connections say the same of it, or ask for one of them",
            )


def _used(resource: Map) -> dict[str, Any]:
    """How a resource is brought in."""
    return {key: plain(resource.get(key)) for key in ("mountPath", "items", "defaultMode")}


def _items(node: Any) -> tuple[Any, ...]:
    return node.items if isinstance(node, Seq) else (node,) if isinstance(node, Lit) else ()
