"""Turns scalars of a positioned tree into literals and templates of the shape a field asks for."""

from __future__ import annotations

import re
from typing import Any

from pxc.diagnostics import Report
from pxc.grammar.shape import not_allowed, wants_text, wrong_type
from pxc.grammar.shapes import AsText, Boolean, Choice, Integer, Number, Text, Verbatim
from pxc.grammar.template import parse_template
from pxc.ir.node import FALSE_WORDS, TRUE_WORDS, Invalid, Lit

__all__ = ["SCALARS", "is_template", "read_template", "scalar_text"]


def is_template(node: Any) -> bool:
    """Whether a node is text with expressions."""
    return (
        isinstance(node, Lit)
        and isinstance(node.value, str)
        and ("{{" in node.value or "{%" in node.value)
    )


def read_template(node: Lit[Any], allowed: bool, what: str, expects: str, report: Report) -> Any:
    """Text with expressions, parsed, or PXC124 where a field takes none."""
    if allowed:
        return parse_template(node, report, expects)
    report.add(
        "PXC124",
        f"`{what}` cannot be a template",
        node.span,
        help="write the value itself; it is read before any value is known",
    )
    return Invalid(node.span)


def _text(shape: Text, node: Any, what: str, report: Report) -> Any:
    """A string."""
    if is_template(node):
        return read_template(node, shape.template, what, "text", report)
    if not isinstance(node, Lit) or not isinstance(node.value, str):
        help = f'write "{node.span.text}"' if isinstance(node, Lit) else None
        wrong_type(node, what, "text", report, help=help)
        return Invalid(node.span)
    if shape.pattern and not re.fullmatch(shape.pattern, node.value):
        report.add(
            "PXC112",
            f"`{node.value}` is not a valid `{what}`",
            node.span,
            help=f"use {shape.says}",
        )
        return Invalid(node.span)
    wants_text(node, report)
    return node


def _as_text(shape: AsText, node: Any, what: str, report: Report) -> Any:
    """Any scalar as text: `true`, `1` and `1.5` in YAML's own spelling."""
    if is_template(node):
        return parse_template(node, report, "text")
    if not isinstance(node, Lit):
        wrong_type(node, what, "text", report)
        return Invalid(node.span)
    wants_text(node, report)
    return Lit(node.span, scalar_text(node.value), plain=node.plain)


def _integer(shape: Integer, node: Any, what: str, report: Report) -> Any:
    """A whole number."""
    if is_template(node):
        return read_template(node, shape.template, what, "int", report)
    value = node.value if isinstance(node, Lit) else None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if shape.quoted and isinstance(value, str) and re.fullmatch("[0-9]{1,18}", value):
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        wrong_type(node, what, "a whole number", report)
        return Invalid(node.span)
    if shape.minimum is not None and value < shape.minimum:
        report.add(
            "PXC116",
            f"`{what}` must be at least {shape.minimum}, not {value}",
            node.span,
        )
        return Invalid(node.span)
    return Lit(node.span, value, plain=True)


def _number_field(shape: Number, node: Any, what: str, report: Report) -> Any:
    """A number."""
    if is_template(node):
        return read_template(node, shape.template, what, "number", report)
    value = node.value if isinstance(node, Lit) else None
    if isinstance(value, str):
        value = _number(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        wrong_type(node, what, "a number", report)
        return Invalid(node.span)
    return Lit(node.span, value, plain=True)


def _boolean(shape: Boolean, node: Any, what: str, report: Report) -> Any:
    """A boolean, in any spelling Polyaxon takes."""
    if is_template(node):
        return read_template(node, shape.template, what, "bool", report)
    value = node.value if isinstance(node, Lit) else None
    if isinstance(value, bool):
        return node
    word = str(value).lower() if isinstance(value, str | int) else ""
    if word in TRUE_WORDS or word in FALSE_WORDS:
        return Lit(node.span, word in TRUE_WORDS, plain=True)
    wrong_type(node, what, "`true` or `false`", report)
    return Invalid(node.span)


def _choice(shape: Choice, node: Any, what: str, report: Report) -> Any:
    """One of a closed set of words."""
    if is_template(node):
        return read_template(node, shape.template, what, "enum:" + ",".join(shape.values), report)
    if not isinstance(node, Lit) or not isinstance(node.value, str):
        wrong_type(node, what, f"one of {', '.join(f'`{v}`' for v in shape.values)}", report)
        return Invalid(node.span)
    if node.value not in shape.values:
        not_allowed(node, what, shape.values, report, shape.code)
        return Invalid(node.span)
    return node


def _verbatim(shape: Verbatim, node: Any, what: str, report: Report) -> Any:
    """Text that is never rendered."""
    if isinstance(node, Lit) and isinstance(node.value, str):
        return node
    if isinstance(node, Lit):
        return Lit(node.span, scalar_text(node.value), plain=node.plain)
    wrong_type(node, what, "text", report)
    return Invalid(node.span)


def scalar_text(value: Any) -> str:
    """A scalar as YAML and JSON spell it."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return ""
    return repr(value)


def _number(text: str) -> int | float | str:
    try:
        return float(text)
    except ValueError:
        return text


SCALARS: dict[type, Any] = {
    Text: _text,
    AsText: _as_text,
    Integer: _integer,
    Number: _number_field,
    Boolean: _boolean,
    Choice: _choice,
    Verbatim: _verbatim,
}
"""How each scalar shape is read: `(shape, node, what, report)` to a literal or a template."""
