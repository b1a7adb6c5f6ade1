"""Turns what the real system says of a file into the pieces of its text that are accused.

The messages name fields by a path such as `joins.list[V1Join].0.limit.int`, with the names of
alternatives among the names of fields; or a section, a keyword, or a line of the YAML.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import yaml

_QUOTED = re.compile(r"`[^`]*`")
_SAYS = (
    "Extra inputs|Field required|Input should|Value error|String should|Unable to|Input tag"
)  # fmt: skip
_PATH = re.compile(rf"(?:^|\s)([A-Za-z_][\w]*(?:\.\S*)?) (?={_SAYS})")
_FIRST = re.compile(r"validation errors? for \w+ (\S+)")
_SECTION = re.compile(r"Unexpected section `(\w+)`")
_KEYWORD = re.compile(r"unexpected keyword argument '(\w+)'")
_NAMES = re.compile(r"for \w+ Value error, (.*?) \[type=")
_LINE = re.compile(r"line (\d+), column")

Piece = tuple[int, int]


def accused(message: str, text: str) -> list[Piece]:
    """The smallest pieces of the text that a message accuses, as offsets; none when it has none."""
    if message.startswith("SchemaError"):
        return _lines(text, {int(n) for n in _LINE.findall(message)})
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    whole = (root.start_mark.index, root.end_mark.index)
    if section := _SECTION.search(message):
        found = [_resolve(root, [section[1]], whole)]
    elif keyword := _KEYWORD.search(message):
        maps = [n for n in _nodes(root) if isinstance(n, yaml.MappingNode)]
        inner = [v for n in maps for k, v in n.value if k.value == "container"]
        fields = [f for n in inner for f in n.value if f[0].value == keyword[1]]
        found = [(k.start_mark.index, v.end_mark.index) for k, v in fields]
    elif names := _NAMES.search(message):
        words = {_snake(w) for w in re.findall(r"(?<![.\w])\w+", names[1])}
        maps = [n for n in _nodes(root) if isinstance(n, yaml.MappingNode)]
        fields = [(k, v) for n in maps for k, v in n.value if _snake(k.value) in words]
        found = [(k.start_mark.index, v.end_mark.index) for k, v in fields[-1:]]
    else:
        bare = _QUOTED.sub("", message)
        first = _FIRST.search(bare)
        paths = {*_PATH.findall(bare), *((first[1],) if first else ())}
        found = [_resolve(root, path.split("."), whole) for path in sorted(paths)]
    pieces = sorted(set(found))
    return [p for p in pieces if not any(q != p and _holds(p, q) for q in pieces)]


def _holds(outer: Piece, inner: Piece) -> bool:
    return outer[0] <= inner[0] and inner[1] <= outer[1]


def _lines(text: str, numbers: set[int]) -> list[Piece]:
    """One piece from the first to the last of the lines: somewhere between them it went wrong."""
    starts = [0, *(m.end() for m in re.finditer("\n", text)), len(text)]
    return [(starts[min(numbers) - 1], starts[min(max(numbers), len(starts) - 1)])]


def _snake(key: str) -> str:
    return re.sub(r"(?<!^)([A-Z])", r"_\1", key).lower()


def _resolve(node: yaml.Node, path: list[str], whole: Piece) -> Piece:
    """The field that a path leads to, or the last one there is on the way."""
    piece = whole
    for step in path:
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                if _snake(key.value) == _snake(step):
                    piece, node = (key.start_mark.index, value.end_mark.index), value
                    break
        elif isinstance(node, yaml.SequenceNode) and step.isdecimal():
            node = node.value[int(step)]
            piece = (node.start_mark.index, node.end_mark.index)
    return piece


def _nodes(node: yaml.Node) -> Iterator[yaml.Node]:
    """A node and all beneath it, parents first."""
    yield node
    if isinstance(node, yaml.MappingNode):
        for _, value in node.value:
            yield from _nodes(value)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _nodes(item)
