"""Reports what never fits, or would have to wait, by the quotas and the nodes of the catalog."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import TYPE_CHECKING

from msgspec import Struct

from pxc.diagnostics import Note, Report
from pxc.ir.plan import Group, Plan, Unit
from pxc.passes.amounts import bare, shown
from pxc.passes.attached_members import attached_to
from pxc.passes.check_access import is_enforced, pools_of, tell_of_access
from pxc.passes.node_fit import check_nodes
from pxc.passes.requests_missing import check_requests
from pxc.source import Span, head_of
from pxc.world import World

if TYPE_CHECKING:
    from pxc.access.organization import Quota, Rules
    from pxc.passes.peak_demand import Keep

__all__ = ["check_quotas"]

_OTHER_LIMITS = frozenset(("parallelRuns", "costPerRun", "costPerHour", "runDuration"))


class _Limit(Struct, frozen=True):
    """What some units may take together: `what` says whose limit it is, `span` where."""

    what: str
    limits: dict[str, Decimal]
    span: Span
    keep: Keep


def check_quotas(plan: Plan, world: World, report: Report) -> Plan:
    """Hold what a plan takes to the quotas and to the nodes of the catalog.

    PXC803 for a pod that is larger than every node it may land on, PXC820 for one run that is more
    than a quota, PXC821 for a peak that is, PXC822 for a container without what a namespace counts,
    PXC823 for more runs at once than a limit, PXC824 for a run without an end, or one too far away,
    PXC805 for what costs more. The demand of dags is that of members that can run together, of a
    schedule that of the runs that may overlap; no use of a cluster is looked at. Under
    `acl: {mode: warn}` none of them is an error.
    """
    is_closed = any(found.code.id == "PXC812" for found in report)  # tell nothing of what is inside
    if not is_enforced(world) or is_closed:
        return plan
    rules = world.catalog.rules
    top = _top(plan)
    if top is None:
        return plan
    units = tuple(_units(top))
    for unit in units:
        check_nodes(unit, pools_of(rules, plan), world, report)
    for limit in _limits(plan, rules, units, world):
        _check_limit(limit, plan, units, world, report)
    return plan


def _top(plan: Plan) -> Unit | Group | None:
    return plan.group if plan.group is not None else (plan.units[0] if plan.units else None)


def _units(member: Unit | Group) -> Iterator[Unit]:
    """Every unit, with those of hooks and of what searches ask."""
    if isinstance(member, Unit):
        yield member
    else:
        for inner in member.members:
            yield from _units(inner)
    for other in attached_to(member):
        yield from _units(other)


def _limits(plan: Plan, rules: Rules, units: tuple[Unit, ...], world: World) -> Iterator[_Limit]:
    """The limits that hold for a plan: quotas of whoever asks, of queues and of namespaces."""
    for quota in rules.quotas.values():
        if _is_asked(quota, plan, rules, units, world):
            name = f"quota `{quota.name}`"
            only = quota.subject if quota.scope == "queue" else None
            yield _Limit(name, quota.limits, quota.span, _in_queue(only))
    for name in sorted({unit.queue for unit in units if unit.queue is not None}):
        queue = rules.queues.get(name)
        if queue is not None and queue.quota:
            yield _Limit(f"queue `{name}`", queue.quota, queue.span, _in_queue(name))
    for cluster in rules.clusters.values():
        for namespace in cluster.namespaces:
            if namespace.quota:
                yield _Limit(
                    f"namespace `{namespace.name}`",
                    namespace.quota,
                    namespace.span,
                    _in_namespace(namespace.name),
                )


def _is_asked(
    quota: Quota, plan: Plan, rules: Rules, units: tuple[Unit, ...], world: World
) -> bool:
    from pxc.access.principal import Principal
    from pxc.access.roles import standing

    principal = world.principal or Principal()
    scope, subject = quota.scope, quota.subject
    if scope in ("user", "serviceAccount"):
        return principal.subject == f"{scope}:{subject}"
    if scope == "team":
        return subject in standing(rules, principal, plan.project).teams
    if scope == "project":
        return subject == plan.project
    if scope == "queue":
        return any(unit.queue == subject for unit in units)
    return scope == "organization"


def _in_queue(name: str | None) -> Keep:
    return lambda unit: name is None or unit.queue == name


def _in_namespace(name: str) -> Keep:
    return lambda unit: unit.namespace == name


def _check_limit(
    limit: _Limit, plan: Plan, units: tuple[Unit, ...], world: World, report: Report
) -> None:
    kept = [unit for unit in units if limit.keep(unit)]
    if not kept:
        return
    notes = (Note(f"the limits of {limit.what}", limit.span),)
    told: set[str] = set()
    for unit in kept:
        told |= _check_run(unit, limit, notes, world, report)
    _check_peak(limit, plan, told, notes, world, report)
    for unit in kept:
        _check_duration(unit, limit, notes, world, report)
        _check_cost(unit, limit, notes, world, report)
        if limit.what.startswith("namespace"):
            check_requests(unit, limit.what, limit.limits, notes, world, report)


def _check_run(
    unit: Unit, limit: _Limit, notes: tuple[Note, ...], world: World, report: Report
) -> set[str]:
    """PXC820 for each resource of which one run alone takes more; their names."""
    from pxc.passes.peak_demand import run_of

    need = run_of(unit, world.language)
    told = set()
    for name, most in limit.limits.items():
        resource = bare(name)
        asked = need.amounts.get(resource, Decimal(0))
        if name not in _OTHER_LIMITS and asked > most:
            told.add(resource)
            tell_of_access(
                "PXC820",
                f"one run of `{unit.name}` takes {shown(asked)} of `{resource}`, and"
                f" {limit.what} has {shown(most)}",
                need.spans[resource], world, report, notes=notes,
                help="ask for less, or use a queue or a project with more",
            )  # fmt: skip
    return told


def _check_peak(
    limit: _Limit,
    plan: Plan,
    told: set[str],
    notes: tuple[Note, ...],
    world: World,
    report: Report,
) -> None:
    """PXC821, PXC823 and PXC805 for what goes on at one moment, also of runs of a schedule."""
    from pxc.passes.overlap import overlap_of
    from pxc.passes.peak_demand import COST, RUNS, peak_of, times

    top = _top(plan)
    assert top is not None
    one = peak_of(top, limit.keep, world.language, world.catalog.rules.prices)
    overlap = overlap_of(plan, world.language)
    peak = one if overlap.count is None else times(one, overlap.count)
    asked = {
        "parallelRuns": ("PXC823", RUNS),
        "costPerHour": ("PXC805", COST),
        **{name: ("PXC821", bare(name)) for name in limit.limits if name not in _OTHER_LIMITS},
    }
    unbounded: list[str] = []
    for name, most in limit.limits.items():
        code, resource = asked.get(name, ("", ""))
        amount = peak.amounts.get(resource, Decimal(0))
        if resource in told or not amount:
            continue
        if amount <= most:
            if overlap.count is None:
                unbounded.append(name)
            continue
        by_schedule = one.amounts[resource] <= most
        rough = resource in peak.rough or (by_schedule and not overlap.exact)
        said = (
            f"{'up to ' if rough else ''}{shown(round(amount, 2) if resource == COST else amount)}"
        )
        span = peak.spans[resource]
        if by_schedule and plan.timetable is not None:
            span = head_of(plan.timetable.span)
        elif code != "PXC821":
            span = head_of(top.span)
        message, help = _words(code, top.name, said, resource, limit.what, shown(most))
        many = f"where {overlap.count} runs of the schedule overlap, "
        tell_of_access(
            code, (many if by_schedule else "") + message, span, world, report, notes=notes,
            help=_WAIT if by_schedule else help,
        )  # fmt: skip
    if unbounded and plan.timetable is not None:
        names = " and ".join(f"`{bare(name)}`" for name in unbounded)
        tell_of_access(
            "PXC821",
            "runs of the schedule may overlap in any number, for nothing ends one in time, and"
            f" {limit.what} bounds {names}",
            head_of(plan.timetable.span), world, report, notes=notes,
            help=f"{_WAIT}, or write a `timeout` under `termination`",
        )  # fmt: skip


_WAIT = "write `dependsOnPast: true` in the schedule, so that a run waits for the last one"


def _words(code: str, top: str, said: str, resource: str, what: str, most: str) -> tuple[str, str]:
    """The message and the help for a peak that is too high."""
    if code == "PXC823":
        return (
            f"{said} runs go on together, and {what} lets {most}",
            f"write `concurrency: {most}` or less",
        )
    if code == "PXC805":
        return f"`{top}` costs {said} an hour, and {what} has {most}", "ask for less"
    return (
        f"runs that go on together take {said} of `{resource}`, and {what} has {most}: some will"
        " wait",
        "give the matrix or the dag a smaller `concurrency`",
    )


def _check_duration(
    unit: Unit, limit: _Limit, notes: tuple[Note, ...], world: World, report: Report
) -> None:
    most = limit.limits.get("runDuration")
    timeout = unit.limits.timeout
    if most is None or unit.kind == "service" or (timeout is not None and timeout <= most):
        return
    said = f"may last {timeout} seconds" if timeout is not None else "may last for ever"
    tell_of_access(
        "PXC824",
        f"a run of `{unit.name}` {said}, and {limit.what} lets it last {shown(most)} seconds",
        head_of(unit.limits.span), world, report, notes=notes,
        help=f"write `termination: {{timeout: {shown(most)}}}` or less",
    )  # fmt: skip


def _check_cost(
    unit: Unit, limit: _Limit, notes: tuple[Note, ...], world: World, report: Report
) -> None:
    """PXC805 for one run that costs more than a run may, or that may cost anything."""
    from pxc.passes.peak_demand import COST, run_of

    most = limit.limits.get("costPerRun")
    if most is None:
        return
    amounts = run_of(unit, world.language, world.catalog.rules.prices).amounts
    price = amounts.get(COST, Decimal(0))
    timeout = unit.limits.timeout
    cost = None if timeout is None else price * timeout / 3600
    if not price or (cost is not None and cost <= most):
        return
    said = f"costs up to {shown(round(cost, 2))}" if cost is not None else "may cost anything"
    tell_of_access(
        "PXC805",
        f"`{unit.name}` {said} a run, and {limit.what} has {shown(most)}",
        head_of(unit.span), world, report, notes=notes,
        help="ask for less" if cost is not None else "write a `timeout` under `termination`",
    )  # fmt: skip
