"""Folds every expression that is known now; the rest stays a reference to the run."""

from __future__ import annotations

from collections.abc import Iterator
from operator import is_
from typing import Any

from pxc.diagnostics import Note, Report
from pxc.ir.matrix import Matrix
from pxc.ir.node import (
    Hole,
    Invalid,
    Lit,
    Map,
    Node,
    Seq,
    Template,
    replace,
)  # fmt: skip
from pxc.ir.program import Program
from pxc.ir.run import Dag, Legacy
from pxc.ir.spec import Operation
from pxc.passes.contexts import Contexts, build_contexts
from pxc.passes.evaluation import Budget, Scope, evaluate_template
from pxc.passes.fit_field import fit_field
from pxc.source import Span
from pxc.world import Language, World

EVALUATED = (
    "is_approved", "cost", "queue", "cache", "plugins", "namespace", "termination", "schedule",
    "conditions", "trigger", "dependencies", "mount",
)  # fmt: skip
"""Sections rendered with the operation; hooks and builds are programs of their own."""

_OF_DAG = ("concurrency", "early_stopping")
"""What a dag says of itself and not of its operations."""

_CONSTANT = frozenset((Lit, Invalid, Hole, Span, str, int, bool, type(None)))

_NOT_EXPANDED = frozenset({"tuner"})


def evaluate_expressions(program: Program, world: World, report: Report) -> Program:
    """Render `composed`, section by section, with the contexts of its bindings.

    In: `composed`, `bindings`, `connections`. Out: `composed`, and `settled` of the bindings,
    whose templates hold only run-time references; the same of every program inside. Every fault of
    an expression is reported at its own characters; when a component is linted alone, an unknown
    name is a warning (PXC318), for an operation may pass it.
    Source: specification of contexts, section 5.
    """
    return _evaluated(program, {}, world, report)


def _evaluated(program: Program, constant: dict[int, Any], world: World, report: Report) -> Program:
    composed = program.composed
    if composed is None:
        return program
    faults = Report()
    contexts = build_contexts(program, world, faults)
    evaluation = Evaluation(contexts, world.language, faults, constant)
    changed: dict[str, Any] = {}
    for name in EVALUATED:
        value = getattr(composed, name)
        if value is not None:
            changed[name] = evaluation.rewrite(value)
    if isinstance(composed.run, Dag):
        parts = {n: evaluation.rewrite(getattr(composed.run, n)) for n in _OF_DAG}
        changed["run"] = replace(composed.run, **parts)
    elif not isinstance(composed.run, Legacy):
        changed["run"] = evaluation.rewrite(composed.run)
    for part in expanded_parts(composed):
        done = evaluation.rewrite(part)  # what comes of a matrix is known when it is expanded
        if part is composed.joins:
            changed["joins"] = done
    hand_over(faults, report, is_open=program.partial)
    return replace(
        program,
        composed=replace(composed, **changed),
        written=composed.run if isinstance(getattr(composed.cache, "io", None), Seq) else None,
        bindings=tuple(
            replace(b, settled=contexts.nodes.get(b.name, b.value)) for b in program.bindings
        ),
        **_evaluated_inside(program, constant, world, report),
    )


def _evaluated_inside(
    program: Program, constant: dict[int, Any], world: World, report: Report
) -> dict[str, Any]:
    """The programs inside of one, each rendered with its own names."""
    build, tuner = program.build, program.tuner
    return {
        "operations": tuple(_evaluated(o, constant, world, report) for o in program.operations),
        "build": None if build is None else _evaluated(build, constant, world, report),
        "tuner": None if tuner is None else _evaluated(tuner, constant, world, report),
        "hooks": tuple(
            replace(hook, program=_evaluated(hook.program, constant, world, report))
            for hook in program.hooks
        ),
    }


class Evaluation:
    """One walk over the operation with one scope and one budget.

    `constant` are the nodes, by their identity, that were found to have no template below them:
    operations that share a component share most of its nodes.
    """

    def __init__(
        self,
        contexts: Contexts,
        language: Language,
        report: Report,
        constant: dict[int, Any] | None = None,
    ) -> None:
        self.scope: Scope = contexts.scope()
        self.language = language
        self.report = report
        self.budget = Budget()
        self.constant: dict[int, Any] = {} if constant is None else constant
        self.templates = 0

    def rewrite(self, node: Any) -> Any:
        """A node with every template below it evaluated and fitted to its field."""
        if node.__class__ in _CONSTANT:
            return node
        if isinstance(node, Template):
            self.templates += 1
            value = evaluate_template(node, self.scope, self.report, self.budget)
            return fit_field(node, value, self.language, self.report)
        if id(node) in self.constant:
            return node
        before = self.templates
        found = self._rewritten(node)
        if self.templates == before:
            self.constant[id(node)] = node
        return found

    def _rewritten(self, node: Any) -> Any:
        """What is no template and no leaf, with what is below it rewritten."""
        if isinstance(node, Seq):
            items = tuple(map(self.rewrite, node.items))
            return node if all(map(is_, items, node.items)) else replace(node, items=items)
        if isinstance(node, Map):
            entries = tuple((self.rewrite(k), self.rewrite(v)) for k, v in node.entries)
            same = all(
                k is a and v is b for (k, v), (a, b) in zip(entries, node.entries, strict=True)
            )
            return node if same else replace(node, entries=entries)
        if isinstance(node, tuple):
            rewritten = tuple(map(self.rewrite, node))
            return node if all(map(is_, rewritten, node)) else rewritten
        if isinstance(node, Node):
            return self.rewrite_fields(node)
        return node

    def rewrite_fields(self, node: Node) -> Node:
        """A model with its fields rewritten; the same object when nothing changed."""
        changed: dict[str, Any] = {}
        for name in node.__struct_fields__:
            before = getattr(node, name)
            if before.__class__ in _CONSTANT:
                continue
            after = self.rewrite(before)
            if after is not before:
                changed[name] = after
        return replace(node, **changed) if changed else node


def expanded_parts(composed: Operation) -> Iterator[Node]:
    """The parts of a matrix and of joins that are rendered before anything else is."""
    if isinstance(composed.matrix, Matrix):
        for name in composed.matrix.__struct_fields__:
            part = getattr(composed.matrix, name)
            if isinstance(part, Node) and name not in _NOT_EXPANDED:
                yield part
    elif isinstance(composed.matrix, Template):
        yield composed.matrix
    if composed.joins is not None:
        yield composed.joins


def hand_over(
    faults: Report, report: Report, *, is_open: bool, notes: tuple[Note, ...] = ()
) -> None:
    """Pass the faults on; where more names may come an unknown one is only a warning."""
    for found in faults.sorted() if len(faults) else ():
        code = "PXC318" if is_open and found.code.id == "PXC302" else found.code.id
        report.add(
            code,
            found.message,
            found.span,
            label=found.label,
            notes=found.notes + notes,
            help=found.help,
            fix=found.fix,
        )
