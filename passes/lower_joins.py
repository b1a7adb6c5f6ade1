"""Turns joins over the runs of a matrix of the same dag into those that a plan carries."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any as Anything

from msgspec import Struct

from pxc.diagnostics import Report
from pxc.ir.expr import RunTimeRef
from pxc.ir.io import Join as AuthoredJoin
from pxc.ir.io import Param
from pxc.ir.join import All, Gathered, Join, Match, Order, Query
from pxc.ir.node import Hole, Lit, Map, Seq, Template, is_null
from pxc.ir.program import Program
from pxc.passes.param_refs import upstream_of
from pxc.world import World

__all__ = ["Siblings", "lower_joins"]

_OTHERS, _UNORDERED = "joins", "joins.unordered"

_MOST = 5000
_SECTIONS = frozenset({"inputs", "outputs", "globals", "artifacts", "io"})


class Siblings(Struct, frozen=True):
    """The operations of one dag as a join sees them.

    `searched` are those with a sweep or a search; `before` gives those that end before one starts.
    """

    searched: frozenset[str]
    upstreams: Mapping[str, tuple[str, ...]]

    def ends_before(self, upstream: str, name: str) -> bool:
        """Whether an operation ends before another one starts."""
        waiting, seen = [name], {name}
        while waiting:
            for above in self.upstreams.get(waiting.pop(), ()):
                if above == upstream:
                    return True
                if above not in seen:
                    seen.add(above)
                    waiting.append(above)
        return False


def lower_joins(
    program: Program, name: str, siblings: Siblings, world: World, report: Report
) -> tuple[Join, ...] | str:
    """The joins of an operation of a dag, or the feature that a target must have for others.

    A join is over the runs of the matrix of an operation that ends before: `ref: ops.tune`, or a
    query with the condition `pipeline: {{ x }}` where x is `globals.uuid` of `ops.tune`.
    PXC440 for a query, or an order, that is known to be none only now.
    Source: specification of dags, section 10, and of matrices, section 7.
    """
    assert program.composed is not None
    joins: Anything = program.composed.joins
    if not isinstance(joins, Seq) or not all(isinstance(j, AuthoredJoin) for j in joins.items):
        return _OTHERS
    types = {b.name: b.type for b in program.bindings}
    found = [_lowered(join, types, siblings, world, report) for join in joins.items]
    if None in found:
        return _OTHERS
    known = tuple(join for join in found if join is not None)
    ordered = all(siblings.ends_before(join.member, name) for join in known)
    return known if ordered else _UNORDERED


def _lowered(
    join: AuthoredJoin,
    types: Mapping[str, str],
    siblings: Siblings,
    world: World,
    report: Report,
) -> Join | None:
    query = _query(join.query, world, report)
    order = _order(join.sort, world, report)
    limit, offset = _count(join.limit, _MOST), _count(join.offset, 0)
    fields = _fields(join.params, types)
    if query is None or order is None or limit is None or offset is None or fields is None:
        return None
    member, query = _member(query)
    if join.ref is not None and not is_null(join.ref):
        named = upstream_of(join.ref)
        if member is not None and member != named:
            return None
        member = named
    if member not in siblings.searched:
        return None
    return Join(join.span, member, query, fields, order, min(limit, _MOST), offset)


def _query(written: Anything, world: World, report: Report) -> Query | None:
    if not isinstance(written, Lit | Template) or is_null(written):
        return None
    found = world.language.query(written)
    if isinstance(found, str):
        report.add("PXC440", f"the query cannot be read: {found}", written.span)
        return None
    return found


def _order(written: Anything, world: World, report: Report) -> tuple[Order, ...] | None:
    if written is None or is_null(written):
        return ()
    if not isinstance(written, Lit):
        return None
    found = world.language.order(written)
    if isinstance(found, str):
        report.add("PXC440", f"`sort` cannot be read: {found}", written.span)
        return None
    return found


def _count(written: Anything, default: int) -> int | None:
    """A count, the default where none is given, None where only the run knows it."""
    if written is None or is_null(written):
        return default
    value = written.value if isinstance(written, Lit) else None
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _member(query: Query) -> tuple[str | None, Query]:
    """The operation whose runs a query finds, and what else it asks of them."""
    parts = query.parts if isinstance(query, All) else (query,)
    for part in parts:
        member = _of_pipeline(part)
        if member is not None:
            rest = tuple(p for p in parts if p is not part)
            return member, rest[0] if len(rest) == 1 else All(query.span, rest)
    return None, query


def _of_pipeline(part: Query) -> str | None:
    """The operation in a condition `pipeline: <its uuid>`."""
    if not isinstance(part, Match) or part.operator != "==" or part.negated:
        return None
    if part.field not in ("pipeline", "pipeline.uuid"):
        return None
    [value] = part.values
    hole = value.parts[0] if isinstance(value, Template) and len(value.parts) == 1 else None
    if not isinstance(hole, Hole) or not isinstance(hole.expr, RunTimeRef):
        return None
    origin, _, rest = hole.expr.path.partition(".")
    member, _, place = rest.partition(".")
    return member if origin == "ops" and place == "globals.uuid" else None


def _fields(params: Anything, types: Mapping[str, str]) -> tuple[Gathered, ...] | None:
    """What is taken of each run; None for files, and for what is not known."""
    if params is None or is_null(params):
        return ()
    if not isinstance(params, Map):
        return None
    found = []
    for key, param in params.entries:
        value = param.value if isinstance(param, Param) else None
        text = value.value if isinstance(value, Lit) else None
        section, _, name = str(text or "").strip("{} ").partition(".")
        if not isinstance(key, Lit) or section not in _SECTIONS:
            return None
        title = str(key.value)
        found.append(Gathered(key.span, title, section, name, types.get(title, "")))
    return tuple(found)
