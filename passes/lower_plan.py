"""Lowers the composed operation to the Plan: units a target can emit, and demands it must meet."""

from __future__ import annotations

import json
from typing import Any

from pxc.diagnostics import Report
from pxc.ir.dump import dump
from pxc.ir.join import Join
from pxc.ir.matrix import Matrix
from pxc.ir.node import KObject, Lit, Seq, Template, plain, replace
from pxc.ir.plan import (
    TOLD_PREFIX,
    Demand,
    Edge,
    Group,
    Limits,
    Listening,
    Output,
    Plan,
    Timetable,
    Unit,
)
from pxc.ir.program import Program
from pxc.ir.run import Dag, Service
from pxc.ir.spec import Operation, Schedule, Termination
from pxc.passes.conditions import check_conditions, check_filled_in, conditions_hold
from pxc.passes.demands import runtime_demand, section_demands, stopping_demands
from pxc.passes.global_names import global_names, service_path
from pxc.passes.graph.edges import check_edges, edges_of
from pxc.passes.graph.nodes import GraphNode
from pxc.passes.graph.starts import edges_into, inputs_of, start_of
from pxc.passes.lower_joins import Siblings, lower_joins
from pxc.passes.lower_roles import bare_runtime, lower_roles
from pxc.passes.lowering import Lowering, known, text_of, truth, whole
from pxc.passes.stopping_rules import stopping_rules
from pxc.source import Span
from pxc.world import World

_IDENTITY_VERSION = "h1"


def lower_plan(program: Program, world: World, report: Report) -> Plan:
    """The plan of an evaluated program.

    In: `composed` whose templates hold only run-time references, and so `operations`. Out: at most
    one unit or one group, the timetable, and a demand for everything the author asked that neither
    carries. PXC104 for a missing container, PXC131 for a template that nobody filled in, PXC317
    for conditions that are no boolean.
    """
    composed = program.composed
    assert composed is not None
    assert composed.run is not None
    name = _name(composed, program)
    demands = list(section_demands(composed, carried=_carried(program, None)))
    check_filled_in(composed.template, report)
    runs = conditions_hold(composed, demands, report)
    found = _member(name, (), Lowering(program, world, report, demands)) if runs else None
    return Plan(
        composed.span,
        name,
        (found,) if isinstance(found, Unit) else (),
        group=found if isinstance(found, Group) else None,
        timetable=_timetable(composed.schedule, report),
        demands=tuple({(d.feature, d.span): d for d in demands}.values()),
        owner=world.options.owner,
        project=world.options.project,
        source=program.origin,
    )


def _name(composed: Operation, program: Program) -> str:
    if isinstance(composed.name, Lit) and composed.name.value:
        return str(composed.name.value)
    stem = program.main.span.source.name.replace("\\", "/").rsplit("/", 1)[-1].split(".")[0]
    return stem if stem.strip("-") else "run"


def _carried(program: Program, joins: tuple[Join, ...] | None) -> frozenset[str]:
    """The sections of an operation that the plan has as nodes of their own."""
    composed = program.composed
    if composed is None or runtime_demand(composed.run) is not None:
        return frozenset()
    found = {"matrix"} if (program.sweep or program.search) is not None else set()
    return frozenset(found if joins is None else {*found, "joins"})


def _member(name: str, joins: tuple[Join, ...], lowering: Lowering) -> Unit | Group | None:
    """What an operation becomes; None for a runtime that is only a demand."""
    program = lowering.program
    composed = program.composed
    assert composed is not None
    expanded, matrix = program.sweep or program.search, composed.matrix
    if expanded is not None and isinstance(matrix, Matrix) and not expanded.stopping:
        rules = stopping_demands(matrix.early_stopping, "matrix.earlyStopping")
        lowering.demands.extend(rules)
    if isinstance(composed.run, Dag):
        return _group(name, joins, composed, composed.run, lowering)
    unlowered = runtime_demand(composed.run)
    if unlowered is None:
        return _unit(name, joins, composed, lowering)
    lowering.demands.append(unlowered)
    return None


def _group(
    name: str, joins: tuple[Join, ...], composed: Operation, dag: Dag, lowering: Lowering
) -> Group | None:
    """The operations of a dag and what leads from one to another."""
    report, world = lowering.report, lowering.world
    members: list[Unit | Group] = []
    edges: list[Edge] = []
    nodes: dict[str, GraphNode] = {}
    siblings = _siblings(lowering.program)
    for program in lowering.program.operations:
        inner = program.composed
        assert inner is not None
        title = _title(inner)
        assert inner.name is not None
        nodes[title] = GraphNode(title, inner.name.span, inner, True)
        own = lower_joins(program, title, siblings, world, report)
        demands = section_demands(inner, in_dag=True, carried=_carried(program, own))
        lowering.demands.extend(demands)
        check_filled_in(inner.template, report)
        check_conditions(inner.conditions, report)
        found = _member(title, own or (), Lowering(program, world, report, lowering.demands))
        if found is None:
            continue
        start = start_of(inner, report)
        members.append(found if start is None else replace(found, start=start))
        edges.extend(edges_into(title, inner))
    if not check_edges(nodes, report, is_open=False):  # what was a template is known only now
        return None
    stopping = stopping_rules(dag.early_stopping)
    if stopping is None:
        lowering.demands.extend(stopping_demands(dag.early_stopping, "dag.earlyStopping"))
    return Group(
        dag.span,
        name,
        dag.kind,
        tuple(members),
        tuple(edges),
        concurrency=whole(dag.concurrency, "concurrency", report) or None,
        inputs=inputs_of(lowering.program),
        limits=_limits(composed.termination, composed.span, report),
        namespace=known(composed.namespace, "namespace", report)
        or lowering.world.options.namespace,
        description=text_of(composed.description),
        tags=tuple(str(t) for t in plain(composed.tags) or ()),
        stopping=stopping or (),
        sweep=lowering.program.sweep,
        search=lowering.program.search,
        joins=joins,
    )


def _title(composed: Operation) -> str:
    return text_of(composed.name) or ""


def _siblings(program: Program) -> Siblings:
    """The operations of a dag as the joins of one of them see them."""
    found = [(p, p.composed) for p in program.operations if p.composed is not None]
    return Siblings(
        frozenset(_title(c) for p, c in found if (p.sweep or p.search) is not None),
        {_title(c): tuple(edge.upstream for edge in edges_of(c)) for _, c in found},
    )


def _unit(
    name: str, joins: tuple[Join, ...], composed: Operation, lowering: Lowering
) -> Unit | None:
    run: Any = composed.run
    program, report = lowering.program, lowering.report
    roles = lower_roles(run, composed, lowering)
    if not roles:
        return None
    outputs = tuple(
        Output(b.span, b.name, b.type) for b in program.bindings if b.section == "outputs"
    )
    unit = Unit(
        composed.span,
        name,
        run.kind,
        roles,
        _limits(composed.termination, composed.span, report),
        runtime=bare_runtime(run),
        listening=_listening(run, lowering) if isinstance(run, Service) else None,
        inputs=inputs_of(program),
        outputs=outputs,
        namespace=known(composed.namespace, "namespace", report)
        or lowering.world.options.namespace,
        queue=text_of(composed.queue),
        description=text_of(composed.description),
        tags=tuple(str(t) for t in plain(composed.tags) or ()),
        sweep=program.sweep,
        search=program.search,
        joins=joins,
    )
    queued = unit.queue is not None and lowering.world.options.queue_as != "none"
    if isinstance(composed.queue, Template) or (unit.queue and not queued):
        span = composed.queue.span  # type: ignore[union-attr]
        lowering.demands.append(Demand(span, "queue", "queue", optional=True))
    return replace(unit, identity=_identity(unit))


def _identity(unit: Unit) -> str:
    """A digest of what runs: remarks, queues, retries, times, watchers make no other run of it."""
    limits = Limits(unit.limits.span, pod_failure_policy=unit.limits.pod_failure_policy)
    bare = replace(
        unit, description=None, tags=(), queue=None, limits=limits, sweep=None, search=None
    )
    data: Any = dump(bare)
    for role in data["roles"]:
        role["pod"].pop("watch", None)
        _leave_out_told(role["pod"])
    text = json.dumps(data, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    from hashlib import sha256  # it loads OpenSSL, and a linter gives no names

    return sha256(f"{_IDENTITY_VERSION}\n{text}".encode()).hexdigest()


def _leave_out_told(pod: Any) -> None:
    """Take what only tells of an object out of a dumped pod."""
    environment = pod.get("environment", {})
    for field in ("labels", "annotations"):
        told = environment.get(field)
        if isinstance(told, dict):
            environment[field] = {k: v for k, v in told.items() if not k.startswith(TOLD_PREFIX)}
            if not environment[field]:
                del environment[field]
    if environment.keys() == {"is"}:
        del pod["environment"]


def _limits(termination: Any, span: Span, report: Report) -> Limits:
    if not isinstance(termination, Termination):
        return Limits(span)
    policy = termination.pod_failure_policy
    return Limits(
        termination.span,
        max_retries=whole(termination.max_retries, "termination.maxRetries", report),
        timeout=whole(termination.timeout, "termination.timeout", report),
        ttl=whole(termination.ttl, "termination.ttl", report),
        pod_failure_policy=policy if isinstance(policy, KObject) else None,
    )


def _listening(run: Service, lowering: Lowering) -> Listening:
    report = lowering.report
    ports = []
    for item in run.ports.items if isinstance(run.ports, Seq) else (run.ports,):
        if isinstance(item, Template):
            known(item, "ports", report)
        if not isinstance(item, Lit) or item.value is None:
            continue
        number = item.value
        if isinstance(number, str) and number.isdigit():
            number = int(number)
        if not isinstance(number, int) or isinstance(number, bool):
            report.add("PXC116", f"`{number}` is not a port", item.span,
                       help="ports are whole numbers from 1 to 65535")  # fmt: skip
            continue
        ports.append(number)
    for field, what in ((run.rewrite_path, "rewritePath"), (run.is_external, "isExternal")):
        if field is not None and truth(field, what, report) is True:
            lowering.demands.append(Demand(field.span, f"service.{what}", what, optional=True))
    return Listening(
        run.span,
        tuple(ports),
        path=service_path(run, global_names(lowering.program, lowering.world), lowering.world),
        replicas=whole(run.replicas, "replicas", report),
        rewrite_path=isinstance(run.rewrite_path, Lit) and run.rewrite_path.value is True,
        is_external=isinstance(run.is_external, Lit) and run.is_external.value is True,
    )


def _timetable(schedule: Any, report: Report) -> Timetable | None:
    if not isinstance(schedule, Schedule):
        return None
    return Timetable(
        schedule.span,
        schedule.kind,
        cron=known(schedule.cron, "schedule.cron", report),
        frequency=known(schedule.frequency, "schedule.frequency", report),
        start_at=_moment(schedule.start_at, "schedule.startAt", report),
        end_at=_moment(schedule.end_at, "schedule.endAt", report),
        max_runs=whole(schedule.max_runs, "schedule.maxRuns", report),
        depends_on_past=truth(schedule.depends_on_past, "schedule.dependsOnPast", report) is True,
    )


def _moment(node: Any, what: str, report: Report) -> str | None:
    """A time in UTC, as RFC 3339 writes it."""
    text: str | None = known(node, what, report)
    if text is None:
        return None
    from pxc.passes.schedule_times import moment_of

    moment = moment_of(node)
    return text if moment is None else moment.isoformat().replace("+00:00", "Z")
