"""Turns the form of a value that a search gives a run into an expression of Argo."""

from __future__ import annotations

from pxc.ir.expr import RunTimeRef
from pxc.targets._search_values import SearchValues
from pxc.targets.argo.rounds import Names, plain

__all__ = ["value_expression"]


def value_expression(values: SearchValues, ref: RunTimeRef, names: Names) -> str | None:
    """An expression for a value in a cell with these parameters; None after PXC703."""
    form = values.form(ref)
    if form is None:
        return None
    said = names.text(form.name)
    if not form.changed:
        return " + ".join(part for part in (_part(form.before), said, _part(form.after)) if part)
    choices = "".join(f"{said} == {plain(a)} ? {plain(b)} : " for a, b in form.changed.items())
    return f"({choices}{said})"


def _part(text: str) -> str:
    return plain(text) if text else ""
