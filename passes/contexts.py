"""Turns bindings, options and connections into the names that expressions may use.

Source of the rules: the specification of contexts, sections 2 to 4. A value that exists only when
the run does (`globals.uuid`, ...) is a `RunTimeRef`, or text made from one.
"""

from __future__ import annotations

import json
from typing import Any

from msgspec import Struct

from pxc.diagnostics import Report
from pxc.ir.expr import Binary, Conditional, Const, Expr, RunTimeRef
from pxc.ir.node import Hole, Invalid, Lit, Map, Node, Seq, Template, plain, replace, walk
from pxc.ir.program import Binding, Program
from pxc.ir.run import Service
from pxc.passes.cell_refs import is_of_cell, is_of_outer_cell, of_cell
from pxc.passes.connection_names import connection_names, init_connection_names
from pxc.passes.evaluation import Budget, Scope, evaluate_template
from pxc.passes.free_names import free_names
from pxc.passes.global_names import DEFAULT_PORT, global_names, service_names
from pxc.passes.image_parts import image_parts
from pxc.passes.io_types.declare import find_io
from pxc.passes.io_types.settle import settle
from pxc.source import Source, Span
from pxc.world import Language, World


class Contexts(Struct, frozen=True):
    """The names of one operation. `values` holds every settled binding's plain value or Expr.

    `nodes` has the same values as trees, with the places they come from.
    `images` has the name and the connection of those that are images.
    `catalog` tells whether what the run asks for can be known; `partial` that a file is only
    linted, so that what a catalog would say is not known rather than missing.
    """

    values: dict[str, Any]
    nodes: dict[str, Any]
    params: dict[str, Any]
    globals: dict[str, Any]
    connections: dict[str, Any]
    init: dict[str, Any]
    span: Span
    catalog: bool
    partial: bool
    images: dict[str, dict[str, Any]]

    def scope(self, *, connections: bool = True) -> Scope:
        """What an expression sees; the connection stage sees no connections yet."""
        names: dict[str, Any] = {**self.values, "params": self.params, "globals": self.globals}
        unavailable = dict(_ELSEWHERE)
        if connections and not self.catalog and not self.partial:
            why = "no catalog is given (`--catalog PATH`), so no connection is known"
            unavailable |= {"connections": why, "init": why}
        elif connections and not self.catalog:
            names |= {n: RunTimeRef(self.span, n) for n in ("connections", "init")}
        elif connections:
            names["connections"] = self.connections
            names["init"] = self.init
        else:
            why = "connections are not known yet where a connection is chosen"
            unavailable |= {"connections": why, "init": why}
        return Scope(names, unavailable, parts=self.images)


_ELSEWHERE = {
    name: f"`{name}` has values only in `ref`/`value` pairs of params"
    for name in ("inputs", "outputs", "dag", "ops", "matrix", "artifacts", "events")
}


def build_contexts(program: Program, world: World, report: Report) -> Contexts:
    """Settle every binding, whatever their order, and gather the contexts.

    PXC316 when values lead back to each other. Bindings that use none of the others are cheap:
    only templates are evaluated.
    """
    globals_ = global_names(program, world)
    settling = _Settling(program, world, report, globals_)
    for binding in program.bindings:
        settling.value(binding.name)
    connections = {c.name: _schema(c.schema) for c in program.connections}
    run = program.composed.run if program.composed is not None else None
    used = {name.value for name in init_connection_names(run)}
    used |= {binding.connection for binding in program.bindings if binding.to_init}
    asked = program.composed is not None and any(connection_names(program))
    contexts = Contexts(
        settling.values,
        settling.nodes,
        param_names(program, settling, world, report),
        globals_,
        connections,
        {name: schema for name, schema in connections.items() if name in used},
        program.main.span,
        world.catalog.declared or not asked,
        program.partial,
        image_parts(program.bindings, settling.values),
    )
    if run is not None and isinstance(run, Service):
        # Ports may be templates over everything but what is made from ports; faults of theirs are
        # reported where the run itself is evaluated.
        ports = evaluate_tree(run.ports, contexts.scope(), Report())
        numbers = as_data(ports) if ports is not None else [DEFAULT_PORT]
        known = numbers if isinstance(numbers, list) else None
        globals_ |= service_names(run, known, globals_, world)
    return contexts


class _Settling:
    """Evaluates templates among the bindings, each once, in the order they need each other."""

    def __init__(
        self, program: Program, world: World, report: Report, globals_: dict[str, Any]
    ) -> None:
        self.bindings = {b.name: b for b in program.bindings}
        self.partial = program.partial
        self.operation = program.composed
        self.report = report
        self.globals = globals_
        self.nodes: dict[str, Any] = {}
        self.values: dict[str, Any] = {}
        self.active: list[str] = []

    def value(self, name: str) -> Any:
        """The plain value (or run-time expression) of a binding."""
        if name in self.values:
            return self.values[name]
        binding = self.bindings[name]
        if name in self.active:
            cycle = " -> ".join(f"`{n}`" for n in (*self.active[self.active.index(name) :], name))
            span = binding.given_at or binding.span
            self.report.add("PXC316", f"the values need each other: {cycle}", span)
            self.values[name] = RunTimeRef(binding.span, f"params.{name}")
            return self.values[name]
        self.active.append(name)
        node = self.settled(binding)
        self.active.pop()
        if name not in self.values:
            self.nodes[name] = node
            self.values[name] = shown(binding, node, partial=self.partial)
        return self.values[name]

    def settled(self, binding: Binding) -> Any:
        """The binding's value with its templates evaluated and coerced to its type."""
        node = binding.value
        if node is None or not has_template(node):
            return node
        for used in free_names(node):
            if used in self.bindings:
                self.value(used)
        names = {
            **self.values,
            "globals": self.globals,
            "params": {n: {"value": v} for n, v in self.values.items()},
        }
        parts = image_parts(self.bindings.values(), self.values)
        done = evaluate_tree(node, Scope(names, _ELSEWHERE, parts=parts), self.report)
        if has_template(done):
            return done
        declared = find_io(self.operation, binding) if self.operation is not None else None
        return settle(binding, done, self.report, declared=declared)


def shown(binding: Binding, node: Any, *, partial: bool) -> Any:
    """What the bare name of a binding is in an expression."""
    if isinstance(node, Invalid):
        return RunTimeRef(binding.span, f"params.{binding.name}")
    if node is None and binding.section == "outputs":
        return RunTimeRef(binding.span, f"outputs.{binding.name}")
    if node is None or (partial and isinstance(node, Lit) and node.value is None):
        if partial:
            return RunTimeRef(binding.span, f"params.{binding.name}")
        return None
    value = as_data(node)
    if is_of_cell(value):
        return of_cell(value, "flag") if binding.is_flag else value
    if binding.is_flag and is_of_outer_cell(value):
        return _flag_of_outer(binding, value)
    if binding.is_flag and isinstance(value, bool):
        return f"--{binding.name}" if value else ""
    if binding.type == "str" and value is not None and not is_expr(value):
        return as_str(value)
    return value


def param_names(
    program: Program, settling: _Settling, world: World, report: Report
) -> dict[str, Any]:
    """The `params` context: each binding's value, type, connection, `as_str`, `as_arg`."""
    params: dict[str, Any] = {}
    every: list[Any] = []
    for binding in program.bindings:
        node = settling.nodes.get(binding.name)
        value = None if node is None else as_data(node)
        if program.partial and (value is None or isinstance(node, Invalid)):
            value = RunTimeRef(binding.span, f"params.{binding.name}")
        text = as_str(value)
        argument = as_arg(binding, value, text, world.language, report)
        params[binding.name] = {
            "value": value,
            "type": binding.type or None,
            "connection": binding.connection,
            "as_str": text,
            "as_arg": argument,
        }
        if argument != "":
            every.append(argument)
    params.setdefault("as_args", every)
    return params


def as_str(value: Any) -> Any:
    """A value as text: booleans and containers as JSON, null as nothing."""
    if value.__class__ in (str, int, float):
        return str(value)
    if is_of_cell(value) or is_of_outer_cell(value):
        return of_cell(value, "as_str")
    if is_expr(value) or isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool | list | dict):
        return json.dumps(value, default=str)
    return str(value)


def as_arg(binding: Binding, value: Any, text: Any, language: Language, report: Report) -> Any:
    """A value, whose text is known, as the argument that a program is given for it."""
    if value is None:
        return ""
    if is_of_cell(value):
        return of_cell(value, "as_arg")
    if binding.is_flag and is_of_outer_cell(value):
        return _flag_of_outer(binding, value)
    if binding.is_flag and isinstance(value, bool):
        return f"--{binding.name}" if value else ""
    if binding.arg_format is not None:
        template = language.parse_value(binding.arg_format, _span_of(binding))
        if not isinstance(template, Template):
            return binding.arg_format
        scope = Scope({binding.name: value}, {})
        done = evaluate_template(template, scope, report, Budget())
        return "" if isinstance(done, Invalid) else as_data(done)
    if is_expr(value):
        span = binding.span
        return Binary(span, "~", Const(span, f"--{binding.name}="), text)
    return f"--{binding.name}={text}"


def _flag_of_outer(binding: Binding, value: RunTimeRef) -> Conditional:
    """The flag for a value of the matrix of a dag around: its form there has another name."""
    span = value.span
    return Conditional(span, value, Const(span, f"--{binding.name}"), Const(span, ""))


def _span_of(binding: Binding) -> Span:
    source = Source(f"argFormat of {binding.name}", binding.arg_format or "")
    return Span(source, 0, len(source.text))


def evaluate_tree(node: Any, scope: Scope, report: Report, budget: Budget | None = None) -> Any:
    """A value tree with every template in it evaluated."""
    budget = budget or Budget()
    if isinstance(node, Template):
        return evaluate_template(node, scope, report, budget)
    if isinstance(node, Seq):
        items = tuple(evaluate_tree(i, scope, report, budget) for i in node.items)
        return replace(node, items=items)
    if isinstance(node, Map):
        entries = tuple(
            (evaluate_tree(k, scope, report, budget), evaluate_tree(v, scope, report, budget))
            for k, v in node.entries
        )
        return replace(node, entries=entries)
    return node


def as_data(node: Any) -> Any:
    """A settled tree as plain data; text that waits for the run becomes an expression."""
    if isinstance(node, Template):
        return template_expr(node)
    if isinstance(node, Invalid):
        return RunTimeRef(node.span, "params.invalid")
    if isinstance(node, Lit):
        return node.value
    if isinstance(node, Seq):
        return [as_data(i) for i in node.items]
    if isinstance(node, Map):
        return {plain(k): as_data(v) for k, v in node.entries}
    return plain(node)


def template_expr(template: Template) -> Any:
    """Text with run-time holes as one expression that joins its parts."""
    joined: Any = None
    for part in template.parts:
        if isinstance(part, Hole):
            piece: Any = (
                RunTimeRef(part.span, "params.invalid")
                if isinstance(part.expr, Invalid)
                else part.expr
            )
        else:
            piece = Const(template.span, part)
        joined = piece if joined is None else Binary(template.span, "~", joined, piece)
    return joined if joined is not None else Const(template.span, template.text)


def has_template(node: Any) -> bool:
    """Whether a tree has text with expressions in it."""
    return isinstance(node, Node) and any(isinstance(n, Template) for n in walk(node))


def is_expr(value: Any) -> bool:
    """Whether a value is an expression that waits for the run."""
    return isinstance(value, Expr)


def _schema(schema: Any) -> Any:
    return as_data(schema) if isinstance(schema, Node) else (schema or {})
