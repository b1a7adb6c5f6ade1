"""Turns the `inputs` and `outputs` of an operation into checked declarations."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from pxc.diagnostics import Note, Report
from pxc.ir.io import IO, Validation
from pxc.ir.node import Invalid, Lit, Seq, Template, is_null, plain, walk
from pxc.ir.program import Binding
from pxc.ir.spec import Operation
from pxc.passes.image_parts import without_connection
from pxc.passes.io_types.coerce import CoercionFault, coerce
from pxc.passes.io_types.parse_type import TypeFault, parse_type
from pxc.passes.io_types.settle import (
    IOFacts,
    facts_of,
    is_pending,
    is_true,
    locate,
    report_misfit,
    settle_value,
)  # fmt: skip
from pxc.passes.io_types.types import FREE_TEXTS, IOType
from pxc.passes.io_types.validate import check_validation
from pxc.source import Span

RESERVED = {
    "globals": "it names the context of the run",
    "params": "it names the context of all params",
    "connections": "it names the context of connections",
    "init": "it names the context of the connections of init steps",
}
"""Names that expressions already use for something else."""

_TEMPLATED = FREE_TEXTS | {"any", "image"}
"""Types whose default may be a template: any text fits them."""


class Declared(Struct, frozen=True):
    """One sound declaration: `section` is `inputs` or `outputs`; `default` is None when unset.

    An explicit null default is kept, for it makes the input optional.
    """

    io: IO
    name: str
    section: str
    span: Span
    facts: IOFacts
    default: Any

    @property
    def type(self) -> str:
        """The type in canonical words, empty when none is declared."""
        return str(self.facts.type) if self.facts.type is not None else ""

    @property
    def is_required(self) -> bool:
        """Whether a value must be given before the run starts.

        An input is, unless it has a default, is optional or delays its validation; an output only
        when it says that it does not delay. `validation.delay` counts as the older
        `delayValidation`.
        """
        if self.default is not None or not _is_false(self.io.is_optional, unset=True):
            return False
        validation = self.io.validation
        delay = validation.delay if isinstance(validation, Validation) else None
        flags = (self.io.delay_validation, delay)
        if self.section == "inputs":
            return all(_is_false(flag, unset=True) for flag in flags)
        return any(_is_false(flag, unset=False) for flag in flags)


def _is_false(field: Any, *, unset: bool) -> bool:
    """Whether a flag is `false`; a template or a faulty flag is not known to be."""
    if field is None or is_null(field):
        return unset
    return isinstance(field, Lit) and field.value is False


class Declarations:
    """What operations declare; what several of them share is read once."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, int], tuple[Any, Any, tuple[Declared, ...]]] = {}

    def of(self, operation: Operation, report: Report) -> tuple[Declared, ...]:
        """As `declare`; a declaration with a fault is read anew each time."""
        key = id(operation.inputs), id(operation.outputs)
        known = self._known.get(key)
        if known is not None:
            return known[2]
        before = len(report)
        found = declare(operation, report)
        if len(report) == before:
            self._known[key] = operation.inputs, operation.outputs, found
        return found


def declare(operation: Operation, report: Report) -> tuple[Declared, ...]:
    """Every named input and output, inputs first; of two with one name the first.

    PXC201 duplicate, PXC217 reserved name, PXC218 unknown type, PXC222 flag of another type,
    PXC203 required with a default, PXC226 validation that does not apply, PXC202 and PXC214 for
    the default. Source: specification of inputs, section 1.
    """
    found: list[Declared] = []
    for section in ("inputs", "outputs"):
        first: dict[str, Span] = {}
        for io in _ios(getattr(operation, section)):
            name = io.name
            if not isinstance(name, Lit) or not isinstance(name.value, str):
                continue
            if name.value in first:
                report.add(
                    "PXC201",
                    f"`{name.value}` is declared twice in `{section}`",
                    name.span,
                    notes=(Note("it is declared here first", first[name.value]),),
                    help="rename or remove one of them",
                )
                continue
            first[name.value] = name.span
            found.append(_declared(io, name.value, section, name.span, report))
    return tuple(found)


def _ios(field: Any) -> list[IO]:
    return [i for i in field.items if isinstance(i, IO)] if isinstance(field, Seq) else []


def _declared(io: IO, name: str, section: str, span: Span, report: Report) -> Declared:
    what = section[:-1]
    if name in RESERVED:
        report.add(
            "PXC217",
            f"an {what} cannot be named `{name}`",
            span,
            help=f"{RESERVED[name]} in expressions; choose another name",
        )
    sound_type = _check_type(io, report)
    facts = facts_of(io)
    _check_flag(io, facts, sound_type, report)
    for validation in facts.validations if sound_type else ():
        for fault in check_validation(validation, facts.type):
            report.add("PXC226", fault.message, fault.limit, help=fault.help)
    if io.value is not None and isinstance(io.is_optional, Lit) and io.is_optional.value is False:
        report.add(
            "PXC203",
            f"`{name}` has a value, so it cannot be required",
            io.is_optional.span,
            notes=(Note("its value is here", io.value.span),),
            help="remove `isOptional: false`, or the value",
        )
    value = without_connection(facts.type, io.value)
    default = _default(facts, value, report) if sound_type else io.value
    return Declared(io, name, section, span, facts, default)


def _check_type(io: IO, report: Report) -> bool:
    """Whether the type is sound, or absent."""
    if not isinstance(io.type, Lit):
        return not isinstance(io.type, Invalid | Template)
    if not isinstance(io.type.value, str):
        return is_null(io.type)
    fault = parse_type(io.type.value)
    if isinstance(fault, TypeFault):
        span = _within(io.type, fault.start, fault.end)
        report.add("PXC218", fault.message, span, help=fault.help)
    return isinstance(fault, IOType)


def _within(node: Lit[Any], start: int, end: int) -> Span:
    """A piece of a literal's own characters, the whole where its text is escaped or folded."""
    at = node.span.text.find(node.value)
    if at < 0 or start == end:
        return node.span
    base = node.span.start + at
    return Span(node.span.source, base + start, base + end)


def _check_flag(io: IO, facts: IOFacts, sound_type: bool, report: Report) -> None:
    if not sound_type or not is_true(io.is_flag) or io.is_flag is None:
        return
    if facts.type is not None and facts.type.bare.name in ("bool", "StrictBool"):
        return
    declared = f"is of type `{facts.type}`" if facts.type else "has no type"
    report.add(
        "PXC222",
        f"`isFlag` is for booleans, but `{facts.name}` {declared}",
        io.is_flag.span,
        help="declare `type: bool`" if facts.type is None else "remove `isFlag`, or use `bool`",
    )


def _default(facts: IOFacts, node: Any, report: Report) -> Any:
    """The default, coerced; Invalid after reporting."""
    if node is None or is_null(node) or facts.type is None or not is_pending(node):
        return node if node is None else settle_value(facts, node, report, "PXC202")
    if any(isinstance(part, Invalid) for part in walk(node)):
        return node
    fault = coerce(facts.type, plain(node))
    if not isinstance(fault, CoercionFault):
        return node
    part = _part_at(node, fault.path)
    if not isinstance(part, Template):
        report_misfit(facts, node, fault, report, "PXC202")
        return Invalid(node.span)
    if _type_at(facts.type, fault.path).name in _TEMPLATED:
        return node
    report.add(
        "PXC202",
        f"`{facts.name}` is of type `{facts.type}`, so its default cannot be a template",
        part.span,
        help="give the template as a param, or declare the type as `str`",
    )
    return Invalid(node.span)


def _part_at(node: Any, path: tuple[str | int, ...]) -> Any:
    span, _ = locate(node, path)
    return next((part for part in walk(node) if part.span == span), node)


def _type_at(type: IOType, path: tuple[str | int, ...]) -> IOType:
    return type.leaf if path else type.bare


def find_io(operation: Operation, binding: Binding) -> IO | None:
    """The declaration behind a binding, for `settle` to hold its validation too."""
    if binding.section == "contexts":
        return None
    field = getattr(operation, binding.section)
    for io in getattr(field, "items", ()):
        if isinstance(io, IO) and isinstance(io.name, Lit) and io.name.value == binding.name:
            return io
    return None
