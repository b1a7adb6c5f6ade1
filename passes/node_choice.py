"""Says what keeps a pod from the nodes of a pool: labels, affinity, taints, or its queue."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from pxc.access.placement import tolerates
from pxc.ir.node import Lit, Map, Seq, Template

if TYPE_CHECKING:
    from pxc.access.organization import NodePool, Queue

__all__ = ["hindrance"]

_HARD = ("NoSchedule", "NoExecute")


def hindrance(
    environment: object, resources: frozenset[str], queue: Queue | None, pool: NodePool
) -> str | None:
    """Why a pod cannot land on the nodes of a pool; None where it can, or nobody knows.

    A label that the catalog does not tell of a pool rules nothing out, and neither does what waits
    for the run. A taint under the name of a resource is tolerated by whoever asks for that resource
    (clusters add that toleration), those of the pools of a queue by what is in the queue.
    """
    if queue is not None and queue.node_pools and pool.name not in queue.node_pools:
        return f"queue `{queue.name}` does not lead there"
    for key, value in _pairs(getattr(environment, "node_selector", None)):
        if isinstance(value, Lit) and pool.selector.get(key, str(value.value)) != str(value.value):
            return f"its label `{key}` is `{pool.selector[key]}`"
    if not _is_wanted(getattr(environment, "affinity", None), pool):
        return "the required affinity leaves it out"
    if queue is not None and queue.node_pools:
        return None
    tolerations = getattr(environment, "tolerations", None)
    for taint in pool.taints:
        is_hard = taint[2] in _HARD and taint[0] not in resources
        if is_hard and not _is_tolerated(tolerations, taint):
            return f"its taint `{taint[0]}` is not tolerated"
    return None


def _pairs(node: Any) -> Iterator[tuple[str, Any]]:
    for key, value in node.entries if isinstance(node, Map) else ():
        if isinstance(key, Lit):
            yield str(key.value), value


def _is_tolerated(tolerations: Any, taint: tuple[str, str, str]) -> bool:
    if isinstance(tolerations, Template):
        return True
    for item in tolerations.items if isinstance(tolerations, Seq) else ():
        said = dict(_pairs(item))
        waits = isinstance(item, Template) or any(isinstance(v, Template) for v in said.values())
        if waits or (said and tolerates(said, taint)):
            return True
    return False


def _is_wanted(affinity: Any, pool: NodePool) -> bool:
    """Whether some term of a required affinity may hold for the nodes of a pool."""
    for name in ("nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution"):
        affinity = affinity.get(name) if isinstance(affinity, Map) else None
    terms = affinity.get("nodeSelectorTerms") if isinstance(affinity, Map) else None
    if not isinstance(terms, Seq) or not terms.items:
        return True
    return any(_may_hold(term, pool) for term in terms.items)


def _may_hold(term: Any, pool: NodePool) -> bool:
    found = term.get("matchExpressions") if isinstance(term, Map) else None
    items = found.items if isinstance(found, Seq) else ()
    return all(_may_be(item, pool) for item in items)


def _may_be(item: Any, pool: NodePool) -> bool:
    """Whether one condition may hold, as far as labels are known."""
    said = dict(_pairs(item))
    key, operator, values = (said.get(name) for name in ("key", "operator", "values"))
    given = values.items if isinstance(values, Seq) else ()
    if not isinstance(key, Lit) or not isinstance(operator, Lit) or isinstance(values, Template):
        return True
    if not all(isinstance(v, Lit) for v in given):
        return True
    label = pool.selector.get(str(key.value))
    if label is None:
        return True
    texts = [str(v.value) for v in given]
    word = operator.value
    if word == "In":
        return label in texts
    if word in ("NotIn", "DoesNotExist"):
        return word == "NotIn" and label not in texts
    if word in ("Gt", "Lt") and len(texts) == 1 and label.isdecimal() and texts[0].isdecimal():
        return int(label) > int(texts[0]) if word == "Gt" else int(label) < int(texts[0])
    return True
