"""Finds the inputs of a dag's operations that other operations of the dag take."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pxc.ir.io import Join, Param
from pxc.ir.node import Seq, Template
from pxc.passes.graph.edges import params_of
from pxc.passes.graph.nodes import GraphNode
from pxc.passes.param_refs import upstream_of


def asked_inputs(nodes: Mapping[str, GraphNode]) -> Callable[[str], frozenset[str]]:
    """Of each node the inputs that others take, and those that a join takes from any run."""
    asked: dict[str, set[str]] = {}
    of_any: set[str] = set()
    for node in nodes.values():
        for param in params_of(node.composed.params):
            upstream = upstream_of(param.ref) if param.ref is not None else None
            if upstream is not None:
                asked.setdefault(upstream, set()).add(_last(param))
        joins: Any = node.composed.joins
        for join in joins.items if isinstance(joins, Seq) else ():
            if isinstance(join, Join):
                of_any.update(_last(param) for param in params_of(join.params))
    return lambda name: frozenset(asked.get(name, ())) | of_any


def _last(param: Param) -> str:
    """The last name of what a reference takes: the x of `inputs.x`, in braces or not."""
    value = param.value
    text = value.text if isinstance(value, Template) else getattr(value, "value", "")
    return str(text).strip("{} ").rpartition(".")[2]
