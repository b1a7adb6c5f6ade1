"""Rules about inputs: those that change nothing, and those that say nothing."""

from __future__ import annotations

from typing import Any

from pxc.diagnostics import Note, Report
from pxc.ir.expr import Attribute, Binary, Const, ExprNode, Index, Name
from pxc.ir.io import IO
from pxc.ir.matrix import Matrix
from pxc.ir.node import Hole, Invalid, Lit, Map, Node, Template, is_null, walk
from pxc.ir.program import Program
from pxc.ir.run import Legacy
from pxc.ir.spec import Operation
from pxc.passes.evaluation.unknown_names import hyphenated
from pxc.passes.free_names import free_names
from pxc.passes.rules.authored import items, operations
from pxc.source import Span
from pxc.world import World

_WHOLE = frozenset({"params", "inputs"})
_HELPERS = frozenset({"tuner", "notifier", "cleaner", "watchdog"})


def unused_inputs(program: Program, world: World, report: Report) -> None:
    """PXC207 an input that nothing uses; PXC404 and PXC405 a param of the matrix that reaches none.

    Only where everything that could use it is in the file: a preset, a reference that was not
    followed or a whole `params` in an expression may use any input.
    """
    main = program.main
    searched = _searched(main)
    for layer in _components(main):
        if _is_open(layer, main):
            return
    inputs = {name: io for layer in _components(main) for name, io in _inputs(layer)}
    used = _used(main)
    for name, place in searched.items():
        if name in used:
            continue
        if name not in inputs:
            report.add(
                "PXC404",
                f"`{name}` of the matrix is no input of the component, and nothing uses it",
                place,
                help="declare the input, or delete the param",
            )
        elif not _is_wired(inputs[name]):
            report.add(
                "PXC405",
                f"`{name}` of the matrix reaches nothing that runs, so equal runs are made",
                place,
                notes=(Note("the input", _place(inputs[name])),),
                help=f'pass it on, as in `args: ["--{name}={{{{ {name} }}}}"]`',
            )
    for name, io in inputs.items():
        if name not in used and name not in searched and not _is_wired(io):
            report.add(
                "PXC207",
                f"nothing uses the input `{name}`",
                _place(io),
                help=f"use it as `{{{{ {name} }}}}`, set `toEnv`, or delete it",
            )


def untyped_inputs(program: Program, world: World, report: Report) -> None:
    """PXC215: a declared input that says nothing of the values it takes."""
    for operation in operations(program, world):
        for name, io in _inputs(operation):
            if io.type is None or is_null(io.type):
                report.add(
                    "PXC215",
                    f"the input `{name}` has no type, so every value fits it",
                    _place(io),
                    help="add `type`, such as `str`, `int`, `float` or `any`",
                )


def _components(main: Operation) -> list[Operation]:
    found = [main]
    while isinstance(found[-1].component, Operation):
        found.append(found[-1].component)
    return found


def _is_open(layer: Operation, main: Operation) -> bool:
    """Whether something that is not in the file may use inputs of this layer."""
    if layer.presets is not None or layer.is_preset is not None:
        return True
    if any(r is not None for r in (layer.hub_ref, layer.url_ref, layer.dag_ref)):
        return True
    if layer.component is not None:
        return isinstance(layer.component, Invalid)
    if layer.path_ref is not None:
        return True
    run: Any = layer.run
    if run is None and main.run_fields is None and layer.container is None:
        return True
    return isinstance(run, Legacy) or getattr(run, "kind", "") in _HELPERS


def _searched(main: Operation) -> dict[str, Span]:
    """The params of the matrix; `resource` of hyperband is not among them, the tuner sets it."""
    matrix = main.matrix
    if not isinstance(matrix, Matrix):
        return {}
    found: dict[str, Span] = {}
    for params in (matrix.params, *items(matrix.values)):
        if isinstance(params, Map):
            for key, _ in params.entries:
                if isinstance(key, Lit):
                    found.setdefault(str(key.value), key.span)
    return found


def _inputs(layer: Operation) -> list[tuple[str, IO]]:
    return [
        (io.name.value, io)
        for io in items(layer.inputs)
        if isinstance(io, IO) and isinstance(io.name, Lit) and isinstance(io.name.value, str)
    ]


def _place(io: IO) -> Span:
    return io.name.span if io.name is not None else io.span


def _is_wired(io: IO) -> bool:
    """Whether an input reaches the run without an expression."""
    wires = (io.to_init, io.to_env, io.connection)
    return any(w is not None and not is_null(w) and getattr(w, "value", 1) for w in wires)


class _All(frozenset[str]):
    """Every name there is."""

    def __contains__(self, name: object) -> bool:
        return True


def _used(main: Operation) -> frozenset[str]:
    """The names that expressions, references and conditions of the whole file use."""
    names = set(free_names(main))
    if "as_args" in names:
        return _All()
    for node in walk(main):
        if isinstance(node, Template):
            if node.statements and ("params" in node.text or "inputs" in node.text):
                return _All()
            if any(_takes_all(p.expr) for p in node.parts if isinstance(p, Hole)):
                return _All()
        elif isinstance(node, Lit) and isinstance(node.value, str):
            # `value: inputs.lr` of a dag, and patches: they are read when their runtime is known
            if "as_args" in node.value:
                return _All()
            if "puts." in node.value or "{{" in node.value or "{%" in node.value:
                names |= _words(node.value)
        names |= _passed_keys(node)
    return frozenset(names)


def _words(text: str) -> set[str]:
    return set("".join(c if c.isalnum() or c == "_" else " " for c in text).split())


def _passed_keys(node: Node) -> set[str]:
    """The keys that an expression indexes with, `params["lr"]`, and names with a hyphen."""
    if not isinstance(node, Template):
        return set()
    found: set[str] = set()
    stack: list[Any] = [p.expr for p in node.parts if isinstance(p, Hole)]
    while stack:
        one = stack.pop()
        if isinstance(one, tuple):
            stack.extend(one)
        elif isinstance(one, ExprNode):
            if isinstance(one, Const) and isinstance(one.value, str):
                found.add(one.value)
            if isinstance(one, Binary) and (name := hyphenated(one)) is not None:
                found |= {name[1], name[1].replace("-", "_")}  # PXC303 tells of it
            stack.extend(getattr(one, f) for f in one.__struct_fields__ if f != "span")
    return found


def _takes_all(expr: Any) -> bool:
    """Whether an expression uses `params` as a whole, or with a key that is computed."""
    if isinstance(expr, tuple):
        return any(_takes_all(e) for e in expr)
    if not isinstance(expr, ExprNode):
        return False
    if isinstance(expr, Name):
        return expr.name in _WHOLE
    if isinstance(expr, Attribute) and isinstance(expr.object, Name):
        return False
    if isinstance(expr, Index) and isinstance(expr.object, Name) and isinstance(expr.key, Const):
        return False
    return any(_takes_all(getattr(expr, f)) for f in expr.__struct_fields__ if f != "span")
