"""Writes the most of an accelerator that anybody may have in a namespace as a LimitRange.

A cluster does not see for whom a pod is, so only what no grant of the namespace's projects exceeds
can be held there, for everybody. Accelerators come by grants alone, so nobody who may have more is
refused.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pxc.access.exports.admission import head
from pxc.access.index import holds_in, least
from pxc.access.patterns import pattern

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from decimal import Decimal

    from pxc.access.organization import Grant, Rules

__all__ = ["limit_range", "most_of_accelerators"]

_OF_CLAIMS = "resourceClaim/"


def limit_range(namespace: str, most: dict[str, Decimal]) -> dict[str, Any]:
    """A LimitRange that holds containers and pods to the most of each accelerator.

    Kubernetes gives the bound itself to a container that asks for nothing, unless another default
    is given: here that is none. Counts are whole: a bound of 1.5 is one of 1.
    """
    bounds = {name: str(int(amount)) for name, amount in sorted(most.items())}
    nothing = dict.fromkeys(bounds, "0")
    container = {"type": "Container", "max": bounds, "default": nothing, "defaultRequest": nothing}
    spec = {"limits": [container, {"type": "Pod", "max": bounds}]}
    return {**head("v1", "LimitRange", "pxc-limits", namespace), "spec": spec}


def most_of_accelerators(rules: Rules, projects: Sequence[str]) -> dict[str, Decimal]:
    """The most a pod of each accelerator that grants of these projects name and all bound."""
    grants = [g for g in rules.grants.values() if any(holds_in(g.projects, p) for p in projects)]
    found = {}
    for name in sorted(set(_named(grants))):
        bounds = list(_bounds(grants, name))
        if None not in bounds:
            found[name] = max(b for b in bounds if b is not None)
    return found


def _named(grants: Iterable[Grant]) -> Iterator[str]:
    """The accelerators that are resources of a pod, and whose whole name a grant gives."""
    for grant in grants:
        for allowance in grant.allow:
            for selector in allowance.selectors:
                literal = pattern(selector.name).literal
                if (
                    selector.kind == "accelerator"
                    and literal
                    and not literal.startswith(_OF_CLAIMS)
                ):
                    yield literal


def _bounds(grants: Iterable[Grant], name: str) -> Iterator[Decimal | None]:
    """What each grant of an accelerator lets a pod have; None where it has no end."""
    for grant in grants:
        for allowance in grant.allow:
            for selector in allowance.selectors:
                if selector.kind == "accelerator" and pattern(selector.name).matches(name):
                    most = allowance.most
                    bounds = (most.per_pod, most.per_run) if most else ()
                    yield least(*bounds, selector.most)
