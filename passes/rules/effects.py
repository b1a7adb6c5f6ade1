"""Rules about fields that change nothing where they stand."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pxc.diagnostics import Report
from pxc.ir.node import Lit, Node, is_null
from pxc.ir.program import Program
from pxc.ir.run import Dag, Service
from pxc.ir.spec import Cache, Termination
from pxc.passes.rules.authored import authored
from pxc.world import World


def without_effect(program: Program, world: World, report: Report) -> None:
    """PXC115: a field that has no effect for this runtime, or beside another field.

    Source: specification of components, section 2.
    """
    for node, why, help in (*_of_runtime(program), *_of_cache(program, world)):
        report.add("PXC115", why, node.span, help=help)


def _of_runtime(program: Program) -> Iterator[tuple[Node, str, str]]:
    """What only services have: they alone can be idle."""
    main, composed = program.main, program.composed
    if composed is None or composed.run is None or isinstance(composed.run, Service | Dag):
        return
    kind = getattr(composed.run, "kind", "")
    termination = composed.termination
    fields: list[tuple[str, Any]] = []
    if isinstance(termination, Termination):
        fields += [("culling", termination.culling), ("probe", termination.probe)]
    for name, field in fields:
        if isinstance(field, Node) and not is_null(field) and field.span.source is main.span.source:
            yield field, f"`{name}` has no effect on a `{kind}`", "it is for `kind: service`"


def _of_cache(program: Program, world: World) -> Iterator[tuple[Node, str, str]]:
    """What says how to reuse runs where no run is reused."""
    for cache in authored(program, world):
        if (
            isinstance(cache, Cache)
            and isinstance(cache.disable, Lit)
            and cache.disable.value is True
        ):
            for name, field in (("ttl", cache.ttl), ("io", cache.io), ("sections", cache.sections)):
                if field is not None and not is_null(field):
                    yield field, f"`{name}` has no effect where the cache is disabled", (
                        f"delete `{name}`, or `disable`"
                    )  # fmt: skip
