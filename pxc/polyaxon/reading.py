"""Turns what `read` takes into fields: a dict, YAML or JSON, a path, or a list of those, merged."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

__all__ = ["as_yaml", "fields_of"]


def fields_of(values: Any) -> dict[Any, Any]:
    """The fields of a dict, a text, a path, or a list of them, the later over the earlier ones.

    Raises ValueError for a text that is no map of fields, TypeError for anything else.
    """
    if isinstance(values, list | tuple):
        merged: dict[Any, Any] = {}
        for each in values:
            merged = _deep(merged, fields_of(each))
        return merged
    if isinstance(values, Mapping):
        return dict(values)
    if isinstance(values, os.PathLike):
        values = os.fspath(values)
    if not isinstance(values, str):
        kind = type(values).__name__
        raise TypeError(f"fields are given as a dict, a text or a path, not as `{kind}`")
    if "\n" in values or "{" in values or ":" in values.partition(".")[0]:
        return _parsed("<text>", values.encode())
    path = Path(values)
    if not path.is_file():
        raise ValueError(f"`{values}` is no file, and no map of fields")
    return _parsed(values, path.read_bytes())


def as_yaml(fields: Mapping[str, Any]) -> str:
    """Fields as YAML, in the order of the alphabet."""
    import yaml

    return yaml.safe_dump(dict(fields), sort_keys=True, indent=2)


def _parsed(name: str, data: bytes) -> dict[Any, Any]:
    from pxc.diagnostics import Report, Severity
    from pxc.grammar.yaml_tree import load_source, read_yaml
    from pxc.ir.node import plain

    report = Report()
    source = load_source(name, data, report)
    tree = read_yaml(source, report) if source is not None else None
    for found in report:
        if found.severity is Severity.ERROR:
            raise ValueError(f"{found.span}: {found.message}")
    return dict(plain(tree))


def _deep(base: dict[Any, Any], over: Mapping[Any, Any]) -> dict[Any, Any]:
    merged = dict(base)
    for key, value in over.items():
        inner = merged.get(key)
        both = isinstance(inner, dict) and isinstance(value, Mapping)
        merged[key] = _deep(dict(inner or {}), value) if both else value
    return merged
