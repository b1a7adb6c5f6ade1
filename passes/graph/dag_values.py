"""Turns params that take a value from the dag around an operation into the values themselves."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from msgspec.structs import replace

from pxc.diagnostics import Report
from pxc.ir.expr import RunTimeRef
from pxc.ir.io import Param
from pxc.ir.node import Hole, Invalid, Lit, Map
from pxc.ir.program import Binding, Program
from pxc.passes.contexts import Contexts, build_contexts, evaluate_tree, has_template
from pxc.passes.graph.edges import params_of
from pxc.passes.io_types.declare import find_io
from pxc.passes.io_types.settle import settle
from pxc.passes.moved_refs import moved
from pxc.passes.param_refs import read_ref
from pxc.source import Span
from pxc.world import World

OUTSIDE = "dag."
"""How a reference begins that is to be read in the scope around a dag."""


class DagValues:
    """The inputs and globals of one dag as its operations take them by `ref: dag`."""

    def __init__(self, program: Program, world: World, report: Report) -> None:
        self.program = program
        self.world = world
        self.report = report
        self.bindings = {b.name: b for b in program.bindings}
        self.done: dict[str, Any] = {}

    @cached_property
    def contexts(self) -> Contexts:
        """The names of the operation that the dag is."""
        return build_contexts(self.program, self.world, Report())

    def given(self, params: Any) -> Any:
        """The params of an operation with what is known of the dag in place of references to it.

        What only the run knows stays a reference. Source: specification of dags, section 4.
        """
        if not isinstance(params, Map) or all(p.ref is None for p in params_of(params)):
            return params
        entries = tuple((key, self._param(key, param)) for key, param in params.entries)
        return replace(params, entries=entries)

    def _param(self, key: Any, param: Any) -> Any:
        if not isinstance(key, Lit) or not isinstance(param, Param) or param.ref is None:
            return param
        reference = read_ref(str(key.value), param, Report(), in_dag=True)
        if isinstance(reference, Invalid):
            return param
        hole = reference.parts[0]
        assert isinstance(hole, Hole)
        assert isinstance(hole.expr, RunTimeRef)
        origin, section, *names = hole.expr.path.split(".")
        value = self._value(section, names, param.value.span) if origin == "dag" else None
        return param if value is None else replace(param, ref=None, value=value)

    def _value(self, section: str, names: list[str], span: Span) -> Any:
        """A value of the dag; None where it is not known or where only a run has it."""
        if section == "inputs" and names:
            return self._input(names[0])
        if section == "inputs":
            known = [b for b in self.program.bindings if b.section == "inputs"]
            pairs = ((Lit(b.span, b.name), self._input(b.name)) for b in known)
            return Map(span, tuple((k, v) for k, v in pairs if v is not None))
        if section == "globals" and names:
            value = self.contexts.globals.get(names[0])
            known_now = value is not None and isinstance(value, str | int | float | bool)
            return Lit(span, value) if known_now else None
        return None

    def _input(self, name: str) -> Any:
        if name not in self.done:
            binding = self.bindings.get(name)
            self.done[name] = self._settled(binding) if binding is not None else None
        return self.done[name]

    def _settled(self, binding: Binding) -> Any:
        node = binding.value
        if binding.section == "outputs" or node is None or isinstance(node, Invalid):
            return None
        if not has_template(node):
            return node
        done = evaluate_tree(node, self.contexts.scope(), Report())
        if not has_template(done) and self.program.composed is not None:
            declared = find_io(self.program.composed, binding)
            return settle(binding, done, Report(), declared=declared)
        return from_outside(done)


def from_outside(node: Any) -> Any:
    """A value of a dag as an operation inside of it sees it: each reference leads one dag out.

    A run that is named by its own UUID is the same from everywhere.
    """
    return moved(node, lambda path: path if path.startswith("runs.") else OUTSIDE + path)
