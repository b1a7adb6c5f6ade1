"""Turns the values that a search gives a run into expressions over the item that its tuner wrote.

The item has each value as `pxc-tuner` writes it: text as it is, everything else as JSON. Where the
language says it otherwise (`True` for `true`, a flag, an argument with its format), the expression
chooses between texts that were made when the file was compiled.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from pxc.diagnostics import Report
from pxc.ir.expr import ExprNode, RunTimeRef
from pxc.ir.node import Hole, Lit, Template, walk
from pxc.ir.plan import Unit
from pxc.ir.search import Search
from pxc.ir.sweep import DISTRIBUTIONS, Axis, Sweep
from pxc.targets._data import text_of
from pxc.targets.argo.rounds import Names, plain
from pxc.world import Language

__all__ = ["SearchValues"]

_MOST = 200
_SAMPLES = (0.5, 2.25, 1e-05)
_OF_CELL = "matrix."


class SearchValues:
    """What each value of a search is in the runs of one unit."""

    def __init__(self, unit: Unit, search: Search, language: Language, report: Report) -> None:
        self.unit, self.language, self.report = unit, language, report
        self.axes = {axis.name: axis for axis in search.axes}
        if search.resource is not None:
            resource = search.resource
            binding = next((i for i in unit.inputs if i.name == resource.name), None)
            type = binding.type if binding is not None else resource.type
            self.axes[resource.name] = Axis(resource.span, resource.name, "uniform", type=type)

    def expression(self, ref: RunTimeRef, names: Names) -> str | None:
        """An expression for a value in a cell with these parameters; None after PXC703."""
        name, form = self._parted(ref.path.removeprefix(_OF_CELL))
        axis = self.axes.get(name)
        if axis is None:
            return None
        said = names.text(name)
        values = axis.values if axis.kind not in DISTRIBUTIONS else _SAMPLES
        pairs = [(_told(value), self._shown(axis, form, value)) for value in values]
        known = [(told, shown) for told, shown in pairs if shown is not None]
        if len(known) < len(pairs):
            self._refuse(ref)
            return None
        frame = _frame(known)
        if frame is not None:
            return " + ".join(part for part in (_part(frame[0]), said, _part(frame[1])) if part)
        if axis.kind in DISTRIBUTIONS or len(known) > _MOST:
            self._refuse(ref)
            return None
        changed = dict(pair for pair in known if pair[0] != pair[1])
        choices = "".join(f"{said} == {plain(a)} ? {plain(b)} : " for a, b in changed.items())
        return f"({choices}{said})"

    def _parted(self, path: str) -> tuple[str, str]:
        """The name of an axis and the form that is asked of it."""
        if path in self.axes:
            return path, ""
        name, _, form = path.rpartition(".")
        return name, form

    def _shown(self, axis: Axis, form: str, value: Any) -> str | None:
        """The text of a value in this form; None where it is not the same in all places."""
        path = f"{_OF_CELL}{axis.name}{'.' if form else ''}{form}"
        sweep = Sweep(axis.span, "grid", (axis,), 1)
        fill = self.language.cell_filler(sweep)
        texts = {fill_text(fill, axis, path, value, alone) for alone in self._places(path)}
        return texts.pop() if len(texts) == 1 else None

    def _places(self, path: str) -> set[bool]:
        """Whether a value is all of a text, or a part of one; both where it is so in two places."""
        found = {
            len(template.parts) == 1
            for template in walk(self.unit)
            if isinstance(template, Template) and path in _paths(template.parts)
        }
        return found or {False}

    def _refuse(self, ref: RunTimeRef) -> None:
        self.report.add(
            "PXC703",
            f"`{ref.path}` has another text in each place, and the search chooses it as it runs",
            ref.span,
            help="choose between texts or numbers, and write the value inside of a text,"
            " such as `--deep={{ deep }}`",
        )


def fill_text(fill: Any, axis: Axis, path: str, value: Any, alone: bool) -> str | None:
    """The text of a value where it stands alone, or inside of a text."""
    hole = Hole(axis.span, RunTimeRef(axis.span, path))
    template = Template(axis.span, "", (hole,) if alone else ("-", hole))
    faults = Report()
    found = fill(template, (value,), faults)
    if not isinstance(found, Lit) or len(faults):
        return None
    return text_of(found.value) if alone else text_of(found.value)[1:]


def _told(value: Any) -> str:
    """A value as `pxc-tuner` writes it."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _frame(pairs: list[tuple[str, str]]) -> tuple[str, str] | None:
    """The text around every value; None where there is more to it than that."""
    if not pairs:
        return "", ""
    told, shown = pairs[0]
    at = shown.find(told)
    if at < 0:
        return None
    frame = shown[:at], shown[at + len(told) :]
    same = all(s == f"{frame[0]}{t}{frame[1]}" for t, s in pairs)
    return frame if same else None


def _part(text: str) -> str:
    return plain(text) if text else ""


def _paths(part: Any) -> Iterator[str]:
    """The references in the parts of a template."""
    if isinstance(part, RunTimeRef):
        yield part.path
    elif isinstance(part, tuple):
        for item in part:
            yield from _paths(item)
    elif isinstance(part, Hole | ExprNode):
        for name in part.__struct_fields__:
            yield from _paths(getattr(part, name))
