"""Turns schema faults into diagnostics: one a mistake, with the nearest name and the way out."""

from __future__ import annotations

from typing import Any

from pxc.diagnostics import Fix, Report, allowed, nearest
from pxc.grammar.shapes import Model, snake
from pxc.ir.node import Lit, Map, Seq, Template
from pxc.source import Span


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
    if (
        isinstance(node, Lit)
        and isinstance(node.value, str)
        and not node.plain
        and "number" in wanted
    ):
        bare = node.value.strip()
        if bare.lstrip("-").isdigit():
            fix = Fix("remove the quotes", ((node.span, bare),))
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


def not_allowed(node: Lit[Any], what: str, values: tuple[str, ...], report: Report) -> None:
    """Report PXC116: the word at `node` is not one of `values`."""
    near = nearest(str(node.value), values)
    hint = f"did you mean `{near}`? " if near else ""
    report.add(
        "PXC116",
        f"`{node.value}` is not a value of `{what}`",
        node.span,
        help=f"{hint}allowed: {allowed(values)}",
        fix=Fix(f"write `{near}`", ((node.span, near),), safe=False) if near else None,
    )


def unknown_field(key: Lit[Any], model: Model, report: Report) -> str | None:
    """Report a key that `model` does not have; return the known key that was meant, if clear.

    PXC110 for snake_case of a known key (accepted), PXC102 for a near miss, PXC103 for a field of
    another section, PXC119 for a removed one, PXC101 otherwise.
    """
    text = str(key.value)
    if text in model.moved:
        code = "PXC119" if "removed" in model.moved[text] else "PXC103"
        said = "was removed" if code == "PXC119" else f"is not a field of `{model.name}`"
        report.add(code, f"`{text}` {said}", key.span, help=model.moved[text])
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
            fix=Fix(f"write `{near}`", ((key.span, near),)),
        )
        return near
    report.add(
        "PXC101",
        f"`{text}` is not a field of `{model.name}`",
        key.span,
        help=f"fields of `{model.name}`: {allowed(model.fields)}",
    )
    return None


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
