"""Turns an expression over values of the run into expr-lang as Argo evaluates it in `{{= }}`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Literal

from msgspec.structs import replace

from pxc.diagnostics import Report
from pxc.ir.expr import (
    Attribute,
    Binary,
    Compare,
    Conditional,
    Const,
    DictExpr,
    Expr,
    ExprNode,
    Filter,
    Index,
    ListExpr,
    RunTimeRef,
    Slice,
    Test,
    Unary,
    operands,
)
from pxc.ir.node import Hole, Invalid, Template
from pxc.ir.unparse import unparse
from pxc.source import Span
from pxc.targets.argo.expr_filters import apply_filter, apply_test
from pxc.targets.argo.expr_lookups import cut, look_up
from pxc.targets.argo.expr_operators import compare, negative, not_, reckon, truth
from pxc.targets.argo.expr_texts import argument, joined, printed, truth_of_text
from pxc.targets.argo.expr_values import (
    AND,
    ATOM,
    BOOL,
    CONDITION,
    JSON,
    NUMBER,
    OR,
    SIGN,
    STR,
    Refused,
    Said,
    Type,
    Typed,
    bind,
    constant,
    fail,
    of_parameter,
    quoted,
)

__all__ = ["Form", "Names", "Typed", "expr_of", "expr_of_template", "references", "type_of_expr"]

Names = Callable[[RunTimeRef], Typed | None]
"""The parameter that holds a value, such as that of `ops.train.outputs.loss`."""

Form = Literal["argument", "text", "condition"]
"""What the expression gives: the text of a value as a parameter holds it (`true`), as a template
prints it (`True`), or whether a condition holds."""

_LONGEST = 16 * 1024


def expr_of(
    expr: Expr, names: Names, report: Report, span: Span, form: Form = "argument"
) -> str | None:
    """The text of an expression of expr-lang, without `{{= }}`; None after one PXC703.

    It gives what the expression gives in Python, or it fails while Argo evaluates it: text that
    does not fit the type that its author declared, a missing key, a division by zero.
    """
    writer = _Writer(names)
    try:
        text = getattr(writer, form)(expr).text
        if len(text) > _LONGEST:
            raise Refused(span, "this is too long for Argo", "compute the value in the container")
    except Refused as found:
        report.add("PXC703", found.message, found.span, help=found.help)
        return None
    return str(text)


def expr_of_template(
    template: Template, names: Names, report: Report, form: Form = "argument"
) -> str | None:
    """The text of an expression that gives a template's value; None after one PXC703."""
    found: Expr | None = None
    for part in template.parts if not template.statements else ():
        expr = part.expr if isinstance(part, Hole) else Const(template.span, part)
        if isinstance(expr, Invalid):
            return None
        found = expr if found is None else Binary(template.span, "~", found, expr)
    if found is None:
        report.add("PXC703", "Argo has no statements", template.span, help=_COMPUTE)
        return None
    return expr_of(found, names, report, template.span, form)


def type_of_expr(expr: Expr, names: Names) -> Type | None:
    """The type of what an expression gives; None where it cannot be computed."""
    try:
        return _Writer(names).value(expr).type
    except Refused:
        return None


def references(expr: object) -> Iterator[RunTimeRef]:
    """The values of the run in an expression, from left to right."""
    if isinstance(expr, RunTimeRef):
        yield expr
    elif isinstance(expr, tuple):
        for part in expr:
            yield from references(part)
    elif isinstance(expr, ExprNode):
        for field in expr.__struct_fields__:
            yield from references(getattr(expr, field))


class _Writer:
    """One translation. Each form is told down to the branches of conditions."""

    def __init__(self, names: Names) -> None:
        self.names = names

    def text(self, node: Expr) -> Said:
        """What a template prints."""
        return self._chosen(node, self.text) or printed(self.value(node), node.span)

    def argument(self, node: Expr) -> Said:
        """What a parameter holds."""
        return self._chosen(node, self.argument) or argument(self.value(node), node.span)

    def truth(self, node: Expr) -> Said:
        """Whether Python takes the value for true."""
        match node:
            case Unary(op="not", operand=operand):
                return not_(self.truth(operand))
            case Binary(op="and" | "or" as op, left=left, right=right):
                binds, word = (AND, "&&") if op == "and" else (OR, "||")
                a, b = self.truth(left), self.truth(right)
                return Said(f"{a.at(binds)} {word} {b.at(binds)}", BOOL, binds)
            case Conditional(test=test, then=then, otherwise=ExprNode() as otherwise):
                return self._either(test, self.truth(then), self.truth(otherwise))
        return truth(self.value(node), node.span)

    def condition(self, node: Expr) -> Said:
        """Whether a condition holds: a boolean, or text that says one."""
        said = self.value(node)
        if said.type == BOOL:
            return said
        if not said.type.is_text and said.type.name not in ("int", "json"):
            help = "compare it: `x > 0`"
            raise Refused(node.span, f"{said.type} is neither true nor false", help)
        return truth_of_text(printed(said, node.span))

    def _chosen(self, node: Expr, form: Callable[[Expr], Said]) -> Said | None:
        """The branches of a choice, each in the form that is asked for."""
        match node:
            case Conditional(test=test, then=then, otherwise=ExprNode() as otherwise):
                return self._either(test, form(then), form(otherwise))
            case Binary(op="and" | "or" as op, left=RunTimeRef() as left, right=right):
                if self.value(left).type == BOOL:
                    return None
                a, b = form(left), form(right)
                return self._branches(self.truth(left), *((b, a) if op == "and" else (a, b)))
        return None

    # values

    def value(self, node: Expr) -> Said:
        """A value with its type. Raises Refused."""
        match node:
            case Const(value=value):
                return constant(value, node.span)
            case RunTimeRef():
                return self._reference(node)
            case Attribute(object=owner, name=name):
                return self._look_up(owner, constant(name, node.span), node)
            case Index(object=owner, key=key):
                return self._look_up(owner, self.value(key), node)
            case Slice():
                return self._slice(node)
            case ListExpr(items=items):
                return self._list([self.value(item) for item in items])
            case DictExpr(items=pairs):
                return self._map(pairs)
            case Unary(op="not"):
                return self.truth(node)
            case Unary(op=op, operand=operand):
                return negative(op, self.value(operand), node.span)
            case Binary(op="and" | "or"):
                return self._short_circuit(node)
            case Binary(op="~"):
                return joined(map(self.text, operands(node)))
            case Binary(op=op, left=left, right=right):
                return reckon(op, self.value(left), self.value(right), node.span)
            case Compare():
                return self._compare(node)
            case Conditional():
                return self._conditional(node)
            case Filter():
                return self._filter(node)
            case Test():
                return self._test(node)
        raise Refused(node.span, f"Argo cannot compute `{unparse(node)}`", _COMPUTE)

    def _reference(self, ref: RunTimeRef) -> Said:
        given = self.names(ref)
        if given is None:
            raise Refused(
                ref.span,
                f"`{ref.path}` is known only when the run exists, and Argo cannot tell it",
                "give the value by a param",
            )
        return of_parameter(given)

    def _look_up(self, owner: Expr, key: Said, node: Expr, otherwise: str = "") -> Said:
        missing = otherwise or fail(f"there is no `{unparse(node)[:80]}`")
        return look_up(self.value(owner), key, missing, node.span)

    def _slice(self, node: Slice) -> Said:
        bounds = (node.start, node.stop, node.step)
        start, stop, step = (None if b is None else self.value(b) for b in bounds)
        return cut(self.value(node.object), start, stop, step, node.span)

    def _list(self, items: list[Said]) -> Said:
        types = {STR if item.type.is_text else item.type for item in items}
        [type] = types if len(types) == 1 else [JSON]
        return Said(f"[{', '.join(item.text for item in items)}]", Type("list", type))

    def _map(self, pairs: tuple[tuple[Expr, Expr], ...]) -> Said:
        written = []
        for key_node, node in pairs:
            key = self.value(key_node)
            if not key.type.is_text:
                raise Refused(key_node.span, "a map in Argo has text for keys", "quote the key")
            written.append(f"({key.text}): {self.value(node).text}")
        return Said("({ " + ", ".join(written) + " })", Type("dict", JSON))

    # choices

    def _compare(self, node: Compare) -> Said:
        (op, operand), *rest = node.rest
        first, second = self.value(node.first), self.value(operand)
        if not rest:
            return compare(op, first, second, node.span)
        if len(rest) > 1:
            help = "join two comparisons with `and`"
            raise Refused(node.span, "Argo has no longer chain of comparisons", help)
        last = self.value(rest[0][1])

        def made(text: str) -> str:
            middle = replace(second, text=text, binds=ATOM, raw="")
            sides = (
                compare(op, first, middle, node.span),
                compare(rest[0][0], middle, last, node.span),
            )
            return " && ".join(side.at(AND) for side in sides)

        return replace(bind(second.without_raw(), made), type=BOOL)

    def _short_circuit(self, node: Binary) -> Said:
        left, right = self.value(node.left), self.value(node.right)
        if left.type == right.type == BOOL:
            return self.truth(node)
        type = _common(left, right, node.span)

        def made(text: str) -> str:
            test = truth(replace(left, text=text, binds=ATOM), node.left.span)
            then, otherwise = (right.at(OR), text) if node.op == "and" else (text, right.at(OR))
            return f"{test.at(OR)} ? {then} : {otherwise}"

        return replace(bind(left.without_raw(), made), type=type)

    def _conditional(self, node: Conditional) -> Said:
        if node.otherwise is None:
            raise Refused(
                node.span, "Argo needs a value for both cases", "write `else` and a value"
            )
        then, otherwise = self.value(node.then), self.value(node.otherwise)
        made = self._either(node.test, then, otherwise)
        return replace(made, type=_common(then, otherwise, node.span))

    def _either(self, test: Expr, then: Said, otherwise: Said) -> Said:
        return self._branches(self.truth(test), then, otherwise)

    def _branches(self, test: Said, then: Said, otherwise: Said) -> Said:
        text = f"{test.at(OR)} ? {then.at(OR)} : {otherwise.at(OR)}"
        return Said(text, then.type, CONDITION)

    # filters and tests

    def _filter(self, node: Filter) -> Said:
        named = dict(node.kwargs)
        if node.name in ("string", "safe") and not node.args and not named:
            return self.text(node.target)
        if node.name in ("default", "d"):
            return self._default(node, named)
        args = tuple(map(self.value, node.args))
        given = {key: self.value(arg) for key, arg in named.items()}
        return apply_filter(node.name, self.value(node.target), args, given, node.span)

    def _default(self, node: Filter, named: dict[str, Expr]) -> Said:
        """Another value for one that is missing in a map, or, with `boolean`, is false."""
        arg = node.args[0] if node.args else named.get("default_value", Const(node.span, ""))
        flag = node.args[1] if len(node.args) > 1 else named.get("boolean")
        if flag is not None and not (isinstance(flag, Const) and not flag.value):
            if not isinstance(flag, Const):
                raise Refused(flag.span, "Argo must know `boolean`", "write `true` or `false`")
            return self._short_circuit(Binary(node.span, "or", node.target, arg))
        if not isinstance(node.target, Attribute | Index):
            return self.value(node.target)
        key = node.target.key if isinstance(node.target, Index) else None
        name = self.value(key) if key is not None else constant(_name(node.target), node.span)
        otherwise = self.value(arg)
        found = self._look_up(node.target.object, name, node.target, otherwise.at(ATOM))
        if found.type.name != "json":
            _common(found, otherwise, node.span)
        return found

    def _test(self, node: Test) -> Said:
        if node.name in ("defined", "undefined"):
            made = self._defined(node.target)
            return not_(made) if (node.name == "undefined") != node.negated else made
        args = tuple(map(self.value, node.args))
        made = apply_test(node.name, self.value(node.target), args, node.span)
        return not_(made) if node.negated else made

    def _defined(self, node: Expr) -> Said:
        if isinstance(node, Attribute):
            owner = self.value(node.object)
            if owner.type.name == "dict":
                return Said(f"{quoted(node.name)} in {owner.at(ATOM)}", BOOL, SIGN)
        return replace(constant(True, node.span), constant=())


_COMPUTE = "compute the value in the container"


def _name(node: Expr) -> str:
    return node.name if isinstance(node, Attribute) else ""


def _common(a: Said, b: Said, span: Span) -> Type:
    """The type of what may be either of two."""
    if a.type == b.type:
        return a.type
    if a.type.is_text and b.type.is_text:
        return STR
    numbers = ("int", "float", "number")
    if a.type.name in numbers and b.type.name in numbers:
        return NUMBER
    raise Refused(
        span, f"this is {a.type} or {b.type}, and Argo must know which",
        "let both cases have one type",
    )  # fmt: skip
