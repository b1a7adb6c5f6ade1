"""Checks what params take from other operations of a dag: that it exists, and that it fits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from msgspec import Struct

from pxc.diagnostics import Note, Report, allowed, nearest
from pxc.ir.expr import RunTimeRef
from pxc.ir.node import Hole, Invalid, Template, is_null
from pxc.ir.program import Binding
from pxc.ir.run import Dag
from pxc.passes.graph.flow_types import flows
from pxc.passes.graph.nodes import GraphNode
from pxc.passes.io_types.parse_type import parse_type
from pxc.passes.io_types.types import IOType
from pxc.source import Span


class Enclosing(Struct, frozen=True):
    """What the operations of a dag may take from it by `ref: dag`.

    `is_open` tells that it may be given further names; `is_partial` that its file is only
    linted, so that an operation may give them.
    """

    values: Mapping[str, Binding]
    is_open: bool = False
    is_partial: bool = False


def check_references(
    nodes: Mapping[str, GraphNode],
    enclosing: Enclosing,
    report: Report,
    readers: Iterable[GraphNode] | None = None,
) -> None:
    """Check every `ref: ops.NAME` and `ref: dag` of the nodes, or of what else reads from them.

    PXC446 for an input or output that the other does not have, PXC425 for one of another type,
    PXC216 for an output of what has none, PXC219 for outputs of the dag itself. As in the real
    system, what an undeclared param takes from another operation need not be declared there: a
    run may log more than it declares.
    """
    for node in nodes.values() if readers is None else readers:
        for binding in node.bindings:
            path = _path(binding.value)
            if path[:1] == ["ops"]:
                upstream = nodes.get(path[1])
                if upstream is not None and upstream.is_known:
                    _check_upstream(binding, upstream, path[2:], report)
            elif path[:1] == ["dag"]:
                _check_dag(binding, enclosing, path[1:], report)


def _path(value: Any) -> list[str]:
    """The dotted path of a binding that is a reference."""
    if isinstance(value, Template) and len(value.parts) == 1:
        hole = value.parts[0]
        if isinstance(hole, Hole) and isinstance(hole.expr, RunTimeRef):
            return hole.expr.path.split(".")
    return []


def _is_declared(binding: Binding) -> bool:
    return binding.section != "contexts"


def _check_upstream(
    binding: Binding, upstream: GraphNode, place: list[str], report: Report
) -> None:
    section, *names = place
    if section == "outputs" and names and _has_no_output(upstream, names[0]):
        _report_never(binding, upstream, names[0], report)
        return
    if not _is_declared(binding) or section == "artifacts":
        return
    whose = f"of `{upstream.name}`"
    if section == "globals" or not names:
        _check_type(binding, IOType("str" if names else "dict"), ".".join(place), whose, report)
        return
    sections = ("outputs",) if section == "outputs" else ("inputs", "contexts")
    known = {b.name: b for b in upstream.bindings if b.section in sections}
    source = known.get(names[0])
    if source is not None:
        _check_source(binding, source, ".".join(place), whose, report)
    elif not isinstance(getattr(upstream.composed, section), Template | Invalid):
        _report_unknown(
            f"`{upstream.name}` has no {section[:-1]} `{names[0]}`",
            names[0],
            known,
            section,
            binding.value.span,
            (Note(f"`{upstream.name}` is here", upstream.place),),
            report,
        )


def _has_no_output(upstream: GraphNode, name: str) -> bool:
    """Whether an output is nobody's to make: that of a dag or a matrix, unless a param gives it."""
    composed = upstream.composed
    if not isinstance(composed.run, Dag) and (composed.matrix is None or is_null(composed.matrix)):
        return False
    outputs = (b for b in upstream.bindings if b.section == "outputs" and b.name == name)
    return all(b.value is None or is_null(b.value) for b in outputs)


def _report_never(binding: Binding, upstream: GraphNode, name: str, report: Report) -> None:
    is_dag = isinstance(upstream.composed.run, Dag)
    what = "a dag: its operations have outputs" if is_dag else "a matrix: its runs have outputs"
    report.add(
        "PXC216",
        f"`{upstream.name}` never has an output `{name}`, for it is {what}",
        binding.value.span,
        notes=(Note(f"`{upstream.name}` is here", upstream.place),),
        help="gather them with a join: take `globals.uuid` of it, and ask for runs whose"
        " `pipeline` that is",
    )


def _check_dag(binding: Binding, enclosing: Enclosing, place: list[str], report: Report) -> None:
    section, *names = place
    span = binding.value.span
    if section == "outputs":
        report.add(
            "PXC219",
            "the dag has no outputs yet while its operations run",
            span,
            help="refer to the operation that makes the value: `ref: ops.NAME`",
        )
    elif section == "inputs" and names:
        source = enclosing.values.get(names[0])
        if source is not None:
            _check_source(binding, source, ".".join(place), "of the dag", report)
        elif not enclosing.is_open:
            message = f"the dag has no input `{names[0]}`"
            if enclosing.is_partial and not _is_declared(binding):
                help = "declare it as an input, or give it as a param"
                report.add("PXC318", message, span, help=help)
            else:
                _report_unknown(message, names[0], enclosing.values, "inputs", span, (), report)
    elif _is_declared(binding) and section != "artifacts":
        type = IOType("str" if names else "dict")
        _check_type(binding, type, ".".join(place), "of the dag", report)


def _report_unknown(
    message: str,
    name: str,
    known: Mapping[str, Binding],
    section: str,
    span: Span,
    notes: tuple[Note, ...],
    report: Report,
) -> None:
    near = nearest(name, known)
    meant = f"did you mean `{near}`? " if near else ""
    help = f"{meant}{section}: {allowed(known)}" if known else f"it declares no `{section}`"
    report.add("PXC446", message, span, notes=notes, help=help)


def _check_source(binding: Binding, source: Binding, what: str, whose: str, report: Report) -> None:
    type = parse_type(source.type) if source.type else None
    if isinstance(type, IOType):
        notes = (Note(f"`{source.name}` is declared `{type}` here", source.span),)
        _check_type(binding, type, what, whose, report, notes)


def _check_type(
    binding: Binding,
    source: IOType,
    what: str,
    whose: str,
    report: Report,
    notes: tuple[Note, ...] = (),
) -> None:
    target = parse_type(binding.type) if binding.type else None
    if not isinstance(target, IOType) or flows(source, target):
        return
    here = Note(f"`{binding.name}` is declared `{target}` here", binding.span)
    kind = "a map" if not notes and str(source) == "dict" else f"of type `{source}`"
    report.add(
        "PXC425",
        f"`{binding.name}` is of type `{target}`, but `{what}` {whose} is {kind}",
        binding.value.span,
        notes=(*notes, here),
        help="give both the same type",
    )
