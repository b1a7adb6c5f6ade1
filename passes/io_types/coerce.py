"""Turns a plain value into what its type asks for, or into why it does not fit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from msgspec import Struct

from pxc.passes.io_types import scalars
from pxc.passes.io_types.json_values import NotJson, read_json
from pxc.passes.io_types.misfit import Misfit, misfit, shown
from pxc.passes.io_types.types import RECORDS, IOType

_SINGLE: dict[str, Callable[[Any], Any]] = {
    "int": scalars.whole,
    "float": scalars.number,
    "metric": scalars.number,
    "bool": scalars.boolean,
    "str": scalars.text,
    "SecretStr": scalars.strict_text,
    "StrictStr": scalars.strict_text,
    "StrictInt": scalars.strict_whole,
    "StrictFloat": scalars.strict_number,
    "StrictBool": scalars.strict_boolean,
    "ByteSize": scalars.byte_size,
}

_TIMES = {"date": "date", "datetime": "date_time", "timedelta": "duration"}


class CoercionFault(Struct, frozen=True):
    """Why a value does not fit its type.

    `path` leads to the part that does not fit; `expected` says what would, with its article.
    """

    message: str
    expected: str
    help: str | None = None
    path: tuple[str | int, ...] = ()


def coerce(type: IOType, value: Any) -> Any | CoercionFault:
    """A value as its type has it: lax as the table of types, text decoded as JSON for maps, lists.

    In: plain Python data (null, bool, int, float, str, list, dict). Out: the same kinds of data,
    or a fault; nothing is raised. Null fits only `any` and `Optional`: whether an input may stay
    empty is not a matter of its type. Source: specification of inputs, section 3.
    """
    try:
        return _fit(type, _loaded(type.bare, value))
    except Misfit as found:
        return CoercionFault(found.message, found.expected, found.help, found.path)


def _loaded(type: IOType, value: Any) -> Any:
    """Text decoded as JSON when the type is a list or a map."""
    if not isinstance(value, str) or not (type.is_list or type.is_map):
        return value
    data = read_json(value)
    if not isinstance(data, NotJson):
        return data
    expected = _expected(type)
    sample = '`["a", "b"]`' if type.is_list else '`{"a": 1}`'
    if data.reason == "is not JSON":
        raise misfit(value, expected, f"as text it must be JSON, such as {sample}")
    raise Misfit(f"{shown(value)} {data.reason}", expected)


def _fit(type: IOType, value: Any) -> Any:
    match type.name:
        case "any":
            return value
        case "Optional":
            return None if value is None else _fit(type.args[0], value)
        case "List" | "list":
            return _list(type, value)
        case "Dict" | "dict" | "metadata":
            return _map(type, value)
        case name if name in _SINGLE:
            return _SINGLE[name](value)
        case name if name in scalars.SIGNED:
            return scalars.signed(name, value)
        case name:
            return _rarer(name, value)


def _rarer(name: str, value: Any) -> Any:
    """A value of a type whose reader is loaded when a file first needs it: start-up is felt."""
    if name in RECORDS:
        from pxc.passes.io_types.records import record

        return record(name, value)
    if name in _TIMES:
        from pxc.passes.io_types import times

        return getattr(times, _TIMES[name])(value)
    from pxc.passes.io_types import places

    return getattr(places, name)(value)


def _list(type: IOType, value: Any) -> list[Any]:
    if not isinstance(value, list | tuple):
        raise misfit(value, _expected(type))
    if not type.args:
        return list(value)
    item = type.args[0]
    return [_part(item, part, i) for i, part in enumerate(value)]


def _map(type: IOType, value: Any) -> dict[Any, Any]:
    if not isinstance(value, dict):
        raise misfit(value, _expected(type))
    if not type.args:
        return dict(value)
    made: dict[Any, Any] = {}
    for key, part in value.items():
        name = _part(type.args[0], key, key)
        if isinstance(name, list | dict):
            raise Misfit(f"`{type.args[0]}` cannot be the key of a map", "a scalar key")
        if name in made:
            raise Misfit(f"the key {shown(name)} is there twice", "distinct keys")
        made[name] = _part(type.args[1], part, key)
    return made


def _part(type: IOType, value: Any, place: Any) -> Any:
    try:
        return _fit(type, value)
    except Misfit as found:
        found.path = (place, *found.path)
        raise


def _expected(type: IOType) -> str:
    if type.is_list:
        return "a list"
    return "a map" if type.name in ("Dict", "dict", "metadata") else f"a map of `{type.name}`"
