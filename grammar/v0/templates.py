"""Turns the templates of a pipeline of version 0 into the components of a dag."""

from __future__ import annotations

from typing import Any, NamedTuple

from pxc.diagnostics import Report
from pxc.grammar.shape import unknown_kind, wrong_type
from pxc.grammar.v0.component import Converted, converted
from pxc.grammar.v0.language import KINDS
from pxc.grammar.v0.pod import Told
from pxc.grammar.v0.section import Section
from pxc.grammar.v0.tree import Pair, mapped, pair
from pxc.ir.node import Invalid, Lit, Map, Seq

__all__ = ["Template", "Templates"]


class Template(NamedTuple):
    """A template as operations see it.

    `declared` are its inputs and outputs with their types, None where a component of the hub
    declares them; with `declares` its author has declared them, else they stand for its params.
    `runtime` is the kind of its run, None where that is the hub's, too; `builds` tells whether it
    makes its image.
    """

    kind: str
    entry: Map
    declared: dict[str, str | None] | None
    declares: bool
    runtime: str | None
    builds: bool
    matrix: Pair | None


class Templates:
    """The templates of a pipeline by their names, and which operation runs which."""

    def __init__(self, pipeline: Section, told: Told, report: Report) -> None:
        self.entries: list[Map] = []
        self.names: list[str] = []
        self._by_name: dict[str, Template] = {}
        self._of_operation: dict[str, str] = {}
        for node in _items(pipeline.get("templates")):
            self.names.append(_text(node.get("name")) if isinstance(node, Map) else "")
            template = _template(node, told, report)
            if template is not None:
                self.entries.append(template.entry)
                self._by_name.setdefault(_text(node.get("name")), template)
        for node in _items(pipeline.get("ops")):
            if isinstance(node, Map):
                self._of_operation.setdefault(_text(node.get("name")), _used(node))

    def has(self, name: str) -> bool:
        """Whether there is a template of this name, faulty or not."""
        return name in self.names

    def of(self, operation: Map) -> Template | None:
        """The template that an operation runs; None where it is of a hub, a file, or faulty."""
        return self._by_name.get(_used(operation))

    def output_type(self, operation: str, output: str) -> str | None:
        """The type of an output of an operation, as its template declares it."""
        template = self._by_name.get(self._of_operation.get(operation, ""))
        return template.declared.get(output) if template and template.declared else None


def _used(operation: Map) -> str:
    used = operation.get("template")
    return _text(used.get("name")) if isinstance(used, Map) else ""


def _template(node: Any, told: Told, report: Report) -> Template | None:
    """One entry of `templates`; PXC104 and PXC108 for a kind that no template has."""
    if not isinstance(node, Map):
        if not isinstance(node, Invalid):
            wrong_type(node, "templates", "a list of maps", report)
        return None
    kind = node.get("kind")
    if not isinstance(kind, Lit) or kind.value is None:
        kinds = ", ".join(f"`{name}`" for name in KINDS)
        at = node.entries[0][0].span if node.entries else node.span
        report.add("PXC104", "a template needs a `kind`", at, help=f"kinds: {kinds}")
        return None
    if kind.value not in KINDS:
        unknown_kind(kind, "template", tuple(KINDS), "PXC108", report)
        return None
    found = converted(node, report, told)
    return None if found is None else _seen(str(kind.value), node, found)


def _seen(kind: str, node: Map, found: Converted) -> Template:
    own = found.fields
    if found.operation or found.base is not None:
        own = [
            *found.operation,
            found.base or pair("component", mapped(found.place, found.fields)),
        ]
    fields = mapped(node.span, found.fields)
    run, declared = fields.get("run"), None
    if found.base is None:
        items = [item for name in ("inputs", "outputs") for item in _items(fields.get(name))]
        declared = {_text(item.get("name")): _text(item.get("type")) or None for item in items}
    runtime = _text(run.get("kind")) if isinstance(run, Map) else None
    matrix = next((entry for entry in found.operation if _text(entry[0]) == "matrix"), None)
    return Template(
        kind=kind,
        entry=mapped(node.span, [*found.head, *own]),
        declared=declared,
        declares=any(_items(node.get(name)) for name in ("inputs", "outputs")),
        runtime=runtime or None,
        builds=fields.get("build") is not None,
        matrix=matrix,
    )


def _items(node: Any) -> tuple[Any, ...]:
    return node.items if isinstance(node, Seq) else ()


def _text(node: Any) -> str:
    return node.value if isinstance(node, Lit) and isinstance(node.value, str) else ""
