"""Turns schema faults into diagnostics: one a mistake, with the nearest name and the way out."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from pxc.diagnostics import Fix, Report, allowed, is_slip, nearest
from pxc.grammar.shapes import Model, snake
from pxc.ir.node import Lit, Map, Seq, Template
from pxc.source import Span

_PLAIN_NUMBER = r"-?(?:0|[1-9][0-9]*)"
"""A whole number that YAML reads as the very same digits; `007` and `1_000` it would not."""


_NUMBER_STARTS = tuple("+-.0123456789")


def kind_of(node: object) -> str:
    """What a person calls a node: `text`, `a number`, `a list`..."""
    if isinstance(node, Seq):
        return "a list"
    if isinstance(node, Map):
        return "a map"
    if isinstance(node, Template):
        return "a template"
    value = node.value if isinstance(node, Lit) else None
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "a boolean"
    if isinstance(value, int | float):
        return "a number"
    return "text"


def wrong_type(
    node: Any, what: str, wanted: str, report: Report, *, help: str | None = None
) -> None:
    """Report PXC105: the value at `node` is not of the type the field `what` wants."""
    fix = None
    quoted = node.value if isinstance(node, Lit) and not node.plain else None
    if "number" in wanted and isinstance(quoted, str) and re.fullmatch(_PLAIN_NUMBER, quoted):
        fix = Fix("remove the quotes", ((node.span, quoted),))
        help = help or "remove the quotes"
    report.add(
        "PXC105",
        f"`{what}` must be {wanted}, not {kind_of(node)}",
        node.span if not isinstance(node, Map | Seq) else _first_line(node.span),
        label=f"expected {wanted}",
        help=help,
        fix=fix,
    )


def _first_line(span: Span) -> Span:
    end = span.source.text.find("\n", span.start, span.end)
    return span if end < 0 else Span(span.source, span.start, end)


def not_allowed(
    node: Lit[Any], what: str, values: tuple[str, ...], report: Report, code: str = "PXC116"
) -> None:
    """Report that the word at `node` is not one of `values`."""
    near = nearest(str(node.value), values)
    hint = f"did you mean `{near}`? " if near else ""
    report.add(
        code,
        f"`{node.value}` is not a value of `{what}`",
        node.span,
        help=f"{hint}allowed: {allowed(values)}",
        fix=Fix(f"write `{near}`", ((node.span, near),), safe=False) if near else None,
    )


def unknown_field(key: Lit[Any], model: Model, within: Map, report: Report) -> str | None:
    """Report a key of the map `within` that `model` does not have; the known one that was meant.

    PXC110 for snake_case of a known key (accepted), PXC102 for a near miss, PXC103 for a field of
    another section, PXC119 for a removed one, PXC101 otherwise.
    """
    text = str(key.value)
    if text in model.moved:
        code = "PXC119" if "removed" in model.moved[text] else "PXC103"
        said = "was removed" if code == "PXC119" else f"is not a field of `{model.name}`"
        from pxc.grammar.moving import move_inside  # what a correct file never needs

        fix = move_inside(key, model, within) if code == "PXC103" else None
        report.add(code, f"`{text}` {said}", key.span, help=model.moved[text], fix=fix)
        return None
    for known in model.fields:
        if text == snake(known):
            report.add(
                "PXC110",
                f"`{text}` is spelled `{known}`",
                key.span,
                help=f"write `{known}`",
                fix=Fix(f"write `{known}`", ((key.span, known),)),
            )
            return known
    near = nearest(text, model.fields)
    if near is not None:
        report.add(
            "PXC102",
            f"`{text}` is not a field of `{model.name}`",
            key.span,
            label=f"did you mean `{near}`?",
            help=f"write `{near}`",
            fix=Fix(f"write `{near}`", ((key.span, near),), is_clear(text, near, model.fields)),
        )
        return near
    report.add(
        "PXC101",
        f"`{text}` is not a field of `{model.name}`",
        key.span,
        help=f"fields of `{model.name}`: {allowed(model.fields)}",
    )
    return None


def is_clear(text: str, near: str, fields: Iterable[str]) -> bool:
    """Whether a field is one slip away from what was written, and no other field is."""
    return is_slip(text, near) and sum(is_slip(text, field) for field in fields) == 1


def wants_text(node: Any, report: Report) -> None:
    """Where text is wanted, what looks like a number of YAML 1.2 is mended by quotes alone."""
    if isinstance(node, Lit) and node.plain and isinstance(node.value, str):
        text = node.value
        if text[:1] in _NUMBER_STARTS:
            fix = Fix(f'quote it: `"{text}"`', ((node.span, f'"{text}"'),))
            report.refit("PXC004", node.span, fix)


def missing_field(node: Map, model: Model, key: str, report: Report) -> None:
    """Report PXC104: a field that `model` needs is not there."""
    span = node.entries[0][0].span if node.entries else node.span
    report.add(
        "PXC104",
        f"`{model.name}` needs `{key}`",
        span,
        label=f"no `{key}` here",
        help=f"add `{key}`: {model.fields[key].about}",
    )


def unknown_kind(
    node: Lit[Any], what: str, kinds: tuple[str, ...], code: str, report: Report
) -> None:
    """Report an unknown `kind` under the given code, with the nearest and the allowed ones."""
    near = nearest(str(node.value), kinds)
    hint = f"did you mean `{near}`? " if near else ""
    report.add(
        code,
        f"`{node.value}` is not a kind of `{what}`",
        node.span,
        help=f"{hint}kinds: {allowed(kinds)}",
        fix=Fix(f"write `{near}`", ((node.span, near),), safe=False) if near else None,
    )
