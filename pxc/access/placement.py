"""Turns what a pod says of nodes into the pools of the catalog and the nodes that it may use."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from msgspec import Struct

from pxc.access.gathering import Gathering
from pxc.access.organization import NodePool
from pxc.ir.node import Lit, Map, Seq, Template, is_null
from pxc.source import Span

__all__ = ["PLACES", "claim_placement", "tolerates"]

PLACES = frozenset(("nodeSelector", "affinity", "tolerations"))
"""The fields of a pod that this is about."""

_HOST = "kubernetes.io/hostname"
_EVERYWHERE = frozenset(
    ("kubernetes.io/os", "kubernetes.io/arch", "topology.kubernetes.io/zone",
     "topology.kubernetes.io/region", "failure-domain.beta.kubernetes.io/zone",
     "failure-domain.beta.kubernetes.io/region", "beta.kubernetes.io/os", "beta.kubernetes.io/arch")
)  # fmt: skip
"""Labels of every node, which choose no pool."""

_CONDITIONS = "node.kubernetes.io/"
"""How the taints begin that a cluster itself sets while something is wrong with a node."""


class _Wanted(Struct, frozen=True):
    """One label that a node must have, or may: `values` None for any."""

    key: str
    values: tuple[Any, ...] | None
    span: Span
    excluded: frozenset[str] = frozenset()


def claim_placement(said: dict[str, Any], pools: Iterable[NodePool], into: Gathering) -> None:
    """Claim the pools that a pod chooses by label, and the tainted ones that it tolerates.

    A label that no pool of the catalog has is a claim under `KEY=VALUE`, a taint that none has one
    under `toleration/KEY`: nobody knows which nodes these are.
    """
    pools = tuple(pools)
    selector = said.get("nodeSelector")
    if isinstance(selector, Template):
        into.unknown("nodePool", selector)
    for wanted in (*_selected(selector, into), *_affine(said.get("affinity"), into)):
        _claim_label(wanted, pools, into)
    tolerations = said.get("tolerations")
    if isinstance(tolerations, Template):
        into.unknown("nodePool", tolerations)
    for item in tolerations.items if isinstance(tolerations, Seq) else ():
        _claim_toleration(item, _fixed(selector), pools, into)


def _selected(selector: Any, into: Gathering) -> Iterator[_Wanted]:
    for key, value in selector.entries if isinstance(selector, Map) else ():
        if isinstance(key, Template):
            into.unknown("nodePool", key)
        elif not is_null(value):
            yield _Wanted(str(key.value), (value,), value.span)


def _affine(affinity: Any, into: Gathering) -> Iterator[_Wanted]:
    """Every label that any term of an affinity to nodes names, required or preferred."""
    found = affinity.get("nodeAffinity") if isinstance(affinity, Map) else None
    waiting = [found] if found is not None else []
    while waiting:
        node = waiting.pop()
        if isinstance(node, Template):
            into.unknown("nodePool", node)
        elif isinstance(node, Seq):
            waiting += node.items
        elif isinstance(node, Map):
            for key, value in node.entries:
                name = key.value if isinstance(key, Lit) else ""
                if name in ("matchExpressions", "matchFields") and isinstance(value, Seq):
                    for item in value.items:
                        yield from _expression(item, into)
                else:
                    waiting.append(value)


def _expression(item: Any, into: Gathering) -> Iterator[_Wanted]:
    key = item.get("key") if isinstance(item, Map) else None
    if not isinstance(key, Lit):
        into.unknown("nodePool", item)
        return
    operator, values = item.get("operator"), item.get("values")
    word = operator.value if isinstance(operator, Lit) else None
    listed = values.items if isinstance(values, Seq) else ()
    name = _HOST if key.value == "metadata.name" else str(key.value)
    if word == "In" and isinstance(values, Seq):
        yield _Wanted(name, listed, key.span)
    elif word == "NotIn":
        texts = (str(v.value) for v in listed if isinstance(v, Lit))
        yield _Wanted(name, None, key.span, frozenset(texts))
    elif word != "DoesNotExist":
        yield _Wanted(name, None, key.span)


def _claim_label(wanted: _Wanted, pools: tuple[NodePool, ...], into: Gathering) -> None:
    if wanted.key in _EVERYWHERE:
        return
    if wanted.values is None:
        having = [p for p in pools if p.selector.get(wanted.key) is not None]
        chosen = [p for p in having if p.selector[wanted.key] not in wanted.excluded]
        for pool in chosen:
            into.add("nodePool", pool.name, span=wanted.span)
        if not having and not wanted.excluded:
            into.add("nodePool", f"{wanted.key}=", "**", span=wanted.span)
        return
    for value in wanted.values:
        if wanted.key == _HOST:
            into.add("node", value)
            continue
        texts = _texts(value, into)
        if texts is None:
            into.unknown("nodePool", value)
            continue
        for text in texts:
            chosen = [p for p in pools if p.selector.get(wanted.key) == text]
            for pool in chosen:
                into.add("nodePool", pool.name, span=value.span)
            if not chosen:
                into.add("nodePool", f"{wanted.key}={text}", span=value.span)


def _claim_toleration(
    item: Any, fixed: dict[str, str], pools: tuple[NodePool, ...], into: Gathering
) -> None:
    if not isinstance(item, Map):
        if isinstance(item, Template):
            into.unknown("nodePool", item)
        return
    said = {k.value: v for k, v in item.entries if isinstance(k, Lit) and not is_null(v)}
    if any(isinstance(said.get(name), Template) for name in ("key", "operator", "value", "effect")):
        into.unknown("nodePool", item)
        return
    key = _text(said.get("key"))
    if key.startswith(_CONDITIONS):
        return
    chosen = [pool for pool in pools if any(tolerates(said, taint) for taint in pool.taints)]
    reachable = [
        p for p in chosen if all(fixed.get(label, v) == v for label, v in p.selector.items())
    ]
    for pool in reachable:
        into.add("nodePool", pool.name, span=item.span)
    if not chosen:
        into.add("nodePool", f"toleration/{key or '**'}", span=item.span)


def tolerates(said: dict[Any, Any], taint: tuple[str, str, str]) -> bool:
    """Whether a toleration, by its fields, is one of a taint as the catalog has it."""
    key, value, effect = (_text(said.get(name)) for name in ("key", "value", "effect"))
    exists = _text(said.get("operator")) == "Exists"
    return (
        (not key or key == taint[0])
        and (exists or not key or value == taint[1])
        and (not effect or not taint[2] or effect == taint[2])
    )


def _fixed(selector: Any) -> dict[str, str]:
    """The labels that a node has for certain."""
    entries = selector.entries if isinstance(selector, Map) else ()
    return {
        str(k.value): str(v.value)
        for k, v in entries
        if isinstance(k, Lit) and isinstance(v, Lit) and v.value is not None
    }


def _texts(value: Any, into: Gathering) -> tuple[str, ...] | None:
    if isinstance(value, Lit):
        return (str(value.value).lower() if isinstance(value.value, bool) else str(value.value),)
    if isinstance(value, Template) and into.choices is not None:
        return into.choices(value)
    return None


def _text(value: Any) -> str:
    return str(value.value) if isinstance(value, Lit) and value.value is not None else ""
