"""Turns what is fixed into the text of pxc.lock."""

from __future__ import annotations

from datetime import date
from typing import Any

from msgspec import Struct

from pxc.hub.lock import VERSION, Chosen, Lock, Locked

__all__ = ["lock_text"]

_HEAD = "# Written by `pxc hub lock`. To move a version: pxc hub update REF\n"


def lock_text(lock: Lock) -> str:
    """The text of pxc.lock: sorted, an entry and each of its lists a line an item."""
    import tomli_w

    data: dict[str, Any] = {"version": VERSION}
    if lock.catalog is not None:
        data["catalog"] = _filled(lock.catalog)
    parts = [tomli_w.dumps(data)]
    # Each is a table of its own, however short it is: git then merges what two people add.
    for each in sorted(lock.ranges, key=_by_component):
        parts.append(f"[[range]]\n{tomli_w.dumps(_filled(each))}")
    listed = [_component(each) for each in sorted(lock.components, key=_by_ref)]
    parts += [tomli_w.dumps({"component": listed})] if listed else []
    return _HEAD + "\n".join(parts)


def _by_component(one: Chosen) -> str:
    return one.component


def _by_ref(component: Locked) -> str:
    return component.ref


def _component(component: Locked) -> dict[str, Any]:
    """An entry as plain data; tables come last, as TOML has it."""
    data = _filled(component)
    if "resolved" in data:
        data["resolved"] = date.fromisoformat(data["resolved"])
    for key in ("requires", "via"):
        if key in data:
            data[key] = sorted(set(data[key]), key=_by_place)
    images = data.pop("images", ())
    return data | ({"images": dict(sorted(images))} if images else {})


def _by_place(text: str) -> tuple[str, int, str]:
    """Sorts `path:9` before `path:10`."""
    path, _, line = text.rpartition(":")
    return (path, int(line), "") if line.isascii() and line.isdigit() else (text, 0, "")


def _filled(struct: Struct) -> dict[str, Any]:
    """The fields that say something."""
    pairs = ((name, getattr(struct, name)) for name in struct.__struct_fields__)
    return {name: value for name, value in pairs if value not in ("", 0, ())}
