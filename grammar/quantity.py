"""Turns the text of a Kubernetes quantity (`500m`, `4Gi`) into a number, or into where it fails.

The language is written down in `quantity.lark`. Lark costs more to load than a whole small file
takes to check, so a correct text goes through one regular expression of the same language, and the
grammar is read when a text has failed and its place is wanted.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from decimal import Decimal

    from lark import Lark

LONGEST = 64
"""More characters than any amount needs: a longer text is a mistake, or an attack."""

_QUANTITY = re.compile(
    r"([+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+))([KMGTPE]i|[eE][+-]?[0-9]+|[numkMGTPE])?"
)
_NEAR = r"([+-]?(?:[0-9][0-9_]*(?:[.,][0-9]*)?|[.,][0-9]+))([a-z]*)"

_POWERS_OF_TEN = {"n": -9, "u": -6, "m": -3, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
_POWERS_OF_1024 = {"Ki": 1, "Mi": 2, "Gi": 3, "Ti": 4, "Pi": 5, "Ei": 6}
_LONG_NAMES = {"K": "ilobyte", "M": "egabyte", "G": "igabyte", "T": "erabyte", "P": "etabyte"}
_LARGEST_EXPONENT = 30


class QuantityFault(Struct, frozen=True):
    """Why a text is no quantity.

    `position` is where the piece that does not fit begins (the length of the text when something
    is missing at its end); `suggestions` are quantities that may have been meant, the likeliest
    first.
    """

    position: int
    message: str
    suggestions: tuple[str, ...] = ()

    @property
    def suggestion(self) -> str | None:
        """The likeliest quantity, if the text is near to one."""
        return self.suggestions[0] if self.suggestions else None


def check_quantity(text: str) -> QuantityFault | None:
    """None for a quantity, else what is wrong with the text.

    The rules are those of Kubernetes' `resource.Quantity`; a text of more than 64 characters and an
    exponent beyond 30 are refused too, for no cluster has or divides that much.
    """
    if len(text) > LONGEST:
        return QuantityFault(LONGEST, f"a quantity has at most {LONGEST} characters")
    match = _QUANTITY.fullmatch(text)
    if match is None:
        return _grammar_fault(text)
    suffix = match[2] or ""
    if len(suffix) > 2 and abs(int(suffix[1:])) > _LARGEST_EXPONENT:
        return QuantityFault(match.start(2), f"`{suffix}` is more than a quantity can hold")
    return None


def parse_quantity(text: str) -> Decimal | QuantityFault:
    """The exact amount a quantity stands for, or what is wrong with the text.

    Amounts compare by value, whatever suffixes they were written with: `1Gi` is `1024Mi`.
    """
    fault = check_quantity(text)
    if fault is not None:
        return fault
    from decimal import Context, Decimal

    match = _QUANTITY.fullmatch(text)
    assert match is not None
    exact = Context(prec=LONGEST + 2 * _LARGEST_EXPONENT)
    number, suffix = Decimal(match[1]), match[2] or ""
    if suffix in _POWERS_OF_1024:
        return exact.multiply(number, Decimal(1024 ** _POWERS_OF_1024[suffix]))
    power = _POWERS_OF_TEN.get(suffix) if len(suffix) < 2 else int(suffix[1:])
    return number.scaleb(power, exact) if power else number


def _grammar_fault(text: str) -> QuantityFault:
    from lark.exceptions import UnexpectedCharacters, UnexpectedToken

    suggestions = _suggestions(text)
    if not text:
        return QuantityFault(0, "it is empty")
    try:
        _grammar().parse(text)
    except UnexpectedCharacters as error:
        position = error.pos_in_stream or 0
    except UnexpectedToken as error:
        position = len(text) if error.token.type == "$END" else error.pos_in_stream or 0
    else:
        raise AssertionError(f"quantity.lark takes {text!r}, the regular expression does not")
    return _complaint(text, position, suggestions)


def _complaint(text: str, position: int, suggestions: tuple[str, ...]) -> QuantityFault:
    """The fault in words; a unit that starts well (`GB`) is shown, and placed, as a whole."""
    rest = text[position:]
    if not rest:
        return QuantityFault(position, "a number is missing", suggestions)
    if rest[0].isspace():
        return QuantityFault(position, "a quantity has no blanks", suggestions)
    if position == 0 or text[:position] in ("+", "-"):
        return QuantityFault(position, "a quantity starts with a number", suggestions)
    if rest[0].isalpha():
        while text[position - 1].isalpha():
            position -= 1
        return QuantityFault(position, f"`{text[position:]}` is not a unit", suggestions)
    return QuantityFault(position, f"`{rest[0]}` does not belong here", suggestions)


def _suggestions(text: str) -> tuple[str, ...]:
    """Correct spellings of what people write instead: `4GB`, `0.5 Gi`, `2 cores`, `512mb`."""
    folded = "".join(text.split()).lower()
    match = re.fullmatch(_NEAR, folded)
    if match is None:
        return ()
    number = match[1].replace("_", "").replace(",", ".")
    unit = match[2].removesuffix("s")
    if unit in ("", "b", "byte", "core", "cpu", "vcpu", "gpu"):
        return (number,)
    if unit in ("mcpu", "mcore", "millicpu", "millicore", "milli"):
        return (f"{number}m",)
    scale, rest = unit[0].upper(), unit[1:]
    if scale not in _LONG_NAMES:
        return ()
    decimal, binary = f"{number}{'k' if scale == 'K' else scale}", f"{number}{scale}i"
    if rest in ("", "b", "byte", _LONG_NAMES[scale]):
        return (decimal, binary)
    if rest in ("i", "ib", "ibyte"):
        return (binary,)
    return ()


@cache
def _grammar() -> Lark:
    from lark import Lark

    written = Path(__file__).with_name("quantity.lark").read_text("utf-8")
    return Lark(written, start="quantity", parser="lalr", lexer="contextual")
