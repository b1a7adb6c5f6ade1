"""Says which joins an Argo workflow can run."""

from __future__ import annotations

import json

from pxc.ir.expr import RunTimeRef
from pxc.ir.join import Join
from pxc.ir.node import Hole, Lit, Scalar, Template
from pxc.ir.plan import Group, Unit
from pxc.source import Span, head_of
from pxc.targets.argo.batches import goes_in_rounds
from pxc.targets.argo.build import Build
from pxc.targets.argo.dag_outputs import source_of
from pxc.targets.argo.depends import may_skip
from pxc.targets.argo.joined import items_of, matches_of

__all__ = ["can_join"]

_LONGEST = 64 * 1024
"""Half of what one argument of a program may have."""

_KEYED = frozenset({"inputs", "params", "in", "outputs", "out", "metrics"})
_PLAIN = frozenset({"status", "uuid", "id", "uid"})
_ORDERED = _KEYED | {"uuid", "status"}


def can_join(member: Unit | Group, join: Join, source: Unit | Group, build: Build) -> bool:
    """Whether a join can be run; PXC701 says why not."""
    why = (
        _of_fields(join)
        or _of_query(join)
        or _of_source(join, source)
        or _of_start(member, join, source)
    )
    if why is None:
        return True
    build.report.add(
        "PXC701",
        f"this join of `{member.name}` cannot be run on Argo: {why[0]}",
        head_of(why[2]),
        help=why[1],
    )
    return False


Why = tuple[str, str, Span]


def _of_fields(join: Join) -> Why | None:
    for each in join.fields:
        place = f"{each.section}.{each.key}" if each.key else each.section
        known = (each.section == "outputs" and each.key) or each.section == "inputs"
        if not known and place != "globals.uuid":
            said = "take `outputs.NAME`, `inputs`, `inputs.NAME` or `globals.uuid`"
            return f"its runs keep no `{place}`", said, each.span
    return None


def _of_query(join: Join) -> Why | None:
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


def _of_source(join: Join, source: Unit | Group) -> Why | None:
    for each in join.fields:
        if not isinstance(source, Group) or each.section != "outputs":
            continue
        if source_of(source, each.key) is None:
            return (
                f"`{source.name}` is a dag, and not exactly one of its operations declares the"
                f" output `{each.key}`",
                "gather what one operation of the dag leaves in each run",
                each.span,
            )
    if goes_in_rounds(source):
        return None
    if source.sweep is not None and len(json.dumps(items_of(source.sweep))) > _LONGEST:
        return (
            f"the {source.sweep.count:,} runs of `{source.name}` are more than one argument holds",
            "gather from fewer runs",
            join.span,
        )
    return None


def _of_start(member: Unit | Group, join: Join, source: Unit | Group) -> Why | None:
    trigger = member.start.trigger if member.start is not None else "all_succeeded"
    if trigger != "all_succeeded":
        return (
            f"by `trigger: {trigger}` it may start when `{source.name}` has failed, and a loop that"
            " failed gives no results",
            "leave the trigger out",
            join.span,
        )
    if may_skip(source.start):
        return (
            f"`{source.name}` may be skipped, and gives no results then",
            "give it no `conditions`",
            join.span,
        )
    return None
