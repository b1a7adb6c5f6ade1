"""Holds a component to what its users need before a registry takes it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from msgspec import Struct
from msgspec.structs import replace

from pxc.diagnostics import Report, Severity
from pxc.driver import lint_request
from pxc.driver.components import Component, component_of, read_component
from pxc.driver.running import run_phases
from pxc.driver.worlds import world_of
from pxc.hub.reference import HubReference, parse_reference
from pxc.ir.io import IO
from pxc.ir.node import Lit, Node, Seq
from pxc.ir.spec import Operation
from pxc.lint.select import ALL, Selection
from pxc.request import Request, SourceText
from pxc.source import Source, head_of

if TYPE_CHECKING:
    from pxc.hub.resolver import Hub

__all__ = ["Draft", "check_draft"]


class Draft(Struct, frozen=True, kw_only=True):
    """A version that is not published yet: its placed reference and shortest name, its text.

    `example` is an operation that runs it.
    """

    reference: HubReference
    name: str
    given: SourceText
    example: SourceText | None = None


def check_draft(draft: Draft, hub: Hub, request: Request, report: Report) -> Component | None:
    """The component of a draft; None, with what is wrong, for one that is not fit to be published.

    Every rule of the linter holds: what a rule warns of is an error here, unless the text itself
    says why not. PXC242 for what is no component. PXC245 without a description, for an input
    without a type or a description, and where no operation shows its use; the operation must
    compile.
    """
    everything = replace(request.settings, selection=Selection(select=(ALL,)), baseline=None)
    linted = lint_request(replace(request, files=(draft.given,), settings=everything)).report
    faults = Report()
    for found in linted:
        if found.severity >= Severity.WARNING:
            report.keep(found)
    if report.has_errors:
        return None
    operation = read_component(draft.given, faults)
    if operation is None or not _is_component(operation, report):
        return None
    _check_told(operation, report)
    _check_example(draft, operation, hub, request, report)
    if len(report):
        return None
    return component_of(draft.given, request.options, request.root, report)


def _is_component(operation: Operation, report: Report) -> bool:
    if operation.kind == "component":
        return True
    message = f"a registry takes components, and this is {_article(operation.kind)}"
    report.add("PXC242", message, head_of(operation.span), help="write `kind: component`")
    return False


def _article(kind: str | None) -> str:
    return f"an {kind}" if kind else "a file without a `kind`"


def _check_told(operation: Operation, report: Report) -> None:
    """PXC245 for what whoever finds the component would have to guess."""
    if not _says(operation.description):
        message = "a component that is published needs a `description`"
        report.add("PXC245", message, head_of(operation.span), help="say in a line what it is for")
    for io in _inputs(operation):
        name = io.name.value if isinstance(io.name, Lit) else "?"
        for field, node in (("type", io.type), ("description", io.description)):
            if not _says(node):
                message = f"the input `{name}` of a published component needs a `{field}`"
                report.add("PXC245", message, head_of(io.span), help=f"add `{field}: ...`")


def _inputs(operation: Operation) -> Iterator[IO]:
    listed = operation.inputs
    yield from (
        io for io in (listed.items if isinstance(listed, Seq) else ()) if isinstance(io, IO)
    )


def _says(node: Any) -> bool:
    return isinstance(node, Node) and not (
        isinstance(node, Lit) and not str(node.value or "").strip()
    )


def _check_example(
    draft: Draft, operation: Operation, hub: Hub, request: Request, report: Report
) -> None:
    """PXC245 without an operation that runs the component, and what is wrong with the operation."""
    example = draft.example
    if example is None:
        needed = [io for io in _inputs(operation) if io.value is None and not _says(io.is_optional)]
        if needed:
            names = ", ".join(f"`{io.name.value}`" for io in needed if isinstance(io.name, Lit))
            message = f"no operation shows how the component is used: it cannot run without {names}"
            help = "write an operation that runs it, and name it by --example FILE"
            report.add("PXC245", message, head_of(operation.span), help=help)
            return
        text = f"version: 1.1\nkind: operation\nhubRef: {draft.name}\n"
        example = SourceText("<example>", text.encode())
    _compile_example(example, draft, hub, request, report)


def _compile_example(
    example: SourceText, draft: Draft, hub: Hub, request: Request, report: Report
) -> None:
    from pxc.passes import PLANNING

    shown = read_component(example, report)
    if shown is None:
        return
    ref = shown.hub_ref
    if not isinstance(ref, Lit) or not _is_of(ref, draft, hub):
        place = ref.span if isinstance(ref, Node) else head_of(shown.span)
        message = f"the example does not run `{draft.name}`"
        report.add("PXC245", message, place, help=f"write `hubRef: {draft.name}`")
        return
    one = replace(request, files=(example,))
    world = replace(world_of(one, report), hub=_WithDraft(draft, hub))
    run_phases(one, PLANNING, world, report, partial=False)


def _is_of(ref: Lit[str], draft: Draft, hub: Hub) -> bool:
    parsed = parse_reference(ref.value)
    found = None if parsed is None else hub.placed(replace(parsed, digest=""))
    return found is not None and found == hub.placed(draft.reference)


class _WithDraft:
    """The hub as it is once the draft is in its registry."""

    def __init__(self, draft: Draft, hub: Hub) -> None:
        self._draft = draft
        self._hub = hub

    def component(self, ref: Lit[str], report: Report) -> Source | None:
        """See `pxc.world.Hub`."""
        if not _is_of(ref, self._draft, self._hub):
            return self._hub.component(ref, report)
        text = self._draft.given.data.decode("utf-8-sig")
        return Source(f"<{self._draft.reference.key}>", text, f"component:{ref.value}")
