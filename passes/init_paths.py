"""Puts the paths of init steps together, also those that only the run completes."""

from __future__ import annotations

from typing import Any

from pxc.diagnostics import Report
from pxc.ir.expr import RunTimeRef, operands
from pxc.ir.known_head import known_head
from pxc.ir.node import Hole, Invalid, Lit, Scalar, Template
from pxc.passes.cell_refs import uses_cell
from pxc.passes.lowering import joined, known
from pxc.source import Span

__all__ = ["below", "is_absolute", "path_of", "scalar", "stripped"]

_RELATIVE = frozenset({"uuid", "run_relative_outputs_path"})
"""Values of `globals`, also of a run around, that begin with no slash."""


def path_of(field: Any, what: str, report: Report) -> str | Template | None:
    """A path: text, or a template that the run completes; None for one that is not given.

    PXC703 for one that differs between the runs of a matrix.
    """
    if isinstance(field, Template) and not field.statements and not _varies(field):
        return field
    return known(field, what, report)


def _varies(field: Template) -> bool:
    return any(isinstance(part, Hole) and uses_cell(part.expr) for part in field.parts)


def is_absolute(path: str | Template) -> bool | None:
    """Whether a path begins with a slash; None where only the run knows."""
    head = path if isinstance(path, str) else known_head(path)
    if head or isinstance(path, str):
        return head.startswith("/")
    first = path.parts[0]
    if isinstance(first, Hole) and not isinstance(first.expr, Invalid):
        ref = operands(first.expr)[0]
        if isinstance(ref, RunTimeRef):
            around, _, name = ref.path.rpartition("globals.")
            if name in _RELATIVE and not around.strip("dag."):
                return False
    return None


def below(root: str | Template, inner: str | Template, span: Span) -> str | Template:
    """`inner` in the directory `root`, without a slash at its end."""
    first, *rest = _pieces(inner)
    if isinstance(first, str):
        first = first.lstrip("/")
    return stripped(_joined(span, (*_pieces(stripped(root)), "/", first, *rest)))


def stripped(path: str | Template) -> str | Template:
    """A path without a slash at its end."""
    if isinstance(path, str):
        return path.rstrip("/")
    *pieces, last = path.parts
    return _joined(path.span, (*pieces, last.rstrip("/") if isinstance(last, str) else last))


def _joined(span: Span, pieces: tuple[str | Hole, ...]) -> str | Template:
    made = joined(span, pieces)
    return made if isinstance(made, Template) else made.value


def scalar(path: str | Template, span: Span) -> Scalar:
    """A path as a node."""
    return Lit(span, path) if isinstance(path, str) else path


def _pieces(path: str | Template) -> tuple[str | Hole, ...]:
    return (path,) if isinstance(path, str) else path.parts
