"""Turns the events that an operation waits for, outside of a dag, into events of the plan."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pxc.ir.node import Map, Seq, plain
from pxc.ir.plan import Demand, Event
from pxc.ir.spec import Event as Written
from pxc.ir.spec import Operation
from pxc.passes.param_refs import bare_ref, upstream_of
from pxc.world import World

__all__ = ["lower_events", "outer_events"]


def lower_events(composed: Operation, world: World) -> tuple[Event, ...]:
    """What starts an operation, as far as it is known: a demand stands for the section."""
    return tuple(
        Event(
            each.span,
            bare_ref(each.ref) or "",
            tuple(dict.fromkeys(str(kind) for kind in plain(each.kinds) or ())),
            _url(bare_ref(each.ref) or "", world),
        )
        for each in _events(composed)
    )


def outer_events(composed: Operation) -> Iterator[Demand]:
    """A demand for each event of an operation of a dag that no other operation of it sends."""
    for each in _events(composed):
        if each.ref is not None and upstream_of(each.ref) is None:
            what = f"an event of `{bare_ref(each.ref)}`, of an operation of a dag,"
            yield Demand(each.ref.span, "events.inside", what)


def _events(composed: Operation) -> Iterator[Written]:
    items = composed.events.items if isinstance(composed.events, Seq) else ()
    yield from (each for each in items if isinstance(each, Written))


def _url(origin: str, world: World) -> str:
    """The address of a connection of the catalog."""
    kind, _, name = origin.partition(".")
    found = world.catalog.connection(name) if kind == "connections" else None
    schema: Any = found.schema if found is not None else None
    url = plain(schema).get("url") if isinstance(schema, Map) else None
    return url if isinstance(url, str) else ""
