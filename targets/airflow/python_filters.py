"""Turns filters and tests of templates into Python that gives the same."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from msgspec import Struct

__all__ = [
    "AND", "ATOM", "CHOICE", "COMPARE", "COMPARED", "FILTERS", "IS_TEXT", "NOT", "NUMBERS", "OR",
    "POWER", "PRODUCT", "SIGN", "SUM", "TESTS", "Said", "kind_of",
]  # fmt: skip

CHOICE, OR, AND, NOT, COMPARE, SUM, PRODUCT, SIGN, POWER, ATOM = range(10)
"""How tightly a text binds, loosest first."""

NUMBERS = frozenset(("int", "float", "bool", "number"))
IS_TEXT = frozenset(("str", "text"))


class Said(Struct, frozen=True):
    """A value: the Python that computes it, what it is, what its items are, how tightly it binds.

    Kinds are those of `targets._declared`, `number` for either, `none`, and `json` for what shows
    at run time.
    """

    text: str
    kind: str
    item: str = "json"
    binds: int = ATOM

    def at(self, binds: int) -> str:
        """The text where something binds so tightly."""
        return self.text if self.binds >= binds else f"({self.text})"


def kind_of(value: Any) -> str:
    """What a known value is."""
    names = {bool: "bool", int: "int", float: "float", str: "str", dict: "dict", list: "list"}
    return "none" if value is None else names.get(type(value), "json")


def _is(said: Said, kinds: frozenset[str]) -> bool:
    return said.kind in kinds


def _abs(said: Said) -> Said | None:
    return Said(f"abs({said.text})", said.kind) if _is(said, NUMBERS) else None


def _round(said: Said, precision: Said | None = None) -> Said | None:
    if not _is(said, NUMBERS):
        return None
    digits = "0" if precision is None else precision.text
    return Said(f"round({said.text}, {digits})", said.kind)


def _number(name: str) -> Callable[..., Said | None]:
    def write(said: Said) -> Said | None:
        takes = NUMBERS | IS_TEXT
        return Said(f"{name}({said.text})", name) if _is(said, takes) else None

    return write


def _text(said: Said) -> str:
    return said.at(ATOM) if said.kind in IS_TEXT else f"str({said.text})"


def _string(said: Said) -> Said | None:
    return Said(_text(said), "str")


def _method(name: str) -> Callable[..., Said | None]:
    def write(said: Said, *args: Said) -> Said | None:
        given = ", ".join(_text(arg) for arg in args)
        return Said(f"{_text(said)}.{name}({given})", "str")

    return write


def _length(said: Said) -> Said | None:
    return Said(f"len({said.text})", "int") if said.kind not in NUMBERS else None


def _end(at: int) -> Callable[..., Said | None]:
    def write(said: Said) -> Said | None:
        return Said(f"{said.at(ATOM)}[{at}]", said.item) if said.kind == "list" else None

    return write


def _join(said: Said, between: Said | None = None) -> Said | None:
    if said.kind != "list":
        return None
    text = _text(between) if between is not None else '""'
    return Said(f"{text}.join(map(str, {said.text}))", "str")


def _numbers(name: str, *, gives_list: bool = False) -> Callable[..., Said | None]:
    """What is the same for numbers alone: Jinja takes capital letters for small ones."""

    def write(said: Said) -> Said | None:
        if said.kind != "list" or said.item not in NUMBERS:
            return None
        made = f"{name}({said.text})"
        return Said(made, "list", said.item) if gives_list else Said(made, said.item)

    return write


def _list(said: Said) -> Said | None:
    return said if said.kind == "list" else None


def _reverse(said: Said) -> Said | None:
    return Said(f"{said.at(ATOM)}[::-1]", "list", said.item) if said.kind == "list" else None


FILTERS: Mapping[str, tuple[Callable[..., Said | None], int, int]] = {
    "abs": (_abs, 0, 0), "round": (_round, 0, 1), "int": (_number("int"), 0, 0),
    "float": (_number("float"), 0, 0), "string": (_string, 0, 0), "safe": (_string, 0, 0),
    "lower": (_method("lower"), 0, 0), "upper": (_method("upper"), 0, 0),
    "capitalize": (_method("capitalize"), 0, 0), "trim": (_method("strip"), 0, 1),
    "replace": (_method("replace"), 2, 2), "length": (_length, 0, 0), "count": (_length, 0, 0),
    "first": (_end(0), 0, 0), "last": (_end(-1), 0, 0), "join": (_join, 0, 1),
    "sum": (_numbers("sum"), 0, 0), "min": (_numbers("min"), 0, 0),
    "max": (_numbers("max"), 0, 0), "list": (_list, 0, 0),
    "sort": (_numbers("sorted", gives_list=True), 0, 0), "reverse": (_reverse, 0, 0),
}  # fmt: skip
"""By name: what writes the value, or None for what it does not write; how many arguments it has."""

COMPARED = {
    "eq": "==", "equalto": "==", "ne": "!=", "lt": "<", "lessthan": "<", "le": "<=", "gt": ">",
    "greaterthan": ">", "ge": ">=", "in": "in",
}  # fmt: skip


def _compared(op: str) -> Callable[..., str]:
    return lambda said, other: f"{said.at(SUM)} {op} {other.at(SUM)}"


TESTS: Mapping[str, Callable[..., str]] = {
    **{name: _compared(op) for name, op in COMPARED.items()},
    "none": lambda said: f"{said.at(SUM)} is None",
    "even": lambda said: f"{said.at(PRODUCT)} % 2 == 0",
    "odd": lambda said: f"{said.at(PRODUCT)} % 2 == 1",
    "divisibleby": lambda said, by: f"{said.at(PRODUCT)} % {by.at(SIGN)} == 0",
    "true": lambda said: f"{said.at(SUM)} is True",
    "false": lambda said: f"{said.at(SUM)} is False",
}
"""By name: what writes whether a test holds."""
