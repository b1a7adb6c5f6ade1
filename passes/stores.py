"""Turns the schema of a connection into the store it describes, where it describes one."""

from __future__ import annotations

from pxc.ir.node import Map, plain
from pxc.ir.pod import Store
from pxc.ir.program import Connection
from pxc.passes.lowering import text_of
from pxc.world import World

__all__ = ["artifacts_store", "store_of"]

_VOLUMES = {"volume_claim": "volumeClaim", "host_path": "hostPath"}
_BUCKETS = ("s3", "gcs", "wasb")


def store_of(connection: Connection) -> Store | None:
    """Where the files of a connection lie; None for one that holds none.

    Source: specification of connections, section 3.
    """
    schema = connection.schema
    if not isinstance(schema, Map):
        return None
    if connection.kind in _VOLUMES:
        return Store(
            schema.span,
            connection.kind,
            _without_slash(text_of(schema.get("mountPath")) or ""),
            volume=text_of(schema.get(_VOLUMES[connection.kind])) or "",
            read_only=plain(schema.get("readOnly")) is True,
        )
    if connection.kind in _BUCKETS:
        bucket = text_of(schema.get("bucket")) or ""
        return Store(schema.span, connection.kind, _without_slash(bucket))
    return None


def artifacts_store(world: World) -> Connection | None:
    """The connection that keeps what runs leave; None where the catalog has none."""
    name = world.catalog.artifacts_store
    return world.catalog.connection(name) if name is not None else None


def _without_slash(path: str) -> str:
    return path.rstrip("/") or "/"
