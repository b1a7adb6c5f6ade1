"""Turns the text of a DAG file into nodes: what its calls are given, with constants put in."""

from __future__ import annotations

import ast
from typing import Any

from pxc.ir.node import Lit, Map, Node, Seq, Template
from pxc.source import Span

__all__ = ["calls_in"]

_ALIASES = {"container_resources": "resources", "hostnetwork": "hostNetwork"}
"""Arguments of the operator that are called otherwise in a pod."""


def calls_in(text: str, span: Span) -> Node:
    """Everything that a program names, as a list. Raises ValueError for what is no Python."""
    try:
        tree = ast.parse(text)
    except SyntaxError as fault:
        raise ValueError(str(fault)) from fault
    reader = _Reader(span)
    for statement in tree.body:
        if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
            reader.constants[statement.targets[0].id] = reader.node(statement.value)
    found = [reader.node(each) for each in _expressions(tree)]
    return Seq(span, (*found, *reader.inner))


def _expressions(tree: ast.AST) -> list[ast.expr]:
    """The outermost expressions of all statements, at any depth."""
    found: list[ast.expr] = []
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.expr):
                found.append(child)
            else:
                waiting.append(child)
    return found


class _Reader:
    """Reads expressions; `inner` are those inside of what only the run computes."""

    def __init__(self, span: Span) -> None:
        self.span = span
        self.constants: dict[str, Node] = {}
        self.inner: list[Node] = []

    def node(self, tree: Any) -> Node:
        """An expression as a node; a Template for one that is computed in the run."""
        if isinstance(tree, ast.Constant):
            return self.constant(tree.value)
        if isinstance(tree, ast.Name) and tree.id in self.constants:
            return self.constants[tree.id]
        if isinstance(tree, ast.Dict):
            return self.dictionary(tree)
        if isinstance(tree, ast.List | ast.Tuple | ast.Set):
            return Seq(self.span, tuple(self.items(tree.elts)))
        if isinstance(tree, ast.Call):
            self.inner.append(self.node(tree.func))
            self.inner += self.items(tree.args)
            return self.arguments(tree.keywords)
        for child in ast.iter_child_nodes(tree):
            if isinstance(child, ast.expr):
                self.inner.append(self.node(child))
            elif isinstance(child, ast.comprehension):
                self.inner += [self.node(child.iter), *map(self.node, child.ifs)]
        return Template(self.span, "...", (), statements=True)

    def constant(self, value: Any) -> Node:
        """A constant; a text with an expression waits for the run."""
        if isinstance(value, str) and "{{" in value:
            return Template(self.span, value, (), statements=True)
        return Lit(self.span, value if isinstance(value, str | int | float | bool) else None)

    def dictionary(self, tree: ast.Dict) -> Node:
        """A map, with maps that are unpacked into it."""
        entries: list[Any] = []
        for key, value in zip(tree.keys, tree.values, strict=True):
            entries += self.entries(None if key is None else self.node(key), self.node(value))
        return Map(self.span, tuple(entries))

    def arguments(self, keywords: list[ast.keyword]) -> Node:
        """The named arguments of a call as a map."""
        entries: list[Any] = []
        for word in keywords:
            value = self.node(word.value)
            if word.arg == "namespace":
                where = Map(self.span, ((Lit(self.span, "namespace"), value),))
                entries.append((Lit(self.span, "metadata"), where))
                continue
            name = None if word.arg is None else _ALIASES.get(word.arg, word.arg)
            entries += self.entries(None if name is None else Lit(self.span, name), value)
        return Map(self.span, tuple(entries))

    def entries(self, key: Any, value: Node) -> list[Any]:
        """One entry; several for a map without a key, which is unpacked."""
        if key is not None:
            return [(key, value)] if isinstance(key, Lit | Template) else []
        if isinstance(value, Map):
            return list(value.entries)
        self.inner.append(value)
        return []

    def items(self, trees: list[Any]) -> list[Node]:
        """The items of a list, with lists that are unpacked into it."""
        found: list[Node] = []
        for tree in trees:
            if isinstance(tree, ast.Starred):
                value = self.node(tree.value)
                found += value.items if isinstance(value, Seq) else [value]
            else:
                found.append(self.node(tree))
        return found
