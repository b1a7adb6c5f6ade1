"""Turns expressions of Jinja's own syntax tree into `Expr`, for texts with statements."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from jinja2 import nodes

from pxc.ir.expr import (
    MAX_DEPTH,
    Attribute,
    Binary,
    Call,
    Compare,
    Conditional,
    Const,
    DictExpr,
    Expr,
    Filter,
    Index,
    ListExpr,
    Name,
    Slice,
    Test,
    Unary,
)
from pxc.passes.evaluation.budget import too_large
from pxc.passes.evaluation.faults import check_characters, unsafe
from pxc.source import Span

_BINARY: dict[type, str] = {
    nodes.Add: "+", nodes.Sub: "-", nodes.Mul: "*", nodes.Div: "/", nodes.FloorDiv: "//",
    nodes.Mod: "%", nodes.Pow: "**", nodes.And: "and", nodes.Or: "or",
}  # fmt: skip
_UNARY: dict[type, str] = {nodes.Neg: "-", nodes.Pos: "+", nodes.Not: "not"}
_COMPARISON = {
    "eq": "==", "ne": "!=", "lt": "<", "lteq": "<=", "gt": ">", "gteq": ">=", "in": "in",
    "notin": "notin",
}  # fmt: skip


class TreeReader:
    """Reads expressions; `place` gives the span of a line of the text."""

    def __init__(self, place: Callable[[int], Span]) -> None:
        self._place = place
        self._spans: dict[int, Span] = {}
        self._read: dict[int, tuple[nodes.Expr, Expr]] = {}
        self._depth = 0

    def span(self, node: nodes.Node) -> Span:
        """The place of a node: that of its line."""
        line = node.lineno
        if line not in self._spans:
            self._spans[line] = self._place(line)
        return self._spans[line]

    def read(self, node: Any) -> Expr:
        """The expression of a node, read once. Raises EvaluationFault."""
        known = self._read.get(id(node))
        if known is not None:
            return known[1]
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise too_large("an expression is nested too deep", self.span(node))
        found = self._convert(node, self.span(node))
        self._depth -= 1
        self._read[id(node)] = (node, found)
        return found

    def read_filter(self, node: nodes.Filter, target: Expr) -> Expr:
        """A filter without a target of its own (`{% filter upper %}`) applied to one."""
        inner = target if node.node is None else self.read_filter(_filter(node.node), target)
        args, kwargs = self._arguments(node)
        return Filter(self.span(node), inner, node.name, args, kwargs)

    def _all(self, items: list[Any]) -> tuple[Expr, ...]:
        return tuple([self.read(item) for item in items])

    def _convert(self, node: Any, span: Span) -> Expr:
        kind = type(node)
        if kind in _BINARY:
            return Binary(span, _BINARY[kind], self.read(node.left), self.read(node.right))
        if kind in _UNARY:
            if kind is nodes.Not and isinstance(node.node, nodes.Test):
                return self._test(node.node, span, negated=True)
            return Unary(span, _UNARY[kind], self.read(node.node))
        match node:
            case nodes.Const():
                if isinstance(node.value, str):
                    check_characters(node.value, span)
                return Const(span, node.value)
            case nodes.Name():
                return Name(span, node.name)
            case nodes.Getattr():
                return Attribute(span, self.read(node.node), node.attr)
            case nodes.Getitem():
                return self._item(node, span)
            case nodes.List():
                return ListExpr(span, self._all(node.items))
            case nodes.Tuple():
                return ListExpr(span, self._all(node.items), is_tuple=True)
            case nodes.Dict():
                pairs = ((self.read(pair.key), self.read(pair.value)) for pair in node.items)
                return DictExpr(span, tuple(pairs))
            case nodes.Concat():
                return self._concat(node, span)
            case nodes.Compare():
                rest = ((_COMPARISON[o.op], self.read(o.expr)) for o in node.ops)
                return Compare(span, self.read(node.expr), tuple(rest))
            case nodes.CondExpr():
                other = None if node.expr2 is None else self.read(node.expr2)
                return Conditional(span, self.read(node.test), self.read(node.expr1), other)
            case nodes.Filter() if node.node is not None:
                args, kwargs = self._arguments(node)
                return Filter(span, self.read(node.node), node.name, args, kwargs)
            case nodes.Test():
                return self._test(node, span, negated=False)
            case nodes.Call():
                return Call(span, self.read(node.node))
        raise unsafe(span, f"`{type(node).__name__.lower()}` is not part of templates")

    def _concat(self, node: nodes.Concat, span: Span) -> Expr:
        first, *rest = node.nodes
        made = self.read(first)
        for item in rest:
            made = Binary(span, "~", made, self.read(item))
        return made

    def _item(self, node: nodes.Getitem, span: Span) -> Expr:
        cut = node.arg
        if not isinstance(cut, nodes.Slice):
            return Index(span, self.read(node.node), self.read(cut))
        start, stop, step = (
            None if bound is None else self.read(bound) for bound in (cut.start, cut.stop, cut.step)
        )
        return Slice(span, self.read(node.node), start, stop, step)

    def _test(self, node: nodes.Test, span: Span, *, negated: bool) -> Expr:
        args, kwargs = self._arguments(node)
        if kwargs:
            raise unsafe(span, "a test takes no named arguments")
        return Test(span, self.read(node.node), node.name, args, negated)

    def _arguments(self, node: Any) -> tuple[tuple[Expr, ...], tuple[tuple[str, Expr], ...]]:
        if node.dyn_args is not None or node.dyn_kwargs is not None:
            raise unsafe(self.span(node), "arguments cannot be unpacked here")
        kwargs = tuple((pair.key, self.read(pair.value)) for pair in node.kwargs or ())
        return self._all(node.args or []), kwargs


def _filter(node: nodes.Expr) -> nodes.Filter:
    assert isinstance(node, nodes.Filter)
    return node
