"""Turns a pipeline of version 0 into a dag, and into the operation that a schedule starts."""

from __future__ import annotations

from typing import Any

from pxc.diagnostics import Report
from pxc.grammar.v0.operation import operation
from pxc.grammar.v0.pipeline_language import PIPELINE
from pxc.grammar.v0.plugins import plugins
from pxc.grammar.v0.pod import Told
from pxc.grammar.v0.schedule import schedule
from pxc.grammar.v0.section import Section
from pxc.grammar.v0.templates import Templates
from pxc.grammar.v0.tree import Pair, listed, made, mapped, pair, renamed
from pxc.ir.node import Map, Seq

__all__ = ["pipeline"]


def pipeline(tree: Map, report: Report) -> Map:
    """A file of `kind: pipeline` as a component whose run is a dag.

    With a schedule it is an operation over that component. PXC958 for an engine that the file
    chooses; its operations, its templates and its schedule have codes of their own.
    """
    section = Section(tree, PIPELINE, report)
    for implied in ("version", "kind"):
        section.entry(implied)
    _check_backend(section)
    place = section.place("kind")
    starts = schedule(section, report)
    fields = [_termination(section), plugins(section), _run(section, report)]
    head: list[Pair | None] = [
        pair("version", made(section.place("version"), 1.1)),
        pair("kind", made(place, "component" if starts is None else "operation")),
        *(section.entry(name) for name in ("name", "description", "tags")),
    ]
    section.finish()
    if starts is None:
        return mapped(tree.span, [*head, *fields])
    *around, run = fields
    return mapped(
        tree.span, [*head, starts, *around, pair("component", mapped(tree.span, [run]), place)]
    )


def _run(section: Section, report: Report) -> Pair:
    """The dag."""
    told = Told(report)
    templates = Templates(section, told, report)
    section.need("ops")
    ops, found = section.entry("ops"), section.entry("templates")
    operations = [operation(node, templates, told, report) for node in _items(ops)]
    components: list[Any] = templates.components()
    entries = [
        pair("kind", made(section.place("kind"), "dag")),
        section.entry("concurrency"),
        _listed("operations", ops, operations),
        _listed("components", found, components) if components else None,
    ]
    return pair("run", mapped(section.place("ops"), entries), section.place("ops"))


def _items(entry: Pair | None) -> tuple[Any, ...]:
    return entry[1].items if entry is not None and isinstance(entry[1], Seq) else ()


def _listed(name: str, entry: Pair | None, items: list[Any]) -> Pair | None:
    if entry is None:
        return None
    return renamed(name, entry, listed(entry[1].span, [item for item in items if item is not None]))


def _termination(section: Section) -> Pair | None:
    """How long a run may take."""
    entry = section.entry("timeout")
    return pair("termination", mapped(entry[1].span, [entry]), entry[0].span) if entry else None


def _check_backend(section: Section) -> None:
    backend = section.get("backend")
    if backend is not None and backend.value != "native":
        section.report.add(
            "PXC958",
            f"`{backend.value}` is not chosen here: who compiles says which engine runs it",
            backend.span,
            help="compile with `--target argo` or `--target airflow`",
        )
