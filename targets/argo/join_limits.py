"""Says which joins an Argo workflow can run."""

from __future__ import annotations

import json
from collections.abc import Mapping

from pxc.ir.join import Join
from pxc.ir.plan import Group, Unit
from pxc.source import Span, head_of
from pxc.targets._joined import DEFAULT_TRIGGER, items_of, starts_after_success, unkept
from pxc.targets.argo.batches import goes_in_rounds
from pxc.targets.argo.build import Build
from pxc.targets.argo.dag_outputs import source_of

__all__ = ["can_join"]

_LONGEST = 64 * 1024
"""Half of what one argument of a program may have."""


def can_join(
    member: Unit | Group,
    join: Join,
    members: Mapping[str, Unit | Group],
    group: Group,
    build: Build,
) -> bool:
    """Whether a join of a member of a group can be run; PXC701 says why not."""
    source = members[join.member]
    why = unkept(join) or _of_source(join, source) or _of_start(member, join, members, group)
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


def _of_start(
    member: Unit | Group, join: Join, members: Mapping[str, Unit | Group], group: Group
) -> Why | None:
    """Why a join may have nothing to gather from; a source that was skipped has no runs."""
    if starts_after_success(member.name, join.member, members, group):
        return None
    trigger = member.start.trigger if member.start is not None else DEFAULT_TRIGGER
    if trigger != DEFAULT_TRIGGER:
        said, told = f"by `trigger: {trigger}` it may start when", "leave the trigger out"
    else:
        said, told = "it may start when", f"let it wait for the success of `{join.member}`"
    why = f"{said} `{join.member}` has failed, and a loop that failed gives no results"
    return why, told, join.span
