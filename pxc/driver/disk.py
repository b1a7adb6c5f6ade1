"""Turns files of settings on disk into bare data."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pxc.diagnostics import Report

__all__ = ["read_plain_yaml", "read_settings_yaml"]


def read_plain_yaml(name: str, data: bytes, report: Report) -> Any:
    """The bare data of a YAML file that is no Polyaxonfile; None when it cannot be read."""
    from pxc.grammar.yaml_tree import load_source, read_yaml
    from pxc.ir.node import plain

    source = load_source(name, data, report)
    tree = read_yaml(source, report) if source is not None else None
    return plain(tree) if tree is not None else None


def read_settings_yaml(path: Path) -> Any:
    """The bare data of a settings file. Raises ValueError with the first thing that is wrong."""
    from pxc.workspace import read_bytes

    try:
        data = read_bytes(path)
    except OSError as fault:
        raise ValueError((fault.strerror or "cannot be opened").lower()) from fault
    report = Report()
    tree = read_plain_yaml(str(path), data, report)
    for found in report:
        if report.has_errors:
            raise ValueError(f"line {found.span.line}: {found.message}")
    return tree
