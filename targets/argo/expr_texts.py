"""Says values of expr-lang as text: as templates print them, and as parameters hold them."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from pxc.ir.node import FALSE_WORDS, TRUE_WORDS
from pxc.source import Span
from pxc.targets.argo.expr_values import (
    BOOL,
    CONDITION,
    OR,
    STR,
    SUM,
    Refused,
    Said,
    as_written,
    bind,
    fail,
    quoted,
)

__all__ = ["CARRIED", "FLOAT_TEXT", "argument", "joined", "printed", "truth_of_text"]

# Python prints floats with the digits that expr-lang prints, in exponents from other sizes on.
# `toJson` fails on what is not finite.
_PLAIN = "(int({0}) == {0} ? toJson({0}) + '.0' : toJson({0}))"
_SCIENTIFIC = "(abs({0}) >= 1e16 || {0} != 0 && abs({0}) < 0.0001) && toJson({0}) != ''"
FLOAT_TEXT = f"{_SCIENTIFIC} ? string({{0}}) : {_PLAIN}"
"""A number with a fraction as Python prints it."""

CARRIED = "type({0}) == 'string' ? {0} : toJson({0})"
"""A part of JSON as a parameter carries it."""

_NUMBER = f"type({{0}}) == 'int' ? string({{0}}) : ({FLOAT_TEXT})"
_JSON_NUMBER = "({0} != 0 && abs({0}) < 0.0001 ? string({0}) : toJson({0}))"
_JSON = (
    "type({0}) == 'string' ? {0} : "
    f"(type({{0}}) == 'bool' ? ({{0}} ? 'True' : 'False') : {_JSON_NUMBER})"
)


def printed(said: Said, span: Span) -> Said:
    """The text of a value as a template prints it: `True`, `0.1`, `2.0`.

    What a parameter holds stands as its program wrote it; whole numbers of JSON have no `.0`.
    Raises Refused for lists and maps, whose text would be Python's.
    """
    name = said.type.name
    if said.type.is_text:
        return said
    if name == "bool":
        return Said(f"{said.at(OR)} ? 'True' : 'False'", STR, CONDITION)
    if said.raw and name in ("int", "float"):
        return as_written(said.raw)
    if name == "none":
        return Said("'None'", STR)
    if name == "int":
        return Said(f"string({said.text})", STR)
    if name in ("list", "dict"):
        help = "write `| tojson`, or `| join(',')` for a list"
        raise Refused(span, f"{said.type} that the run leaves has no text", help)
    form = {"float": FLOAT_TEXT, "number": _NUMBER}.get(name, _JSON)
    return replace(bind(said, form.format), type=STR)


def argument(said: Said, span: Span) -> Said:
    """The text of a value as a parameter of its type holds it: `true`, `2.0`, JSON."""
    if said.raw:
        return as_written(said.raw)
    if said.type.name in ("list", "dict"):
        return Said(f"toJson({said.text})", STR)
    if said.type.name == "bool":
        return Said(f"string({said.text})", STR)
    if said.type.name == "json":
        return replace(bind(said, CARRIED.format), type=STR)
    return printed(said, span)


def joined(texts: Iterable[Said]) -> Said:
    """Texts one after the other."""
    first, *rest = texts
    if not rest:
        return first
    operands = [first.at(SUM), *(text.at(SUM + 1) for text in rest)]
    return Said(" + ".join(operands), STR, SUM)


def truth_of_text(said: Said) -> Said:
    """Whether text says true, by the words of conditions; what is neither true nor false fails."""
    yes, no = (", ".join(map(quoted, sorted(words))) for words in (TRUE_WORDS, FALSE_WORDS))
    word = Said(f"lower(trim({said.text}))", STR)
    wrong = fail("the condition is neither true nor false")
    form = f"{{0}} in [{yes}] ? true : ({{0}} in [{no}] ? false : {wrong} == '')"
    return replace(bind(word, form.format), type=BOOL)
