"""Makes one table of a matrix whose runs are known before the first of them starts."""

from __future__ import annotations

from itertools import islice
from typing import Any

from pxc.diagnostics import Note, Report
from pxc.ir.expr import RunTimeRef
from pxc.ir.matrix import Matrix, Space
from pxc.ir.node import Hole, Invalid, Lit, Map, Seq, Template, is_null, plain, replace
from pxc.ir.program import Binding, Program
from pxc.ir.run import Dag
from pxc.ir.sweep import DISTRIBUTIONS, Axis, Sweep, cells, space_size
from pxc.passes.check_matrix import check_space
from pxc.passes.contexts import build_contexts, evaluate_tree, has_template
from pxc.passes.fit_field import fit_field
from pxc.passes.free_names import free_names
from pxc.passes.io_types.declare import find_io
from pxc.passes.io_types.settle import IOFacts, facts_of, is_pending, settle_value
from pxc.passes.spaces import MOST_VALUES, size_of, value_nodes, without_values
from pxc.source import Span, head_of
from pxc.world import World

_STATIC = ("mapping", "grid", "random")
"""The other kinds propose the next runs from the results of the earlier ones."""


def expand_matrix(program: Program, world: World, report: Report) -> Program:
    """Make the `sweep` of a grid, random or mapping matrix; its names then wait for the cell.

    In: `composed`, `bindings`. Out: `sweep`, and bindings whose value is `matrix.<name>` for every
    name that the matrix gives, whatever a param says. Every value of the table has the declared
    type. PXC206, PXC214 for a value that does not fit, PXC204 for a row without one, PXC116 for
    counts below one, PXC401 for a space of too many values, PXC406 and PXC408 for a random search
    without a seed, or with fewer rows in its spaces than asked. A matrix of a whole dag, and one of
    parts that are not known, stays as it is. The operations of a dag are expanded alike.
    Source: specification of matrices, sections 3 and 4.
    """
    composed = program.composed
    if program.operations:
        inner = (expand_matrix(operation, world, report) for operation in program.operations)
        program = replace(program, operations=tuple(inner))
    matrix: Any = composed.matrix if composed is not None else None
    if composed is None or isinstance(composed.run, Dag):
        return program
    if not isinstance(matrix, Matrix) or matrix.kind not in _STATIC:
        return program
    expansion = _Expansion(program, world, report)
    sweep = expansion.sweep(matrix)
    if sweep is None:
        return program
    names = {axis.name for axis in sweep.axes}
    bindings = tuple(_waiting(b) if b.name in names else b for b in program.bindings)
    return replace(program, sweep=sweep, bindings=bindings)


def _waiting(binding: Binding) -> Binding:
    """A binding whose value is that of the cell."""
    span, path = binding.given_at or binding.span, f"matrix.{binding.name}"
    value = Template(span, f"{{{{ {path} }}}}", (Hole(span, RunTimeRef(span, path)),))
    return replace(binding, value=value)


class _Expansion:
    """The making of one table."""

    def __init__(self, program: Program, world: World, report: Report) -> None:
        self.program, self.world, self.report = program, world, report
        self.bindings = {b.name: b for b in program.bindings}
        self.used: frozenset[str] | None = None

    def sweep(self, matrix: Matrix) -> Sweep | None:
        """The table; None when a part of it is faulty or not known."""
        rendered = self._rendered(matrix)
        if rendered is None:
            return None
        matrix = rendered
        concurrency, ok = self._count(matrix.concurrency, "concurrency")
        most, fine = self._count(matrix.num_runs, "numRuns")
        if not (ok and fine):
            return None
        if matrix.kind == "mapping":
            return self._mapping(matrix, concurrency)
        axes = self._axes(matrix)
        if axes is None:
            return None
        size = space_size(axes)
        runs = min(n for n in (most, size, most or size) if n is not None)
        sweep = Sweep(head_of(matrix.span), matrix.kind, axes, runs, concurrency=concurrency)
        return self._drawn(sweep, matrix) if matrix.kind == "random" else sweep

    # what is written

    def _rendered(self, matrix: Matrix) -> Matrix | None:
        """The matrix with its templates evaluated; who evaluates all others tells their faults."""
        parts = ("params", "values", "num_runs", "concurrency", "seed")
        changed: dict[str, Any] = {}
        for name in parts:
            part = getattr(matrix, name)
            if part is None or not has_template(part):
                continue
            scope = build_contexts(self.program, self.world, Report()).scope()
            found = evaluate_tree_of(part, scope, self.world)
            if is_unknown(found):
                return None
            changed[name] = found
        matrix = replace(matrix, **changed)
        if changed.get("params") is not None and isinstance(matrix.params, Map):
            before = self.report.has_errors
            for key, space in matrix.params.entries:
                if isinstance(space, Space):
                    name = str(plain(key))
                    check_space(name, space, matrix.kind, self.world.language, self.report)
            if self.report.has_errors and not before:
                return None
        return matrix

    def _count(self, node: Any, what: str) -> tuple[int | None, bool]:
        """A number of one or more, and whether it is sound."""
        if node is None or is_null(node):
            return None, True
        value = node.value if isinstance(node, Lit) else None
        if not isinstance(value, int) or isinstance(value, bool):
            return None, False
        if value >= 1:
            return value, True
        self.report.add("PXC116", f"`{what}` of a matrix must be at least 1, but is {value}",
                        node.span)  # fmt: skip
        return None, False

    # grid and random

    def _axes(self, matrix: Matrix) -> tuple[Axis, ...] | None:
        if not isinstance(matrix.params, Map):
            return None
        found = []
        for key, space in matrix.params.entries:
            if not isinstance(key, Lit) or not isinstance(space, Space):
                return None
            axis = self._axis(str(key.value), space)
            if axis is None:
                return None
            found.append(axis)
        return tuple(found)

    def _axis(self, name: str, space: Space) -> Axis | None:
        if is_pending(space) or not isinstance(space.kind, Lit) or is_null(space.value):
            return None
        axis = self._declared(without_values(name, space))
        if axis.kind in DISTRIBUTIONS:
            return axis
        if max(size_of(space), 0) > MOST_VALUES:
            self._report_too_many(name, space)
            return None
        values = []
        facts = self._facts(name)
        for node in islice(value_nodes(space, self.world.language), MOST_VALUES + 1):
            fitted = settle_value(facts, node, self.report, "PXC206")
            if isinstance(fitted, Invalid):
                return None
            values.append(plain(fitted))
        if len(values) > MOST_VALUES:
            self._report_too_many(name, space)
            return None
        return replace(axis, values=tuple(values))

    def _report_too_many(self, name: str, space: Space) -> None:
        self.report.add(
            "PXC401",
            f"the space of `{name}` has more than {MOST_VALUES:,} values",
            space.value.span,
            help="take larger steps, or draw with `kind: random` from a distribution",
        )

    def _declared(self, axis: Axis) -> Axis:
        """The axis with what the declaration of its name says."""
        binding = self.bindings.get(axis.name)
        if binding is None:
            return axis
        return replace(
            axis,
            type=binding.type,
            is_flag=binding.is_flag,
            arg_format=binding.arg_format,
            whole=axis.kind in DISTRIBUTIONS and binding.type == "int",
        )

    def _facts(self, name: str) -> IOFacts:
        binding, composed = self.bindings.get(name), self.program.composed
        declared = find_io(composed, binding) if binding is not None and composed else None
        return facts_of(declared) if declared is not None else IOFacts(name)

    def _drawn(self, sweep: Sweep, matrix: Matrix) -> Sweep | None:
        """A random search with its seed; every row is drawn once, to know that it fits."""
        seed = matrix.seed.value if isinstance(matrix.seed, Lit) else None
        if not isinstance(seed, int) or isinstance(seed, bool):
            seed = self.world.options.seed
            self._tell_of_seed(seed, matrix)
        if sweep.count > MOST_VALUES:
            assert matrix.num_runs is not None
            self.report.add(
                "PXC116",
                f"`numRuns` of a random search must be at most {MOST_VALUES:,}",
                matrix.num_runs.span,
            )
            return None
        sweep = replace(sweep, seed=seed)
        if self.program.partial:
            return sweep
        return self._checked(sweep, matrix)

    def _tell_of_seed(self, seed: int, matrix: Matrix) -> None:
        """Say which seed is taken; a file that is only linted is told by a rule of its own."""
        if not self.program.partial and isinstance(matrix.params, Map):
            self.report.add(
                "PXC406",
                f"the random search has no `seed`, so it is drawn from the seed {seed}",
                matrix.params.entries[0][0].span,
                help="add `seed: 42`; Polyaxon draws other values each time",
            )

    def _checked(self, sweep: Sweep, matrix: Matrix) -> Sweep | None:
        assert isinstance(matrix.params, Map)
        drawn = [
            (at, self._facts(axis.name), space.value.span)
            for at, (axis, (_, space)) in enumerate(zip(sweep.axes, matrix.params, strict=True))
            if axis.kind in DISTRIBUTIONS
        ]
        drawn = [(at, facts, span) for at, facts, span in drawn if facts.type or facts.validations]
        count = 0
        for row in cells(sweep):
            count += 1
            for at, facts, span in drawn:
                fitted = settle_value(facts, Lit(span, row[at]), self.report, "PXC206")
                if isinstance(fitted, Invalid):
                    return None
        if count < sweep.count:
            self._report_too_few(count, sweep, matrix)
        return replace(sweep, count=count)

    def _report_too_few(self, count: int, sweep: Sweep, matrix: Matrix) -> None:
        self.report.add(
            "PXC408",
            f"the spaces have about {count:,} different rows, fewer than the {sweep.count:,} asked",
            (matrix.num_runs or matrix).span,
            help="ask for fewer runs, or take a smaller `q`",
        )

    # mapping

    def _mapping(self, matrix: Matrix, concurrency: int | None) -> Sweep | None:
        rows = matrix.values
        if not isinstance(rows, Seq) or not all(isinstance(r, Map) for r in rows.items):
            return None
        if any(is_pending(row) for row in rows.items):
            return None
        names: dict[str, None] = {}
        for row in rows.items:
            names |= dict.fromkeys(str(plain(key)) for key, _ in row.entries)
        axes = tuple(self._declared(Axis(head_of(rows.span), name)) for name in names)
        facts = [self._facts(name) for name in names]
        table, sound = [], True
        for row in rows.items:
            values = [self._cell(row, f) for f in facts]
            table.append(tuple(plain(value) for value in values))
            sound = sound and not any(isinstance(value, Invalid) for value in values)
        if not sound:
            return None
        span = head_of(matrix.span)
        return Sweep(span, "mapping", axes, len(table), tuple(table), concurrency=concurrency)

    def _cell(self, row: Map, facts: IOFacts) -> Any:
        """The value of a row under a name, or that which the name has without the matrix."""
        node = row.get(facts.name)
        if node is not None:
            return settle_value(facts, node, self.report, "PXC206")
        binding = self.bindings[facts.name]
        unset = binding.value is None or is_null(binding.value)
        if unset and binding.section == "contexts" and self._is_used(facts.name):
            self._missing(row.span, facts.name, binding.span)
            return Invalid(row.span)
        if binding.value is not None and has_template(binding.value):
            scope = build_contexts(self.program, self.world, Report()).scope()
            return evaluate_tree(binding.value, scope, Report())
        return binding.value if binding.value is not None else Lit(row.span, None)

    def _is_used(self, name: str) -> bool:
        if self.used is None:
            self.used = frozenset(free_names(self.program.composed))
        return name in self.used

    def _missing(self, row: Span, name: str, given: Span) -> None:
        self.report.add(
            "PXC204",
            f"this row of the matrix gives no value for `{name}`",
            row,
            notes=(Note("another row gives one", given),),
            help=f"add `{name}` to the row, or declare it as an input with a default",
        )


def evaluate_tree_of(part: Any, scope: Any, world: World) -> Any:
    """A part of the matrix with every template in it evaluated and fitted to its field."""
    if isinstance(part, Template):
        return fit_field(part, evaluate_tree(part, scope, Report()), world.language, Report())
    if isinstance(part, Space):
        return replace(part, value=evaluate_tree(part.value, scope, Report()))
    if isinstance(part, Map):
        pairs = ((key, evaluate_tree_of(value, scope, world)) for key, value in part.entries)
        return replace(part, entries=tuple(pairs))
    return evaluate_tree(part, scope, Report())


def is_unknown(node: Any) -> bool:
    """Whether a part is faulty or waits for the run."""
    nodes = [value for _, value in node] if isinstance(node, Map) else [node]
    return any(is_pending(n.value if isinstance(n, Space) else n) for n in nodes)
