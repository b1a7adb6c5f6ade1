"""Makes one table of a matrix whose runs are known before the first of them starts, or a search."""

from __future__ import annotations

from typing import Any

from pxc.diagnostics import Note, Report
from pxc.ir.expr import RunTimeRef
from pxc.ir.matrix import Matrix
from pxc.ir.node import Hole, Invalid, Lit, Map, Seq, Template, is_null, plain, replace
from pxc.ir.program import Binding, Program
from pxc.ir.sweep import DISTRIBUTIONS, Axis, Sweep, cells, space_size
from pxc.passes.contexts import build_contexts, evaluate_tree, has_template
from pxc.passes.free_names import free_names
from pxc.passes.io_types.settle import IOFacts, is_pending, settle_value
from pxc.passes.matrix_axes import MatrixAxes, seed_of
from pxc.passes.spaces import MOST_VALUES
from pxc.passes.stopping_rules import stopping_rules
from pxc.source import Span, head_of
from pxc.world import World

_STATIC = ("mapping", "grid", "random")


def expand_matrix(program: Program, world: World, report: Report) -> Program:
    """Make the `sweep` or the `search` of a matrix; its names then wait for the cell.

    In: `composed`, `bindings`. Out: `sweep` of a grid, random or mapping matrix, else `search`, and
    bindings whose value is `matrix.<name>` for every name that the matrix gives, whatever a param
    says. Every value of the table has the declared type. PXC206, PXC214 for a value that does not
    fit, PXC204 for a row without one, PXC116 for counts below one, PXC401 for a space of too many
    values, PXC406 and PXC408 for a random search without a seed, or with fewer rows in its spaces
    than asked. A matrix of parts that are not known stays as it is. The operations of a dag are
    expanded when they are made. Source: specification of matrices, sections 3 and 4.
    """
    composed = program.composed
    matrix: Any = composed.matrix if composed is not None else None
    if not isinstance(matrix, Matrix):
        return program
    axes = MatrixAxes(program, world, report)
    rendered = axes.rendered(matrix)
    if rendered is None:
        return program
    sweep = search = None
    if matrix.kind in _STATIC:
        sweep = _Table(axes).sweep(rendered)
    else:
        from pxc.passes.expand_search import search_of  # few files have one

        search = search_of(rendered, axes)
    found = sweep or search
    names = {axis.name for axis in found.axes} if found is not None else set()
    if search is not None and search.resource is not None:
        names.add(search.resource.name)
    bindings = tuple(_waiting(b) if b.name in names else b for b in program.bindings)
    return replace(program, sweep=sweep, search=search, bindings=bindings)


def _waiting(binding: Binding) -> Binding:
    """A binding whose value is that of the cell."""
    span, path = binding.given_at or binding.span, f"matrix.{binding.name}"
    value = Template(span, f"{{{{ {path} }}}}", (Hole(span, RunTimeRef(span, path)),))
    return replace(binding, value=value)


class _Table:
    """The making of one table."""

    def __init__(self, axes: MatrixAxes) -> None:
        self.axes = axes
        self.program, self.world, self.report = axes.program, axes.world, axes.report
        self.bindings = axes.bindings
        self.used: frozenset[str] | None = None

    def sweep(self, matrix: Matrix) -> Sweep | None:
        """The table; None when a part of it is faulty or not known."""
        concurrency, ok = self.axes.count(matrix.concurrency, "concurrency")
        most, fine = self.axes.count(matrix.num_runs, "numRuns")
        if not (ok and fine):
            return None
        stopping = stopping_rules(matrix.early_stopping) or ()
        if matrix.kind == "mapping":
            found = self._mapping(matrix)
            if found is None:
                return None
            return replace(found, concurrency=concurrency, stopping=stopping)
        axes = self.axes.axes(matrix)
        if axes is None:
            return None
        size = space_size(axes)
        runs = min(n for n in (most, size, most or size) if n is not None)
        span = head_of(matrix.span)
        sweep = Sweep(span, matrix.kind, axes, runs, concurrency=concurrency, stopping=stopping)
        return self._drawn(sweep, matrix) if matrix.kind == "random" else sweep

    # random

    def _drawn(self, sweep: Sweep, matrix: Matrix) -> Sweep | None:
        """A random search with its seed; every row is drawn once, to know that it fits."""
        seed = seed_of(matrix)
        if seed is None:
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
            (at, self.axes.facts(axis.name), space.value.span)
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

    def _mapping(self, matrix: Matrix) -> Sweep | None:
        rows = matrix.values
        if not isinstance(rows, Seq) or not all(isinstance(r, Map) for r in rows.items):
            return None
        if any(is_pending(row) for row in rows.items):
            return None
        names: dict[str, None] = {}
        for row in rows.items:
            names |= dict.fromkeys(str(plain(key)) for key, _ in row.entries)
        axes = tuple(self.axes.declared(Axis(head_of(rows.span), name)) for name in names)
        facts = [self.axes.facts(name) for name in names]
        table, sound = [], True
        for row in rows.items:
            values = [self._cell(row, f) for f in facts]
            if any(isinstance(value, Template) for value in values):
                return None
            table.append(tuple(plain(value) for value in values))
            sound = sound and not any(isinstance(value, Invalid) for value in values)
        if not sound:
            return None
        span = head_of(matrix.span)
        return Sweep(span, "mapping", axes, len(table), tuple(table))

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
