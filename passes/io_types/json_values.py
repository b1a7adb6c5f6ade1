"""Turns text given for a value that is not text into the JSON data it spells."""

from __future__ import annotations

import json
import re
from typing import Any

from msgspec import Struct

_LONGEST = 1_000_000
_DEEPEST = 60
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')
_BRACKET = re.compile(r"[\[\]{}]")


class NotJson(Struct, frozen=True):
    """Why a text is no JSON of ours."""

    reason: str


class _Refused(ValueError):
    pass


def read_json(text: str) -> Any | NotJson:
    """The data a JSON text spells, or why not: no `NaN`, no key twice, bounded length and depth."""
    if len(text) > _LONGEST:
        return NotJson("is too long")
    if _depth(text) > _DEEPEST:
        return NotJson("is nested too deep")
    try:
        data = json.loads(text, object_pairs_hook=_object, parse_constant=_constant)
    except _Refused as refused:
        return NotJson(str(refused))
    except ValueError:
        return NotJson("is not JSON")
    return data


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for key, value in pairs:
        if key in made:
            raise _Refused(f"has the key `{key}` twice")
        made[key] = value
    return made


def _constant(name: str) -> Any:
    raise _Refused(f"has `{name}`, which JSON has not")


def _depth(text: str) -> int:
    """How deep the brackets go, told before the parser would recurse into them."""
    deepest = depth = 0
    for bracket in _BRACKET.findall(_STRING.sub("", text)):
        depth += 1 if bracket in "[{" else -1
        deepest = max(deepest, depth)
    return deepest
