"""Turns a program into the nodes its author wrote, before anything was merged or evaluated."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pxc.diagnostics import Report
from pxc.ir.node import KObject, Lit, Map, Node, Seq, walk
from pxc.ir.program import Program
from pxc.ir.spec import Operation
from pxc.world import World

__all__ = ["authored", "containers", "items", "objects", "operations", "text_of", "texts"]


def authored(program: Program, world: World) -> tuple[Node, ...]:
    """Every node of the main file, its component and its dag; patches typed as their runtime."""
    if program.authored is not None:
        return program.authored
    nodes = tuple(walk(program.main))
    kind = getattr(program.composed.run, "kind", None) if program.composed is not None else None
    patches: list[Node] = []
    if kind is not None:
        for layer in _layers(program.main):
            for raw in (layer.run_fields, layer.run_patch):
                if isinstance(raw, Map):
                    typed = world.language.build_run(kind, raw, Report())
                    patches += walk(typed) if typed is not None else ()
    return (*nodes, *patches)


def _layers(operation: Operation) -> Iterator[Operation]:
    layer: Any = operation
    while isinstance(layer, Operation):
        yield layer
        layer = layer.component


def objects(program: Program, world: World, definition: str) -> Iterator[KObject]:
    """Every Kubernetes object of one definition, such as `V1Container`."""
    for node in authored(program, world):
        if isinstance(node, KObject) and node.definition == definition:
            yield node


def containers(program: Program, world: World) -> Iterator[KObject]:
    """Every container."""
    return objects(program, world, "V1Container")


def operations(program: Program, world: World) -> Iterator[Operation]:
    """Every operation and component, those of a dag too."""
    for node in authored(program, world):
        if isinstance(node, Operation):
            yield node


def items(node: Any) -> tuple[Any, ...]:
    """The items of a list; none of anything else."""
    return node.items if isinstance(node, Seq) else ()


def text_of(node: Any) -> str | None:
    """The text of a literal; None of anything else."""
    return node.value if isinstance(node, Lit) and isinstance(node.value, str) else None


def texts(node: Any) -> Iterator[Lit[str]]:
    """The literal itself, or those of a list, that are text."""
    for one in items(node) if isinstance(node, Seq) else (node,):
        if isinstance(one, Lit) and isinstance(one.value, str):
            yield one
