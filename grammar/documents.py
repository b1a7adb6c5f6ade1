"""Turns the root of a file, an inline component or a dag's entry into an operation of the IR."""

from __future__ import annotations

from typing import Any

from pxc.diagnostics import Note, Report
from pxc.grammar.build import Builder
from pxc.grammar.language import OPERATION
from pxc.grammar.runtime_kinds import build_run
from pxc.grammar.shape import wrong_type
from pxc.ir.node import Invalid, Lit, Map, is_null, replace
from pxc.ir.spec import Operation

_V0_KINDS = ("experiment", "group", "notebook", "tensorboard", "build", "pipeline", "plugin", "job")

_BASES = ("hub_ref", "dag_ref", "url_ref", "path_ref", "component")

_CREATES_RUN = ("container", "ports", "cmd", "environment", "init", "connections", "sidecars",
                "volumes", "resources", "env")  # fmt: skip


def build_operation(tree: Map, report: Report, *, preset: bool = False) -> Operation | None:
    """A whole file as an operation; None when its root is beyond use (already reported).

    A preset is read leniently: required fields may be missing and no runtime is needed.
    """
    built = build_document(tree, report, preset=preset)
    return built if isinstance(built, Operation) else None


def build_document(
    node: Any, report: Report, *, preset: bool = False, nested: bool = False
) -> Operation | Invalid:
    """A document, an inline component or a dag's operation."""
    builder = Builder(report, preset=preset or _is_preset(node))
    if nested and isinstance(node, Lit) and node.value is None:
        wrong_type(node, "operation", "a map", report)
        return Invalid(node.span)
    if isinstance(node, Map) and foreign_kind(node, report):
        return Invalid(node.span)
    built: Operation | Invalid = builder.model(OPERATION, node, "operation")
    if isinstance(built, Operation):
        built = settle_document(built, report, preset=builder.preset)
        if not nested and not builder.preset:
            check_document(built, node, report)
    return built


def foreign_kind(document: Map, report: Report) -> bool:
    """Report a document that is no component or operation at all; its fields would be echoes."""
    node = document.get("kind")
    value = node.value if isinstance(node, Lit) else None
    if value in _V0_KINDS:
        report.add(
            "PXC108",
            f"`{value}` is a kind of version 0, which this is not",
            node.span,  # type: ignore[union-attr]
            help="write `kind: component` with a `run` section, or `version: 1`",
        )
        return True
    if value == "compiled_operation":
        report.add(
            "PXC108",
            "`compiled_operation` is written by a compiler, not by an author",
            node.span,  # type: ignore[union-attr]
            help="compile the operation it was made from",
        )
        return True
    return False


def settle_document(document: Operation, report: Report, *, preset: bool) -> Operation:
    """Put a `run` without a kind where it belongs: a patch of a base, or a job of its own.

    `run: null` is no runtime: a null never unsets a whole section when files are merged.
    """
    raw = document.run
    if is_null(raw):
        return replace(document, run=None)
    if not isinstance(raw, Map):
        return document
    if preset or _has_base(document):
        return replace(document, run=None, run_fields=raw)
    span = raw.entries[0][0].span if raw.entries else raw.span
    report.add(
        "PXC117",
        "`run` has no `kind`; it is read as `kind: job`",
        span,
        help="write `kind: job` (or `service`, `dag`, ...) to say so",
    )
    built = build_run("job", raw, report)
    return replace(document, run=built if built is not None else Invalid(raw.span))


def _given(document: Operation, field: str) -> bool:
    value = getattr(document, field)
    return value is not None and not is_null(value)


def _has_base(document: Operation) -> bool:
    return any(_given(document, base) for base in _BASES)


def check_document(document: Operation, node: Map, report: Report) -> None:
    """Report a file that has nothing to run, and sections that need another runtime."""
    creates = any(_given(document, field) for field in _CREATES_RUN)
    if document.kind is None and node.get("kind") is not None:
        return  # the kind is wrong, and was reported: what the file should hold is not known
    if document.run is None and not creates and not _has_base(document):
        first = node.entries[0][0].span if node.entries else node.span
        report.add(
            "PXC120",
            "the file has nothing to run",
            first,
            help="add `run: {kind: job, container: {image: ...}}`, an inline `component`, or a"
            " reference (`pathRef`, `hubRef`)",
        )
    kind = getattr(document.run, "kind", None)
    if document.ports is not None and kind not in (None, "service"):
        key = node.key("ports")
        report.add(
            "PXC118",
            f"`ports` makes a service, but `run.kind` is `{kind}`",
            key.span if key is not None else document.ports.span,
            notes=(Note("the runtime is given here", document.run.span),) if document.run else (),
        )


def _is_preset(node: Any) -> bool:
    flag = node.get("isPreset") if isinstance(node, Map) else None
    return isinstance(flag, Lit) and flag.value is True
