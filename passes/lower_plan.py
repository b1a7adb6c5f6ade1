"""Lowers the composed operation to the Plan: units a target can emit, and demands it must meet."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from pxc.diagnostics import Report
from pxc.ir.dump import dump
from pxc.ir.node import Invalid, KObject, Lit, Map, Seq, Template, is_null, plain, replace
from pxc.ir.plan import Demand, Limits, Listening, Output, Plan, Pod, Timetable, Unit
from pxc.ir.program import Program
from pxc.ir.run import Job, Service
from pxc.ir.spec import Operation, Plugins, Schedule, Termination
from pxc.passes.demands import head_of, runtime_demand, section_demands
from pxc.passes.lower_init import lower_init
from pxc.source import Span
from pxc.world import World

_IDENTITY_VERSION = "h1"
_FALSE_WORDS = frozenset({"n", "no", "f", "false", "off", "0"})
_TRUE_WORDS = frozenset({"y", "yes", "t", "true", "on", "1"})


def lower_plan(program: Program, world: World, report: Report) -> Plan:
    """The plan of an evaluated program.

    In: `composed` whose templates hold only run-time references. Out: at most one unit, the
    timetable, and a demand for everything the author asked that no unit carries. PXC104 for a
    missing container, PXC317 for conditions that are no boolean.
    """
    composed = program.composed
    assert composed is not None
    assert composed.run is not None
    name = _name(composed, program)
    demands = list(section_demands(composed))
    runs = _conditions(composed, demands, report)
    units: tuple[Unit, ...] = ()
    unlowered = runtime_demand(composed.run)
    if unlowered is not None:
        demands.append(unlowered)
    elif isinstance(composed.run, Job | Service) and runs:
        unit = _unit(name, composed, program, demands, world, report)
        units = (unit,) if unit is not None else ()
    return Plan(
        composed.span,
        name,
        units,
        timetable=_timetable(composed.schedule, report),
        demands=tuple(demands),
        owner=world.options.owner,
        project=world.options.project,
        source=program.origin,
    )


def _name(composed: Operation, program: Program) -> str:
    if isinstance(composed.name, Lit) and composed.name.value:
        return str(composed.name.value)
    stem = program.main.span.source.name.replace("\\", "/").rsplit("/", 1)[-1].split(".")[0]
    return stem if stem.strip("-") else "run"


def _unit(
    name: str,
    composed: Operation,
    program: Program,
    demands: list[Demand],
    world: World,
    report: Report,
) -> Unit | None:
    run: Any = composed.run
    if not isinstance(run.container, KObject):
        if run.container is None or is_null(run.container):
            report.add(
                "PXC104",
                f"`{run.kind}` needs a `container`",
                head_of(run.span),
                label="no `container` here",
                help="add `container: {image: ...}`",
            )
        return None
    init = lower_init(run, program, demands, report)
    _connection_demands(run, program, demands)
    pod = Pod(
        run.span,
        _with_params_env(run.container, program),
        init=init,
        sidecars=_objects(run.sidecars),
        volumes=_objects(run.volumes),
        environment=run.environment if not is_null(run.environment) else None,
        shm=_shm(composed.plugins, report),
    )
    outputs = tuple(
        Output(b.span, b.name, b.type) for b in program.bindings if b.section == "outputs"
    )
    unit = Unit(
        composed.span,
        name,
        run.kind,
        pod,
        _limits(composed.termination, composed.span, report),
        listening=_listening(run, demands, report) if isinstance(run, Service) else None,
        outputs=outputs,
        namespace=_known(composed.namespace, "namespace", report) or world.options.namespace,
        queue=_text(composed.queue),
        description=_text(composed.description),
        tags=tuple(str(t) for t in plain(composed.tags) or ()),
    )
    if unit.queue or isinstance(composed.queue, Template):
        demands.append(Demand(composed.queue.span, "queue", "queue", optional=True))  # type: ignore[union-attr]
    return replace(unit, identity=_identity(unit))


def _identity(unit: Unit) -> str:
    """A digest of what runs. Remarks, queues, retries and times do not make another run of it."""
    limits = Limits(unit.limits.span, pod_failure_policy=unit.limits.pod_failure_policy)
    bare = replace(unit, description=None, tags=(), queue=None, limits=limits)
    text = json.dumps(dump(bare), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(f"{_IDENTITY_VERSION}\n{text}".encode()).hexdigest()


def _with_params_env(container: KObject, program: Program) -> KObject:
    """The container with `toEnv` params after its own variables; of one name the last stays."""
    added = []
    for binding in program.bindings:
        if binding.to_env and binding.value is not None and not is_null(binding.value):
            added.append((binding.to_env, _env_value(binding.value)))
    if not added:
        return container
    span = container.span
    own = container.get("env")
    items = list(own.items) if isinstance(own, Seq) else []
    names = {name for name, _ in added}
    items = [i for i in items if not (isinstance(i, Map) and plain(i.get("name")) in names)]
    for name, value in added:
        pairs = ((Lit(span, "name"), Lit(span, name)), (Lit(span, "value"), value))
        items.append(KObject(value.span, pairs, "V1EnvVar"))
    env = Seq(own.span if own is not None else span, tuple(items))
    entries = [(k, v) for k, v in container.entries if plain(k) != "env"]
    return replace(container, entries=(*entries, (Lit(span, "env"), env)))


def _env_value(node: Any) -> Any:
    if isinstance(node, Template):
        return node
    data = plain(node)
    text = data if isinstance(data, str) else json.dumps(data, default=str)
    return Lit(node.span, text)


def _connection_demands(run: Any, program: Program, demands: list[Demand]) -> None:
    names = run.connections
    for name in names.items if isinstance(names, Seq) else (names,):
        if isinstance(name, Lit | Template) and not is_null(name):
            demands.append(Demand(name.span, "connections", f"connections: {plain(name)}"))
    for binding in program.bindings:
        if binding.to_init:
            demands.append(
                Demand(
                    binding.given_at or binding.span, "params.toInit", f"toInit of {binding.name}"
                )
            )


def _objects(field: Any) -> tuple[KObject, ...]:
    if not isinstance(field, Seq):
        return ()
    return tuple(item for item in field.items if isinstance(item, KObject))


def _shm(plugins: Any, report: Report) -> bool:
    return (
        not isinstance(plugins, Plugins) or _flag(plugins.shm, "plugins.shm", report) is not False
    )


def _limits(termination: Any, span: Span, report: Report) -> Limits:
    if not isinstance(termination, Termination):
        return Limits(span)
    policy = termination.pod_failure_policy
    return Limits(
        termination.span,
        max_retries=_whole(termination.max_retries, "termination.maxRetries", report),
        timeout=_whole(termination.timeout, "termination.timeout", report),
        ttl=_whole(termination.ttl, "termination.ttl", report),
        pod_failure_policy=policy if isinstance(policy, KObject) else None,
    )


def _whole(field: Any, what: str, report: Report) -> int | None:
    """A known, non-negative number of a field; PXC703 when only the run knows it."""
    if isinstance(field, Template):
        report.add("PXC703", f"`{what}` needs a value that is known before the run", field.span)
        return None
    if not isinstance(field, Lit) or field.value is None:
        return None
    if field.value < 0:
        report.add("PXC116", f"`{what}` must not be negative, but is {field.value}", field.span,
                   help="write 0 for none, or leave it out")  # fmt: skip
        return None
    return int(field.value)


def _listening(run: Service, demands: list[Demand], report: Report) -> Listening:
    ports = []
    for item in run.ports.items if isinstance(run.ports, Seq) else (run.ports,):
        if isinstance(item, Template):
            _known(item, "ports", report)
        if not isinstance(item, Lit) or item.value is None:
            continue
        number = item.value
        if isinstance(number, str) and number.isdigit():
            number = int(number)
        if not isinstance(number, int) or isinstance(number, bool) or not 1 <= number <= 65535:
            report.add("PXC116", f"`{number}` is not a port", item.span,
                       help="ports are whole numbers from 1 to 65535")  # fmt: skip
            continue
        ports.append(number)
    for field, what in ((run.rewrite_path, "rewritePath"), (run.is_external, "isExternal")):
        if field is not None and _flag(field, what, report) is True:
            demands.append(Demand(field.span, f"service.{what}", what, optional=True))
    return Listening(
        run.span,
        tuple(ports),
        replicas=_whole(run.replicas, "replicas", report),
        rewrite_path=isinstance(run.rewrite_path, Lit) and run.rewrite_path.value is True,
        is_external=isinstance(run.is_external, Lit) and run.is_external.value is True,
    )


def _timetable(schedule: Any, report: Report) -> Timetable | None:
    if not isinstance(schedule, Schedule):
        return None
    return Timetable(
        schedule.span,
        schedule.kind,
        cron=_known(schedule.cron, "schedule.cron", report),
        frequency=_known(schedule.frequency, "schedule.frequency", report),
        start_at=_known(schedule.start_at, "schedule.startAt", report),
        end_at=_known(schedule.end_at, "schedule.endAt", report),
        max_runs=_whole(schedule.max_runs, "schedule.maxRuns", report),
        depends_on_past=_flag(schedule.depends_on_past, "schedule.dependsOnPast", report) is True,
    )


def _conditions(composed: Operation, demands: list[Demand], report: Report) -> bool:
    """Whether the operation runs; conditions that wait for the run become a demand."""
    conditions = composed.conditions
    if conditions is None or is_null(conditions) or isinstance(conditions, Invalid):
        return True
    if isinstance(conditions, Template):
        demands.append(Demand(conditions.span, "conditions", "conditions"))
        return True
    word = str(conditions.value).strip().lower()
    if word in _TRUE_WORDS:
        return True
    if word not in _FALSE_WORDS:
        report.add(
            "PXC317",
            f"`conditions` gives `{conditions.value}`, which is neither true nor false",
            conditions.span,
            help='write an expression in braces: `"{{ n > 1 }}"`',
        )
        return True
    report.add(
        "PXC702",
        "the `conditions` are false, so nothing is emitted",
        conditions.span,
        help="give params that make them true, or leave `conditions` out",
    )
    return False


def _known(field: Any, what: str, report: Report) -> str | None:
    """The text of a field; PXC703 when only the run knows it."""
    if isinstance(field, Template):
        report.add("PXC703", f"`{what}` needs a value that is known before the run", field.span)
    return _text(field)


def _flag(field: Any, what: str, report: Report) -> bool | None:
    """A known boolean of a field, None where there is none; PXC703 when only the run knows it."""
    _known(field, what, report)
    return field.value if isinstance(field, Lit) and isinstance(field.value, bool) else None


def _text(field: Any) -> str | None:
    if isinstance(field, Lit) and field.value is not None:
        return str(field.value)
    return None
