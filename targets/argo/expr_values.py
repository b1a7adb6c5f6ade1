"""What is known of a value of expr-lang while it is written: its text, its type, how it binds.

Argo hands every parameter over as text, so a value that a run leaves is read by its declared type.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from pxc.source import Span
from pxc.targets._declared import declared_kind

__all__ = [
    "AND", "ATOM", "BOOL", "COMPARE", "CONDITION", "DICT", "FLOAT", "INT", "JSON", "KEPT", "LIST",
    "NONE", "NUMBER", "OR", "PRODUCT", "SIGN", "STR", "SUM", "TEXT", "Refused", "Said", "Type",
    "Typed", "as_written", "bind", "constant", "element", "fail", "member", "of_parameter",
    "quoted", "truth_value", "type_of",
]  # fmt: skip

CONDITION, OR, AND, COMPARE, SUM, PRODUCT, SIGN, ATOM = range(8)
"""How tightly a text binds, loosest first."""

KEPT = frozenset(
    ("and", "contains", "else", "endsWith", "false", "if", "in", "let", "matches", "nil", "not",
     "or", "startsWith", "true")
)  # fmt: skip
"""Words of expr-lang that can name nothing."""

_LARGEST = 2**63 - 1
_SHORT = 64
_DIRECT = re.compile(r"#|[A-Za-z_]\w*(?:\.\w+|\['[\w.-]+'\])*")


class Refused(Exception):
    """What Argo cannot compute, with its place and what to write instead."""

    def __init__(self, span: Span, message: str, help: str) -> None:
        super().__init__(message)
        self.span, self.message, self.help = span, message, help


class Type(Struct, frozen=True):
    """A type as expr-lang has it.

    `number` is an int or a float; `text` is what has no declared type, as its program wrote it;
    `json` is a part of a list or map of any content. `item` is that of lists and maps.
    """

    name: str
    item: Type | None = None

    @property
    def is_number(self) -> bool:
        """Whether it can be reckoned with, as Python's booleans can."""
        return self.name in ("int", "float", "number", "bool")

    @property
    def is_text(self) -> bool:
        """Whether it is text, declared or not."""
        return self.name in ("str", "text")

    def __str__(self) -> str:
        return _WORDS[self.name]


_WORDS = {
    "int": "a number", "float": "a number", "number": "a number", "bool": "a boolean",
    "str": "text", "text": "a value without a declared type", "none": "null", "list": "a list",
    "dict": "a map", "json": "a part of a map or list",
}  # fmt: skip

INT, FLOAT, NUMBER, BOOL = Type("int"), Type("float"), Type("number"), Type("bool")
STR, TEXT, NONE, JSON = Type("str"), Type("text"), Type("none"), Type("json")
LIST, DICT = Type("list", JSON), Type("dict", JSON)


class Typed(Struct, frozen=True):
    """A parameter: an expression that gives its text, and the type its author declared."""

    text: str
    type: str = ""


class Said(Struct, frozen=True):
    """A value: the text that computes it. `raw` gives a parameter's own text where it is one.

    `constant` is the value itself where it is known, in a list of one.
    """

    text: str
    type: Type
    binds: int = ATOM
    raw: str = ""
    constant: tuple[Any, ...] = ()

    def at(self, needed: int) -> str:
        """The text where something that binds at least so tightly must stand."""
        return self.text if self.binds >= needed else f"({self.text})"

    def without_raw(self) -> Said:
        """The value as one that was computed."""
        return replace(self, raw="") if self.raw else self


def type_of(declared: str) -> Type:
    """The type of what an author declared as `int`, `List[str]`, `` and so on."""
    name, item = declared_kind(declared)
    return Type(name, Type(item)) if item else Type(name)


def of_parameter(given: Typed) -> Said:
    """The value of a parameter, read by its type.

    What does not fit its type fails while Argo evaluates it, and the task with it.
    """
    type, text = type_of(given.type), given.text
    if type.is_text:
        return as_written(given.text, type)
    made = {
        "int": f"int({text})",
        "float": f"float({text})",
        "bool": f"!!fromJSON(lower({text}))",
    }.get(type.name, f"fromJSON({text})")
    if type.name == "list" and type.item == INT:  # JSON has but one type of number
        made = f"map({made}, int(#))"
    return Said(made, type, SIGN if type == BOOL else ATOM, text)


def as_written(text: str, type: Type = STR) -> Said:
    """The text of a parameter as it stands."""
    return Said(text, type, ATOM if _DIRECT.fullmatch(text) else CONDITION, text)


def element(text: str, type: Type) -> Said:
    """An item of JSON by its type."""
    if type == INT:
        return Said(f"int({text})", INT)
    if type == FLOAT:
        return Said(f"float({text})", FLOAT)
    return truth_value(text) if type == BOOL else Said(text, type)


def truth_value(text: str) -> Said:
    """A part of JSON that must be a boolean."""
    return Said(f"!!{text}", BOOL, SIGN)


def constant(value: Any, span: Span) -> Said:
    """A value that is known already. Raises Refused for one that expr-lang cannot write."""
    text, type, binds = _literal(value, span)
    return Said(text, type, binds, constant=(value,))


def _literal(value: Any, span: Span) -> tuple[str, Type, int]:
    if value is None:
        return "nil", NONE, ATOM
    if isinstance(value, bool):
        return str(value).lower(), BOOL, ATOM
    if isinstance(value, str):
        return quoted(value), STR, ATOM
    if isinstance(value, int | float):
        return _number(value, span), FLOAT if isinstance(value, float) else INT, (
            SIGN if value < 0 else ATOM
        )  # fmt: skip
    if isinstance(value, dict):
        if not all(isinstance(key, str) for key in value):
            raise Refused(span, "a map in Argo has text for keys", "write the keys in quotes")
        pairs = (f"{quoted(key)}: {_literal(item, span)[0]}" for key, item in value.items())
        return _braces(pairs), DICT, ATOM
    parts = [_literal(item, span) for item in value]
    types = {type for _, type, _ in parts}
    [item] = types if len(types) == 1 else [JSON]
    return f"[{', '.join(text for text, _, _ in parts)}]", Type("list", item), ATOM


def _braces(pairs: Any) -> str:
    """A map, in parentheses and with blanks: two braces in a row would end the tag."""
    return "({ " + ", ".join(pairs) + " })"


def _number(value: float, span: Span) -> str:
    too_large = isinstance(value, int) and not -_LARGEST <= value <= _LARGEST
    if too_large or value != value or value in (float("inf"), float("-inf")):
        raise Refused(
            span, f"Argo has no number `{str(value)[:40]}`", "its whole numbers have 64 bits"
        )
    return repr(value)


def quoted(text: str) -> str:
    """A text of expr-lang, without a brace that could be taken for an end of the tag."""
    return "'" + "".join(_QUOTED.get(c) or _character(c) for c in text) + "'"


_QUOTED = {"'": "\\'", "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def _character(character: str) -> str:
    number = ord(character)
    if character in "{}" or number < 32 or 0xFDD0 <= number <= 0xFDEF:
        return f"\\u{number:04x}"
    return character


def member(name: str, owner: str = "") -> str:
    """`.name`, or `['name']` where the name is no word or one that expr-lang keeps for itself."""
    is_word = name.isascii() and name.isidentifier() and name not in KEPT
    return f"{owner}.{name}" if is_word else f"{owner}{'.' * owner.endswith('?')}[{quoted(name)}]"


def fail(message: str) -> str:
    """An expression that fails with a message when it is evaluated."""
    return f"sprig.fail({quoted(message)})"


def bind(said: Said, body: Callable[[str], str]) -> Said:
    """A text that needs a value several times; expr-lang of all releases has no other `let`.

    In: what the value's text, or the name of it, becomes. The type is that of the value.
    """
    if len(said.text) <= _SHORT and _DIRECT.fullmatch(said.text):
        return Said(body(said.text), said.type, CONDITION)
    return Said(f"map([{said.text}], {body('#')})[0]", said.type)
