"""Turns single values into the numbers, booleans and texts their types ask for."""

from __future__ import annotations

import math
import re
from typing import Any

from pxc.ir.node import FALSE_WORDS, TRUE_WORDS
from pxc.passes.io_types.json_values import NotJson, read_json
from pxc.passes.io_types.misfit import json_text, misfit

_BYTES = re.compile(r"\s*([0-9]{1,30}(?:\.[0-9]{1,30})?)\s*([kmgtpe]?)(i?)(b?)\s*\Z", re.I)
_POWERS = {"": 0, "k": 1, "m": 2, "g": 3, "t": 4, "p": 5, "e": 6}

_WHOLE = "a whole number"
_NUMBER = "a number"

# name -> (whether whole, what is asked, the test on the number)
SIGNED: dict[str, tuple[bool, str, Any]] = {
    "PositiveInt": (True, "a whole number above 0", lambda n: n > 0),
    "NonNegativeInt": (True, "a whole number of 0 or more", lambda n: n >= 0),
    "NegativeInt": (True, "a whole number below 0", lambda n: n < 0),
    "NonPositiveInt": (True, "a whole number of 0 or less", lambda n: n <= 0),
    "PositiveFloat": (False, "a number above 0", lambda n: n > 0),
    "NonNegativeFloat": (False, "a number of 0 or more", lambda n: n >= 0),
    "NegativeFloat": (False, "a number below 0", lambda n: n < 0),
    "NonPositiveFloat": (False, "a number of 0 or less", lambda n: n <= 0),
    "FiniteFloat": (False, "a finite number", math.isfinite),
}


def whole(value: Any) -> int:
    """An int from a number without a fraction, a boolean, or text that spells one in JSON."""
    number = _decoded(value, _WHOLE)
    if isinstance(number, int):
        return int(number)
    if isinstance(number, float) and number.is_integer():
        return int(number)
    fraction = isinstance(number, float) and math.isfinite(number)
    help = "declare the type as `float` to take fractions" if fraction else None
    raise misfit(value, _WHOLE, help)


def number(value: Any) -> float:
    """A float from a number, a boolean, or text that spells one in JSON; never from `"nan"`."""
    found = _decoded(value, _NUMBER)
    if isinstance(found, int | float):
        try:
            return float(found)
        except OverflowError:
            raise misfit(value, "a number of that size") from None
    raise misfit(value, _NUMBER)


def signed(name: str, value: Any) -> int | float:
    """A number with a sign its type names, such as `PositiveInt`."""
    is_whole, expected, fits = SIGNED[name]
    found = whole(value) if is_whole else number(value)
    if not fits(found):
        raise misfit(value, expected)
    return found


def strict_whole(value: Any) -> int:
    """An int and nothing that resembles one; text is decoded as JSON first."""
    found = _decoded(value, _WHOLE)
    if isinstance(found, int) and not isinstance(found, bool):
        return found
    raise misfit(value, _WHOLE, "`StrictInt` converts nothing; use `int`")


def strict_number(value: Any) -> float:
    """A float or an int; text is decoded as JSON first."""
    if isinstance(_decoded(value, _NUMBER), bool):
        raise misfit(value, _NUMBER, "`StrictFloat` converts nothing; use `float`")
    return number(value)


def boolean(value: Any) -> bool:
    """A bool from `true`/`false`, 0/1, and the words yes/no, on/off, t/f, y/n in any case."""
    if isinstance(value, str):
        word = value.lower()
        if word in TRUE_WORDS or word in FALSE_WORDS:
            return word in TRUE_WORDS
    elif isinstance(value, int | float) and value in (0, 1):
        return bool(value)
    raise misfit(value, "`true` or `false`")


def strict_boolean(value: Any) -> bool:
    """A bool and nothing else."""
    if isinstance(value, bool):
        return value
    raise misfit(value, "`true` or `false`", "`StrictBool` converts nothing; use `bool`")


def text(value: Any) -> str:
    """Text as it is; anything else but null as the JSON text of it (`true`, `[1,2]`)."""
    if isinstance(value, str):
        return value
    written = None if value is None else json_text(value)
    if written is None:
        raise misfit(value, "text")
    return written


def strict_text(value: Any) -> str:
    """Text and nothing else."""
    if isinstance(value, str):
        return value
    raise misfit(value, "text", "quote it")


def byte_size(value: Any) -> int:
    """A number of bytes, or text such as `10 GB` and `1.5KiB`."""
    expected = "a size in bytes, such as `10 GB` or `1.5KiB`"
    found = _BYTES.match(value) if isinstance(value, str) else None
    if found is None:
        size = whole(value) if not isinstance(value, str | bool) else -1
    else:
        base = 1024 if found[3] else 1000
        if found[3] and not found[2]:
            raise misfit(value, expected)
        size = int(float(found[1]) * base ** _POWERS[found[2].lower()])
    if size < 0:
        raise misfit(value, expected)
    return size


def _decoded(value: Any, expected: str) -> Any:
    if not isinstance(value, str):
        return value
    found = read_json(value)
    if isinstance(found, NotJson | str | list | dict | None):
        help = "a leading zero is not allowed" if re.match(r"-?0[0-9]", value) else None
        raise misfit(value, expected, help)
    return found
