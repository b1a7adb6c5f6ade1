"""Reads settled fields of the composed operation for the passes that lower it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from msgspec import Struct

from pxc.diagnostics import Report
from pxc.ir.node import Hole, KObject, Lit, Seq, Template
from pxc.ir.plan import Demand
from pxc.ir.program import Program
from pxc.ir.spec import Operation
from pxc.passes.cell_refs import uses_cell
from pxc.passes.queue_places import namespace_of_queue
from pxc.source import Span
from pxc.world import World

__all__ = [
    "Lowering",
    "joined",
    "known",
    "namespace_of",
    "objects",
    "pieces_of",
    "queue_of",
    "text_of",
    "truth",
    "whole",
]


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
        _report_unknown(field, what, report)
    return text_of(field)


def queue_of(composed: Operation, lowering: Lowering) -> str | None:
    """The queue of an operation: its own, or that of its project, where queues become something."""
    options = lowering.world.options
    return text_of(composed.queue) or (options.queue_as != "none" and options.queue) or None


def namespace_of(composed: Operation, lowering: Lowering) -> str | None:
    """The namespace of an operation: its own, that of its queue, or what the options say."""
    own = known(composed.namespace, "namespace", lowering.report)
    world = lowering.world
    return own or namespace_of_queue(composed, world) or world.options.namespace


def truth(field: Any, what: str, report: Report) -> bool | None:
    """A known boolean of a field, None where there is none; PXC703 when only the run knows it."""
    known(field, what, report)
    return field.value if isinstance(field, Lit) and isinstance(field.value, bool) else None


def whole(field: Any, what: str, report: Report) -> int | None:
    """A known, non-negative number of a field; PXC703 when only the run knows it, PXC116 below."""
    if isinstance(field, Template):
        _report_unknown(field, what, report)
        return None
    if not isinstance(field, Lit) or field.value is None:
        return None
    if field.value < 0:
        report.add("PXC116", f"`{what}` must not be negative, but is {field.value}", field.span,
                   help="write 0 for none, or leave it out")  # fmt: skip
        return None
    return int(field.value)


def _report_unknown(field: Template, what: str, report: Report) -> None:
    varies = any(isinstance(part, Hole) and uses_cell(part.expr) for part in field.parts)
    report.add(
        "PXC703",
        f"`{what}` needs a value that is known before the run",
        field.span,
        help="it is the same for all runs of a matrix: write the value itself" if varies else None,
    )


def objects(field: Any) -> tuple[KObject, ...]:
    """The Kubernetes objects of a list."""
    if not isinstance(field, Seq):
        return ()
    return tuple(item for item in field.items if isinstance(item, KObject))


def pieces_of(field: Any, what: str, report: Report) -> tuple[str | Hole, ...]:
    """A scalar as text and run-time values; nothing for one that is not given.

    PXC703 for a text with statements in it.
    """
    if isinstance(field, Template) and not field.statements:
        return field.parts
    known(field, what, report)
    if not isinstance(field, Lit) or field.value is None or field.value == "":
        return ()
    return (str(field.value).lower() if isinstance(field.value, bool) else str(field.value),)


def joined(span: Span, pieces: Iterable[str | Hole]) -> Lit[str] | Template:
    """One text made of pieces; a template where a run-time value is among them."""
    parts: list[str | Hole] = []
    for piece in pieces:
        last = parts[-1] if parts else None
        if isinstance(piece, str) and isinstance(last, str):
            parts[-1] = last + piece
        else:
            parts.append(piece)
    text = "".join(p if isinstance(p, str) else "{{ }}" for p in parts)
    if any(isinstance(p, Hole) for p in parts):
        return Template(span, text, tuple(parts))
    return Lit(span, text)
