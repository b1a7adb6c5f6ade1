"""Turns the fields that hold a small language of their own into IR: queries, references, ranges."""

from __future__ import annotations

import re
from typing import Any

from pxc.diagnostics import Fix
from pxc.grammar.build import Builder, key_name
from pxc.grammar.embedded_fault import Fault
from pxc.grammar.scalars import is_template, read_template, scalar_text
from pxc.grammar.shape import wrong_type
from pxc.grammar.shapes import Text
from pxc.grammar.template_places import places
from pxc.ir.matrix import Space
from pxc.ir.node import Invalid, Lit, Map, Seq, replace

_RESOURCES = ("cpu", "memory", "gpu")
_DATES = ("daterange", "datetimerange")
_CONNECTION = re.compile(r"connections\.[A-Za-z0-9_-]+")


def report_fault(builder: Builder, code: str, node: Lit[Any], message: str, fault: Fault) -> None:
    """Report a fault at its piece of the scalar; one correct text that may be meant is its fix."""
    span = node.span
    if isinstance(node.value, str) and node.value:
        start = min(fault.position, len(node.value) - 1)
        span = places(node)(start, max(fault.end, start + 1))
    fix, help = None, fault.help
    if fault.suggestions:
        meant = " or ".join(f"`{s}`" for s in fault.suggestions)
        help = f"write {meant}" if len(meant) < 80 else help
        fix = _written(node, fault.suggestions[0])
    builder.report.add(code, message, span, help=help, fix=fix)


def _written(node: Lit[Any], text: str) -> Fix | None:
    """The whole scalar replaced, where it stands on one line; what is meant is a guess."""
    raw = node.span.text
    if node.value not in (raw, raw[1:-1]):
        return None
    quoted = f'"{text}"' if raw[:1] == '"' else "'" + text.replace("'", "''") + "'"
    if raw[:1] == '"' and ("\\" in text or '"' in text):
        return None
    return Fix(f"write `{text}`", ((node.span, quoted),), safe=False)


def _literal(builder: Builder, node: Any, what: str, template: bool = True) -> Any:
    """The scalar as text: a literal to parse, or what needs no parsing (template, fault)."""
    return builder.build(Text(template=template), node, what)


def read_query(builder: Builder, node: Any, what: str) -> Any:
    """A query of runs: PXC440 for its syntax, PXC444 and PXC448 for its fields."""
    built = _literal(builder, node, what)
    if not isinstance(built, Lit) or built.value is None:
        return built
    from pxc.grammar.query import parse_query
    from pxc.grammar.query_fields import (
        check_field,
        check_joined,
        check_operation,
        check_unlisted,
    )

    parsed = parse_query(built.value)
    if isinstance(parsed, Fault):
        report_fault(
            builder, "PXC440", built, f"the query cannot be read: {parsed.message}", parsed
        )
        return Invalid(node.span)
    for condition in parsed:
        if fault := check_joined(condition):
            report_fault(
                builder, "PXC440", built, f"the query cannot be read: {fault.message}", fault
            )
        elif fault := check_field(condition) or check_operation(condition):
            report_fault(builder, "PXC444", built, fault.message, fault)
        elif fault := check_unlisted(condition.field, condition.field_at):
            report_fault(builder, "PXC448", built, fault.message, fault)
    return built


def read_sort(builder: Builder, node: Any, what: str) -> Any:
    """The order of runs: PXC440 for its syntax, PXC444 and PXC448 for its fields."""
    built = _literal(builder, node, what)
    if not isinstance(built, Lit) or built.value is None:
        return built
    from pxc.grammar.query import parse_sort
    from pxc.grammar.query_fields import SORT_FIELDS, check_sort_field, check_unlisted

    parsed = parse_sort(built.value)
    if isinstance(parsed, Fault):
        # The real system drops what it cannot sort by; only a mistake that is known is an error.
        known = bool(parsed.suggestions)
        report_fault(builder, "PXC440" if known else "PXC448", built,
                     f"`sort` cannot be read: {parsed.message}", parsed)  # fmt: skip
        return Invalid(node.span) if known else built
    for field in parsed:
        if fault := check_sort_field(field):
            report_fault(builder, "PXC444", built, fault.message, fault)
        elif fault := check_unlisted(field.field, field.at, SORT_FIELDS):
            report_fault(builder, "PXC448", built, fault.message, fault)
    return built


def read_frequency(builder: Builder, node: Any, what: str) -> Any:
    """An interval as text, whether written as a number of seconds or as text; else PXC435."""
    number = (
        isinstance(node, Lit) and isinstance(node.value, int | float) and node.value is not True
    )
    built = Lit(node.span, scalar_text(node.value), plain=True) if number else (
        _literal(builder, node, what)
    )  # fmt: skip
    if not isinstance(built, Lit) or built.value is None:
        return built
    from pxc.grammar.duration import parse_interval

    parsed = parse_interval(_decimal(node.value) if number else built.value)
    if isinstance(parsed, Fault):
        whole = Fault(0, len(built.value), parsed.message, parsed.help) if number else parsed
        told = f"`{built.value}` is no interval: {parsed.message}"
        message = parsed.message if parsed.message.startswith(f"`{built.value}`") else told
        report_fault(builder, "PXC435", built, message, whole)
        return Invalid(node.span)
    return built


def _decimal(value: float) -> str:
    """A number without an exponent, as far as it can be written so."""
    return f"{value:f}" if isinstance(value, float) else str(value)


def read_hub_ref(builder: Builder, node: Any, what: str) -> Any:
    """A component of a hub, which a template may name; PXC227 for text that cannot name one."""
    return _hub_ref(builder, node, what, template=True)


def read_base_hub_ref(builder: Builder, node: Any, what: str) -> Any:
    """The component that a document is based on, which no template may name."""
    return _hub_ref(builder, node, what, template=False)


def _hub_ref(builder: Builder, node: Any, what: str, template: bool) -> Any:
    built = _literal(builder, node, what, template)
    if not isinstance(built, Lit) or built.value is None:
        return built
    from pxc.grammar.reference import parse_hub_ref

    parsed = parse_hub_ref(built.value)
    if isinstance(parsed, Fault):
        message = f"`{built.value}` is not a reference to a component: {parsed.message}"
        report_fault(builder, "PXC227", built, message, parsed)
        return Invalid(node.span)
    return built


def read_event_ref(builder: Builder, node: Any, what: str) -> Any:
    """`ops.NAME`, also in braces as the documentation writes it; PXC228 for no source."""
    if not isinstance(node, Lit) or not isinstance(node.value, str):
        return _literal(builder, node, what)
    text, bare, at = node.value, node.value.strip(), 0
    if bare.startswith("{{") and bare.endswith("}}"):
        bare = bare[2:-2].strip()
    at = text.find(bare) if bare else 0
    from pxc.grammar.reference import parse_run_ref

    parsed = parse_run_ref(bare)
    if isinstance(parsed, Fault) and not _CONNECTION.fullmatch(bare):
        fault = Fault(parsed.position + at, parsed.end + at, parsed.message, parsed.help,
                      parsed.suggestions)  # fmt: skip
        report_fault(builder, "PXC228", node, f"the event has no source: {fault.message}", fault)
    return node if bare == text else Lit(node.span, bare)


def read_space(builder: Builder, node: Any, what: str) -> Any:
    """A search space; a text `a:b:c` becomes the list of its numbers, PXC401 when it cannot.

    PXC104 for a kind that is null.
    """
    from pxc.grammar.search import SPACE, SPACES

    built = builder.build(SPACE, node, what)
    if not isinstance(built, Space) or not isinstance(built.kind, Lit):
        return built
    if built.kind.value is None:
        builder.report.add("PXC104", "`search space` needs a `kind`", built.kind.span,
                           help="kinds: " + ", ".join(f"`{kind}`" for kind in SPACES))  # fmt: skip
        return replace(built, kind=Invalid(built.kind.span))
    value, kind = built.value, str(built.kind.value)
    if kind in ("choice", "pchoice") or not (
        isinstance(value, Lit) and isinstance(value.value, str)
    ):
        return built
    from pxc.grammar.space import parse_space

    if kind in _DATES:
        fault = Fault(0, len(value.value), f"a {kind} is not written as one text",
                      "write `[start, stop, step]`, or a map of these")  # fmt: skip
        report_fault(builder, "PXC401", value, fault.message, fault)
        return replace(built, value=Invalid(value.span))
    parsed = parse_space(value.value)
    if isinstance(parsed, Fault):
        message = f"the {kind} `{value.value}` cannot be read: {parsed.message}"
        report_fault(builder, "PXC401", value, message, parsed)
        return replace(built, value=Invalid(value.span))
    place = places(value)
    parts = tuple(Lit(place(p.start, p.end), p.number, plain=True) for p in parsed)
    return replace(built, value=Seq(value.span, parts))


def read_resources(builder: Builder, node: Any, what: str) -> Any:
    """`resources` shortcut: `cpu`, `memory`, `gpu` or `domain/name`, each `x` or `a..b`."""
    if not isinstance(node, Map):
        wrong_type(node, what, "a map", builder.report)
        return Invalid(node.span)
    entries = []
    for key, value in node.entries:
        if _is_resource(builder, key, str(key_name(key))):
            built = _resource(builder, value, str(key_name(key)))
            if built is not None:
                entries.append((key, built))
    return Map(node.span, tuple(entries))


def _is_resource(builder: Builder, key: Any, name: str) -> bool:
    from pxc.diagnostics import allowed

    if name == "nvidia.com/gpu":
        builder.report.add("PXC102", "the shortcut spells `nvidia.com/gpu` as `gpu`", key.span,
                           help="write `gpu`, or use `container.resources`")  # fmt: skip
        return False
    if name in ("limits", "requests"):
        builder.report.add("PXC103", f"`{name}` is not a key of the `resources` shortcut", key.span,
                           help="write `cpu: 500m..1`, or use `container.resources`")  # fmt: skip
        return False
    if name not in _RESOURCES and "/" not in name:
        builder.report.add("PXC101", f"`{name}` is not a resource", key.span,
                           help=f"use {allowed(_RESOURCES)} or a `domain/name`")  # fmt: skip
        return False
    return True


def _resource(builder: Builder, node: Any, name: str) -> Lit[str] | None:
    """The range as text; PXC510 for an amount, PXC524 for a request above its limit."""
    if isinstance(node, Invalid):
        return None
    if is_template(node):
        read_template(node, False, name, "quantity", builder.report)
        return None
    if not isinstance(node, Lit) or isinstance(node.value, bool) or node.value is None:
        wrong_type(node, name, "a quantity or a range `a..b`", builder.report)
        return None
    from pxc.grammar.space import is_inverted, parse_resource_range, resource_kind

    number = not isinstance(node.value, str)
    text = (_decimal(node.value) if number else node.value).strip()
    parsed = parse_resource_range(resource_kind(name), text)
    literal = Lit(node.span, text if number else node.value, plain=node.plain)
    if isinstance(parsed, Fault):
        at = len(node.value) - len(node.value.lstrip()) if isinstance(node.value, str) else 0
        fault = Fault(parsed.position + at, parsed.end + at, parsed.message, parsed.help,
                      parsed.suggestions)  # fmt: skip
        what = f"`{node.value}` is no amount of `{name}`: {parsed.message}"
        whole = Fault(0, len(text), fault.message, fault.help) if number else fault
        report_fault(builder, "PXC510", literal, what, whole)
        return None
    if is_inverted(parsed):
        builder.report.add("PXC524", f"the request of `{name}` is more than its limit", node.span,
                           help="the request comes first: `request..limit`")  # fmt: skip
        return None
    return Lit(node.span, scalar_text(node.value), plain=node.plain)
