"""What goes wrong while an expression is evaluated, and how its values are called in messages."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pxc.diagnostics import allowed, nearest
from pxc.ir.characters import unfit_character, unfit_message
from pxc.source import Span

_NAME_LENGTH = 80
_NAMES_COMPARED = 500


class EvaluationFault(Exception):
    """One mistake in an expression: a code, a sentence, its place and what to do about it.

    `edit` is a guess at the text that was meant at the place.
    """

    def __init__(
        self, code: str, message: str, span: Span, help: str | None = None, label: str = "",
        edit: str | None = None,
    ) -> None:  # fmt: skip
        super().__init__(message)
        self.code = code
        self.message = message
        self.span = span
        self.help = help
        self.label = label
        self.edit = edit


class Undefined:
    """What a look-up that found nothing gives: a fault only once something uses it."""

    __slots__ = ("fault",)

    def __init__(self, fault: EvaluationFault) -> None:
        self.fault = fault


OPERATION_ERRORS = (TypeError, ValueError, ArithmeticError, LookupError)
"""What Python raises when plain data does not suit an operation."""


def kind(value: object) -> str:
    """How messages call a value."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "a boolean"
    if isinstance(value, int | float):
        return "a number"
    if isinstance(value, str):
        return "text"
    if isinstance(value, list | tuple):
        return "a list"
    return "a map" if isinstance(value, dict) else "a value"


def check_characters(text: str, span: Span) -> None:
    """Refuse a text with characters that are none, PXC024, which an operation has made."""
    if unfit := unfit_character(text):
        raise EvaluationFault("PXC024", unfit_message(unfit), span, "leave it out")


def failed(span: Span, message: str, help: str | None = None) -> EvaluationFault:
    """PXC314: the operation does not fit its values."""
    return EvaluationFault("PXC314", message, span, help)


def unsafe(span: Span, message: str, help: str | None = None) -> EvaluationFault:
    """PXC607: the expression reaches for what is not data."""
    return EvaluationFault("PXC607", message, span, help)


def unknown(kind_of: str, name: str, span: Span, known: Iterable[str]) -> EvaluationFault:
    """PXC304: no such filter or test."""
    names = list(known)
    meant = like(name, names)
    help = f"write `{meant}`" if meant else f"use one of {allowed(sorted(names), 40)}"
    return EvaluationFault("PXC304", f"there is no {kind_of} `{name}`", span, help)


def no_key(name: str, owner: str, keys: Iterable[Any], span: Span) -> EvaluationFault:
    """PXC302: a map has no such key."""
    names = [k for k in keys if isinstance(k, str)]
    meant = like(name, names)
    there = f"it has {allowed(map(shown, names))}" if names else "it is empty"
    help = f"write `{meant}`" if meant else there
    return EvaluationFault("PXC302", f"{owner} has no `{name}`", span, help)


def like(name: str, known: Iterable[str]) -> str | None:
    """The known name most like `name`; only short names, and not too many, are compared."""
    names = [k for k in known if len(k) <= _NAME_LENGTH][:_NAMES_COMPARED]
    return nearest(name, names) if len(name) <= _NAME_LENGTH else None


def shown(text: str, limit: int = 60) -> str:
    """A text for a message: one line, not too long."""
    line = " ".join(text.split())
    return line if len(line) <= limit else line[: limit - 1] + "…"


def piece(span: Span, name: str, after: int, before: int | None = None) -> Span:
    """The place of a name inside a span, searched from `after`; the whole span if it is not there.

    With `before` the last occurrence that ends there is meant.
    """
    text = span.source.text
    if before is not None:
        at = before - len(name)
        found = text.startswith(name, at) and at >= span.start
    else:
        at = text.find(name, after, span.end)
        found = at >= 0
    return Span(span.source, at, at + len(name)) if found else span
