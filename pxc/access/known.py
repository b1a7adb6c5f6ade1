"""Turns a field, whose value may wait for the run, into the name of a claim and how sure it is."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from typing import Any

from msgspec import Struct

from pxc.ir.expr import RunTimeRef
from pxc.ir.node import Hole, Lit, Template
from pxc.source import Span

__all__ = ["Choices", "Known", "known", "spans_of", "via_of"]

Choices = Callable[[Template], tuple[str, ...] | None]
"""Every text that a template can come to, where these are few and known; else None."""

_MOST_CHOICES = 256
_ANYTHING = "**"


class Known(Struct, frozen=True):
    """The name of a thing as `Claim` has it: `name`, its `certainty` and its `choices`."""

    name: str
    certainty: str = "exact"
    choices: tuple[str, ...] = ()


def known(parts: tuple[Any, ...], choices: Choices | None = None) -> Known:
    """What texts and fields make one after another.

    A field that waits for the run gives `oneOf` where all of its values are known, else a pattern
    with `**` in its place (`*` for the run's identity), or `unknown` where nothing else is named.
    """
    found: list[tuple[str, ...] | None] = [_texts(part, choices) for part in parts]
    told = [texts for texts in found if texts is not None]
    if len(told) == len(found):
        size = 1
        for texts in told:
            size *= len(texts)
        if size == 1:
            return Known("".join(texts[0] for texts in told))
        if size <= _MOST_CHOICES:
            every = dict.fromkeys("".join(each) for each in product(*told))
            return Known("", "oneOf", tuple(every)) if len(every) > 1 else Known(next(iter(every)))
    pattern = "".join(
        texts[0] if texts is not None and len(texts) == 1 else _pattern(part)
        for part, texts in zip(parts, found, strict=True)
    )
    if pattern.strip("*"):
        return Known(pattern, "pattern")
    return Known("".join(map(_written, parts)), "unknown")


def _texts(part: Any, choices: Choices | None) -> tuple[str, ...] | None:
    """Every text that a part can be; None where that is not known."""
    if isinstance(part, str):
        return (part,)
    if isinstance(part, Lit):
        value = part.value
        return (str(value).lower() if isinstance(value, bool) else str(value),)
    if isinstance(part, Template) and choices is not None:
        return choices(part)
    return None


def _pattern(part: Any) -> str:
    if not isinstance(part, Template) or part.statements:
        return _ANYTHING
    return "".join(_piece(piece) for piece in part.parts)


def _piece(piece: str | Hole) -> str:
    """A piece of a template as a pattern; an identity of a run has no slash in it."""
    if isinstance(piece, str):
        return piece
    expr = piece.expr
    return "*" if isinstance(expr, RunTimeRef) and expr.path == "globals.uuid" else _ANYTHING


def _written(part: Any) -> str:
    if isinstance(part, str):
        return part
    return part.text if isinstance(part, Template) else "?"


def spans_of(parts: tuple[Any, ...]) -> tuple[Span, ...]:
    """The places of the fields among the parts of a name."""
    return tuple(part.span for part in parts if not isinstance(part, str))


def via_of(spans: tuple[Span, ...]) -> str:
    """Whose doing a value is that all of these places have a part in.

    A preset stands for its own literals alone: what params decide, and what others have a part in,
    is the user's.
    """
    found = {span.source.via for span in spans}
    if len(found) != 1:
        return "user"
    via = found.pop()
    if via.startswith("preset:") and any("{{" in s.text or "{%" in s.text for s in spans):
        return "user"
    return via
