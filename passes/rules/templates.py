"""Rules about expressions that run, and hardly give what is meant."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from pxc.diagnostics import Note, Report
from pxc.ir.expr import Attribute, Const, ExprNode, Name, RunTimeRef
from pxc.ir.node import Hole, Invalid, Lit, Template, is_null, piece_of, walk, written
from pxc.ir.program import Binding, Program
from pxc.ir.run import Dag, Pod
from pxc.passes.provided_names import provided_names
from pxc.passes.rules.authored import authored, containers, operations, texts
from pxc.passes.rules.dag_programs import inner_runs, run_nodes
from pxc.passes.rules.shells import script_of
from pxc.world import World

_FOREIGN = re.compile(r"\$\{(\w+)\}|(?<![{$\w])\{(\w+)\}(?!\})")


def dollar_brace(program: Program, world: World, report: Report) -> None:
    """PXC311: `${{ x }}`, whose `$` stays in the text; `${x}` and `{x}` that name an input."""
    for node in authored(program, world):
        if not isinstance(node, Template):
            continue
        raw, at = written(node), -1
        while (at := raw.find("${{", at + 1)) >= 0:
            end = raw.find("}}", at)
            report.add(
                "PXC311",
                "the `$` before `{{` stays in the text",
                piece_of(node, at, end + 2 if end >= 0 else at + 3),
                help="delete the `$`: expressions are `{{ name }}`",
            )
    inputs = {b.name for b in program.bindings if b.section == "inputs"}
    for container in containers(program, world) if inputs else ():
        if script_of(container) is None:  # a shell, and many programs, have braces of their own
            for text in (*texts(container.get("args")), *texts(container.get("command"))):
                _foreign(text, inputs, report)


def _foreign(text: Lit[str], inputs: set[str], report: Report) -> None:
    raw = written(text)
    if "\n" in raw or "{" not in raw:
        return
    for found in _FOREIGN.finditer(raw):
        name = found[1] or found[2]
        if name in inputs:
            report.add(
                "PXC311",
                f"`{found[0]}` stays in the text: nothing replaces it by the input `{name}`",
                piece_of(text, found.start(), found.end()),
                help=f"write `{{{{ {name} }}}}`",
            )


def optional_used_raw(program: Program, world: World, report: Report) -> None:
    """PXC306: an optional input that nobody gives, inside of a text: it prints `None`."""
    _check_empty(program, _of_pods(program, world), report)
    for one in inner_runs(program):
        _check_empty(one, (n for n in run_nodes(one) if isinstance(n, Template)), report)


def _check_empty(program: Program, templates: Iterable[Template], report: Report) -> None:
    empty = {b.name: b for b in _empty_inputs(program)}
    for template in templates if empty else ():
        for hole in template.parts if len(template.parts) > 1 else ():
            name = _bare_name(hole.expr) if isinstance(hole, Hole) else None
            if name in empty and isinstance(hole, Hole):
                report.add(
                    "PXC306",
                    f"`{name}` is optional and has no default, so the text may hold `None`",
                    hole.span,
                    notes=(Note(f"`{name}` is declared here", empty[name].span),),
                    help=f"use `{{{{ params.{name}.as_arg }}}}` for a whole argument,"
                    f" `{{{{ {name} or '' }}}}`, or give it a default",
                )


def _empty_inputs(program: Program) -> Iterator[Binding]:
    composed = program.composed
    if composed is None or isinstance(composed.run, Dag):
        return
    provided = provided_names(composed)
    for binding in program.bindings:
        later = binding.name in provided.matrix or binding.name in provided.joins
        if binding.section == "inputs" and not later and is_null(binding.value):
            yield binding


def _of_pods(program: Program, world: World) -> Iterator[Template]:
    """The templates of runtimes and of the shortcuts that stand for a container."""
    for operation in operations(program, world):
        for part in (operation.cmd, operation.env):
            if part is not None:
                yield from (n for n in walk(part) if isinstance(n, Template))
    for node in authored(program, world):
        if isinstance(node, Pod):
            yield from (n for n in walk(node) if isinstance(n, Template))


def _bare_name(expr: Any) -> str | None:
    """The x of `x` and `params.x.value`: expressions that print the value as it is."""
    if isinstance(expr, Name):
        return expr.name
    inner = expr.object if isinstance(expr, Attribute) and expr.name == "value" else None
    if isinstance(inner, Attribute) and isinstance(inner.object, Name):
        return inner.name if inner.object.name == "params" else None
    return None


def constant(program: Program, world: World, report: Report) -> None:
    """PXC312: an expression without a name in it, which is always the same."""
    for node in authored(program, world):
        if not isinstance(node, Template):
            continue
        for hole in node.parts:
            if not isinstance(hole, Hole) or isinstance(hole.expr, Invalid):
                continue
            if not _varies(hole.expr):
                report.add(
                    "PXC312",
                    "the expression names nothing, so its value never changes",
                    hole.span,
                    help="write the value itself",
                )


def _varies(expr: Any) -> bool:
    """Whether an expression has a name in it, or braces that have no other spelling."""
    if isinstance(expr, tuple):
        return any(_varies(part) for part in expr)
    if isinstance(expr, Const) and isinstance(expr.value, str):
        return any(mark in expr.value for mark in ("{{", "}}", "{%", "%}", "{#"))
    if isinstance(expr, Name | RunTimeRef):
        return True
    if not isinstance(expr, ExprNode):
        return False
    return any(_varies(getattr(expr, f)) for f in expr.__struct_fields__ if f != "span")
