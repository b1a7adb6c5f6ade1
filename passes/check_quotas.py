"""Reports what never fits, or would have to wait, by the quotas and the nodes of the catalog."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import TYPE_CHECKING

from msgspec import Struct

from pxc.diagnostics import Note, Report
from pxc.ir.plan import Group, Plan, Unit
from pxc.passes.attached_members import attached_to
from pxc.passes.check_access import is_enforced, pools_of, tell_of_access
from pxc.source import Span, head_of
from pxc.world import World

if TYPE_CHECKING:
    from pxc.access.organization import NodePool, Quota, Rules
    from pxc.passes.peak_demand import Keep

__all__ = ["check_quotas"]

_PREFIXES = ("requests.", "limits.")
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
    PXC805 for what costs more. The demand of dags is that of members that can run together; no use
    of a cluster is looked at. Under `acl: {mode: warn}` none of them is an error.
    """
    is_closed = any(found.code.id == "PXC812" for found in report)  # tell nothing of what is inside
    if not is_enforced(world) or is_closed:
        return plan
    rules = world.catalog.rules
    top = plan.group if plan.group is not None else (plan.units[0] if plan.units else None)
    if top is None:
        return plan
    units = tuple(_units(top))
    for unit in units:
        _check_pods(unit, pools_of(rules, plan), world, report)
    for limit in _limits(plan, rules, units, world):
        _check_limit(limit, top, units, rules, world, report)
    return plan


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
    limit: _Limit,
    top: Unit | Group,
    units: tuple[Unit, ...],
    rules: Rules,
    world: World,
    report: Report,
) -> None:
    from pxc.passes.peak_demand import RUNS, peak_of, run_of

    language = world.language
    kept = [unit for unit in units if limit.keep(unit)]
    if not kept:
        return
    notes = (Note(f"the limits of {limit.what}", limit.span),)
    told: set[str] = set()
    for name, most in limit.limits.items():
        resource = _bare(name)
        if name in _OTHER_LIMITS:
            continue
        for unit in kept:
            need = run_of(unit, language)
            asked = need.amounts.get(resource, Decimal(0))
            if asked > most:
                told.add(resource)
                tell_of_access(
                    "PXC820",
                    f"one run of `{unit.name}` takes {_shown(asked)} of `{resource}`, and"
                    f" {limit.what} has {_shown(most)}",
                    need.spans[resource], world, report, notes=notes,
                    help="ask for less, or use a queue or a project with more",
                )  # fmt: skip
    peak = peak_of(top, limit.keep, language)
    atmost = "" if peak.exact else "up to "
    for name, most in limit.limits.items():
        resource = _bare(name)
        asked = peak.amounts.get(resource, Decimal(0))
        if name not in _OTHER_LIMITS and resource not in told and asked > most:
            tell_of_access(
                "PXC821",
                f"runs that go on together take {atmost}{_shown(asked)} of `{resource}`, and"
                f" {limit.what} has {_shown(most)}: some will wait",
                peak.spans[resource], world, report, notes=notes,
                help="give the matrix or the dag a smaller `concurrency`",
            )  # fmt: skip
    parallel = limit.limits.get("parallelRuns")
    if parallel is not None and peak.amounts.get(RUNS, Decimal(0)) > parallel:
        tell_of_access(
            "PXC823",
            f"{atmost}{_shown(peak.amounts[RUNS])} runs go on together, and {limit.what} lets"
            f" {_shown(parallel)}",
            head_of(top.span), world, report, notes=notes,
            help=f"write `concurrency: {_shown(parallel)}` or less",
        )  # fmt: skip
    for unit in kept:
        _check_duration(unit, limit, notes, world, report)
        _check_cost(unit, limit, notes, rules, world, report)
        if limit.what.startswith("namespace"):
            _check_requests(unit, limit, notes, world, report)


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
        f"a run of `{unit.name}` {said}, and {limit.what} lets it last {_shown(most)} seconds",
        head_of(unit.limits.span), world, report, notes=notes,
        help=f"write `termination: {{timeout: {_shown(most)}}}` or less",
    )  # fmt: skip


def _check_cost(
    unit: Unit,
    limit: _Limit,
    notes: tuple[Note, ...],
    rules: Rules,
    world: World,
    report: Report,
) -> None:
    from pxc.passes.peak_demand import run_of

    per_run, per_hour = (limit.limits.get(name) for name in ("costPerRun", "costPerHour"))
    if per_run is None and per_hour is None:
        return
    amounts = run_of(unit, world.language).amounts
    price = sum((rules.prices[n] * amounts[n] for n in amounts if n in rules.prices), Decimal(0))
    timeout = unit.limits.timeout
    for most, cost, word in (
        (per_hour, price, "an hour"),
        (per_run, None if timeout is None else price * timeout / 3600, "a run"),
    ):
        if most is None or not price or (cost is not None and cost <= most):
            continue
        said = f"costs up to {_shown(round(cost, 2))}" if cost is not None else "may cost anything"
        tell_of_access(
            "PXC805",
            f"`{unit.name}` {said} {word}, and {limit.what} has {_shown(most)}",
            head_of(unit.span), world, report, notes=notes,
            help="ask for less" if cost is not None else "write a `timeout` under `termination`",
        )  # fmt: skip


def _check_requests(
    unit: Unit, limit: _Limit, notes: tuple[Note, ...], world: World, report: Report
) -> None:
    """A namespace with a quota on cpu or memory takes only pods that say how much they need."""
    from pxc.ir.node import Map

    counted = sorted({_bare(name) for name in limit.limits} & {"cpu", "memory"})
    for role in unit.roles:
        for container in (role.pod.main, *role.pod.sidecars):
            resources = container.get("resources")
            sides = [resources.get(s) for s in ("requests", "limits")] if isinstance(
                resources, Map
            ) else []  # fmt: skip
            missing = [
                name for name in counted
                if not any(isinstance(side, Map) and side.get(name) for side in sides)
            ]  # fmt: skip
            if missing:
                names = " and ".join(f"`{name}`" for name in missing)
                tell_of_access(
                    "PXC822",
                    f"a container of `{unit.name}` does not say how much {names} it needs, and"
                    f" {limit.what} counts it",
                    head_of(container.span), world, report, notes=notes,
                    help=f"add `resources: {{requests: {{{missing[0]}: ...}}}}`",
                )  # fmt: skip


def _check_pods(unit: Unit, pools: tuple[NodePool, ...], world: World, report: Report) -> None:
    """PXC803 for a pod that no node can hold, where the catalog says what all nodes hold."""
    from pxc.passes.claim_choices import cell_values, choices_in
    from pxc.passes.pod_demand import pod_demand

    if not pools or not all(pool.allocatable for pool in pools):
        return
    choices = choices_in(unit, cell_values(unit), world.language)
    for role in unit.roles:
        chosen = _chosen(role.pod.environment, pools)
        for name, taken in pod_demand(role.pod, world.language.quantity, choices).items():
            has = {pool.name: pool.allocatable.get(name, Decimal(0)) for pool in chosen}
            most = max(has.values(), default=Decimal(0))
            counted = any(name in pool.allocatable for pool in pools) or "/" in name
            if counted and taken.amount > most:
                shown = ", ".join(f"{pool} has {_shown(n)}" for pool, n in sorted(has.items()))
                tell_of_access(
                    "PXC803",
                    f"a pod of `{unit.name}` takes {_shown(taken.amount)} of `{name}`, and no node"
                    f" has more than {_shown(most)}",
                    taken.spans[-1], world, report,
                    notes=(Note(f"nodes that it may land on: {shown or 'none'}"),),
                    help="use several smaller pods, or other nodes",
                )  # fmt: skip


def _chosen(environment: object, pools: tuple[NodePool, ...]) -> list[NodePool]:
    """The pools whose labels a node selector does not rule out."""
    from pxc.ir.node import Lit, Map

    selector = getattr(environment, "node_selector", None)
    entries = selector.entries if isinstance(selector, Map) else ()
    wanted = {
        str(k.value): str(v.value) for k, v in entries if isinstance(k, Lit) and isinstance(v, Lit)
    }
    return [p for p in pools if all(wanted.get(label, v) == v for label, v in p.selector.items())]


def _bare(name: str) -> str:
    """A resource without what ResourceQuota writes before it."""
    for prefix in _PREFIXES:
        name = name.removeprefix(prefix)
    return name


def _shown(amount: Decimal) -> str:
    return f"{amount.normalize():f}"
