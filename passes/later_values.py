"""Turns what only a run knows of an operation into inputs and conditions of a plan."""

from __future__ import annotations

from typing import Any

from pxc.ir.expr import ExprNode, RunTimeRef
from pxc.ir.node import FALSE_WORDS, Hole, Lit, Template
from pxc.ir.plan import Input
from pxc.ir.program import Binding, Program
from pxc.passes.cell_refs import is_of_cell
from pxc.passes.free_names import free_names

__all__ = ["condition_of", "inputs_of"]


def condition_of(conditions: Any) -> Lit[bool] | Template | None:
    """Conditions that are false or not known yet; None for those that hold."""
    if isinstance(conditions, Template):
        return conditions
    if isinstance(conditions, Lit) and str(conditions.value).strip().lower() in FALSE_WORDS:
        return Lit(conditions.span, False)
    return None


def inputs_of(program: Program) -> tuple[Input, ...]:
    """The inputs and params of an operation whose values come when it runs."""
    return tuple(
        Input(binding.span, binding.name, binding.value, binding.type)
        for binding in program.bindings
        if binding.section != "outputs" and _is_given_later(binding)
    )


def _is_given_later(binding: Binding) -> bool:
    """Whether a value is made of references to runs, and not of other params."""
    value = binding.value
    return isinstance(value, Template) and not free_names(value) and _refers(value.parts)


def _refers(part: Any) -> bool:
    if isinstance(part, tuple):
        return any(map(_refers, part))
    if isinstance(part, Hole | ExprNode) and not isinstance(part, RunTimeRef):
        return any(_refers(getattr(part, name)) for name in part.__struct_fields__)
    return isinstance(part, RunTimeRef) and not is_of_cell(part)
