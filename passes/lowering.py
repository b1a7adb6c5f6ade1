"""Reads settled fields of the composed operation for the passes that lower it."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from pxc.diagnostics import Report
from pxc.ir.node import KObject, Lit, Seq, Template
from pxc.ir.plan import Demand
from pxc.ir.program import Program
from pxc.world import World

__all__ = ["Lowering", "known", "objects", "text_of", "truth", "whole"]


class Lowering(Struct):
    """What the parts of one lowering share; `demands` grows as they find what no unit carries."""

    program: Program
    world: World
    report: Report
    demands: list[Demand]


def text_of(field: Any) -> str | None:
    """The text of a known scalar."""
    if isinstance(field, Lit) and field.value is not None:
        return str(field.value)
    return None


def known(field: Any, what: str, report: Report) -> str | None:
    """The text of a field; PXC703 when only the run knows it."""
    if isinstance(field, Template):
        report.add("PXC703", f"`{what}` needs a value that is known before the run", field.span)
    return text_of(field)


def truth(field: Any, what: str, report: Report) -> bool | None:
    """A known boolean of a field, None where there is none; PXC703 when only the run knows it."""
    known(field, what, report)
    return field.value if isinstance(field, Lit) and isinstance(field.value, bool) else None


def whole(field: Any, what: str, report: Report) -> int | None:
    """A known, non-negative number of a field; PXC703 when only the run knows it, PXC116 below."""
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


def objects(field: Any) -> tuple[KObject, ...]:
    """The Kubernetes objects of a list."""
    if not isinstance(field, Seq):
        return ()
    return tuple(item for item in field.items if isinstance(item, KObject))
