"""Turns the inputs that somebody gives when a run is started into references to what they give."""

from __future__ import annotations

from typing import Any

from pxc.diagnostics import Report, nearest
from pxc.ir.expr import RunTimeRef
from pxc.ir.node import Hole, Lit, Seq, Template, plain, replace
from pxc.ir.plan import AskedParam
from pxc.ir.program import Binding, Program
from pxc.ir.spec import Operation
from pxc.passes.io_types.declare import find_io
from pxc.world import World

__all__ = ["ask_params"]

_TYPES = ("int", "float", "bool", "str")


def ask_params(program: Program, world: World, report: Report) -> Program:
    """Let the engine ask for the inputs that the options name.

    In: `bindings`. Out: those bindings with the value `params.<name>`, and `asked_params`, whose
    defaults are the values that they had. PXC205 for a name that no input has, PXC701 for an input
    of another type than a number, a boolean or text.
    """
    names = world.options.airflow.params
    if not names or program.composed is None:
        return program
    inputs = {b.name: b for b in program.bindings if b.section == "inputs"}
    for name in names:
        if name not in inputs:
            near = nearest(name, inputs)
            report.add(
                "PXC205",
                f"Airflow is to ask for `{name}`, and no input is called so",
                program.composed.span,
                help=f"did you mean `{near}`?" if near else "declare it under `inputs`",
            )
    asked = [b for name, b in inputs.items() if name in names and _can_be_asked(b, report)]
    known = {b.name for b in asked}
    params = tuple(_param(b, program.composed) for b in asked)
    bindings = tuple(_waiting(b) if b.name in known else b for b in program.bindings)
    return replace(program, bindings=bindings, asked_params=params)


def _can_be_asked(binding: Binding, report: Report) -> bool:
    value = binding.value
    plainly = value is None or (isinstance(value, Lit) and not binding.is_flag)
    if plainly and (not binding.type or binding.type in _TYPES):
        return True
    report.add(
        "PXC701",
        f"Airflow cannot ask for the input `{binding.name}`",
        binding.span,
        help="it asks for numbers, booleans and texts, and for no flags: give it a type of these",
    )
    return False


def _param(binding: Binding, operation: Operation) -> AskedParam:
    io = find_io(operation, binding)
    description = io.description if io is not None else None
    options: Any = io.options if io is not None else None
    chosen = plain(options) if isinstance(options, Seq) else None
    value = binding.value
    return AskedParam(
        binding.span,
        binding.name,
        binding.type,
        value.value if isinstance(value, Lit) else None,
        has_default=isinstance(value, Lit),
        description=str(description.value) if isinstance(description, Lit) else "",
        options=tuple(chosen) if isinstance(chosen, list) else (),
    )


def _waiting(binding: Binding) -> Binding:
    """A binding whose value is what the engine is given."""
    span, path = binding.given_at or binding.span, f"params.{binding.name}"
    value = Template(span, f"{{{{ {path} }}}}", (Hole(span, RunTimeRef(span, path)),))
    return replace(binding, value=value)
