"""Turns the cells of a sweep into what they change: command, arguments, values of variables."""

from __future__ import annotations

import re
from typing import Any

from msgspec import Struct

from pxc.ir.node import Lit, Map, Seq
from pxc.ir.plan import Unit
from pxc.targets._cells import Cells, varies
from pxc.targets._container import arguments
from pxc.targets._data import Place, Values, text_of

__all__ = ["Row", "Rows"]

_TOLD = re.compile(r"/plx-context(?:/[a-z-]+)?(?:/\$\(\w+\))?|\$\(\w+\)|PXC_[A-Z_]+")
"""What a text may mention that makes its pod another one: directories and variables of ours."""


class Row(Struct, frozen=True):
    """What one cell changes of the main container, as texts that the kubelet still expands.

    `command` and `args` are None where the author wrote none or no cell changes them; `env` has
    the variables that cells change, a None for one without a value. Rows of one `shape` make pods
    that differ in nothing else.
    """

    command: list[str] | None
    args: list[str] | None
    env: dict[str, str | None]
    shape: tuple[str, ...]


class Rows:
    """The rows of a unit whose cells change nothing but arguments of its main container."""

    def __init__(self, unit: Unit, cells: Cells, values: Values) -> None:
        self.cells, self.values = cells, values
        main = unit.roles[0].pod.main
        self.command = _changing(main.get("command"))
        self.args = _changing(main.get("args"))
        self.env = _variables(main.get("env"))

    def row(self, cell: tuple[Any, ...]) -> Row:
        """The row of a cell; faults go to the report of the values."""
        place = Place("container")
        command, args = self._arguments(self.command, cell), self._arguments(self.args, cell)
        env: dict[str, str | None] = {}
        for name, node in self.env.items():
            filled = self.cells.tree(node, cell)
            value = self.values.value(filled, place.at("env.value", expands=True))
            env[name] = None if value is None else text_of(value)
        texts = [*(command or ()), *(args or ()), *(t for t in env.values() if t is not None)]
        told = {match for text in texts for match in _TOLD.findall(text)}
        lacks = {f"env {name}" for name, text in env.items() if text is None}
        lacks |= {"no command"} if command == [] else set()
        lacks |= {"no args"} if args == [] else set()
        return Row(command, args, env, tuple(sorted(told | lacks)))

    def _arguments(self, node: Any, cell: tuple[Any, ...]) -> list[str] | None:
        if node is None:
            return None
        place = Place("args", {}, expands=True)
        return arguments(self.cells.tree(node, cell), self.values, place)


def _changing(node: Any) -> Any:
    return node if node is not None and varies(node) else None


def _variables(node: Any) -> dict[str, Any]:
    """The values that cells change, by the name of the variable; of one name the last counts."""
    found: dict[str, Any] = {}
    for item in node.items if isinstance(node, Seq) else ():
        name = item.get("name") if isinstance(item, Map) else None
        if isinstance(item, Map) and isinstance(name, Lit):
            found.pop(str(name.value), None)
            value = item.get("value")
            if value is not None and varies(value):
                found[str(name.value)] = value
    return found
