"""Turns the values that a search gives a run into forms of the texts that its tuner writes.

The tuner writes a text as it is, everything else as JSON. Where the language says it otherwise
(`True` for `true`, a flag, an argument with its format), a form chooses between texts that were
made when the file was compiled.
"""

from __future__ import annotations

import json
from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace

from pxc.diagnostics import Report
from pxc.ir.expr import RunTimeRef
from pxc.ir.node import Hole, Lit, Template
from pxc.ir.plan import Group, Unit
from pxc.ir.search import Search
from pxc.ir.sweep import DISTRIBUTIONS, Axis, Sweep
from pxc.targets._data import text_of
from pxc.targets._rewritten import rewritten
from pxc.world import Language

__all__ = ["Form", "SearchValues"]

_MOST = 200
_SAMPLES = (0.5, 2.25, 1e-05)
_OF_CELL = "matrix."
_IN_TEXT = "text"
"""The form of a value that is a part of a text, where it is another one alone."""


class Form(Struct, frozen=True):
    """A value in a run: the tuner's text of `name` between two texts, or what it is `changed` to.

    A text that is not in `changed` is as the tuner writes it.
    """

    name: str
    before: str = ""
    after: str = ""
    changed: dict[str, str] = field(default_factory=dict)


class SearchValues:
    """What each value of a search is in the runs of one unit, or of one group."""

    def __init__(
        self, member: Unit | Group, search: Search, language: Language, report: Report
    ) -> None:
        self.language, self.report = language, report
        self.axes = {axis.name: axis for axis in search.axes}
        if search.resource is not None:
            resource = search.resource
            binding = next((i for i in member.inputs if i.name == resource.name), None)
            type = binding.type if binding is not None else resource.type
            self.axes[resource.name] = Axis(resource.span, resource.name, "uniform", type=type)

    def told_apart(self, unit: Unit) -> Unit:
        """The unit with another name for a value inside of a text that is not as it is alone.

        `true` is `True` in a text: then it is asked for in both forms.
        """
        found: Unit = rewritten(unit, Template, self._template)
        return found

    def _template(self, node: Template) -> Template:
        """A template with values in it under the name of their text."""
        if len(node.parts) < 2:
            return node
        parts = tuple(self._hole(part) if isinstance(part, Hole) else part for part in node.parts)
        return replace(node, parts=parts)

    def _hole(self, hole: Hole) -> Hole:
        ref = hole.expr
        if not isinstance(ref, RunTimeRef) or not ref.path.startswith(_OF_CELL):
            return hole
        name = ref.path.removeprefix(_OF_CELL)
        axis = self.axes.get(name)
        if axis is None or all(
            self._shown(axis, "", value) == self._shown(axis, _IN_TEXT, value)
            for value in axis.values
        ):
            return hole
        return Hole(hole.span, RunTimeRef(ref.span, f"{ref.path}.{_IN_TEXT}"))

    def form(self, ref: RunTimeRef) -> Form | None:
        """How a value is said by the tuner's text; None after PXC703, or for a stranger."""
        name, form = self._parted(ref.path.removeprefix(_OF_CELL))
        axis = self.axes.get(name)
        if axis is None:
            return None
        values = axis.values if axis.kind not in DISTRIBUTIONS else _SAMPLES
        pairs = [(_told(value), self._shown(axis, form, value)) for value in values]
        known = [(told, shown) for told, shown in pairs if shown is not None]
        if len(known) < len(pairs):
            self._refuse(
                ref,
                "may be a list or a map by itself",
                f"write the value inside of a text, such as `--{name}={{{{ {name} }}}}`",
            )
            return None
        frame = _frame(known)
        if frame is not None:
            return Form(name, *frame)
        if axis.kind in DISTRIBUTIONS or len(known) > _MOST:
            self._refuse(
                ref, "has another text for each value", f"choose between at most {_MOST} values"
            )
            return None
        return Form(name, changed=dict(pair for pair in known if pair[0] != pair[1]))

    def _parted(self, path: str) -> tuple[str, str]:
        """The name of an axis and the form that is asked of it."""
        if path in self.axes:
            return path, ""
        name, _, form = path.rpartition(".")
        return name, form

    def _shown(self, axis: Axis, form: str, value: Any) -> str | None:
        """The text of a value in this form; None where it has none."""
        end = "" if form in ("", _IN_TEXT) else f".{form}"
        fill = self.language.cell_filler(Sweep(axis.span, "grid", (axis,), 1))
        return _filled(fill, axis, f"{_OF_CELL}{axis.name}{end}", value, form == _IN_TEXT)

    def _refuse(self, ref: RunTimeRef, why: str, told: str) -> None:
        said = f"`{ref.path}` {why}, and the search chooses it as it runs"
        self.report.add("PXC703", said, ref.span, help=told)


def _filled(fill: Any, axis: Axis, path: str, value: Any, is_part: bool) -> str | None:
    """The text of a value where it stands alone, or inside of a text."""
    hole = Hole(axis.span, RunTimeRef(axis.span, path))
    template = Template(axis.span, "", ("-", hole) if is_part else (hole,))
    faults = Report()
    found = fill(template, (value,), faults)
    if not isinstance(found, Lit) or len(faults):
        return None
    return text_of(found.value)[1:] if is_part else text_of(found.value)


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
