"""Turns the types that inputs were inferred to have into such that fit what operations give."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from pxc.grammar.v0.tree import Pair, made
from pxc.ir.node import Lit, Map, Seq, replace

__all__ = ["widened"]


def widened(inputs: Seq, given: Mapping[str, Collection[str]]) -> Seq:
    """Inputs that stand for params, each of a type of its own default and of all that it is given.

    Version 0 had no types where nothing was declared. A whole number beside others is one of
    these; where types have nothing in common there is none.
    """
    return replace(inputs, items=tuple(_widened(item, given) for item in inputs.items))


def _widened(item: Any, given: Mapping[str, Collection[str]]) -> Any:
    name, kind = item.get("name"), item.get("type")
    if not isinstance(item, Map) or not isinstance(name, Lit) or not isinstance(kind, Lit):
        return item
    kinds = {str(kind.value), *given.get(str(name.value), ())}
    if len(kinds) == 1:
        return item
    wide = "float" if kinds <= {"int", "float", "metric"} else None
    entries = [_retyped(entry, wide) for entry in item.entries]
    return replace(item, entries=tuple(entry for entry in entries if entry is not None))


def _retyped(entry: Pair, kind: str | None) -> Pair | None:
    if not isinstance(entry[0], Lit) or entry[0].value != "type":
        return entry
    return None if kind is None else (entry[0], made(entry[1].span, kind))
