"""Turns an expression over values of the run into a function of Python that computes it.

The language of templates is Jinja's, whose values and operators are Python's, so most of an
expression is written as it is; what would give something else in Python is refused.
"""

from __future__ import annotations

import keyword
import re
from collections.abc import Callable

from msgspec import Struct

from pxc.diagnostics import Report
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
    operands,
)
from pxc.ir.stopping import MAXIMIZE, Stopping
from pxc.ir.unparse import unparse
from pxc.source import Span
from pxc.targets._declared import declared_kind
from pxc.targets.airflow.python_filters import (
    AND,
    ATOM,
    CHOICE,
    COMPARE,
    COMPARED,
    FILTERS,
    IS_TEXT,
    NOT,
    NUMBERS,
    OR,
    POWER,
    PRODUCT,
    SIGN,
    SUM,
    TESTS,
    Said,
    kind_of,
)
from pxc.targets.airflow.python_text import shown

__all__ = ["Computed", "Given", "Types", "computed_by", "unreached"]

Types = Callable[[RunTimeRef], "Given | None"]
"""How Airflow reads a value of the run, and the type that its author declared."""

_DECLARE = "declare the type of the output or input it comes from, or write `| int`, `| float`"
_COMPUTE = "compute the value in the container, as an output"
_WORD = re.compile(r"\W+")
_LONGEST = 4096


_UNREACHED = "metric is unreached"
"""A function that no author can call, for a name has no blanks."""

_BINDS = {"+": SUM, "-": SUM, "*": PRODUCT, "/": PRODUCT, "//": PRODUCT, "%": PRODUCT,
          "**": POWER, "and": AND, "or": OR}  # fmt: skip


class Given(Struct, frozen=True):
    """A value that a task leaves: the expression of Jinja that reads its text, and its type."""

    read: str
    type: str


class Computed(Struct, frozen=True):
    """A function: its parameters with what Airflow gives each, its body, what it computes."""

    given: dict[str, str]
    lines: tuple[str, ...]
    kind: str = "str"


class _Refused(Exception):
    def __init__(self, span: Span, message: str, help: str) -> None:
        super().__init__(message)
        self.span, self.message, self.help = span, message, help


def unreached(rule: Stopping, member: str) -> Expr:
    """That a metric, an output of a member of the same dag, is not as good as a rule wants it."""
    ref = RunTimeRef(rule.span, f"ops.{member}.outputs.{rule.metric}")
    least = Const(rule.span, rule.optimization != MAXIMIZE)
    value = Const(rule.span, rule.value or 0.0)
    return Call(rule.span, Name(rule.span, _UNREACHED), (ref, value, least))


def computed_by(expr: Expr, types: Types, report: Report, *, truth: bool) -> Computed | None:
    """The function that computes an expression; None after one PXC703.

    Its result is whether a condition holds with `truth`, else text as a template prints it.
    """
    writer = _Writer(types)
    try:
        made = writer.value(expr)
        result = _truth(made, expr.span) if truth else _result(made)
        if len(result) > _LONGEST:
            raise _Refused(expr.span, "this is too long for one line of Python", _COMPUTE)
    except _Refused as found:
        report.add("PXC703", found.message, found.span, help=found.help)
        return None
    return Computed(writer.given, (*writer.lines, f"return {result}"), made.kind)


def _truth(said: Said, span: Span) -> str:
    if said.kind == "bool":
        return said.text
    if said.kind not in (*IS_TEXT, "int", "json"):
        raise _Refused(span, f"{_a(said.kind)} is neither true nor false", "compare it: `x > 0`")
    return f"is_true({said.text})"


def _result(said: Said) -> str:
    return said.text if said.kind in IS_TEXT else f"str({said.text})"


def _printed(said: Said) -> str:
    return said.at(SUM) if said.kind in IS_TEXT else f"str({said.text})"


def _a(kind: str) -> str:
    known = {"text": "a value without a declared type", "str": "text", "bool": "a boolean",
             "dict": "a map", "list": "a list"}  # fmt: skip
    return known.get(kind, "a number")


class _Writer:
    """One translation."""

    def __init__(self, types: Types) -> None:
        self.types = types
        self.given: dict[str, str] = {}
        self.lines: list[str] = []
        self.known: dict[str, Said] = {}

    def value(self, node: Expr) -> Said:
        match node:
            case Const(value=value):
                return Said(shown(value), kind_of(value))
            case RunTimeRef():
                return self._reference(node)
            case Attribute(object=owner, name=name):
                return self._part(owner, Said(shown(name), "str"), node)
            case Index(object=owner, key=key):
                return self._part(owner, self.value(key), node)
            case Slice(object=owner, start=start, stop=stop, step=step):
                said = self.value(owner)
                bounds = ":".join("" if b is None else self.value(b).text for b in (start, stop))
                more = "" if step is None else f":{self.value(step).text}"
                return Said(f"{said.at(ATOM)}[{bounds}{more}]", said.kind, said.item)
            case ListExpr(items=items):
                return Said(
                    "[" + ", ".join(self.value(i).text for i in items) + "]", "list", "json"
                )
            case DictExpr(items=pairs):
                made = (f"{self.value(k).text}: {self.value(v).text}" for k, v in pairs)
                return Said("{" + ", ".join(made) + "}", "dict", "json")
            case Unary(op="not", operand=operand):
                return Said(f"not {self.value(operand).at(NOT)}", "bool", binds=NOT)
            case Unary(op=op, operand=operand):
                said = self._number(op, self.value(operand), node)
                return Said(f"{op}{said.at(SIGN)}", said.kind, binds=SIGN)
            case Binary():
                return self._binary(node)
            case Compare():
                return self._compare(node)
            case Conditional(test=test, then=then, otherwise=otherwise) if otherwise is not None:
                a, b, t = self.value(then), self.value(otherwise), self.value(test)
                kind = a.kind if a.kind == b.kind else "json"
                return Said(f"{a.at(OR)} if {t.at(OR)} else {b.at(OR)}", kind, binds=CHOICE)
            case Filter():
                return self._filter(node)
            case Test():
                return self._test(node)
            case Call(function=Name(name=name), args=(RunTimeRef() as ref, Const() as v, least)):
                if name == _UNREACHED:
                    return self._unreached(ref, v, least == Const(v.span, True))
        raise self._refused(node)

    def _reference(self, ref: RunTimeRef) -> Said:
        if ref.path in self.known:
            return self.known[ref.path]
        given = self.types(ref)
        if given is None:
            message = f"`{ref.path}` is known only when the run exists, and Airflow cannot tell it"
            raise _Refused(ref.span, message, "give the value by a param")
        name = self._parameter(ref.path)
        self.given[name] = given.read
        kind, item = declared_kind(given.type)
        form = {"int": "int({})", "float": "float({})", "bool": "json.loads({}.lower())",
                "str": "", "text": ""}.get(kind, "json.loads({})")  # fmt: skip
        if form:
            self.lines.append(f"{name} = {form.format(name)}")
        self.known[ref.path] = Said(name, kind, item)
        return self.known[ref.path]

    def _unreached(self, ref: RunTimeRef, value: Const, least: bool) -> Said:
        """True, behind the lines that end the function where a metric is good enough."""
        given = self.types(ref)
        assert given is not None
        name = self._parameter(ref.path)
        self.given[name] = given.read
        more = ", least=True" if least else ""
        self.lines += [f"if reached({name}, {shown(value.value)}{more}):", "    return False"]
        return Said("True", "bool")

    def _parameter(self, path: str) -> str:
        """A name by the last word of a path."""
        word = _WORD.sub("_", path.rpartition(".")[2]) or "value"
        if word[0].isdigit() or keyword.iskeyword(word) or word in ("json", *_CALLED):
            word = f"{word}_"
        name, count = word, 1
        while name in self.given:
            count += 1
            name = f"{word}_{count}"
        return name

    def _part(self, owner: Expr, key: Said, node: Expr) -> Said:
        said = self.value(owner)
        if said.kind not in ("list", "dict", "json"):
            raise _Refused(node.span, f"{_a(said.kind)} has no parts", _DECLARE)
        return Said(f"{said.at(ATOM)}[{key.text}]", said.item)

    def _number(self, op: str, said: Said, node: Expr) -> Said:
        if said.kind not in (*NUMBERS, "json"):
            raise _Refused(
                node.span, f"`{op}` needs numbers, and this is {_a(said.kind)}", _DECLARE
            )
        return said

    def _binary(self, node: Binary) -> Said:
        op = node.op
        if op == "~":
            parts = [_printed(self.value(each)) for each in operands(node)]
            return Said(" + ".join(parts), "str", binds=SUM)
        left, right = self.value(node.left), self.value(node.right)
        if op == "and" and isinstance(node.left, Call):
            return right  # what is left has ended the function, or holds
        binds = _BINDS[op]
        kind = left.kind if left.kind == right.kind else "json"
        if op in ("and", "or"):
            return Said(f"{left.at(binds)} {op} {right.at(binds + 1)}", kind, binds=binds)
        kinds = {left.kind, right.kind}
        if not (op == "+" and (kinds <= IS_TEXT or kinds == {"list"})):
            self._number(op, left, node)
            self._number(op, right, node)
            kind = "float" if op == "/" else "number" if kind in ("bool", "json") else kind
        raised = op == "**"
        a, b = left.at(binds + raised), right.at(binds + (not raised))
        return Said(f"{a} {op} {b}", kind, left.item, binds)

    def _compare(self, node: Compare) -> Said:
        before = self.value(node.first)
        text = before.at(SUM)
        for op, operand in node.rest:
            said = self.value(operand)
            self._comparable(op, before, said, node)
            text += f" {'not in' if op == 'notin' else op} {said.at(SUM)}"
            before = said
        return Said(text, "bool", binds=COMPARE)

    def _comparable(self, op: str, a: Said, b: Said, node: Expr) -> None:
        if "json" in (a.kind, b.kind) or op in ("in", "notin") or "none" in (a.kind, b.kind):
            return
        kinds = {a.kind, b.kind}
        if a.kind != b.kind and not kinds <= NUMBERS and not kinds <= IS_TEXT:
            message = f"`{op}` compares {_a(a.kind)} with {_a(b.kind)}"
            raise _Refused(node.span, message, _DECLARE)

    def _filter(self, node: Filter) -> Said:
        if node.name in ("default", "d"):
            return self._default(node)
        write, least, most = FILTERS.get(node.name, (None, 0, 0))
        fits = not node.kwargs and least <= len(node.args) <= most
        made = None
        if write is not None and fits:
            made = write(self.value(node.target), *map(self.value, node.args))
        if made is None:
            raise self._refused(node)
        return made

    def _default(self, node: Filter) -> Said:
        """Another value for one that is missing in a map: nothing else can be missing."""
        if len(node.args) != 1 or node.kwargs:
            raise self._refused(node)
        match node.target:
            case Attribute(object=owner, name=name):
                key = Said(shown(name), "str")
            case Index(object=owner, key=key_node):
                key = self.value(key_node)
            case _:
                return self.value(node.target)
        said, other = self.value(owner), self.value(node.args[0])
        if said.kind != "dict" or key.kind not in IS_TEXT:
            raise self._refused(node)
        return Said(f"{said.at(ATOM)}.get({key.text}, {other.text})", said.item)

    def _refused(self, node: Expr) -> _Refused:
        return _Refused(node.span, f"Airflow cannot compute `{unparse(node)}`", _COMPUTE)

    def _test(self, node: Test) -> Said:
        write = TESTS.get(node.name)
        said = self.value(node.target)
        args = [self.value(arg) for arg in node.args]
        if write is None or len(args) != (node.name in COMPARED or node.name == "divisibleby"):
            raise self._refused(node)
        if node.name in COMPARED:
            self._comparable(node.name, said, args[0], node)
        text = write(said, *args)
        if node.negated:
            return Said(f"not ({text})", "bool", binds=NOT)
        return Said(text, "bool", binds=COMPARE)


_CALLED = frozenset(("str", "int", "float", "len", "abs", "round", "min", "max", "sum", "list",
                     "sorted", "reversed", "dict", "isinstance", "reached"))  # fmt: skip
