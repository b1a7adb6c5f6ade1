"""Expands the operators `for` and `if` in a section of version 0, as far as params are known."""

from __future__ import annotations

import re
from typing import Any

from pxc.diagnostics import Report
from pxc.ir.node import Lit, Map, Node, Seq, replace
from pxc.source import head_of

__all__ = ["expanded"]

_MOST = 1_000
_HOLE = re.compile(r"\{\{\s*([A-Za-z_]\w*)\s*\}\}")
_TERM = r"""\s*(\{\{\s*\w+\s*\}\}|'[^'"]*'|"[^'"]*"|[-+.\w]+)\s*"""
_COMPARISON = re.compile(rf"{_TERM}(?:(==|!=|<=|>=|<|>){_TERM})?")


class _Unknown(Exception):
    """What an operator asks for is not known before the run."""


def expanded(tree: Map, report: Report) -> Map:
    """A document whose `build` and `run` have no operators left where all is known.

    `{for: {len: 2, do: ...}}` is the list of what is done for each `index`, `{if: {cond: ..., do:
    ...}}` what is done, or `else_do`. PXC946 for one whose length or condition no param gives, or
    that would give more than 1,000 items. Source: the operators of the models of release 0.6.
    """
    entries = []
    for key, value in tree.entries:
        if isinstance(key, Lit) and key.value in ("build", "run") and _operator_below(value):
            value = _Expansion(_params(tree), report).of(value)
        entries.append((key, value))
    return replace(tree, entries=tuple(entries))


def _operator_below(node: Any) -> bool:
    if isinstance(node, Map):
        return _operator(node) is not None or any(_operator_below(v) for _, v in node.entries)
    return isinstance(node, Seq) and any(_operator_below(item) for item in node.items)


def _operator(node: Any) -> str | None:
    """`for` or `if`, when that is the only key of a map and holds what to do."""
    if not isinstance(node, Map) or len(node.entries) != 1:
        return None
    key, body = node.entries[0]
    name = key.value if isinstance(key, Lit) else None
    return str(name) if name in ("for", "if") and isinstance(body, Map) else None


def _params(tree: Map) -> dict[str, Any]:
    """The params that are known: plain values."""
    given = tree.get("params") or tree.get("declarations")
    if not isinstance(given, Map):
        return {}
    pairs = ((key, value) for key, value in given.entries if isinstance(key, Lit))
    return {
        str(k.value): v.value for k, v in pairs if isinstance(v, Lit) and "{" not in str(v.value)
    }


class _Expansion:
    """The operators of one section; `names` are the values that are known."""

    def __init__(self, names: dict[str, Any], report: Report) -> None:
        self.names = names
        self.report = report
        self.left = _MOST

    def of(self, node: Any) -> Any:
        """A tree without operators; one that cannot be expanded is left out, reported."""
        operator = _operator(node)
        if operator is not None:
            return self.operated(operator, node)
        if isinstance(node, Map):
            pairs = [(key, self.of(value)) for key, value in node.entries]
            return replace(node, entries=tuple((k, v) for k, v in pairs if v is not None))
        if isinstance(node, Seq):
            items: list[Any] = []
            for item in node.items:
                found = self.of(item)
                spliced = isinstance(found, Seq) and _operator(item) is not None
                items += found.items if spliced else [found] if found is not None else []
            return replace(node, items=tuple(items))
        return node

    def operated(self, operator: str, node: Map) -> Any:
        """What an operator comes to; None when that is nothing, or after PXC946."""
        body = node.entries[0][1]
        try:
            found = self.repeated(body) if operator == "for" else self.chosen(body)
            self.report.add(
                "PXC949",
                f"the operator `{operator}` is expanded with the params of this file, once",
                head_of(node.span),
                help="other params will not change what it came to",
            )
            return found
        except _Unknown as why:
            self.report.add(
                "PXC946",
                f"the operator `{operator}` cannot be expanded: {why}",
                head_of(node.span),
                help="write what it comes to",
            )
            return None

    def repeated(self, body: Map) -> Any:
        """The list of what is done, once for each index."""
        index = body.get("index")
        name = str(index.value) if isinstance(index, Lit) else "index"
        times, do = self.value(body.get("len")), body.get("do")
        if isinstance(times, bool) or not re.fullmatch("[0-9]{1,9}", str(times)) or do is None:
            raise _Unknown("`len` is no whole number")
        self.left -= int(times)
        if self.left < 0:
            raise _Unknown(f"it gives more than {_MOST:,} items")
        items: list[Any] = []
        for number in range(int(times)):
            found = self.of(_put(do, name, number))
            items += found.items if isinstance(found, Seq) else [found] if found else []
        return Seq(body.span, tuple(items))

    def chosen(self, body: Map) -> Any:
        """What the condition chooses."""
        branch = body.get("do" if self.holds(body.get("cond")) else "else_do")
        return self.of(branch) if branch is not None else None

    def holds(self, cond: Any) -> bool:
        """Whether a condition is true: a value, or a comparison of two."""
        if isinstance(cond, Lit) and not isinstance(cond.value, str):
            return bool(cond.value)
        found = _COMPARISON.fullmatch(str(getattr(cond, "value", "")))
        if found is None:
            raise _Unknown("its condition is more than a comparison of two values")
        left = self.term(found[1])
        return bool(left) if found[2] is None else _compared(left, found[2], self.term(found[3]))

    def term(self, text: str) -> Any:
        """The value of one side of a comparison."""
        if text[0] in "'\"":
            return _HOLE.sub(lambda hole: str(self.named(hole[1])), text[1:-1])
        hole = _HOLE.fullmatch(text)
        if hole is None and text in ("true", "True", "false", "False"):
            return text.lower() == "true"
        return self.named(hole[1]) if hole else _number(text)

    def value(self, node: Any) -> Any:
        """A value, or that of the one param that a text names."""
        text = node.value if isinstance(node, Lit) else None
        hole = _HOLE.fullmatch(text.strip()) if isinstance(text, str) else None
        return self.named(hole[1]) if hole else text

    def named(self, name: str) -> Any:
        """The value of a param."""
        if name not in self.names:
            raise _Unknown(f"`{name}` has no value in this file")
        return self.names[name]


def _number(text: str) -> Any:
    try:
        return float(text)
    except ValueError:
        raise _Unknown(f"`{text}` has no value in this file") from None


def _compared(left: Any, sign: str, right: Any) -> bool:
    if sign in ("==", "!="):
        return bool((left == right) is (sign == "=="))
    if not all(isinstance(side, int | float) for side in (left, right)):
        raise _Unknown("its condition compares what is no number")
    answers: dict[str, bool] = {
        "<": left < right,
        ">": left > right,
        "<=": left <= right,
        ">=": left >= right,
    }
    return answers[sign]


def _put(node: Any, name: str, number: int) -> Any:
    """A tree with the index put where it is named alone; _Unknown where it is part of more."""
    if isinstance(node, Lit) and isinstance(node.value, str):
        text = re.sub(rf"\{{\{{\s*{re.escape(name)}\s*\}}\}}", str(number), node.value)
        if re.search(rf"\{{[{{%][^}}]*\b{re.escape(name)}\b", text):
            raise _Unknown(f"it computes with `{name}`")
        return node if text == node.value else Lit(node.span, text)
    if isinstance(node, Map):
        pairs = ((_put(k, name, number), _put(v, name, number)) for k, v in node.entries)
        return replace(node, entries=tuple(pairs))
    if isinstance(node, Seq):
        return replace(node, items=tuple(_put(item, name, number) for item in node.items))
    assert isinstance(node, Node)
    return node
