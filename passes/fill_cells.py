"""Turns templates that wait for the cell of a matrix into what they are in one cell."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from pxc.diagnostics import Note, Report
from pxc.ir.expr import Expr, ExprNode, Name, RunTimeRef
from pxc.ir.node import Hole, Invalid, Template
from pxc.ir.program import Binding
from pxc.ir.sweep import Axis, Sweep
from pxc.passes.cell_refs import is_of_cell
from pxc.passes.contexts import as_arg, as_str
from pxc.passes.evaluate_expressions import hand_over
from pxc.passes.evaluation import Budget, Scope, evaluate_template
from pxc.passes.fit_field import fit_field
from pxc.world import Language

__all__ = ["CellFiller"]

_REMEMBERED = 4096
_SHOWN = 200


class _Prepared(Struct, frozen=True):
    """A template whose values of the cell are names, and how each name is read from the values."""

    template: Template
    readers: tuple[tuple[str, int, Callable[[Any, Report], Any]], ...]
    known: dict[str, Any]


class CellFiller:
    """Fills templates of one unit, cell by cell; the same template is read once.

    Built for one emission: what it remembers is bounded, and never changes what it answers.
    """

    def __init__(self, sweep: Sweep, language: Language) -> None:
        self.sweep, self.language = sweep, language
        self._at = {axis.name: at for at, axis in enumerate(sweep.axes)}
        self._prepared: dict[int, _Prepared] = {}

    def fill(self, template: Template, cell: tuple[Any, ...], report: Report) -> Any:
        """The value of a template in a cell, fitted to its field, as `evaluate_expressions` does.

        What waits for the run stays a template. PXC302 and the other faults of expressions are told
        with the cell's values; then the value is Invalid.
        """
        prepared = self._prepared.get(id(template))
        if prepared is None:
            prepared = self._prepared[id(template)] = self._prepare(template)
        key = repr([cell[at] for _, at, _ in prepared.readers])
        found = prepared.known.get(key)
        if found is None:
            found = self._filled(prepared, template, cell, report)
            if len(prepared.known) >= _REMEMBERED:
                prepared.known.clear()
            if not isinstance(found, Invalid):
                prepared.known[key] = found
        return found

    def _filled(
        self, prepared: _Prepared, template: Template, cell: tuple[Any, ...], report: Report
    ) -> Any:
        faults = Report()
        names = {path: read(cell[at], faults) for path, at, read in prepared.readers}
        value = evaluate_template(prepared.template, Scope(names), faults, Budget())
        fitted = fit_field(template, value, self.language, faults)
        if len(faults):
            note = Note(f"in the run with {self._shown(cell)}", self.sweep.span)
            hand_over(faults, report, is_open=False, notes=(note,))
        return fitted

    def _shown(self, cell: tuple[Any, ...]) -> str:
        pairs = zip(self.sweep.axes, cell, strict=True)
        text = ", ".join(f"{axis.name}={value!r}" for axis, value in pairs)
        return text if len(text) <= _SHOWN else text[: _SHOWN - 3] + "..."

    def _prepare(self, template: Template) -> _Prepared:
        paths: dict[str, None] = {}
        parts = tuple(
            Hole(p.span, _named(p.expr, paths))
            if isinstance(p, Hole) and not isinstance(p.expr, Invalid)
            else p
            for p in template.parts
        )
        readers = tuple((path, *self._reader(path.removeprefix("matrix."))) for path in paths)
        return _Prepared(replace(template, parts=parts), readers, {})

    def _reader(self, path: str) -> tuple[int, Callable[[Any, Report], Any]]:
        if path in self._at:
            return self._at[path], lambda value, report: value
        name, _, form = path.rpartition(".")
        at = self._at[name]
        axis, language = self.sweep.axes[at], self.language
        if form == "as_arg":
            binding = _binding(axis)
            return at, lambda value, report: as_arg(binding, value, as_str(value), language, report)
        if form == "as_str":
            return at, lambda value, report: as_str(value)
        return at, lambda value, report: _flag(axis.name, value)


def _flag(name: str, value: Any) -> Any:
    if not isinstance(value, bool):
        return value
    return f"--{name}" if value else ""


def _binding(axis: Axis) -> Binding:
    return Binding(
        axis.span,
        axis.name,
        "inputs",
        None,
        type=axis.type,
        is_flag=axis.is_flag,
        arg_format=axis.arg_format,
    )


def _named(value: Any, paths: dict[str, None]) -> Any:
    """An expression whose values of the cell are names: no author's name has a point in it."""
    if is_of_cell(value):
        paths[value.path] = None
        return Name(value.span, value.path)
    if isinstance(value, tuple):
        return tuple(_named(item, paths) for item in value)
    if not isinstance(value, ExprNode) or isinstance(value, RunTimeRef):
        return value
    changed = {}
    for field in value.__struct_fields__:
        before = getattr(value, field)
        if isinstance(before, ExprNode | tuple):
            changed[field] = _named(before, paths)
    found: Expr = replace(value, **changed) if changed else value  # type: ignore[assignment]
    return found
