"""Turns the node of a value into the node its declaration asks for, or into one diagnostic."""

from __future__ import annotations

import re
from typing import Any

from msgspec import Struct

from pxc.diagnostics import Fix, Note, Report
from pxc.ir.io import IO, Validation
from pxc.ir.node import Invalid, Lit, Map, Node, Seq, Template, is_null, plain, replace, walk
from pxc.ir.program import Binding
from pxc.passes.io_types.coerce import CoercionFault, coerce
from pxc.passes.io_types.parse_type import TypeFault, parse_type
from pxc.passes.io_types.types import FREE_TEXTS, NUMBERS, IOType, list_of
from pxc.passes.io_types.validate import ValidationFault, validate
from pxc.source import Span

_FLOATS = frozenset(t for t in NUMBERS if t == "metric" or t.lower().endswith("float"))
_YAML_DATE = re.compile(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:$|[Tt \t]+[0-9]{1,2}:)")


class IOFacts(Struct, frozen=True):
    """What a declaration asks of a value. `type` is None when it declares none.

    `validations` are `validation` and, where used, the older `options`; `type_span` is where the
    type is written.
    """

    name: str
    type: IOType | None = None
    validations: tuple[Validation, ...] = ()
    type_span: Span | None = None


def facts_of(io: IO) -> IOFacts:
    """The facts of a declaration whose type is sound; a faulty type counts as none."""
    name = io.name.value if isinstance(io.name, Lit) else ""
    validations: list[Validation] = []
    if isinstance(io.validation, Validation):
        validations.append(io.validation)
    if isinstance(io.options, Node) and not isinstance(io.options, Invalid | Template):
        validations.append(Validation(io.options.span, options=io.options))
    found = None
    if isinstance(io.type, Lit) and isinstance(io.type.value, str):
        parsed = parse_type(io.type.value)
        if not isinstance(parsed, TypeFault):
            found = list_of(parsed) if is_true(io.is_list) else parsed
    span = io.type.span if io.type is not None else None
    return IOFacts(str(name), found, tuple(validations), span)


def settle(
    binding: Binding | IOFacts, node: Any, report: Report, *, declared: IO | None = None
) -> Any:
    """A value that has become known, coerced and validated; Invalid after reporting.

    In: a value tree without templates (one with templates is handed back as it is), the binding
    it is for, and the declaration of that binding, whose `validation` is then held too. Limits of
    a validation that are still templates are not. PXC206, PXC214.
    """
    if isinstance(binding, IOFacts):
        facts = binding
    elif declared is not None:
        facts = facts_of(declared)
    else:
        parsed = parse_type(binding.type) if binding.type else None
        facts = IOFacts(binding.name, parsed if isinstance(parsed, IOType) else None)
    return settle_value(facts, node, report, "PXC206")


def settle_value(facts: IOFacts, node: Any, report: Report, code: str) -> Any:
    """The same for any code of a misfit: PXC206 for params, PXC202 for defaults.

    Null is left alone: whether a value may be missing is not a matter of its type.
    """
    if is_pending(node) or is_null(node):
        return node
    warn_of_dates(facts, node, report)
    mend_numbers(facts, node, report)
    settled = node
    value = plain(node)
    if facts.type is not None:
        value = coerce(facts.type, value)
        if isinstance(value, CoercionFault):
            report_misfit(facts, node, value, report, code)
            return Invalid(node.span)
        settled = refit(node, value)
    faults = [f for v in facts.validations for f in validate(v, value, facts.type)]
    for fault in faults:
        _report_failure(facts, node, fault, report)
    return Invalid(node.span) if faults else settled


def report_misfit(
    facts: IOFacts, node: Node, fault: CoercionFault, report: Report, code: str
) -> None:
    """Say once that a value does not fit its type, at the part that does not."""
    span, rest = locate(node, fault.path)
    where = f" (at {_path(rest)})" if rest else ""
    notes: tuple[Note, ...] = ()
    if facts.type_span is not None and code == "PXC206":
        notes = (Note(f"`{facts.name}` is declared `{facts.type}` here", facts.type_span),)
    message = f"`{facts.name}` is of type `{facts.type}`, but {fault.message}{where}"
    report.add(
        code, message, span, label=f"expected {fault.expected}", notes=notes, help=fault.help
    )


def _report_failure(facts: IOFacts, node: Node, fault: ValidationFault, report: Report) -> None:
    span, rest = locate(node, fault.path)
    where = f" (at {_path(rest)})" if rest else ""
    report.add(
        "PXC214",
        f"the value of `{facts.name}` is refused: {fault.message}{where}",
        span,
        notes=(Note(f"`{fault.predicate}` is asked here", fault.limit),),
        help=fault.help,
    )


def _path(path: tuple[str | int, ...]) -> str:
    return "`" + "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in path) + "`"


def warn_of_dates(facts: IOFacts, node: Any, report: Report) -> None:
    """PXC007 for an unquoted date given as text: readers of YAML 1.1 make it a date."""
    if facts.type is None or facts.type.leaf.name not in ("str", "StrictStr", "SecretStr"):
        return
    items = node.items if isinstance(node, Seq) else (node,)
    for item in items:
        if isinstance(item, Lit) and isinstance(item.value, str) and item.plain:
            if not _YAML_DATE.match(item.value) or item.span.text != item.value:
                continue
            report.add(
                "PXC007",
                f"`{item.value}` is text here, but readers of YAML 1.1 take it for a date",
                item.span,
                help="quote it",
                fix=Fix(f'quote it: `"{item.value}"`', ((item.span, f'"{item.value}"'),)),
            )


def mend_numbers(facts: IOFacts, node: Any, report: Report) -> None:
    """The way to mend PXC004, a number of YAML 1.2 that is text in 1.1, where the type tells it."""
    name = facts.type.leaf.name if facts.type is not None else ""
    for item in node.items if isinstance(node, Seq) else (node,):
        text = item.value if isinstance(item, Lit) and item.plain else None
        if not isinstance(text, str) or item.span.text != text:
            continue
        if name in FREE_TEXTS:
            fix = Fix(f'quote it: `"{text}"`', ((item.span, f'"{text}"'),))
            report.refit("PXC004", item.span, fix)
        elif name in _FLOATS:
            report.trust("PXC004", item.span)


def is_pending(node: Any) -> bool:
    """Whether a tree holds a template, or a part that was found faulty."""
    if isinstance(node, Lit):
        return False
    if not isinstance(node, Node):
        return True
    return any(isinstance(part, Template | Invalid) for part in walk(node))


def is_true(field: Any) -> bool:
    """Whether a field is the literal `true`."""
    return isinstance(field, Lit) and field.value is True


def locate(node: Any, path: tuple[str | int, ...]) -> tuple[Span, tuple[str | int, ...]]:
    """The span of the part a path leads to, and what of the path has no node of its own."""
    for depth, step in enumerate(path):
        inner = None
        if isinstance(node, Seq) and isinstance(step, int) and step < len(node.items):
            inner = node.items[step]
        elif isinstance(node, Map):
            inner = next((v for k, v in node.entries if plain(k) == step), None)
        if not isinstance(inner, Node):
            return node.span, path[depth:]
        node = inner
    return node.span, ()


def refit(node: Any, value: Any) -> Any:
    """The node of a coerced value, with the places of the node it came from wherever they pair."""
    if isinstance(node, Lit) and not isinstance(value, list | dict):
        same = type(node.value) is type(value) and (node.value == value or value != value)
        return node if same else Lit(node.span, value)
    if isinstance(node, Seq) and isinstance(value, list) and len(value) == len(node.items):
        items = tuple(refit(n, v) for n, v in zip(node.items, value, strict=True))
        kept = all(a is b for a, b in zip(items, node.items, strict=True))
        return node if kept else replace(node, items=items)
    if isinstance(node, Map) and isinstance(value, dict) and len(value) == len(node.entries):
        pairs = zip(node.entries, value.items(), strict=True)
        entries = tuple((refit(k, name), refit(v, part)) for (k, v), (name, part) in pairs)
        olds = zip(entries, node.entries, strict=True)
        kept = all(k is a and v is b for (k, v), (a, b) in olds)
        return node if kept else replace(node, entries=entries)
    return node_of(value, node.span)


def node_of(value: Any, span: Span) -> Lit[Any] | Seq | Map:
    """Plain data as a tree whose every node has the same place; tuples become lists."""
    if isinstance(value, list | tuple):
        return Seq(span, tuple(node_of(part, span) for part in value))
    if isinstance(value, dict):
        entries = tuple((Lit(span, key), node_of(part, span)) for key, part in value.items())
        return Map(span, entries)
    return Lit(span, value)
