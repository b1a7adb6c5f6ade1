"""Turns an IR that breaks its own rules into an error, right after the pass that broke it."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from pxc.ir.expr import ExprNode, Name
from pxc.ir.node import Hole, Invalid, Lit, Map, Node, Seq, Template
from pxc.ir.plan import Plan

_SCALARS = (str, int, float, bool, type(None))


class BrokenIR(Exception):
    """A pass made a tree that the next one cannot trust."""


def verify(state: Any) -> None:
    """Check every node of a program or plan.

    Spans lie inside their source; literals hold scalars; lists, maps and templates hold nodes of
    the kinds they promise; a plan has no free names left. Raises BrokenIR with the place.
    """
    _verify(state, "program", final=isinstance(state, Plan))


def _verify(node: Any, where: str, *, final: bool) -> None:
    if isinstance(node, Node | ExprNode):
        span = node.span
        if not 0 <= span.start <= span.end <= len(span.source.text):
            raise BrokenIR(f"{where}: span {span.start}..{span.end} is outside {span.source.name}")
    match node:
        case Lit(value=value):
            if not isinstance(value, _SCALARS):
                raise BrokenIR(f"{where}: a literal holds {type(value).__name__}")
        case Template(parts=parts, statements=statements):
            if not parts and not statements:
                raise BrokenIR(f"{where}: a template without parts")
            for part in parts:
                if not isinstance(part, str | Hole):
                    raise BrokenIR(f"{where}: a template holds {type(part).__name__}")
                _verify(part, where, final=final)
        case Name(name=name) if final:
            raise BrokenIR(f"{where}: the plan still has the free name {name}")
        case Seq(items=items):
            for i, item in enumerate(items):
                if not isinstance(item, Node):
                    raise BrokenIR(f"{where}[{i}]: a list holds {type(item).__name__}")
                _verify(item, f"{where}[{i}]", final=final)
        case Map(entries=entries):
            for key, value in entries:
                if not isinstance(key, Lit | Template | Invalid):
                    raise BrokenIR(f"{where}: a key is {type(key).__name__}")
                _verify(key, where, final=final)
                _verify(value, f"{where}.{getattr(key, 'value', '?')}", final=final)
        case Struct():
            for field in node.__struct_fields__:
                if field != "span":
                    _verify(getattr(node, field), f"{where}.{field}", final=final)
        case tuple():
            for i, item in enumerate(node):
                _verify(item, f"{where}[{i}]", final=final)
