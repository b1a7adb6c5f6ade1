"""Turns the text of a YAML file into the same text with one value set; comments and order stay."""

from __future__ import annotations

from io import StringIO
from typing import Any

__all__ = ["with_value"]


def with_value(text: str, keys: tuple[str, ...], value: Any) -> str:
    """The text with plain data at the end of some keys; maps on the way are made where none is.

    The text must have been read without a fault before. Raises ValueError where a key leads into
    what is no map.
    """
    from ruamel.yaml import YAML
    from ruamel.yaml.comments import CommentedMap

    yaml = YAML(typ="rt")
    yaml.preserve_quotes = True
    yaml.width = 100
    tree = yaml.load(text)
    if tree is None:
        tree = CommentedMap()
    place = tree
    for depth, key in enumerate(keys[:-1]):
        _check_is_map(place, keys[:depth])
        own = _own(place, key)
        if place.get(own) is None:
            place[own] = CommentedMap()
        place = place[own]
    _check_is_map(place, keys[:-1])
    place[_own(place, keys[-1])] = value
    out = StringIO()
    yaml.dump(tree, out)
    return out.getvalue()


def _own(place: dict[Any, Any], key: str) -> Any:
    """The key as the map has it: a number, perhaps."""
    return next((each for each in place if str(each) == key), key)


def _check_is_map(value: Any, keys: tuple[str, ...]) -> None:
    if not isinstance(value, dict):
        where = f"`{'.'.join(keys)}`" if keys else "it"
        raise ValueError(f"{where} is no map")
