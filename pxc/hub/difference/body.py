"""Tells what differs in how two versions of a component run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pxc.hub.difference.change import BREAKING, NOTICE, Change
from pxc.hub.difference.tree import Difference, differences, shown

__all__ = ["body_changes"]

_INTERFACE = ("inputs", "outputs")
_KINDS = {
    "image": "image",
    "command": "command",
    "args": "args",
    "env": "env",
    "resources": "resources",
    "environment": "environment",
    "connections": "connections",
    "volumes": "volumes",
    "volumeMounts": "volumes",
    "init": "init",
    "sidecars": "sidecars",
    "ports": "ports",
    "termination": "termination",
    "operations": "operations",
    "components": "operations",
    "description": "description",
    "tags": "description",
    "name": "description",
    "version": "description",
}
"""What a change is of, by the first word of its path that is here."""

_OUTER = ("init", "sidecars", "operations", "components")
"""Lists whose items are told as what they are of, whatever differs in one."""


_LISTS = {"ports": "port", "connections": "connection", "tags": "tag"}
"""Lists whose items are told one by one."""

_CLAIMED = frozenset({"connections", "environment", "volumes"})
"""Kinds of changes whose value is the name of what is claimed."""


def body_changes(
    before: Mapping[str, Any], after: Mapping[str, Any], claimed: frozenset[str] = frozenset()
) -> Iterator[Change]:
    """What differs outside of inputs and outputs.

    Another kind of runtime breaks what relies on the one that was there, and so does a port that is
    gone. Everything else is a notice. `claimed` are names of things whose claims are told, so that
    they are not told here, too.
    """
    old, new = (_without_interface(each) for each in (before, after))
    was, now = shown(_run(old).get("kind")), shown(_run(new).get("kind"))
    if was != now:
        yield Change(BREAKING, "runtime", "run.kind", _message("`run.kind`", was, now), was, now)
    for each in differences(old, new):
        if each.path == ("run", "kind"):
            continue
        found = _items(each) if each.path[-1] in _LISTS else (_change(each),)
        yield from (change for change in found if not _is_told(each, change, claimed))


def _is_told(each: Difference, change: Change, claimed: frozenset[str]) -> bool:
    if change.kind in _CLAIMED and (change.after or change.before) in claimed:
        return True
    return each.path[-1] in claimed


def _without_interface(tree: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in tree.items() if key not in _INTERFACE and key != "kind"}


def _run(tree: Mapping[str, Any]) -> Mapping[str, Any]:
    found = tree.get("run")
    return found if isinstance(found, Mapping) else {}


def _items(each: Difference) -> Iterator[Change]:
    """Each port, connection or tag that came or went."""
    old, new = (_texts(side) for side in (each.before, each.after))
    path, word = ".".join(each.path), _LISTS[each.path[-1]]
    for item in (item for item in old if item not in new):
        weight = BREAKING if each.path == ("run", "ports") else NOTICE
        yield Change(weight, _kind(each.path), path, f"the {word} `{item}` is gone", item)
    for item in (item for item in new if item not in old):
        yield Change(NOTICE, _kind(each.path), path, f"new {word} `{item}`", "", item)
    if sorted(old) == sorted(new):
        yield _change(each)


def _change(each: Difference) -> Change:
    path, before, after = ".".join(each.path), shown(each.before), shown(each.after)
    return Change(
        NOTICE, _kind(each.path), path, _message(f"`{path}`", before, after), before, after
    )


def _message(what: str, before: str, after: str) -> str:
    if not before:
        return f"{what} is new: `{after}`"
    return f"{what} is `{after}`, not `{before}`" if after else f"{what} is gone: `{before}`"


def _kind(path: tuple[str, ...]) -> str:
    words = [word for word in path if word in _OUTER] or [word for word in path if word in _KINDS]
    return _KINDS[words[0]] if words else "other"


def _texts(side: Any) -> list[str]:
    items = side.values() if isinstance(side, dict) else side if isinstance(side, list) else (side,)
    return [shown(item) for item in items if item is not None]
