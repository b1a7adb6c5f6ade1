"""Turns the containers of a pod into how much of each resource the pod takes."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from msgspec import Struct

from pxc.access.gathering import Amount
from pxc.access.known import Choices
from pxc.ir.node import KObject, Lit, Map, Template
from pxc.ir.plan import Unit
from pxc.ir.pod import Pod, Role
from pxc.source import Span

__all__ = ["Taken", "pod_demand", "replicas_of"]


class Taken(Struct, frozen=True):
    """So much of a resource, and the places that say so; `unknown` where the run says more."""

    amount: Decimal
    spans: tuple[Span, ...]
    unknown: bool = False


Demand = dict[str, Taken]


def pod_demand(pod: Pod, amount: Amount, choices: Choices | None = None) -> Demand:
    """What Kubernetes counts for a pod: its containers together, or the largest step before them.

    A container takes what it requests, and where it requests nothing what it is limited to; of an
    accelerator it takes the larger of the two. Of several possible amounts the largest counts.
    """
    beside = [_container(node, amount, choices) for node in (pod.main, *pod.sidecars)]
    before = [
        _container(step.container, amount, choices)
        for step in pod.init
        if step.container is not None
    ]
    found = _added(beside)
    for demand in before:
        for name, taken in demand.items():
            known = found.get(name)
            if known is None or known.amount < taken.amount or taken.unknown:
                found[name] = taken
    return found


def replicas_of(unit: Unit, role: Role) -> int:
    """How many pods a role may have at once."""
    if unit.listening is not None and unit.listening.replicas is not None:
        return unit.listening.replicas
    told = [n for n in (role.replicas, role.max_replicas) if n is not None]
    return max(told, default=1)


def _added(demands: Iterable[Demand]) -> Demand:
    found: Demand = {}
    for demand in demands:
        for name, taken in demand.items():
            first = found.get(name)
            found[name] = (
                taken
                if first is None
                else Taken(
                    first.amount + taken.amount,
                    (*first.spans, *taken.spans),
                    first.unknown or taken.unknown,
                )
            )
    return found


def _container(node: KObject, amount: Amount, choices: Choices | None) -> Demand:
    resources = node.get("resources")
    if not isinstance(resources, Map):
        return {}
    limits = _side(resources.get("limits"), amount, choices)
    requests = _side(resources.get("requests"), amount, choices)
    found = {**limits, **requests}
    for name in limits.keys() & requests.keys():
        if "/" in name:
            found[name] = max(limits[name], requests[name], key=lambda taken: taken.amount)
    return found


def _side(side: Any, amount: Amount, choices: Choices | None) -> Demand:
    found: Demand = {}
    for key, value in side.entries if isinstance(side, Map) else ():
        if not isinstance(key, Lit):
            continue
        texts: tuple[str, ...] = ()
        if isinstance(value, Lit):
            texts = (str(value.value),)
        elif isinstance(value, Template) and choices is not None:
            texts = choices(value) or ()
        numbers = [n for n in map(amount, texts) if n is not None]
        is_known = bool(texts) and len(numbers) == len(texts)
        most = max(numbers, default=Decimal(0))
        found[str(key.value)] = Taken(most, (key.span, value.span), not is_known)
    return found
