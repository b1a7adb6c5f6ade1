"""Turns the text of a v0 deployment's values into its tree, all credentials made unreadable."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from pxc.diagnostics import Report
from pxc.grammar.yaml_tree import read_yaml
from pxc.ir.node import Lit, Map, Seq
from pxc.source import Source, Span

__all__ = ["read_values"]

_CREDENTIAL = re.compile(r"(?i).*(?:password|token|secret)$")
_NAMES = frozenset({"secret", "ssl", "secretKey"})
"""Keys below `persistence` and others that hold the name of a Secret, not what is in it."""

_NOTIFIERS = "integrations"
_REGISTRIES = frozenset({"privateRegistries", "dockerRegistries"})


def read_values(source: Source, report: Report) -> Map | None:
    """The tree of a values file; in its source the letters of credentials are `x`.

    Places are those of the file. What reads the tree, and what prints a place of it, sees no
    credential. Findings are those of `read_yaml`.
    """
    tree = read_yaml(source, Report())
    if tree is None:
        return read_yaml(source, report)
    hidden = list(source.text)
    for span in _credentials(tree, ()):
        hidden[span.start : span.end] = re.sub(r"\w", "x", span.text)
    return read_yaml(Source(source.name, "".join(hidden)), report)


def _credentials(node: Any, path: tuple[str, ...]) -> Iterator[Span]:
    if isinstance(node, Map):
        for key, value in node.entries:
            yield from _credentials(value, (*path, str(getattr(key, "value", ""))))
    elif isinstance(node, Seq):
        for item in node.items:
            yield from _credentials(item, path)
    elif isinstance(node, Lit) and node.value is not None and path:
        yield from _hidden(node, path)


def _hidden(node: Lit[Any], path: tuple[str, ...]) -> Iterator[Span]:
    """What of a scalar is a credential: the whole of it, or the user of a registry's address."""
    span, last = node.span, path[-1]
    if last in _REGISTRIES or (path[0] in _REGISTRIES and last == "url"):
        at = span.text.rfind("@")
        if at >= 0:
            yield Span(span.source, span.start, span.start + at)
    elif path[0] == _NOTIFIERS:
        if last not in ("channel", "method"):
            yield span
    elif _CREDENTIAL.fullmatch(last) and last not in _NAMES and isinstance(node.value, str | int):
        yield span
