"""Finds what several objects of one form have of their own, by its place in them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

__all__ = ["differences"]


def differences(objects: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Of each object what it has at the places where not all are the same, by JSON pointers."""
    places = dict.fromkeys(
        place for other in objects[1:] for place in _differing(objects[0], other, ())
    )
    outermost = [
        place for place in places if not any(place[:at] in places for at in range(len(place)))
    ]
    return [{_pointer(place): _at(each, place) for place in outermost} for each in objects]


def _differing(
    one: Any, other: Any, place: tuple[str | int, ...]
) -> Iterator[tuple[str | int, ...]]:
    """The places where one object has another value than another; of lists of texts the list's."""
    if isinstance(one, dict) and isinstance(other, dict) and one.keys() == other.keys():
        for key in one:
            yield from _differing(one[key], other[key], (*place, key))
    elif _are_alike(one, other):
        for at, (left, right) in enumerate(zip(one, other, strict=True)):
            yield from _differing(left, right, (*place, at))
    elif one != other or type(one) is not type(other):
        yield place


def _are_alike(one: Any, other: Any) -> bool:
    """Whether two lists have the same number of objects."""
    if not isinstance(one, list) or not isinstance(other, list) or len(one) != len(other):
        return False
    return all(isinstance(each, dict) for each in (*one, *other))


def _pointer(place: tuple[str | int, ...]) -> str:
    return "".join(f"/{str(key).replace('~', '~0').replace('/', '~1')}" for key in place)


def _at(found: Any, place: tuple[str | int, ...]) -> Any:
    for key in place:
        found = found[key]
    return found
