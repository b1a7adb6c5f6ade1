"""Turns the parts of a matrix into what is known of them: axes of values, counts, numbers."""

from __future__ import annotations

from itertools import islice
from typing import Any

from pxc.diagnostics import Report
from pxc.ir.matrix import Matrix, Space
from pxc.ir.node import Invalid, Lit, Map, Node, is_null, plain, replace
from pxc.ir.program import Program
from pxc.ir.sweep import DISTRIBUTIONS, Axis
from pxc.passes.check_matrix import check_space
from pxc.passes.contexts import build_contexts, has_template
from pxc.passes.evaluate_expressions import Evaluation
from pxc.passes.io_types.declare import find_io
from pxc.passes.io_types.settle import IOFacts, facts_of, is_pending, settle_value
from pxc.passes.spaces import MOST_VALUES, size_of, value_nodes, without_values
from pxc.world import World

__all__ = ["MatrixAxes", "seed_of"]

_APART = frozenset({"early_stopping", "tuner"})
"""What of a matrix has no part in its values."""


class MatrixAxes:
    """Reads the parts of one operation's matrix, each held to the inputs it is for."""

    def __init__(self, program: Program, world: World, report: Report) -> None:
        self.program, self.world, self.report = program, world, report
        self.bindings = {b.name: b for b in program.bindings}

    def rendered(self, matrix: Matrix) -> Matrix | None:
        """The matrix with its templates evaluated; who evaluates all others tells their faults.

        None when one of its parts is faulty or waits for the run, but for those that choose no
        values: they stay as they are. PXC401 and PXC403 for spaces whose fault is seen only now.
        """
        changed: dict[str, Any] = {}
        for name in matrix.__struct_fields__:
            part = getattr(matrix, name)
            if not isinstance(part, Node) or not has_template(part):
                continue
            contexts = build_contexts(self.program, self.world, Report())
            found = Evaluation(contexts, self.world.language, Report()).rewrite(part)
            if not is_pending(found):
                changed[name] = found
            elif name not in _APART:
                return None
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

    def count(self, node: Any, what: str) -> tuple[int | None, bool]:
        """A number of one or more, None where none is given, and whether it is sound; PXC116."""
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

    def axes(self, matrix: Matrix) -> tuple[Axis, ...] | None:
        """An axis for each of the spaces; None when one is faulty or not known.

        PXC206 and PXC214 for a value that does not fit, PXC401 for a space of too many.
        """
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
        axis = self.declared(without_values(name, space))
        if axis.kind in DISTRIBUTIONS:
            return axis
        if max(size_of(space), 0) > MOST_VALUES:
            self._report_too_many(name, space)
            return None
        values = []
        facts = self.facts(name)
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

    def declared(self, axis: Axis) -> Axis:
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

    def facts(self, name: str) -> IOFacts:
        """What the declaration of a name asks of its values."""
        binding, composed = self.bindings.get(name), self.program.composed
        declared = find_io(composed, binding) if binding is not None and composed else None
        return facts_of(declared) if declared is not None else IOFacts(name)


def seed_of(matrix: Matrix) -> int | None:
    """The seed that the author gave."""
    given = matrix.seed.value if isinstance(matrix.seed, Lit) else None
    return given if isinstance(given, int) and not isinstance(given, bool) else None
