"""Lowers an operation that is made of pods to the unit that runs them."""

from __future__ import annotations

import json
from typing import Any

from pxc.diagnostics import Report
from pxc.ir.dump import dump
from pxc.ir.join import Join
from pxc.ir.node import KObject, Lit, Seq, Template, plain, replace
from pxc.ir.plan import TOLD_PREFIX, Demand, Limits, Listening, Output, Unit
from pxc.ir.run import Service
from pxc.ir.spec import Operation, Termination
from pxc.passes.global_names import global_names, service_path
from pxc.passes.later_values import inputs_of
from pxc.passes.lower_roles import bare_runtime, lower_roles
from pxc.passes.lowering import (
    Lowering,
    known,
    namespace_of,
    queue_of,
    text_of,
    truth,
    whole,
)
from pxc.sha256 import sha256
from pxc.source import Span

__all__ = ["lower_limits", "lower_unit"]

_IDENTITY_VERSION = "h1"


def lower_unit(
    name: str, joins: tuple[Join, ...], composed: Operation, lowering: Lowering
) -> Unit | None:
    """The unit of an operation; None after a fault in each of its roles."""
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
        lower_limits(composed.termination, composed.span, report),
        runtime=bare_runtime(run),
        listening=_listening(run, lowering) if isinstance(run, Service) else None,
        inputs=inputs_of(program),
        outputs=outputs,
        namespace=namespace_of(composed, lowering),
        queue=queue_of(composed, lowering),
        description=text_of(composed.description),
        tags=tuple(str(t) for t in plain(composed.tags) or ()),
        sweep=program.sweep,
        search=program.search,
        joins=joins,
    )
    queue_as = lowering.world.options.queue_as
    own = text_of(composed.queue)  # that of a project leads somewhere, which is all it need do
    if isinstance(composed.queue, Template) or (own and queue_as in ("none", "pool")):
        span = composed.queue.span  # type: ignore[union-attr]
        pooled = own and queue_as == "pool"
        feature = "queue.pool" if pooled else "queue"
        lowering.demands.append(Demand(span, feature, "queue", optional=True))
    unit = replace(unit, identity=_identity(unit))
    if composed.cache is None:
        return unit
    from pxc.passes.lower_cache import lower_cache

    return replace(unit, cache=lower_cache(unit, program, report))


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


def lower_limits(termination: Any, span: Span, report: Report) -> Limits:
    """The retries and times of a `termination`."""
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
