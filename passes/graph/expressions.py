"""Checks the expressions inside of a dag's operations against the names that each of them has."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from msgspec import Struct
from msgspec.structs import replace as with_fields

from pxc.diagnostics import Note, Report
from pxc.ir.expr import Name
from pxc.ir.node import Hole, Lit, Node, Template, replace, walk
from pxc.ir.program import Connection, Program
from pxc.ir.run import Dag, Legacy
from pxc.ir.spec import Operation
from pxc.passes.contexts import build_contexts, has_template
from pxc.passes.evaluate_expressions import EVALUATED, expanded_parts, hand_over
from pxc.passes.evaluation import Budget, Scope, evaluate_template
from pxc.passes.fit_field import fit_field
from pxc.passes.graph.nodes import GraphNode
from pxc.passes.provided_names import provided_names
from pxc.passes.resolve_connections import resolve_connections
from pxc.world import World

_PUSHED_DOWN = ("environment", "connections", "volumes")
"""Sections of a dag that its operations get, rendered with the names of each operation."""

_TEXTS = ("", "text", "arguments")
"""What fields expect that take whatever text a value has."""

_LONG = 1000


class Given(Struct, frozen=True):
    """The connections that the dags around an operation give it.

    One that `asks` for some has them where no catalog tells which there are, too.
    """

    connections: tuple[Connection, ...] = ()
    asks: bool = False


class Expressions:
    """The expressions of all dags of one file.

    The expressions of a component are gathered once, however many operations name it, and a
    faulty one is evaluated no more: what is wrong with it was said. Bare names that were `sound`
    are so for every operation that has the same names.
    """

    def __init__(self, world: World, report: Report) -> None:
        self.world = world
        self.report = report
        self.gathered: dict[int, tuple[Any, tuple[Template, ...]]] = {}
        self.faulty: set[int] = set()
        self.sound: set[tuple[Any, ...]] = set()

    def check(
        self,
        nodes: Mapping[str, GraphNode],
        dag: Dag,
        given: Given,
        inherited: Collection[str] = (),
        *,
        is_open: bool = False,
    ) -> None:
        """Evaluate every expression of operations whose inputs are known.

        What a file of its own would get: PXC302 to PXC305, PXC307, PXC314 to PXC317, PXC510,
        PXC607, and PXC209 for connections; PXC318 in place of PXC302 where further names may
        come from what is not read here, as for all `is_open` nodes. `inherited` are the inputs
        of the dag, of which its operations see none.
        """
        pushed = [t for name in _PUSHED_DOWN for t in self.templates(getattr(dag, name))]
        for node in nodes.values():
            if node.is_known:
                faults = self.faults_of(node, pushed, given)
                if faults:
                    self.tell(_with_help(faults, inherited), node, is_open=is_open)

    def faults_of(self, node: GraphNode, pushed: list[Template], given: Given) -> Report:
        """What is wrong with the expressions of an operation, and with those its dag gives it."""
        composed, faults = node.composed, Report()
        program = Program(
            composed.span, composed, composed=composed, bindings=node.bindings, partial=True
        )
        program = resolve_connections(program, self.world, self.report)
        wanted = [*self.of_operation(composed), *pushed]
        names = _plain_names(node, wanted)
        if names is not None and names in self.sound:
            return faults
        if wanted or any(has_template(b.value) for b in node.bindings):
            known = {c.name for c in program.connections}
            further = tuple(c for c in given.connections if c.name not in known)
            program = replace(program, connections=(*program.connections, *further))
            contexts = build_contexts(program, self.world, faults)
            if given.asks and not self.world.catalog.declared:
                contexts = with_fields(contexts, catalog=False)
            self.evaluate(wanted, contexts.scope(), faults)
        if names is not None and not faults:
            self.sound.add(names)
        return faults

    def tell(self, faults: Report, node: GraphNode, *, is_open: bool) -> None:
        """Report the faults of an operation."""
        composed = node.composed
        is_open = is_open or composed.presets is not None or provided_names(composed).is_open
        notes = (Note(f"in the operation `{node.name}`", node.place),) if node.component else ()
        hand_over(faults, self.report, is_open=is_open, notes=notes)

    def evaluate(self, wanted: list[Template], scope: Scope, faults: Report) -> None:
        """Evaluate templates that are not known to be faulty."""
        budget = Budget()
        for template in wanted:
            if id(template) in self.faulty:
                continue
            before = len(faults)
            value = evaluate_template(template, scope, faults, budget)
            fit_field(template, value, self.world.language, faults)
            if len(faults) > before:
                self.faulty.add(id(template))

    def of_operation(self, composed: Operation) -> list[Template]:
        """The expressions of a composed operation, those of its run gathered once."""
        found: list[Template] = []
        for name in EVALUATED:
            section = getattr(composed, name)
            if section is not None:
                found += self.templates(section)
        for part in expanded_parts(composed):
            found += self.templates(part)
        if not isinstance(composed.run, Dag | Legacy):
            found += self.templates(composed.run)
        return found

    def templates(self, node: Any) -> tuple[Template, ...]:
        """The templates of a tree; of one tree gathered once."""
        if not isinstance(node, Node):
            return ()
        known = self.gathered.get(id(node))
        if known is None:
            found = tuple(n for n in walk(node) if isinstance(n, Template))
            known = self.gathered[id(node)] = (node, found)
        return known[1]


def _plain_names(node: GraphNode, wanted: list[Template]) -> tuple[Any, ...] | None:
    """What decides whether bare names in text have a fault: the texts, and the names there are.

    None where a value could make a difference.
    """
    for template in wanted:
        if template.expects not in _TEXTS or template.statements:
            return None
        for part in template.parts:
            if isinstance(part, Hole) and not isinstance(part.expr, Name):
                return None
    for binding in node.bindings:
        value = binding.value
        if binding.arg_format is not None or not (value is None or isinstance(value, Lit)):
            return None
        if value is not None and isinstance(value.value, str) and len(value.value) > _LONG:
            return None
    asked = (binding.connection for binding in node.bindings)
    return (*map(id, wanted), *(b.name for b in node.bindings), *asked)


def _with_help(faults: Report, inherited: Collection[str]) -> Report:
    """The faults, those of a name that the dag has with how an operation gets it."""
    told = Report()
    for found in faults:
        name = found.span.text.strip("'\"{} ")
        help = found.help
        if found.code.id in ("PXC302", "PXC316") and name in inherited:
            help = f"take it from the dag: `params: {{{name}: {{ref: dag, value: inputs.{name}}}}}`"
        told.add(
            found.code.id, found.message, found.span,
            label=found.label, notes=found.notes, help=help, fix=found.fix,
        )  # fmt: skip
    return told
