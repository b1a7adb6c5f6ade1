"""Checks the hooks and builds of a dag's operations: what they name, and what they read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pxc.diagnostics import Report
from pxc.ir.io import Param
from pxc.ir.node import Lit, Map, Seq
from pxc.ir.program import Binding
from pxc.ir.spec import Build, Hook, Operation
from pxc.passes.graph.nodes import GraphNode
from pxc.passes.graph.references import Enclosing, check_references
from pxc.passes.hook_names import check_hook_names
from pxc.passes.param_refs import read_ref

__all__ = ["check_attached", "references_of"]


def check_attached(nodes: Mapping[str, GraphNode], enclosing: Enclosing, report: Report) -> None:
    """Check the params and expressions of hooks and builds, whatever their components are.

    PXC219 for a reference to what no run has, PXC216 and PXC446 for one to what another operation
    or the dag never has, PXC318 for an expression with a name that the operation does not have.
    """
    for node in nodes.values():
        readers = [
            GraphNode(node.name, node.place, node.composed, True, bindings=found)
            for section in _sections(node.composed)
            if (found := references_of(section.params, report))
        ]
        check_references(nodes, enclosing, report, readers)
        if node.is_known:
            check_hook_names(node.composed, node.bindings, report)


def _sections(composed: Operation) -> Iterator[Hook | Build]:
    hooks = composed.hooks.items if isinstance(composed.hooks, Seq) else ()
    for section in (*hooks, composed.build):
        if isinstance(section, Hook | Build):
            yield section


def references_of(params: Any, report: Report) -> tuple[Binding, ...]:
    """The references among params of what is not known; PXC219 for a faulty one."""
    if not isinstance(params, Map):
        return ()
    return tuple(
        Binding(
            key.span,
            str(key.value),
            "contexts",
            read_ref(str(key.value), param, report, in_dag=True),
        )
        for key, param in params.entries
        if isinstance(key, Lit) and isinstance(param, Param) and param.ref is not None
    )
