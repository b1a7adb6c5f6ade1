"""Turns the parser's tree of an expression into `Expr` nodes; depth is bounded."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lark import Token as Leaf
from lark import Tree

from pxc.grammar.expression import CONSTANTS
from pxc.grammar.expression_tokens import Fault
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
from pxc.source import Span

Branch = Tree[Leaf]


class TreeReader:
    """Reads one tree; `place` maps offsets to spans."""

    def __init__(self, place: Callable[[int, int], Span]) -> None:
        self._place = place
        self._depth = 0

    def read(self, tree: Any) -> Expr:
        """The expression of a tree. Raises Fault."""
        self._depth += 1
        if self._depth > MAX_DEPTH:
            start, end = _extent(tree)
            raise Fault(f"the expression is nested more than {MAX_DEPTH} levels deep", start, end,
                        help="split it", code="PXC315")  # fmt: skip
        found: Expr = getattr(self, "_" + tree.data)(tree, self._place(*_extent(tree)))
        self._depth -= 1
        return found

    def _all(self, children: list[Any]) -> tuple[Expr, ...]:
        return tuple([self.read(child) for child in children])

    def _name(self, tree: Branch, span: Span) -> Expr:
        name = str(tree.children[0])
        return Const(span, CONSTANTS[name]) if name in CONSTANTS else Name(span, name)

    def _integer(self, tree: Branch, span: Span) -> Expr:
        return Const(span, _value(tree.children[0]))

    _float = _integer

    def _string(self, tree: Branch, span: Span) -> Expr:
        return Const(span, "".join(_value(child) for child in tree.children))

    def _list(self, tree: Branch, span: Span) -> Expr:
        return ListExpr(span, self._all(tree.children))

    def _tuple(self, tree: Branch, span: Span) -> Expr:
        return ListExpr(span, self._all(tree.children), is_tuple=True)

    def _dict(self, tree: Branch, span: Span) -> Expr:
        pairs = []
        for pair in tree.children:
            key, _, value = pair.children  # type: ignore[union-attr]
            pairs.append((self.read(key), self.read(value)))
        return DictExpr(span, tuple(pairs))

    def _attribute(self, tree: Branch, span: Span) -> Expr:
        target, leaf = tree.children
        assert isinstance(leaf, Leaf)
        if leaf.type == "INTEGER":
            key = Const(self._place(*_extent(leaf)), _value(leaf))
            return Index(span, self.read(target), key)
        return Attribute(span, self.read(target), str(leaf))

    def _index(self, tree: Branch, span: Span) -> Expr:
        target, key = tree.children
        if isinstance(key, Tree) and key.data == "slice":
            return Slice(span, self.read(target), *self._bounds(key))
        return Index(span, self.read(target), self.read(key))

    def _bounds(self, tree: Branch) -> tuple[Expr | None, Expr | None, Expr | None]:
        bounds: list[Expr | None] = [None, None, None]
        at = 0
        for child in tree.children:
            if isinstance(child, Leaf):
                at += 1
            else:
                bounds[at] = self.read(child)
        return bounds[0], bounds[1], bounds[2]

    def _unary(self, tree: Branch, span: Span) -> Expr:
        op, operand = tree.children
        return Unary(span, str(op), self.read(operand))

    def _binary(self, tree: Branch, span: Span) -> Expr:
        left, op, right = tree.children
        return Binary(span, str(op), self.read(left), self.read(right))

    def _compare(self, tree: Branch, span: Span) -> Expr:
        first, *rest = tree.children
        pairs = []
        for op, operand in zip(rest[::2], rest[1::2], strict=True):
            words = [str(word) for word in op.children]  # type: ignore[union-attr]
            pairs.append(("".join(words), self.read(operand)))
        return Compare(span, self.read(first), tuple(pairs))

    def _conditional(self, tree: Branch, span: Span) -> Expr:
        then, test, *otherwise = tree.children
        other = self.read(otherwise[0]) if otherwise else None
        return Conditional(span, self.read(test), self.read(then), other)

    def _filter(self, tree: Branch, span: Span) -> Expr:
        target, name, *arguments = tree.children
        args, kwargs = self._arguments(arguments)
        return Filter(span, self.read(target), _dotted(name), args, kwargs)

    def _test(self, tree: Branch, span: Span) -> Expr:
        target, _, negated, name, *argument = tree.children
        if argument and _data(argument[0]) == "arguments":
            args, kwargs = self._arguments(argument)
            if kwargs:
                raise Fault("a test takes no named arguments", *_extent(argument[0]),
                            help="give the value alone")  # fmt: skip
        else:
            args = self._all(argument)
        is_negated = bool(negated.children)  # type: ignore[union-attr]
        return Test(span, self.read(target), _dotted(name), args, is_negated)

    def _call(self, tree: Branch, span: Span) -> Expr:
        function, *arguments = tree.children
        args, kwargs = self._arguments(arguments)
        return Call(span, self.read(function), args, kwargs)

    def _arguments(self, trees: list[Any]) -> tuple[tuple[Expr, ...], tuple[tuple[str, Expr], ...]]:
        args: list[Expr] = []
        kwargs: dict[str, Expr] = {}
        for child in trees[0].children if trees else ():
            if child.data == "unpacking":
                raise Fault("arguments cannot be unpacked here", *_extent(child),
                            help="write them one by one")  # fmt: skip
            if child.data == "keyword":
                key, value = child.children
                if str(key) in kwargs:
                    raise Fault(f"the argument `{key}` is given twice", *_extent(child))
                kwargs[str(key)] = self.read(value)
            elif kwargs:
                raise Fault("a named argument comes before this one", *_extent(child),
                            help="put the named arguments last")  # fmt: skip
            else:
                args.append(self.read(child))
        return tuple(args), tuple(kwargs.items())


def _data(child: Any) -> str:
    return child.data if isinstance(child, Tree) else ""


def _value(leaf: Any) -> Any:
    return leaf.value


def _dotted(tree: Any) -> str:
    return ".".join(tree.children)


def _extent(node: Any) -> tuple[int, int]:
    """The offsets of a tree or token, without parentheses around it."""
    place: Any = node if isinstance(node, Leaf) else node.meta
    return int(place.start_pos), int(place.end_pos)
