"""Turns resources of version 0, sorted by resource, into those of a container of Kubernetes."""

from __future__ import annotations

from typing import Any

from pxc.grammar.v0.language import AMOUNT, RESOURCES
from pxc.grammar.v0.section import Section
from pxc.grammar.v0.tree import Pair, made, mapped, renamed
from pxc.ir.node import Lit

__all__ = ["resources"]

_NAMES = {
    "cpu": "cpu", "memory": "memory", "gpu": "nvidia.com/gpu",
    "tpu": "cloud-tpus.google.com/v2",
}  # fmt: skip


def resources(section: Section, field: str = "resources") -> Pair | None:
    """`resources` of a container; PXC948 where an amount had no unit or kind of its own."""
    entry, old = section.entry(field), section.section(field, RESOURCES)
    if entry is None or old is None:
        return None
    bounds: dict[str, list[Pair]] = {"requests": [], "limits": []}
    places: dict[str, Any] = {}
    for name in [name for name in old.entries if name in _NAMES]:
        amounts = old.section(name, AMOUNT)
        for bound, amount in amounts.fields() if amounts else ():
            value = _amount(name, amount[1], old)
            bounds[bound].append((Lit(old.place(name), _NAMES[name]), value))
            places.setdefault(bound, amount)
    found = [
        renamed(bound, places[bound], mapped(old.span, pairs))
        for bound, pairs in bounds.items()
        if pairs
    ]
    return renamed("resources", entry, mapped(old.span, found)) if found else None


def _amount(name: str, node: Any, within: Section) -> Any:
    """An amount as Kubernetes writes it."""
    if name == "tpu":
        _assumed(within, name, "TPUs are asked for as `cloud-tpus.google.com/v2`", node)
    if name != "memory" or not isinstance(node, Lit) or isinstance(node.value, str):
        return node
    text = f"{node.value:g}" if isinstance(node.value, float) else str(node.value)
    _assumed(within, name, f"memory without a unit is read as megabytes: `{text}Mi`", node)
    return made(node.span, f"{text}Mi")


def _assumed(within: Section, name: str, message: str, node: Any) -> None:
    within.report.add(
        "PXC948",
        message,
        node.span,
        help="the deployment of version 0 may have said otherwise: compare the amounts",
    )
