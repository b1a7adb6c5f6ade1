"""Turns IR trees into plain data, with each run-time value said in the engine's own way."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from pxc.diagnostics import Report
from pxc.ir.expr import Const, Expr, RunTimeRef, operands
from pxc.ir.node import Hole, Invalid, Lit, Map, Node, Seq, Template
from pxc.source import Span

__all__ = [
    "Place",
    "RunTime",
    "Values",
    "before_reference",
    "ordered",
    "refuse_computed",
    "text_of",
    "unexpanded",
]


class Place:
    """The field a value will stand in.

    `expands` tells that the kubelet replaces `$(NAME)` there; `env` collects the variables that
    the container must get for it, by name.
    """

    __slots__ = ("env", "expands", "field")

    def __init__(
        self, field: str, env: dict[str, dict[str, Any]] | None = None, *, expands: bool = False
    ) -> None:
        self.field = field
        self.env: dict[str, dict[str, Any]] = {} if env is None else env
        self.expands = expands

    def at(self, field: str, *, expands: bool = False) -> Place:
        """A field of the same container."""
        return Place(field, self.env, expands=expands)


class RunTime(Protocol):
    """How an engine says a value that exists only while the run does."""

    def text(self, ref: RunTimeRef, place: Place, report: Report) -> str | None:
        """The text that stands for it there; None after reporting that it cannot stand there."""

    def computed(self, expr: Expr, place: Place, report: Report) -> str | None:
        """The text that stands for what is computed from such values; None after reporting it."""

    def tracking_uuid(self) -> str | None:
        """The uuid that Polyaxon's tracking client takes; None where `globals.uuid` is one."""


class Values:
    """Reads nodes as plain data; what cannot be said goes to the report.

    Null and faulty entries are left out: to Kubernetes a null is a field that was not given.
    """

    def __init__(self, run_time: RunTime, report: Report) -> None:
        self.run_time = run_time
        self.report = report

    def value(self, node: Any, place: Place) -> Any:
        """Any tree; keys are text, `name` comes first in a map, else the author's order."""
        if isinstance(node, Lit):
            return node.value
        if isinstance(node, Template):
            return self.template(node, place)
        if isinstance(node, Map):
            return ordered(("name",), self.map(node, place))
        if isinstance(node, Seq):
            values = (self.value(item, place) for item in node.items)
            return [value for value in values if value is not None]
        return None

    def path(self, path: str | Node, place: Place) -> str:
        """A path where the kubelet expands it; empty after reporting what cannot stand there."""
        if isinstance(path, str):
            return path
        return self.text(path, place.at(place.field, expands=True)) or ""

    def map(self, node: Map, place: Place) -> dict[str, Any]:
        """The entries of a map that have a value."""
        found: dict[str, Any] = {}
        for key, child in node.entries:
            name = self.text(key, place)
            if name is None:
                continue
            value = self.value(child, place.at(_below(place.field, name), expands=place.expands))
            if value is not None:
                found[name] = value
        return found

    def text(self, node: Any, place: Place) -> str | None:
        """A scalar, list or map as text; None for null."""
        value = self.value(node, place)
        return None if value is None else text_of(value)

    def spelled(self, node: Any, place: Place, spell: Callable[[str], str]) -> str | None:
        """A scalar as text whose constant parts are spelled by a function of the caller's."""
        if not isinstance(node, Template) or node.statements:
            text = self.text(node, place)
            return None if text is None else spell(text)
        pieces = self._pieces(node, place)
        if pieces is None:
            return None
        said = [p if isinstance(p, _Said) else spell(_spelled(p)) for p in pieces]
        return _joined(said, expands=place.expands)

    def texts(self, node: Any, place: Place) -> dict[str, str]:
        """A map of texts, such as labels."""
        if not isinstance(node, Map):
            return {}
        return {key: text_of(value) for key, value in self.map(node, place).items()}

    def items(self, node: Any) -> tuple[Any, ...]:
        """The items of a list; nothing for a list that is not there."""
        return node.items if isinstance(node, Seq) else ()

    def template(self, node: Template, place: Place) -> Any:
        """Text with run-time values in it; a whole constant keeps its type."""
        if node.statements:
            refuse_computed(node.span, self.report)
            return None
        pieces = self._pieces(node, place)
        if pieces is None:
            return None
        if len(pieces) == 1 and not isinstance(pieces[0], _Said | str):
            return pieces[0]
        return _joined(pieces, expands=place.expands)

    def _pieces(self, node: Template, place: Place) -> list[Any] | None:
        pieces: list[Any] = []
        for part in node.parts:
            found = [part] if isinstance(part, str) else self._hole(part, place)
            if found is None:
                return None
            pieces.extend(found)
        return pieces

    def _hole(self, hole: Hole, place: Place) -> list[Any] | None:
        if isinstance(hole.expr, Invalid):
            return None
        pieces: list[Any] = []
        for expr in operands(hole.expr):
            if isinstance(expr, Const):
                pieces.append(expr.value)
            else:
                said = (
                    self.run_time.text(expr, place, self.report)
                    if isinstance(expr, RunTimeRef)
                    else self.run_time.computed(expr, place, self.report)
                )
                if said is None:
                    return None
                pieces.append(_Said(said))
        return pieces


def refuse_computed(span: Span, report: Report) -> None:
    """PXC703 for what an engine does not compute."""
    report.add(
        "PXC703",
        "this computes with a value that exists only when the run does",
        span,
        help="only text around such a value can be emitted; compute in the container instead",
    )


class _Said:
    """The text of a run-time value, told from text that the author wrote."""

    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        self.text = text


def _joined(pieces: list[Any], *, expands: bool) -> str:
    """One text of what the author wrote and what is said of the run, each as it is alone.

    A dollar sign that is left open before a value of the run would open a reference with it.
    """
    text = ""
    for piece in pieces:
        if isinstance(piece, _Said):
            said = piece.text
            if said.startswith("$("):
                text = before_reference(text)
            elif expands and (len(text) - len(text.rstrip("$"))) % 2:
                text += "$"
            text += said
        else:
            text += piece if isinstance(piece, str) else _spelled(piece)
    return text


def before_reference(text: str) -> str:
    """Text that may stand right before `$(NAME)` and still means what it meant alone.

    The kubelet reads `$$` as one dollar sign and `$(` up to the next `)`, so a dollar sign that
    is left open at the end would swallow the reference.
    """
    at = 0
    while (at := text.find("$", at)) >= 0:
        follower = text[at + 1 : at + 2]
        if follower == "(":
            end = text.find(")", at + 2)
            if end < 0:
                return before_reference(f"{text[:at]}$${text[at + 1 :]}")
            at = end + 1
        elif follower == "":
            return text + "$"
        else:
            at += 2
    return text


def _spelled(value: Any) -> str:
    """A value inside text, as Jinja would print it; null prints nothing."""
    return "" if value is None else str(value)


def unexpanded(text: str) -> str:
    """Text in which the kubelet finds nothing to expand."""
    return text.replace("$", "$$")


def text_of(value: Any) -> str:
    """A value where Kubernetes wants text: `true`, numbers as they print, JSON for trees."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | dict):
        import json

        return json.dumps(value, ensure_ascii=False)
    return str(value)


def ordered(keys: tuple[str, ...], data: dict[str, Any]) -> dict[str, Any]:
    """The entries with these keys first, in this order; the others after them as they stand."""
    first = {key: data[key] for key in keys if key in data}
    return first | {key: value for key, value in data.items() if key not in first}


def _below(field: str, name: str) -> str:
    return f"{field}.{name}" if field else name
