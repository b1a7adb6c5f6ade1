"""Turns a timetable, and how long its runs may last, into how many of them may go on at once."""

from __future__ import annotations

from bisect import bisect_left
from decimal import ROUND_CEILING, Decimal
from itertools import pairwise

from msgspec import Struct

from pxc.ir.plan import Group, Plan, Timetable, Unit
from pxc.passes.peak_demand import at_once
from pxc.passes.schedule_times import sampled_times
from pxc.world import Language

__all__ = ["Overlap", "overlap_of"]


class Overlap(Struct, frozen=True):
    """So many runs of a schedule at once, None for any number; `exact` where no less would do."""

    count: int | None = 1
    exact: bool = True


def overlap_of(plan: Plan, language: Language) -> Overlap:
    """How many runs of a plan may go on together because one starts before another has ended.

    What follows a run (its hooks) is not waited for. A run lasts as long as its `timeout` lets it:
    the dag's own, or else those of its members, in each of their tries.
    """
    timetable = plan.timetable
    top = plan.group if plan.group is not None else (plan.units[0] if plan.units else None)
    if timetable is None or top is None or timetable.kind == "datetime":
        return Overlap()
    if timetable.depends_on_past or timetable.max_runs == 1:
        return Overlap()
    seconds = _lasting(top)
    if seconds is None:
        return Overlap(timetable.max_runs or None, exact=False)
    found = _starts_within(timetable, seconds, language)
    if timetable.max_runs:
        found = Overlap(min(found.count or 1, timetable.max_runs), found.exact)
    is_simple = isinstance(top, Unit) and top.sweep is None and not top.limits.max_retries
    return found if is_simple or found.count == 1 else Overlap(found.count, exact=False)


def _starts_within(timetable: Timetable, seconds: Decimal, language: Language) -> Overlap:
    """The most starts of a timetable in any time of that length, at least one."""
    if timetable.kind == "interval":
        gap = language.interval_seconds(timetable.frequency or "")
        if isinstance(gap, str) or gap <= 0:
            return Overlap()
        return Overlap(max(1, int((seconds / gap).to_integral_value(ROUND_CEILING))))
    times = sampled_times(timetable.cron or "")
    least = min((b - a for a, b in pairwise(times)), default=None)
    if least is None:
        return Overlap()
    if times[-1] - times[0] < seconds:
        return Overlap(int((seconds / least).to_integral_value(ROUND_CEILING)), exact=False)
    return Overlap(max(bisect_left(times, t + seconds) - at for at, t in enumerate(times)))


def _lasting(member: Unit | Group) -> Decimal | None:
    """The most seconds that a run of a member may last; None where nothing ends it."""
    if isinstance(member, Group):
        timeout = member.limits.timeout if member.limits is not None else None
        seconds = _lasting_members(member) if timeout is None else Decimal(timeout)
    elif member.limits.timeout is None or member.kind == "service":
        return None
    else:
        seconds = Decimal(member.limits.timeout) * (1 + (member.limits.max_retries or 0))
    if member.search is not None:
        return None  # nothing tells how long its rounds are thought about
    if member.sweep is not None and seconds is not None:
        return seconds * -(-member.sweep.count // at_once(member.sweep))
    return seconds


def _lasting_members(group: Group) -> Decimal | None:
    """The longest way through a group; with few at once, what all would last one by one."""
    lasting: dict[str, Decimal] = {}
    for member in group.members:
        seconds = _lasting(member)
        if seconds is None:
            return None
        lasting[member.name] = seconds
    if group.concurrency is not None and group.concurrency < len(lasting):
        return sum(lasting.values(), Decimal(0))
    before: dict[str, list[str]] = {name: [] for name in lasting}
    after: dict[str, list[str]] = {name: [] for name in lasting}
    for edge in group.edges:
        if edge.upstream in lasting and edge.downstream in lasting:
            before[edge.downstream].append(edge.upstream)
            after[edge.upstream].append(edge.downstream)
    left = {name: len(ups) for name, ups in before.items()}
    ready = [name for name, count in left.items() if not count]
    ended: dict[str, Decimal] = {}
    while ready:
        name = ready.pop()
        begun = max((ended[up] for up in before[name]), default=Decimal(0))
        ended[name] = begun + lasting[name]
        for down in after[name]:
            left[down] -= 1
            if not left[down]:
                ready.append(down)
    return max(ended.values(), default=Decimal(0))
