"""Turns text given for a value that is not text into the JSON data it spells."""

from __future__ import annotations

import json
from typing import Any

from msgspec import Struct

_LONGEST = 1_000_000
_DEEPEST = 60


class NotJson(Struct, frozen=True):
    """Why a text is no JSON of ours."""

    reason: str


class _Refused(ValueError):
    pass


def read_json(text: str) -> Any | NotJson:
    """The data a JSON text spells, or why not: no `NaN`, no key twice, bounded length and depth."""
    if len(text) > _LONGEST:
        return NotJson("is too long")
    try:
        data = json.loads(text, object_pairs_hook=_object, parse_constant=_constant)
    except _Refused as refused:
        return NotJson(str(refused))
    except RecursionError:
        return NotJson("is nested too deep")
    except ValueError:
        return NotJson("is not JSON")
    return NotJson("is nested too deep") if _too_deep(data) else data


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for key, value in pairs:
        if key in made:
            raise _Refused(f"has the key `{key}` twice")
        made[key] = value
    return made


def _constant(name: str) -> Any:
    raise _Refused(f"has `{name}`, which JSON has not")


def _too_deep(data: Any) -> bool:
    level = [data]
    for _ in range(_DEEPEST):
        level = [
            child
            for part in level
            if isinstance(part, list | dict)
            for child in (part.values() if isinstance(part, dict) else part)
        ]
        if not level:
            return False
    return True
