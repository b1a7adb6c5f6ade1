"""Reads a text of version 0, and tells what it comes to and what is told of it."""

from __future__ import annotations

from typing import Any

from pxc.diagnostics import Report
from pxc.grammar.v0 import is_v0
from pxc.grammar.v0.migrate import migrate
from pxc.grammar.yaml_tree import read_yaml
from pxc.ir.node import Map, plain
from pxc.source import Source

EVERYWHERE = ("PXC942", "PXC943", "PXC948", "PXC953")
"""What most files are told: their own tests ask for these."""


def read(text: str) -> Map:
    """The tree of a text that is one."""
    tree = read_yaml(Source("f.yaml", text), Report())
    assert tree is not None
    return tree


def tree_of(text: str) -> tuple[Map, Map | None, Report]:
    """The tree of a text of version 0, what it comes to, and what is told."""
    report, tree = Report(), read(text)
    assert is_v0(tree)
    return tree, migrate(tree, report), report


def comes_to(text: str, *, told: tuple[str, ...] = EVERYWHERE) -> tuple[Any, list[str]]:
    """What a text comes to as plain values, and `CODE text` of what is told but for `told`."""
    _, found, report = tree_of(text)
    codes = [f"{d.code.id} {d.span.text}" for d in report if d.code.id not in told]
    return plain(found), codes
