"""Turns the templates of a pipeline of version 0 into the components of a dag."""

from __future__ import annotations

from typing import Any, NamedTuple

from pxc.diagnostics import Report
from pxc.grammar.shape import unknown_kind, wrong_type
from pxc.grammar.v0.component import Converted, converted
from pxc.grammar.v0.inferred_inputs import widened
from pxc.grammar.v0.inputs import inferred_type, reference
from pxc.grammar.v0.language import KINDS
from pxc.grammar.v0.pod import Told
from pxc.grammar.v0.section import Section
from pxc.grammar.v0.tree import Pair, mapped, pair
from pxc.ir.node import Invalid, Lit, Map, Seq

__all__ = ["Template", "Templates"]


class Template(NamedTuple):
    """A template as operations see it.

    `names` are those of its inputs and outputs, None where a component of the hub has them; with
    `declares` its author has declared them, else they stand for its params. `outputs` tells the
    types of the outputs. `runtime` is the kind of its run, None where that is the hub's, too;
    `builds` tells whether it makes its image. `matrix` and `params` are for the operations that run
    it: components have none.
    """

    name: str
    kind: str
    made: Converted
    names: set[str] | None
    declares: bool
    outputs: dict[str, str]
    runtime: str | None
    builds: bool
    matrix: Pair | None
    params: tuple[Pair, ...]


class Templates:
    """The templates of a pipeline by their names, and which operation runs which."""

    def __init__(self, pipeline: Section, told: Told, report: Report) -> None:
        self.names: dict[str, None] = {}
        self._made: list[Template] = []
        self._by_name: dict[str, Template] = {}
        self._users: dict[str, list[Map]] = {}
        self._of_operation: dict[str, str] = {}
        for node in _items(pipeline.get("ops")):
            if isinstance(node, Map):
                self._users.setdefault(_used(node), []).append(node)
                self._of_operation.setdefault(_text(node.get("name")), _used(node))
        for node in _items(pipeline.get("templates")):
            self.names[_text(node.get("name")) if isinstance(node, Map) else ""] = None
            template = _template(node, told, report)
            if template is not None:
                self._made.append(template)
                self._by_name.setdefault(_text(node.get("name")), template)

    def has(self, name: str) -> bool:
        """Whether there is a template of this name, faulty or not."""
        return name in self.names

    def of(self, operation: Map) -> Template | None:
        """The template that an operation runs; None where it is of a hub, a file, or faulty."""
        return self._by_name.get(_used(operation))

    def output_type(self, operation: str, output: str) -> str | None:
        """The type of an output of an operation, as its template declares it."""
        template = self._by_name.get(self._of_operation.get(operation, ""))
        return template.outputs.get(output) if template is not None else None

    def components(self) -> list[Map]:
        """The templates as entries of a dag's `components`."""
        return [self._component(template) for template in self._made]

    def _component(self, template: Template) -> Map:
        """A component; with what only an operation may say where no operation says it instead."""
        made = template.made
        fields = [self._field(entry, template) for entry in made.fields]
        if made.base is not None or (made.operation and template.name not in self._users):
            fields = [*made.operation, made.base or pair("component", mapped(made.place, fields))]
        return mapped(made.place, [*made.head, *fields])

    def _field(self, entry: Pair, template: Template) -> Pair:
        """A field; inputs that stand for params fit what operations give."""
        if template.declares or not isinstance(entry[1], Seq) or _text(entry[0]) != "inputs":
            return entry
        given: dict[str, set[str]] = {}
        for node in self._users.get(template.name, ()):
            params = node.get("params") if self.of(node) is template else None
            for key, value in params.entries if isinstance(params, Map) else ():
                kind = self._type(value)
                if kind is not None:
                    given.setdefault(_text(key), set()).add(kind)
        return (entry[0], widened(entry[1], given))

    def _type(self, value: Any) -> str | None:
        """The type of what a param is given; None where it is not known before the run."""
        found = reference(value)
        if found is None:
            return inferred_type(value)
        _, operation, what = found
        return self.output_type(operation, what.removeprefix("outputs."))


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
    if kind.value not in (*KINDS, "plugin"):
        unknown_kind(kind, "template", tuple(KINDS), "PXC108", report)
        return None
    found = converted(node, report, told, template=True)
    return None if found is None else _seen(str(kind.value), node, found)


def _seen(kind: str, node: Map, found: Converted) -> Template:
    fields = mapped(node.span, found.fields)
    run, outputs = fields.get("run"), _items(fields.get("outputs"))
    names = {_text(item.get("name")) for item in (*_items(fields.get("inputs")), *outputs)}
    own = {_text(entry[0]): entry for entry in found.operation if found.base is None}
    return Template(
        name=_text(node.get("name")),
        kind=kind,
        made=found,
        names=names if found.base is None else None,
        declares=any(_items(node.get(name)) for name in ("inputs", "outputs")),
        outputs={_text(item.get("name")): _text(item.get("type")) or "any" for item in outputs},
        runtime=_text(run.get("kind")) or None if isinstance(run, Map) else None,
        builds=fields.get("build") is not None,
        matrix=own.get("matrix"),
        params=own["params"][1].entries if "params" in own else (),
    )


def _items(node: Any) -> tuple[Any, ...]:
    return node.items if isinstance(node, Seq) else ()


def _text(node: Any) -> str:
    return node.value if isinstance(node, Lit) and isinstance(node.value, str) else ""
