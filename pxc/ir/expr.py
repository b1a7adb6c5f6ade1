"""Turns the inside of `{{ ... }}` into a small closed tree: Jinja's expression syntax as data."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from pxc.source import Span

MAX_DEPTH = 128
"""How deep an expression may be nested, whoever reads it: every pass may recurse over one."""


class ExprNode(Struct, frozen=True):
    """Any expression; the span covers its characters in the source."""

    span: Span


class Const(ExprNode, frozen=True):
    """A literal, or a value folded at compile time: any plain Python data."""

    value: Any


class Name(ExprNode, frozen=True):
    """A free name: an input, `globals`, `params`, `connections`, `init`."""

    name: str


class Attribute(ExprNode, frozen=True):
    """`object.name`: a look-up in data, never in Python objects."""

    object: Expr
    name: str


class Index(ExprNode, frozen=True):
    """`object[key]`."""

    object: Expr
    key: Expr


class Slice(ExprNode, frozen=True):
    """`object[start:stop:step]`."""

    object: Expr
    start: Expr | None
    stop: Expr | None
    step: Expr | None


class ListExpr(ExprNode, frozen=True):
    """`[a, b]`, and `(a, b)` with `is_tuple`."""

    items: tuple[Expr, ...]
    is_tuple: bool = False


class DictExpr(ExprNode, frozen=True):
    """`{a: b}`."""

    items: tuple[tuple[Expr, Expr], ...]


class Unary(ExprNode, frozen=True):
    """`not x`, `-x`, `+x`."""

    op: str
    operand: Expr


class Binary(ExprNode, frozen=True):
    """`+ - * / // % ** ~`, `and`, `or`."""

    op: str
    left: Expr
    right: Expr


class Compare(ExprNode, frozen=True):
    """A chain `first op a op b`; ops are `== != < <= > >= in notin` as in Jinja."""

    first: Expr
    rest: tuple[tuple[str, Expr], ...]


class Conditional(ExprNode, frozen=True):
    """`then if test else otherwise`; without `else` a false test is an error when used."""

    test: Expr
    then: Expr
    otherwise: Expr | None


class Filter(ExprNode, frozen=True):
    """`target | name(args, key=value)`."""

    target: Expr
    name: str
    args: tuple[Expr, ...] = ()
    kwargs: tuple[tuple[str, Expr], ...] = ()


class Test(ExprNode, frozen=True):
    """`target is name(args)`, `target is not name`."""

    target: Expr
    name: str
    args: tuple[Expr, ...] = ()
    negated: bool = False


class Call(ExprNode, frozen=True):
    """`function(args)`: parsed so that it can be refused with its place."""

    function: Expr
    args: tuple[Expr, ...] = ()
    kwargs: tuple[tuple[str, Expr], ...] = ()


class RunTimeRef(ExprNode, frozen=True):
    """A value that is known only when the run exists, such as `globals.uuid`; `path` is dotted."""

    path: str


Expr = (
    Const | Name | Attribute | Index | Slice | ListExpr | DictExpr | Unary | Binary | Compare
    | Conditional | Filter | Test | Call | RunTimeRef
)  # fmt: skip


def operands(node: Expr) -> list[Expr]:
    """The operands of a concatenation, from left to right, however deep."""
    found: list[Expr] = []
    waiting = [node]
    while waiting:
        last = waiting.pop()
        if isinstance(last, Binary) and last.op == "~":
            waiting += (last.right, last.left)
        else:
            found.append(last)
    return found
