"""Says what the runs of a search or a loop must leave, so that joins can gather it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from pxc.ir.expr import RunTimeRef
from pxc.ir.join import All, Join, Match, Query
from pxc.ir.join import Any as AnyOf
from pxc.ir.node import Hole, Lit, Scalar, Template
from pxc.ir.plan import Edge, Group, Unit
from pxc.ir.sweep import Sweep, cells
from pxc.source import Span
from pxc.targets._data import text_of, unexpanded

__all__ = [
    "DEFAULT_TRIGGER", "gathered_from", "items_of", "query_text", "starts_after_success", "unkept",
]  # fmt: skip

DEFAULT_TRIGGER = "all_succeeded"
_GOOD_EVENTS = frozenset(("run_status_succeeded", "run_status_skipped"))

_KEYED = frozenset({"inputs", "params", "in", "outputs", "out", "metrics"})
_PLAIN = frozenset({"status", "uuid", "id", "uid"})
_ORDERED = _KEYED | {"uuid", "status"}
_OUTPUTS = frozenset({"outputs", "out", "metrics"})


def gathered_from(group: Group) -> dict[str, frozenset[str]]:
    """For each member that a join gathers from, the outputs of its runs that are looked at."""
    found: dict[str, set[str]] = {}
    for member in group.members:
        for join in member.joins:
            found.setdefault(join.member, set()).update(_outputs(join))
    return {name: frozenset(outputs) for name, outputs in found.items()}


def _outputs(join: Join) -> Iterator[str]:
    yield from (each.key for each in join.fields if each.section == "outputs" and each.key)
    fields = [match.field for match in matches_of(join.query)] + [o.field for o in join.order]
    for name in fields:
        section, _, key = name.partition(".")
        if section in _OUTPUTS and key:
            yield key


def matches_of(query: Query) -> Iterator[Match]:
    """The conditions of a query."""
    if isinstance(query, Match):
        yield query
        return
    for part in query.parts:
        yield from matches_of(part)


def starts_after_success(
    name: str, source: str, members: Mapping[str, Unit | Group], group: Group
) -> bool:
    """Whether a member starts only when another one, that ends before it, has not failed.

    So it is where a way leads from one to the other on which each waits for success: by the default
    trigger, or for the success of its only upstream.
    """
    waiting, seen = [name], {name}
    while waiting:
        last = waiting.pop()
        into = [edge for edge in group.edges if edge.downstream == last]
        if not _waits_for_success(members[last], into, is_first=last == name):
            continue
        for edge in into:
            if edge.upstream == source:
                return True
            if edge.upstream not in seen and edge.upstream in members:
                seen.add(edge.upstream)
                waiting.append(edge.upstream)
    return False


def _waits_for_success(member: Unit | Group, into: list[Edge], *, is_first: bool) -> bool:
    """Whether a member that has started, or was skipped, tells that no upstream has failed.

    One that is skipped with an upstream is so whatever has become of the others.
    """
    start = member.start
    trigger = start.trigger if start is not None else DEFAULT_TRIGGER
    if any(not _GOOD_EVENTS.issuperset(edge.events) for edge in into):
        return False
    if not is_first and start is not None and start.skip_on_upstream_skip and len(into) > 1:
        return False
    return trigger == DEFAULT_TRIGGER or (trigger == "one_succeeded" and len(into) == 1)


def items_of(sweep: Sweep) -> list[dict[str, Any]]:
    """The runs of a sweep as `pxc-tuner` knows them."""
    names = [axis.name for axis in sweep.axes]
    found = []
    for index, cell in enumerate(cells(sweep)):
        params = dict(zip(names, cell, strict=True))
        text = {name: text_of(value) for name, value in params.items()}
        found.append({"index": index, "iteration": 0, "params": params, "text": text})
    return found


def unkept(join: Join) -> tuple[str, str, Span] | None:
    """What a join asks that runs of an engine do not keep: why, what to do, and the place."""
    return _of_fields(join) or _of_query(join)


def _of_fields(join: Join) -> tuple[str, str, Span] | None:
    for each in join.fields:
        place = f"{each.section}.{each.key}" if each.key else each.section
        known = (each.section == "outputs" and each.key) or each.section == "inputs"
        if not known and place != "globals.uuid":
            said = "take `outputs.NAME`, `inputs`, `inputs.NAME` or `globals.uuid`"
            return f"its runs keep no `{place}`", said, each.span
    return None


def _of_query(join: Join) -> tuple[str, str, Span] | None:
    for match in matches_of(join.query):
        section, _, key = match.field.partition(".")
        lifts = match.field == "created_at" and match.operator == "any"
        if match.field not in _PLAIN and not (section in _KEYED and key) and not lifts:
            said = "ask for `status`, `uuid`, `metrics.NAME`, `outputs.NAME` or `inputs.NAME`"
            return f"its runs keep no `{match.field}`", said, join.span
        if not all(map(_is_known, match.values)):
            return (
                f"the value of `{match.field}` is made of more than one value of the run",
                "write one reference, or the value itself",
                join.span,
            )
    for order in join.order:
        if order.field.partition(".")[0] not in _ORDERED:
            said = "sort by `metrics.NAME`, `outputs.NAME`, `inputs.NAME` or `uuid`"
            return f"its runs keep no `{order.field}`", said, join.span
    return None


def _is_known(value: Scalar) -> bool:
    if isinstance(value, Lit):
        return True
    hole = value.parts[0] if isinstance(value, Template) and len(value.parts) == 1 else None
    return isinstance(hole, Hole) and isinstance(hole.expr, RunTimeRef)


def query_text(query: Query, said: Callable[[RunTimeRef], str]) -> str:
    """The tree of a query as JSON that the kubelet leaves alone.

    `said` is how an engine says a value of the run as JSON, quotes and all.
    """
    marks: dict[str, str] = {}

    def tree(part: Query) -> dict[str, Any]:
        if isinstance(part, All):
            return {"all": [tree(each) for each in part.parts]}
        if isinstance(part, AnyOf):
            return {"any": [tree(each) for each in part.parts]}
        found: dict[str, Any] = {"field": part.field, "operator": part.operator}
        if part.values:
            found["values"] = [value(each) for each in part.values]
        return found | ({"negated": True} if part.negated else {})

    def value(scalar: Scalar) -> str:
        if isinstance(scalar, Lit):
            return str(scalar.value)
        assert isinstance(scalar, Template)
        hole = scalar.parts[0]
        assert isinstance(hole, Hole)
        assert isinstance(hole.expr, RunTimeRef)
        mark = f"\ufdd2{len(marks)}\ufdd3"
        marks[mark] = said(hole.expr)
        return mark

    found = unexpanded(json.dumps(tree(query), ensure_ascii=False, separators=(",", ":")))
    for mark, text in marks.items():
        found = found.replace(f'"{mark}"', text)
    return found
