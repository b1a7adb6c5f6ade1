"""Turns a catalog object of kind Model, Artifact or Lineage into where its files lie."""

from __future__ import annotations

from typing import Any

from pxc.catalog.connections import check_keys, text_of
from pxc.diagnostics import Report
from pxc.ir.node import Invalid, Lit, Map, Seq, is_null
from pxc.ir.program import Version

__all__ = ["VERSIONS", "build_version"]

VERSIONS = {"Model": "modelRef", "Artifact": "artifactRef", "Lineage": "lineageRef"}
"""The kinds of objects that hold files under a name, and what asks for each."""

_KEYS = ("connection", "paths")


def build_version(kind: str, tree: Map, report: Report) -> Version | None:
    """The version that an object declares, or None after a PXC810.

    Without a `connection` its files lie in the artifacts store.
    """
    check_keys(tree, ("kind", "name", "spec"), ("name", "spec"), "a catalog object", report)
    name, spec = tree.get("name"), tree.get("spec")
    if not isinstance(name, Lit) or not isinstance(spec, Map):
        if spec is not None and not isinstance(spec, Map | Invalid) and not is_null(spec):
            report.add("PXC810", "`spec` must be a map", spec.span,
                       help="write `connection` and `paths`")  # fmt: skip
        return None
    if not isinstance(name.value, str) or name.value.count(":") > 1 or not name.value.strip(":"):
        report.add(
            "PXC810",
            f"`{text_of(name)}` cannot be the name of a version",
            name.span,
            help="write `NAME:VERSION`, in quotes where it looks like a number",
        )
        return None
    check_keys(spec, _KEYS, ("paths",), f"the spec of a `{kind}`", report)
    connection = spec.get("connection")
    if connection is None or is_null(connection):
        connection = None
    elif not isinstance(connection, Lit) or not isinstance(connection.value, str):
        report.add("PXC810", "`connection` must be a name", connection.span,
                   help="name a connection of the catalog")  # fmt: skip
        return None
    paths = _paths(spec.get("paths"), report)
    if not paths:
        return None
    return Version(tree.span, kind, name.value, name.span, paths, connection)


def _paths(node: Any, report: Report) -> tuple[Any, ...]:
    """Paths, or pairs of a path and where it goes; none after a report."""
    if node is None or is_null(node) or isinstance(node, Invalid):
        return ()
    items = node.items if isinstance(node, Seq) else (node,)
    for item in items:
        parts = item.items if isinstance(item, Seq) and len(item.items) == 2 else (item,)
        if not all(isinstance(p, Lit) and isinstance(p.value, str) and p.value for p in parts):
            report.add(
                "PXC810",
                "each of `paths` must be a path, or a pair of a path and where it goes",
                item.span,
                help="write `- models/churn`, or `- [models/churn, model]`",
            )
            return ()
    if not items:
        report.add("PXC810", "`paths` names nothing", node.span, help="name what is brought in")
    return tuple(items)
