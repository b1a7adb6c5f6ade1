"""Turns an expression and a scope into a value, or into what of it is left for the run."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn

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
from pxc.ir.unparse import unparse
from pxc.passes.evaluation.budget import Budget
from pxc.passes.evaluation.faults import (
    OPERATION_ERRORS,
    EvaluationFault,
    Undefined,
    failed,
    kind,
    piece,
    shown,
    unsafe,
)
from pxc.passes.evaluation.filters import apply_filter, check_filter
from pxc.passes.evaluation.lookups import look_up
from pxc.passes.evaluation.operators import binary, compare, unary
from pxc.passes.evaluation.predicates import check_test, run_test
from pxc.passes.evaluation.residual import (
    as_data,
    as_expr,
    const_of,
    consts_of,
    has_expr,
    is_expr,
    is_text,
    is_true,
    join_text,
    may_be_undefined,
    respan,
)
from pxc.passes.evaluation.scope import Scope
from pxc.passes.evaluation.unknown_names import call_refused, hyphens_meant, missing
from pxc.source import Span


def evaluate(expr: Expr, scope: Scope, budget: Budget) -> Any:
    """The plain value of an expression; an `Expr` when a value of the run takes part in it.

    What is known is folded: the residual holds `Const` for it. Raises EvaluationFault.
    """
    return _Evaluator(scope, budget).value(expr)


class _Evaluator:
    """One evaluation. A value is plain data, an `Expr` (known at run time) or Undefined."""

    __slots__ = ("budget", "scope")

    def __init__(self, scope: Scope, budget: Budget) -> None:
        self.scope = scope
        self.budget = budget

    def value(self, node: Expr) -> Any:
        """The value of a node. Raises EvaluationFault, also when it is undefined."""
        found = self.found(node)
        if found.__class__ is Undefined:
            raise found.fault
        return found

    def found(self, node: Expr) -> Any:
        """The value of a node, or Undefined."""
        found = self.raw(node)
        if found.__class__ in (dict, list, tuple) and self._from_mixed(node) and has_expr(found):
            return as_expr(found, node.span)
        return found

    def raw(self, node: Expr) -> Any:
        """The value of a node, or Undefined; data may still have values of the run inside."""
        budget = self.budget
        budget.steps -= 1
        if budget.steps < 0:
            budget.spend(1, node.span)
        return _READERS[node.__class__](self, node)

    def container(self, node: Expr, key: Any = None) -> Any:
        """The value of a node that is looked into for a key."""
        parts = self.scope.parts.get(node.name) if node.__class__ is Name else None
        if parts is not None and key.__class__ is str:
            return parts
        found = self.raw(node)
        if found.__class__ is Undefined:
            raise found.fault
        return found

    def _from_mixed(self, node: Expr) -> bool:
        while isinstance(node, Attribute | Index | Slice):
            node = node.object
        return isinstance(node, Name) and self.scope.is_mixed(node.name)

    # look-ups

    def const(self, node: Const) -> Any:
        return node.value

    def run_time(self, node: RunTimeRef) -> Any:
        return node

    def name(self, node: Name) -> Any:
        name, scope = node.name, self.scope
        try:
            found = scope.names[name]
        except KeyError:
            return missing(node, scope)
        return respan(found, node.span) if is_expr(found) else found

    def attribute(self, node: Attribute) -> Any:
        name = node.name
        owner = self.container(node.object, name)
        if owner.__class__ is dict and name in owner:
            found = owner[name]
            return respan(found, node.span) if is_expr(found) else found
        span = piece(node.span, name, 0, before=node.span.end)
        if is_expr(owner):
            return self._look_up_later(owner, name, node, span)
        return self._look_up(node.object, owner, name, node.span, span)

    def index(self, node: Index) -> Any:
        key = self.value(node.key)
        owner = self.container(node.object, key)
        if is_expr(owner):
            return self._look_up_later(owner, key, node, node.key.span)
        if is_expr(key):
            whole = as_expr(owner, node.object.span) if has_expr(owner) else owner
            return Index(node.span, const_of(whole, node.object.span), key)
        return self._look_up(node.object, owner, key, node.span, node.key.span)

    def _look_up(self, of: Expr, owner: Any, key: Any, whole: Span, span: Span) -> Any:
        found = look_up(owner, key, span, lambda: f"`{shown(unparse(of))}`")
        return respan(found, whole) if is_expr(found) else found

    def _look_up_later(self, owner: Expr, key: Any, node: Attribute | Index, span: Span) -> Any:
        """A look-up in what only the run knows, or in a list or map with such a value inside."""
        if isinstance(key, str) and key.startswith("_"):
            raise unsafe(span, f"`{shown(key)}` is not data", "templates only reach data")
        if isinstance(owner, ListExpr | DictExpr) and not is_expr(key):
            known = as_data(owner)
            if known is not None:
                return self._look_up(node.object, known, key, node.span, span)
        if isinstance(node, Attribute):
            return Attribute(node.span, owner, node.name)
        return Index(node.span, owner, const_of(key, node.key.span))

    def slice(self, node: Slice) -> Any:
        owner = self.value(node.object)
        bounds = [b if b is None else self.value(b) for b in (node.start, node.stop, node.step)]
        if is_expr(owner) or any(is_expr(b) for b in bounds):
            spans = [b.span if b else node.span for b in (node.start, node.stop, node.step)]
            kept = [b if b is None else const_of(b, s) for b, s in zip(bounds, spans, strict=True)]
            return Slice(node.span, const_of(owner, node.object.span), *kept)
        if not isinstance(owner, str | list | tuple):
            raise failed(node.span, f"{kind(owner)} cannot be cut", "only a list or text can")
        try:
            return owner[slice(*bounds)]
        except OPERATION_ERRORS:
            raise failed(
                node.span, "the bounds of a slice are whole numbers, its step not 0"
            ) from None

    # composites

    def list(self, node: ListExpr) -> Any:
        items = [self.value(item) for item in node.items]
        if any(is_expr(item) for item in items):
            return ListExpr(node.span, consts_of(items, node.items), node.is_tuple)
        self.budget.measure(items, node.span)
        return tuple(items) if node.is_tuple else items

    def dict(self, node: DictExpr) -> Any:
        made: dict[Any, Any] = {}
        pairs: list[tuple[Expr, Expr]] = []
        partly = False
        for key_node, value_node in node.items:
            key, value = self.value(key_node), self.value(value_node)
            partly = partly or is_expr(key) or is_expr(value)
            pairs.append((const_of(key, key_node.span), const_of(value, value_node.span)))
            try:
                made[key] = value
            except TypeError:
                raise failed(key_node.span, f"{kind(key)} cannot be a key") from None
        if partly:
            return DictExpr(node.span, tuple(pairs))
        self.budget.measure(made, node.span)
        return made

    # operators

    def unary(self, node: Unary) -> Any:
        value = self.value(node.operand)
        if is_expr(value):
            if node.op == "not" and is_true(value):
                return False
            return Unary(node.span, node.op, value)
        return unary(node.op, value, node.span)

    def binary(self, node: Binary) -> Any:
        if node.op in ("and", "or"):
            return self._short_circuit(node)
        try:
            left = self.value(node.left)
            right = self.value(node.right)
        except EvaluationFault as fault:
            if node.op == "-" and fault.code == "PXC302":
                meant = hyphens_meant(node, self.scope, self.container)
                if meant is not None:
                    raise meant from fault
            raise
        if is_expr(left) or is_expr(right):
            return self._operate_later(node, left, right)
        return binary(node.op, left, right, self.budget, node.span)

    def _short_circuit(self, node: Binary) -> Any:
        left = self.value(node.left)
        if not is_expr(left):
            return left if bool(left) == (node.op == "or") else self.found(node.right)
        if is_true(left):
            return left if node.op == "or" else self.found(node.right)
        right = self.value(node.right)
        return Binary(node.span, node.op, left, const_of(right, node.right.span))

    def _operate_later(self, node: Binary, left: Any, right: Any) -> Expr:
        """The residual of an operator; text next to text is joined now."""
        if node.op == "~" or (node.op == "+" and is_text(left) and is_text(right)):
            return join_text(
                const_of(left, node.left.span),
                const_of(right, node.right.span),
                self.budget,
                node.span,
            )
        return Binary(
            node.span, node.op, const_of(left, node.left.span), const_of(right, node.right.span)
        )

    def compare(self, node: Compare) -> Any:
        left: Any = self.value(node.first)
        left_span = node.first.span
        later: list[tuple[str, Expr]] = []
        first: Expr | None = None
        for op, operand in node.rest:
            right = self.value(operand)
            if first is None and not (is_expr(left) or is_expr(right)):
                if not compare(op, left, right, self.budget, node.span):
                    return False
            else:
                first = first or const_of(left, left_span)
                later.append((op, const_of(right, operand.span)))
            left, left_span = right, operand.span
        return True if first is None else Compare(node.span, first, tuple(later))

    def conditional(self, node: Conditional) -> Any:
        test = self.value(node.test)
        if is_expr(test) and not is_true(test):
            then = const_of(self.value(node.then), node.then.span)
            if node.otherwise is None:
                return Conditional(node.span, test, then, None)
            otherwise = const_of(self.value(node.otherwise), node.otherwise.span)
            return Conditional(node.span, test, then, otherwise)
        if test:
            return self.found(node.then)
        if node.otherwise is not None:
            return self.found(node.otherwise)
        message = "the condition is false and there is no `else`"
        return Undefined(failed(node.span, message, "add `else` and a value"))

    # filters, tests, calls

    def filter(self, node: Filter) -> Any:
        name = node.name
        span = piece(node.span, name, node.target.span.end)
        check_filter(name, len(node.args), tuple(k for k, _ in node.kwargs), span)
        target = self.found(node.target)
        if name in ("default", "d"):
            return self._default(node, target)
        if target.__class__ is Undefined:
            raise target.fault
        args = [self.value(arg) for arg in node.args]
        kwargs = {key: self.value(arg) for key, arg in node.kwargs}
        values = (target, *args, *kwargs.values())
        if not any(is_expr(value) for value in values):
            return apply_filter(name, target, tuple(args), kwargs, self.budget, span)
        spans = dict(node.kwargs)
        return Filter(
            node.span,
            const_of(target, node.target.span),
            name,
            consts_of(args, node.args),
            tuple((key, const_of(value, spans[key].span)) for key, value in kwargs.items()),
        )

    def _default(self, node: Filter, target: Any) -> Any:
        """`x | default(y, boolean)`: the one filter that takes what is undefined."""
        name = node.name
        named = dict(node.kwargs)
        arg = node.args[0] if node.args else named.get("default_value")
        flag = node.args[1] if len(node.args) > 1 else named.get("boolean")
        if target.__class__ is Undefined:
            return "" if arg is None else self.found(arg)
        boolean = False if flag is None else self.value(flag)
        unsure = bool(boolean) and not is_true(target)
        undecided = is_expr(target) and (unsure or may_be_undefined(target))
        if undecided or is_expr(boolean):
            args = () if arg is None else (const_of(self.value(arg), arg.span),)
            kwargs = (("boolean", const_of(boolean, node.span)),) if boolean else ()
            return Filter(node.span, const_of(target, node.target.span), name, args, kwargs)
        if boolean and not target:
            return "" if arg is None else self.found(arg)
        return target

    def test(self, node: Test) -> Any:
        name = node.name
        span = piece(node.span, name, node.target.span.end)
        check_test(name, len(node.args), span)
        target = self.found(node.target)
        args = [self.value(arg) for arg in node.args]
        if may_be_undefined(target) or (
            name not in ("defined", "undefined")
            and any(is_expr(value) for value in (target, *args))
        ):
            later = const_of(target, node.target.span)
            return Test(node.span, later, name, consts_of(args, node.args), node.negated)
        return run_test(name, target, tuple(args), self.budget, span) != node.negated

    def call(self, node: Call) -> NoReturn:
        raise call_refused(node)


_READERS: dict[type, Callable[[Any, Any], Any]] = {
    Const: _Evaluator.const, Name: _Evaluator.name, Attribute: _Evaluator.attribute,
    Index: _Evaluator.index, Slice: _Evaluator.slice, ListExpr: _Evaluator.list,
    DictExpr: _Evaluator.dict, Unary: _Evaluator.unary, Binary: _Evaluator.binary,
    Compare: _Evaluator.compare, Conditional: _Evaluator.conditional, Filter: _Evaluator.filter,
    Test: _Evaluator.test, Call: _Evaluator.call, RunTimeRef: _Evaluator.run_time,
}  # fmt: skip
