"""Turns a unit with a sweep into the unit of one cell, and tells what of it the cells change."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from pxc.diagnostics import Report
from pxc.ir.expr import ExprNode, RunTimeRef
from pxc.ir.node import Hole, KObject, Lit, Map, Seq, Template
from pxc.ir.plan import Unit
from pxc.ir.sweep import Sweep
from pxc.source import Span
from pxc.targets._rewritten import rewritten
from pxc.world import Language

__all__ = ["Cells", "varies", "varies_in_arguments_only"]

_ARGUMENTS = ("command", "args")


class Cells:
    """Fills the trees of a unit with the values of its cells."""

    def __init__(self, sweep: Sweep, language: Language, report: Report) -> None:
        self.sweep, self.report = sweep, report
        self._fill: Callable[[Template, tuple[Any, ...], Report], Any] = language.cell_filler(sweep)
        self._waits: dict[int, bool] = {}

    def unit(self, unit: Unit, cell: tuple[Any, ...]) -> Unit:
        """The unit as it runs in this cell; it has no sweep any more."""
        found: Unit = self.tree(replace(unit, sweep=None), cell)
        return found

    def tree(self, node: Any, cell: tuple[Any, ...]) -> Any:
        """A tree with the values of a cell; the same object where the cell changes nothing."""
        return rewritten(node, Template, lambda template: self._filled(template, cell))

    def _filled(self, template: Template, cell: tuple[Any, ...]) -> Any:
        waits = self._waits.get(id(template))
        if waits is None:
            waits = self._waits[id(template)] = varies(template)
        return self._fill(template, cell, self.report) if waits else template


def varies(node: Any) -> bool:
    """Whether a tree has a value that every cell has its own of."""
    waiting = [node]
    while waiting:
        last = waiting.pop()
        if isinstance(last, RunTimeRef):
            if last.path.startswith("matrix."):
                return True
        elif isinstance(last, tuple):
            waiting.extend(last)
        elif isinstance(last, Template | Hole | ExprNode | Struct) and not isinstance(
            last, Lit | Span | Sweep
        ):
            fields = (getattr(last, name) for name in last.__struct_fields__ if name != "span")
            waiting.extend(part for part in fields if isinstance(part, tuple | Struct))
    return False


def varies_in_arguments_only(unit: Unit) -> bool:
    """Whether the cells change no more than command, arguments and variables of the main container.

    Then everything else of the manifest is the same for every cell.
    """
    role = unit.roles[0]
    main = replace(role.pod.main, entries=tuple(_constant(role.pod.main)))
    bare = replace(role, pod=replace(role.pod, main=main))
    return not varies(replace(unit, roles=(bare, *unit.roles[1:]), sweep=None))


def _constant(main: KObject) -> list[tuple[Any, Any]]:
    """The entries of a container without its arguments and the values of its variables."""
    found = []
    for key, child in main.entries:
        name = key.value if isinstance(key, Lit) else None
        if name in _ARGUMENTS:
            continue
        if name == "env" and isinstance(child, Seq):
            child = replace(child, items=tuple(_nameless(item) for item in child.items))
        found.append((key, child))
    return found


def _nameless(item: Any) -> Any:
    """A variable without its value."""
    if not isinstance(item, Map):
        return item
    kept = [(k, v) for k, v in item.entries if not (isinstance(k, Lit) and k.value == "value")]
    return replace(item, entries=tuple(kept))
