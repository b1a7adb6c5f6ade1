"""Lowers the connections that a pod asks for to attachments: what its containers get of each."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pxc.ir.node import KObject, Lit, Map, Seq, Template, is_null, plain
from pxc.ir.plan import Demand
from pxc.ir.pod import Attachment, Injection
from pxc.ir.program import Connection
from pxc.passes.lowering import Lowering, text_of
from pxc.passes.stores import store_of
from pxc.source import Span

__all__ = [
    "always_requested",
    "attach",
    "attached",
    "connection_variables",
    "find_connection",
]


def attached(names: Any, lowering: Lowering) -> tuple[Attachment, ...]:
    """The attachments of a list of names, each connection once, in authored order.

    A name without a connection is reported where names are looked up, or here (PXC209) when
    there is no catalog to look in.
    """
    found: dict[str, Attachment] = {}
    for node in names.items if isinstance(names, Seq) else (names,):
        if isinstance(node, Lit) and node.value is not None and str(node.value) not in found:
            connection = find_connection(node, lowering)
            if connection is not None:
                found[connection.name] = attach(connection, node.span, lowering)
        elif isinstance(node, Template):
            lowering.report.add(
                "PXC703",
                "a connection is chosen before the run, and this is known in it",
                node.span,
            )
    return tuple(found.values())


def always_requested(span: Span, lowering: Lowering) -> Iterator[Attachment]:
    """What the catalog gives every run: its Secrets and ConfigMaps with `isRequested`.

    Nothing else of such a connection comes with them. Source: specification of connections,
    section 4.
    """
    catalog = lowering.world.catalog
    for name in catalog.connection_names():
        connection = catalog.connection(name)
        if connection is None:
            continue
        injections = tuple(
            _injection(resource, node, connection, lowering)
            for resource, node in _resources(connection)
            if plain(node.get("isRequested")) is True
        )
        if injections:
            yield Attachment(span, name, connection.kind, injections=injections, told=False)


def _resources(connection: Connection) -> Iterator[tuple[str, Map]]:
    for resource, node in (("secret", connection.secret), ("configMap", connection.config_map)):
        if isinstance(node, Map):
            yield resource, node


def find_connection(name: Lit[Any], lowering: Lowering) -> Connection | None:
    """The connection of the catalog that a name stands for."""
    for connection in lowering.program.connections:
        if connection.name == str(name.value):
            return connection
    if not lowering.world.catalog.declared:
        lowering.report.add(
            "PXC209",
            f"connection `{name.value}` needs a catalog to be looked up in",
            name.span,
            help="give the file that declares it: `--catalog PATH`",
        )
    return None


def attach(connection: Connection, span: Span, lowering: Lowering) -> Attachment:
    """What a container gets of one connection. `span` is where the author asked for it.

    Source: specification of connections, sections 3 and 4.
    """
    injections = tuple(
        _injection(resource, node, connection, lowering)
        for resource, node in _resources(connection)
    )
    annotations = connection.annotations
    return Attachment(
        span,
        connection.name,
        connection.kind,
        store=store_of(connection),
        injections=injections,
        env=tuple(_variables(connection.env)),
        annotations=tuple((str(plain(k)), str(plain(v))) for k, v in annotations)
        if isinstance(annotations, Map)
        else (),
        schema=connection.schema if isinstance(connection.schema, Map) else None,
    )


def connection_variables(connection: Connection) -> Iterator[tuple[str, Any, Span]]:
    """The variables that a connection sets: name, value (None for a secret's) and place."""
    for node in _variables(connection.env):
        name = node.get("name")
        if name is not None:
            yield str(plain(name)), plain(node.get("value")), name.span
    for resource, mounts in ((connection.secret, "mountPath"), (connection.config_map, None)):
        found = resource if isinstance(resource, Map) else Map(connection.span, ())
        items, mounted = found.get("items"), found.get(mounts) if mounts else None
        if mounted is not None and not is_null(mounted):
            continue  # its keys are files
        for item in items.items if isinstance(items, Seq) else ():
            yield str(plain(item)), None, item.span


def _injection(resource: str, node: Map, connection: Connection, lowering: Lowering) -> Injection:
    host_path = node.get("hostPath")
    if host_path is not None and not is_null(host_path):
        what = f"`hostPath` of the {resource} of the connection `{connection.name}`"
        lowering.demands.append(Demand(host_path.span, "connections.hostPath", what))
    items = node.get("items")
    return Injection(
        node.span,
        resource,
        text_of(node.get("name")) or "",
        mount_path=text_of(node.get("mountPath")),
        items=tuple(str(plain(i)) for i in items.items) if isinstance(items, Seq) else (),
        default_mode=_mode(plain(node.get("defaultMode"))),
    )


def _mode(value: Any) -> int | None:
    """Permissions: text is octal as `chmod` reads it, a number is the number itself."""
    if isinstance(value, str):
        return int(value.removeprefix("0o"), 8)
    return value if isinstance(value, int) else None


def _variables(env: Any) -> Iterator[KObject]:
    """The entries of `env` in any of its three spellings: map, pairs, `{name, value}`."""
    if isinstance(env, Map):
        for key, value in env:
            yield _variable(key, value)
    for item in env.items if isinstance(env, Seq) else ():
        if isinstance(item, Map):
            yield KObject(item.span, item.entries, "V1EnvVar")
        elif isinstance(item, Seq) and len(item.items) == 2:
            yield _variable(item.items[0], item.items[1])


def _variable(key: Any, value: Any) -> KObject:
    span = key.span
    pairs = [(Lit(span, "name"), Lit(span, str(plain(key))))]
    if value is not None and not is_null(value):
        pairs.append((Lit(span, "value"), Lit(value.span, _env_text(plain(value)))))
    return KObject(span, tuple(pairs), "V1EnvVar")


def _env_text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
