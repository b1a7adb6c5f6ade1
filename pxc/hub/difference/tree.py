"""Turns a component into plain maps, lists and leaves, in which two of them can be compared."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from pxc.ir.node import Lit, Map, Node, Seq, Template, plain

__all__ = ["Difference", "are_same", "differences", "shown", "tree_of"]

_NAMED = ("name", "connection", "containerPort")
_ROLES = "roles"
"""The field of a runtime whose entries stand beside the other fields where they are written."""
_MOST = 60


class Difference:
    """A place where two trees differ; None stands for what is not there."""

    __slots__ = ("after", "before", "path")

    def __init__(self, path: tuple[str, ...], before: Any, after: Any) -> None:
        self.path = path
        self.before = before
        self.after = after


def tree_of(node: Any) -> Any:
    """A node as maps by authored names, lists, and the literals and templates below them.

    Lists whose items all have names of their own are maps by these. Nulls are left out: nothing is
    what they say.
    """
    if isinstance(node, Map):
        pairs = ((str(plain(key)), value) for key, value in node.entries)
        return _filled(pairs)
    if isinstance(node, Seq):
        return _list_of([tree_of(item) for item in node.items])
    if isinstance(node, tuple):  # the roles of a runtime are pairs of a name and a node
        return _filled((name, value) for name, value in node)
    if isinstance(node, Lit | Template) or not isinstance(node, Node):
        return node
    names = (name for name in node.__struct_fields__ if name != "span")
    found = _filled((_camel(name), getattr(node, name)) for name in names)
    return {**found.pop(_ROLES, {}), **found}


def differences(before: Any, after: Any, path: tuple[str, ...] = ()) -> Iterator[Difference]:
    """The innermost places where two trees differ, in the order of the first, then the second.

    A part that only one of them has is one difference.
    """
    if isinstance(before, dict) and isinstance(after, dict):
        for name in dict.fromkeys((*before, *after)):
            yield from differences(before.get(name), after.get(name), (*path, name))
    elif not are_same(before, after):
        yield Difference(path, before, after)


def are_same(before: Any, after: Any) -> bool:
    """Whether two trees say the same; `1`, `"1"` and `true` do not."""
    return bool(_bare(before) == _bare(after))


def shown(tree: Any) -> str:
    """A part of a tree in a few words; empty for what is not there."""
    bare = _words(tree)
    if bare is None:
        return ""
    text = bare if isinstance(bare, str) else json.dumps(bare, ensure_ascii=False)
    return text if len(text) <= _MOST else f"{text[: _MOST - 3]}..."


def _filled(pairs: Any) -> dict[str, Any]:
    trees = ((name, tree_of(value)) for name, value in pairs)
    return {name: tree for name, tree in trees if not _is_nothing(tree)}


def _is_nothing(tree: Any) -> bool:
    return (
        tree is None or tree == "" or tree == {} or (isinstance(tree, Lit) and tree.value is None)
    )


def _list_of(items: list[Any]) -> Any:
    names = [_name_of(item) for item in items]
    if items and all(names) and len(set(names)) == len(names):
        return dict(zip(names, items, strict=True))
    return items


def _name_of(item: Any) -> str | None:
    """The name by which an item of a list is known from release to release."""
    if not isinstance(item, Mapping):
        return None
    for key in _NAMED:
        if key in item:
            return str(_words(item[key]))
    inner = [value for value in item.values() if isinstance(value, Mapping)]
    for part in inner:
        for key in ("name", "url", "filename"):
            if key in part:
                return str(_words(part[key]))
    return next(iter(item), None) if inner else None


def _bare(tree: Any) -> Any:
    if isinstance(tree, dict):
        return {name: _bare(value) for name, value in tree.items()}
    if isinstance(tree, list):
        return [_bare(item) for item in tree]
    if isinstance(tree, Lit):
        return type(tree.value), tree.value
    return tree.text if isinstance(tree, Template) else tree


def _words(tree: Any) -> Any:
    if isinstance(tree, dict):
        return {name: _words(value) for name, value in tree.items()}
    if isinstance(tree, list):
        return [_words(item) for item in tree]
    return plain(tree)


def _camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(map(str.capitalize, others))
