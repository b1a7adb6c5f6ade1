"""Turns a builder, or plain data, into the bytes of a document in which every value has its place.

The bytes are JSON: `{"files": [name, ...], "tree": node}`, or `{"files": ..., "fault": fault}`. A
node is a list that begins with what it is and its place:

    ["s", place, scalar]            text, number, boolean or null
    ["n", place, text]              a number that JSON has not: beyond 64 bits, inf, -inf, nan
    ["l", place, [node, ...]]       a list
    ["m", place, [[key, node], ...]]  a map; keys are scalars

A place is `[file, line, column, end line, end column]`, the file by its number in `files`, lines
and columns from 1, or null for that of what is around. A fault is `[code, message, place, help]`.
`pxc.grammar.python.read_document` reads them.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Callable, Mapping, Sequence, Set
from datetime import date, timedelta
from enum import Enum
from pathlib import PurePath
from typing import Any

import msgspec

from pxc.author.calls import Call
from pxc.author.faults import AuthorFault
from pxc.author.source_places import PLACES, Place, Site
from pxc.author.written import Argument, Section, Written
from pxc.ir.characters import unfit_character, unfit_message

__all__ = ["MOST_LEVELS", "MOST_VALUES", "document", "fault_document", "plain_document"]

MOST_LEVELS = 100
MOST_VALUES = 500_000

_Node = list[Any]
_Expression = ast.expr | None


def document(
    obj: object, *, file: str = "", name: str = "", shown: Callable[[str], str] = str
) -> bytes:
    """A section, a mapping, or anything with `__pxc_document__`, as bytes for `read_document`.

    Plain data is looked up in `file` as what the top of it calls `name`, to find its places.
    `shown` gives the name by which diagnostics tell of a file, from the one that its code was
    compiled under.
    Raises AuthorFault: PXC032 for what no Polyaxonfile can hold, PXC015 and PXC017 for limits.
    """
    PLACES.refresh()
    writer = _Writer(shown)
    found = PLACES.assigned(file, name) if file and name else None
    place = PLACES.of(file, found) if found is not None else None
    tree = writer.root(obj, found, place)
    return msgspec.json.encode({"files": writer.files, "tree": tree})


def plain_document(obj: object) -> Any:
    """The same as bare data: dicts, lists, scalars. Raises AuthorFault as `document` does."""
    try:
        return _plain(_Writer(None).root(obj, None, None))
    except AuthorFault:
        document(obj)  # the same fault, with its place
        raise


def fault_document(fault: AuthorFault, *, shown: Callable[[str], str] = str) -> bytes:
    """A fault as bytes for `read_document`, which reports it."""
    writer = _Writer(shown)
    row = [fault.code, fault.message, writer.placed(fault.place), fault.help]
    return msgspec.json.encode({"files": writer.files, "fault": row})


class _Writer:
    """Walks one document; `files` are the names of the files that its places are in.

    Without `shown` nothing has a place, and no file is read.
    """

    def __init__(self, shown: Callable[[str], str] | None) -> None:
        self.files: list[str] = []
        self._shown = shown
        self._numbers: dict[str, int] = {}
        self._open: list[int] = []
        self._known: dict[int, tuple[object, _Node, int]] = {}
        """Sections that were walked, what they became, and how many values that is."""
        self._count = 0

    def placed(self, place: Place | None) -> list[int] | None:
        """A place with its file by number."""
        if place is None or self._shown is None:
            return None
        number = self._numbers.get(place.file)
        if number is None:
            number = self._numbers[place.file] = len(self.files)
            self.files.append(self._shown(place.file))
        return [number, *place[1:]]

    def root(self, value: object, expression: _Expression, place: Place | None) -> _Node:
        """The whole document, with what only its root says."""
        tree = self.node(value, expression, place)
        head = getattr(value, "__pxc_root__", None)
        if tree[0] == "m" and head is not None and not isinstance(value, type):
            known = {key[2] for key, _ in tree[2]}
            said = [(k, v) for k, v in head() if k not in known]
            at = tree[1]
            tree[2][:0] = [[["s", at, name], ["s", at, said_value]] for name, said_value in said]
        return tree

    def node(self, value: object, expression: _Expression, place: Place | None) -> _Node:
        """A value, with the expression that gave it where that is known."""
        self._add(1, place)
        scalar = _scalar(value, place)
        if scalar is not None:
            return [scalar[0], self.placed(place), scalar[1]]
        known = self._known.get(id(value))
        if known is not None:
            self._add(known[2], place)
            return known[1]
        if id(value) in self._open:
            raise AuthorFault("PXC032", "the value contains itself", place, "break the circle")
        if len(self._open) >= MOST_LEVELS:
            message = f"nested deeper than {MOST_LEVELS} levels"
            raise AuthorFault("PXC015", message, place, "flatten the structure")
        self._open.append(id(value))
        node = self._inner(value, expression, place)
        self._open.pop()
        return node

    def _add(self, count: int, place: Place | None) -> None:
        self._count += count
        if self._count > MOST_VALUES:
            message = f"the document has more than {MOST_VALUES:,} values"
            raise AuthorFault("PXC017", message, place, "split it")

    def _inner(self, value: object, expression: _Expression, place: Place | None) -> _Node:
        if isinstance(value, Section) and not isinstance(value, type):
            written, before = value.__pxc_document__(), self._count
            node = self._section(written, place)
            if written.call is not None:  # its places are its own, wherever it stands
                self._known[id(value)] = value, node, self._count - before
            return node
        if isinstance(value, Mapping):
            return self._mapping(value, expression, place)
        if isinstance(value, Sequence) and not isinstance(value, bytes | bytearray | memoryview):
            items = _items(value, expression)
            return ["l", self.placed(place), [self._under(v, e, place) for v, e in items]]
        whole = getattr(value, "tolist", None)
        if callable(whole) and isinstance(getattr(value, "shape", None), tuple):
            return self.node(whole(), None, place)  # an array of numpy
        what = f"`{type(value).__name__}`"
        help = "give text, numbers, booleans, None, lists, maps or builders"
        if isinstance(value, Set):
            help = "give a list: a set has no order"
        raise AuthorFault("PXC032", f"a Polyaxonfile cannot hold a value of {what}", place, help)

    def _under(self, value: object, expression: _Expression, around: Place | None) -> _Node:
        """A value inside another, at its own expression or at the place of what is around."""
        file = around.file if around is not None else ""
        place = PLACES.of(file, expression) if file and expression is not None else around
        return self.node(value, expression, place)

    def _section(self, written: Written, around: Place | None) -> _Node:
        site = self._site(written.call)
        place = site.place if site is not None else around
        pairs = []
        for name, value, argument, later in written.entries:
            key, expression = _argument(site, argument)
            at = PLACES.of(site.place.file, expression) if site and expression else place
            if later is not None and later != written.call and (found := self._site(later)):
                key = at = found.place
            pairs.append([["s", self.placed(key or place), name], self.node(value, expression, at)])
        return ["m", self.placed(place), pairs]

    def _site(self, call: Call | None) -> Site | None:
        return PLACES.site(call) if call is not None and self._shown is not None else None

    def _mapping(
        self, value: Mapping[Any, object], expression: _Expression, place: Place | None
    ) -> _Node:
        known = _entries(value, expression)
        pairs = []
        for key, inner in value.items():
            name, given = known.get(key, (None, None))
            shown = _scalar(key, place)
            if shown is None:
                help = "keys are text, numbers, booleans or None"
                message = f"a key cannot be a value of `{type(key).__name__}`"
                raise AuthorFault("PXC032", message, place, help)
            at = place
            if isinstance(name, ast.keyword) and place is not None:
                at = PLACES.name_of(place.file, name)
            elif isinstance(name, ast.expr) and place is not None:
                at = PLACES.of(place.file, name)
            pairs.append([[shown[0], self.placed(at), shown[1]], self._under(inner, given, place)])
        return ["m", self.placed(place), pairs]


def _plain(node: _Node) -> Any:
    """A node as bare data."""
    kind, _, value = node
    if kind == "m":
        return {_plain(key): _plain(inner) for key, inner in value}
    if kind == "l":
        return [_plain(inner) for inner in value]
    if kind == "n":
        return float(value) if value[-1] in "fn" else int(value)
    return value


def _argument(site: Site | None, argument: Argument | None) -> tuple[Place | None, _Expression]:
    """The place of the name of an argument of a call, and the expression of its value."""
    if site is None or site.call is None or argument is None:
        return None, None
    call, file = site.call, site.place.file
    if isinstance(argument, tuple):
        _, display = _argument(site, argument[0])
        known = _entries_of(display) if display is not None else {}
        name, value = known.get(argument[1], (None, None))
        return (PLACES.of(file, name) if isinstance(name, ast.expr) else None), value
    if isinstance(argument, int):
        before = call.args[: argument + 1]
        if len(before) <= argument or _spreads(before):
            return None, None
        return PLACES.of(file, before[argument]), before[argument]
    for keyword in call.keywords:
        if keyword.arg == argument:
            return PLACES.name_of(file, keyword), keyword.value
    spread = next((each for each in call.keywords if each.arg is None), None)
    if spread is None:
        return None, None
    key, value = _entries_of(spread.value).get(argument, (None, None))
    if value is None:  # what is spread has a name alone, or is made of more than one display
        is_display = isinstance(spread.value, ast.Dict)
        return PLACES.of(file, spread.value), None if is_display else spread.value
    if isinstance(key, ast.keyword):
        return PLACES.name_of(file, key), value
    return (PLACES.of(file, key) if key is not None else None), value


_Named = tuple[ast.expr | ast.keyword | None, _Expression]


def _entries(value: Mapping[Any, object], expression: _Expression) -> Mapping[object, _Named]:
    """The expressions of a mapping's keys and values, where a display or `dict()` gave them."""
    return _entries_of(expression) if expression is not None else {}


def _entries_of(expression: ast.expr) -> Mapping[object, _Named]:
    if isinstance(expression, ast.Dict):
        return {
            key.value: (key, value)
            for key, value in zip(expression.keys, expression.values, strict=True)
            if isinstance(key, ast.Constant)
        }
    if isinstance(expression, ast.Call) and getattr(expression.func, "id", "") == "dict":
        return {each.arg: (each, each.value) for each in expression.keywords if each.arg}
    return {}


def _items(value: Sequence[object], expression: _Expression) -> list[tuple[object, _Expression]]:
    """The items of a list, each with its expression where a display gave them one by one."""
    given: Sequence[_Expression] = ()
    if isinstance(expression, ast.List | ast.Tuple) and not _spreads(expression.elts):
        given = expression.elts
    if len(given) != len(value):
        given = [None] * len(value)
    return list(zip(value, given, strict=True))


def _spreads(expressions: Sequence[ast.expr]) -> bool:
    return any(isinstance(each, ast.Starred) for each in expressions)


_INT64 = 2**63


def _scalar(value: object, place: Place | None) -> tuple[str, Any] | None:
    """What a scalar is written as; None for everything else.

    An enumeration gives its value, a date its ISO text, a duration its seconds, a path its text,
    a scalar of numpy that of Python.
    """
    if value is None or isinstance(value, bool):
        return "s", value
    if isinstance(value, Enum):
        return _scalar(value.value, place)
    if isinstance(value, str):
        return "s", _text(str.__str__(value), place)
    if isinstance(value, int):
        plain = int(value)
        return ("s", plain) if -_INT64 <= plain < _INT64 else ("n", _digits(plain, place))
    if isinstance(value, float):
        number = float(value)
        return ("s", number) if math.isfinite(number) else ("n", repr(number))
    if isinstance(value, date):
        return "s", value.isoformat()
    if isinstance(value, timedelta):
        seconds = value.total_seconds()
        return "s", int(seconds) if seconds.is_integer() else seconds
    if isinstance(value, PurePath):
        return "s", value.as_posix()
    item = getattr(value, "item", None)
    if callable(item) and getattr(value, "shape", None) == ():
        return _scalar(item(), place)
    return None


def _text(value: str, place: Place | None) -> str:
    unfit = unfit_character(value)
    if unfit:
        help = "leave it out: programs keep such characters for themselves"
        raise AuthorFault("PXC024", unfit_message(unfit), place, help)
    return value


def _digits(value: int, place: Place | None) -> str:
    try:
        return str(value)
    except ValueError:
        message = "the number has too many digits"
        raise AuthorFault("PXC032", message, place, "give it as text") from None
