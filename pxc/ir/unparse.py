"""Turns an expression back into text: one canonical spelling that reads as the same expression."""

from __future__ import annotations

from typing import Any

from pxc.ir.expr import (
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
    RunTimeRef,
    Slice,
    Test,
    Unary,
)

__all__ = ["unparse"]

# How tightly a form binds, loosest first; a part is put in parentheses when it binds less tightly
# than its place asks.
_CONDITIONAL, _OR, _AND, _NOT, _COMPARE, _SUM, _CONCAT, _PRODUCT, _POWER, _FILTER, _SIGN, _ATOM = (
    range(12)
)
_BINARY = {
    "or": _OR, "and": _AND, "+": _SUM, "-": _SUM, "~": _CONCAT, "*": _PRODUCT, "/": _PRODUCT,
    "//": _PRODUCT, "%": _PRODUCT, "**": _POWER,
}  # fmt: skip
# Python refuses to write longer whole numbers in decimal.
_DECIMAL_BITS = 4096


def unparse(expr: Expr) -> str:
    """The canonical text of an expression, in the syntax of `{{ }}`.

    A `RunTimeRef` is written as its path. Reading the text gives the same tree, but that folded
    values (`Const` of a list, a map or a negative number) become the expression that makes them.
    """
    return _write(expr)[0]


def _at(expr: Expr, needed: int) -> str:
    text, binds = _write(expr)
    return text if binds >= needed else f"({text})"


def _write(expr: Expr) -> tuple[str, int]:
    """The text and how tightly it binds."""
    match expr:
        case Const(value=value):
            return _literal(value)
        case Name(name=name):
            return name, _ATOM
        case RunTimeRef(path=path):
            return _path(path), _ATOM
        case Attribute() | Index() | Slice() | Call():
            return _primary(expr), _ATOM
        case ListExpr(items=items, is_tuple=is_tuple):
            return _list(", ".join(_at(item, _CONDITIONAL) for item in items), len(items), is_tuple)
        case DictExpr(items=pairs):
            inside = ", ".join(f"{_write(key)[0]}: {_write(value)[0]}" for key, value in pairs)
            return "{" + inside + "}", _ATOM
        case Unary(op="not", operand=operand):
            return f"not {_at(operand, _NOT)}", _NOT
        case Unary(op=op, operand=operand):
            return f"{op}{_at(operand, _SIGN)}", _SIGN
        case Binary(op=op, left=left, right=right):
            binds = _BINARY[op]
            return f"{_at(left, binds)} {op} {_at(right, binds + 1)}", binds
        case Compare(first=first, rest=rest):
            tail = (f" {_comparator(op)} {_at(operand, _SUM)}" for op, operand in rest)
            return _at(first, _SUM) + "".join(tail), _COMPARE
        case Conditional():
            return _conditional(expr), _CONDITIONAL
        case Filter(target=target, name=name, args=args, kwargs=kwargs):
            return f"{_at(target, _FILTER)} | {name}{_arguments(args, kwargs)}", _FILTER
        case Test():
            return _test(expr), _FILTER


def _primary(expr: Attribute | Index | Slice | Call) -> str:
    match expr:
        case Attribute(object=owner, name=name):
            return f"{_at(owner, _ATOM)}.{name}"
        case Index(object=owner, key=key):
            return f"{_at(owner, _ATOM)}[{_at(key, _CONDITIONAL)}]"
        case Slice():
            return _slice(expr)
        case Call(function=function, args=args, kwargs=kwargs):
            return _at(function, _ATOM) + (_arguments(args, kwargs) or "()")


def _list(inside: str, length: int, is_tuple: bool) -> tuple[str, int]:
    if is_tuple:
        return f"({inside}{',' if length == 1 else ''})", _ATOM
    return f"[{inside}]", _ATOM


def _test(expr: Test) -> str:
    word = "is not" if expr.negated else "is"
    target = expr.target
    # A test without an argument would take what follows `is` for one: keep it apart.
    apart = isinstance(target, Test) and not target.args
    inner = f"({_write(target)[0]})" if apart else _at(target, _FILTER)
    return f"{inner} {word} {expr.name}{_arguments(expr.args, ())}"


def _conditional(expr: Conditional) -> str:
    text = f"{_at(expr.then, _OR)} if {_at(expr.test, _OR)}"
    if expr.otherwise is None:
        return text
    return f"{text} else {_at(expr.otherwise, _CONDITIONAL)}"


def _slice(expr: Slice) -> str:
    bounds = [_write(bound)[0] if bound else "" for bound in (expr.start, expr.stop, expr.step)]
    if expr.step is None:
        bounds.pop()
    return f"{_at(expr.object, _ATOM)}[{':'.join(bounds)}]"


def _comparator(op: str) -> str:
    return "not in" if op == "notin" else op


def _arguments(args: tuple[Expr, ...], kwargs: tuple[tuple[str, Expr], ...]) -> str:
    given = [_write(arg)[0] for arg in args]
    given += [f"{key}={_write(arg)[0]}" for key, arg in kwargs]
    return f"({', '.join(given)})" if given else ""


def _path(path: str) -> str:
    """A dotted path, with what is no name in brackets."""
    first, *rest = path.split(".")
    steps = (f".{step}" if step.isidentifier() else f"[{_text(step)}]" for step in rest)
    return first + "".join(steps)


def _literal(value: Any) -> tuple[str, int]:
    if value is None:
        return "none", _ATOM
    if isinstance(value, bool):
        return str(value).lower(), _ATOM
    if isinstance(value, str):
        return _text(value), _ATOM
    if isinstance(value, int | float):
        return _number(value)
    if isinstance(value, dict):
        inside = ", ".join(f"{_literal(k)[0]}: {_literal(v)[0]}" for k, v in value.items())
        return "{" + inside + "}", _ATOM
    inside = ", ".join(_literal(item)[0] for item in value)
    return _list(inside, len(value), isinstance(value, tuple))


def _number(value: float) -> tuple[str, int]:
    if value != value:
        return "(1e999 - 1e999)", _ATOM
    if isinstance(value, int) and value.bit_length() > _DECIMAL_BITS:
        text = hex(value)
    else:
        text = str(value).replace("inf", "1e999")
    return text, _SIGN if text.startswith("-") else _ATOM


def _text(value: str) -> str:
    """A text in single quotes, on one line."""
    made = value.replace("\\", "\\\\").replace("'", "\\'")
    if made.isprintable():
        return f"'{made}'"
    return "'" + "".join(c if c.isprintable() else _escape(c) for c in made) + "'"


def _escape(character: str) -> str:
    simple = {"\n": "\\n", "\t": "\\t", "\r": "\\r"}.get(character)
    if simple is not None:
        return simple
    number = ord(character)
    return f"\\x{number:02x}" if number < 256 else f"\\U{number:08x}"
