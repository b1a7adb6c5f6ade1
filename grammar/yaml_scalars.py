"""Turns the text of an unquoted YAML scalar into a value and the code of what is odd about it.

The rules are YAML 1.1's core types as PyYAML reads them, except where a reader of YAML 1.2 would
see something else: there the authored text is kept, and a code says so.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable

Value = str | int | float | bool | None
Resolved = tuple[Value, str]
"""A value, and the code of the warning its spelling earns (empty for none)."""

# Python reads and prints 4,300 decimal digits at most, and 3,500 hexadecimal ones make that many.
_LONGEST_NUMBER = 3500

_NULLS = frozenset(("", "~", "null", "Null", "NULL"))
TRUE = frozenset(("true", "True", "TRUE"))
FALSE = frozenset(("false", "False", "FALSE"))
YES = frozenset(("yes", "Yes", "YES", "on", "On", "ON"))
NO = frozenset(("no", "No", "NO", "off", "Off", "OFF"))

_INT = re.compile(r"[-+]?(?:0|[1-9][0-9_]*)\Z")
_BASED = r"[-+]?0(?:b_*[01][01_]*|x_*[0-9a-fA-F][0-9a-fA-F_]*)\Z"
_LEADING_ZERO = r"[-+]?0(?:[0-9_]+|o[0-7]+)\Z"
_FLOAT = re.compile(r"(?:[-+]?[0-9][0-9_]*\.[0-9_]*|\.[0-9][0-9_]*)(?:[eE][-+][0-9]+)?\Z")
FLOAT_12 = r"([-+]?)([0-9]*)(\.[0-9]*)?(?:([eE])([-+]?)([0-9]+))?\Z"
"""A float of YAML 1.2: sign, whole, fraction, letter, sign and digits of the exponent."""
_SEXAGESIMAL = r"[-+]?(?:[1-9][0-9_]*(?::[0-5]?[0-9])+|[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*)\Z"
_ZERO_LOST = r"[1-9][0-9]*\.[0-9]+0\Z"
_SPECIAL = {f"{sign}.{word}": float(f"{sign}inf") for sign in ("", "+", "-")
            for word in ("inf", "Inf", "INF")}  # fmt: skip
_SPECIAL.update((f".{word}", math.nan) for word in ("nan", "NaN", "NAN"))


def resolve(text: str) -> Resolved:
    """The value of an unquoted scalar; only the first character decides which rules are tried."""
    rule = _BY_FIRST.get(text[:1])
    return rule(text) if rule else (text, "")


def resolve_tagged(kind: str, text: str) -> tuple[Value] | None:
    """The value of a scalar under `!!kind` (str, int, float, bool, null); None when it misfits."""
    match kind:
        case "str":
            return (text,)
        case "null" if text in _NULLS:
            return (None,)
        case "bool" if text in TRUE or text in YES:
            return (True,)
        case "bool" if text in FALSE or text in NO:
            return (False,)
        case "int" | "float":
            value = _number(text)[0]
            if isinstance(value, str) and kind == "float" and _is_float_12(text):
                value = float(text)
            if isinstance(value, str) or (kind == "int" and isinstance(value, float)):
                return None
            return _as_float(value) if kind == "float" else (value,)
    return None


def _as_float(value: Value) -> tuple[Value] | None:
    try:
        return (float(value or 0),)
    except OverflowError:
        return None


def _null(text: str) -> Resolved:
    return (None, "") if text in _NULLS else (text, "")


def _word(text: str) -> Resolved:
    if text in TRUE:
        return True, ""
    if text in FALSE:
        return False, ""
    if text in YES:
        return True, "PXC005"
    if text in NO:
        return False, "PXC005"
    return _null(text)


def _number(text: str) -> Resolved:
    if len(text) > _LONGEST_NUMBER:
        return text, ""
    if _INT.match(text):
        return int(text.replace("_", "")), ""
    if text in _SPECIAL:
        return _SPECIAL[text], ""
    if _FLOAT.match(text):
        value = float(text.replace("_", ""))
        if math.isinf(value):  # the number the author wrote is lost: keep the text
            return text, ""
        return value, "PXC008" if re.match(_ZERO_LOST, text) else ""
    if re.match(_BASED, text):
        return int(text.replace("_", ""), 0), ""
    if re.match(_LEADING_ZERO, text):
        return text, "PXC020"
    if ":" in text:
        return text, "PXC006" if re.match(_SEXAGESIMAL, text) else ""
    return text, "PXC004" if _is_float_12(text) else ""


def _is_float_12(text: str) -> bool:
    """Whether a YAML 1.2 reader takes the text for a float."""
    found = re.match(FLOAT_12, text)
    return bool(found and (found[2] or len(found[3] or "") > 1) and (found[3] or found[4]))


_BY_FIRST: dict[str, Callable[[str], Resolved]] = {
    **dict.fromkeys("0123456789+-.", _number),
    **dict.fromkeys("tTfFyYoOnN", _word),
    **dict.fromkeys(("", "~"), _null),
}
