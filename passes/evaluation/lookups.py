"""Looks names and positions up in plain data; Python's own attributes are out of reach."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pxc.passes.evaluation.faults import (
    EvaluationFault,
    Undefined,
    failed,
    kind,
    no_key,
    shown,
    unsafe,
)
from pxc.source import Span


def look_up(value: Any, key: Any, span: Span, owner: Callable[[], str]) -> Any:
    """The value under a key of a map, or at a position of a list or text; else Undefined.

    `owner` names the value in messages. Raises EvaluationFault: PXC607 for names that start with an
    underscore and are no key.
    """
    if isinstance(value, dict):
        try:
            return value[key]
        except KeyError:
            pass
        except TypeError:
            return Undefined(failed(span, f"{kind(key)} cannot be a key"))
        if isinstance(key, str):
            _refuse_private(key, span)
            return Undefined(no_key(shown(key), owner(), value, span))
        return Undefined(EvaluationFault("PXC302", f"{owner()} has no key `{key}`", span))
    if isinstance(key, str):
        _refuse_private(key, span)
        return Undefined(_not_a_map(value, key, span, owner))
    if isinstance(value, str | list | tuple) and isinstance(key, int):
        try:
            return value[key]
        except IndexError:
            what = "characters" if isinstance(value, str) else "items"
            message = f"{owner()} has {len(value)} {what}: there is none at `{key}`"
            return Undefined(EvaluationFault("PXC302", message, span, "the first is at `0`"))
    message = f"{owner()} is {kind(value)}: it cannot be indexed with {kind(key)}"
    return Undefined(EvaluationFault("PXC302", message, span))


def _refuse_private(name: str, span: Span) -> None:
    if name.startswith("_"):
        raise unsafe(span, f"`{shown(name)}` is not data", "templates only reach data")


def _not_a_map(value: Any, key: str, span: Span, owner: Callable[[], str]) -> EvaluationFault:
    name = shown(key)
    help = None
    if isinstance(value, list | tuple):
        help = "a list has positions: write `[0]` for the first item"
    return EvaluationFault("PXC302", f"{owner()} is {kind(value)}: it has no `{name}`", span, help)


def path_getter(attribute: Any, span: Span) -> Callable[[Any], Any]:
    """A function from an item to what a filter's `attribute=` means in it (`a.b`, `a.0`, `0`).

    It gives Undefined where the item lacks it.
    """
    if isinstance(attribute, str):
        parts = [int(p) if p.isdecimal() and p.isascii() else p for p in attribute.split(".")]
    elif isinstance(attribute, int):
        parts = [attribute]
    else:
        raise failed(span, f"`attribute` is a name, not {kind(attribute)}")

    def get(item: Any) -> Any:
        for part in parts:
            if isinstance(item, Undefined):
                raise item.fault
            item = look_up(item, part, span, lambda: "the item")
        return item

    return get
