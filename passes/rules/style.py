"""Rules about what a file tells the people who read it, and how often it tells the same."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pxc.diagnostics import Note, Report
from pxc.ir.node import Map, Node, plain, replace
from pxc.ir.program import Program
from pxc.ir.run import Dag
from pxc.ir.spec import Operation
from pxc.passes.rules.authored import authored, items, text_of
from pxc.source import Span, head_of
from pxc.world import World

_FEWEST_COPIES = 4


def no_description(program: Program, world: World, report: Report) -> None:
    """PXC910: a component or operation of which nothing says what it is for."""
    layers = _own_layers(program.main)
    if layers and all(layer.description is None for layer in layers):
        report.add(
            "PXC910",
            "nothing says what this is for",
            _head(layers),
            help="add `description`: it is shown wherever the runs are",
        )


def no_name(program: Program, world: World, report: Report) -> None:
    """PXC911: a component or operation without a name: its runs are known by their ids."""
    layers = _own_layers(program.main)
    if layers and all(layer.name is None for layer in layers):
        report.add(
            "PXC911",
            "it has no name",
            _head(layers),
            help="add `name`, such as `name: train`",
        )


def _own_layers(operation: Operation) -> list[Operation]:
    """The operation and the components written inside of it; none if another file has a say."""
    layers = []
    layer: Any = operation
    while isinstance(layer, Operation):
        if layer.hub_ref or layer.path_ref or layer.url_ref or layer.dag_ref or layer.is_preset:
            return []
        layers.append(layer)
        layer = layer.component
    return layers


def _head(layers: list[Operation]) -> Span:
    """The place that stands for all of an operation: its name, or its first line."""
    named = (layer.name.span for layer in layers if layer.name is not None)
    return next(named, head_of(layers[0].span))


def copied_operations(program: Program, world: World, report: Report) -> None:
    """PXC914: operations of a dag that differ in one param alone."""
    for node in authored(program, world):
        if isinstance(node, Dag):
            for group in _groups(node):
                _report_group(group, report)


def _groups(dag: Dag) -> Iterator[list[Operation]]:
    """Operations that are equal but for their names and params, if there are many."""
    alike: dict[str, list[Operation]] = {}
    if len(items(dag.operations)) < _FEWEST_COPIES:
        return
    for operation in items(dag.operations):
        if isinstance(operation, Operation) and isinstance(operation.params, Map):
            bare = replace(operation, name=None, params=None)
            alike.setdefault(_text(bare), []).append(operation)
    yield from (group for group in alike.values() if len(group) >= _FEWEST_COPIES)


def _report_group(group: list[Operation], report: Report) -> None:
    params = [{str(plain(k)): _text(v) for k, v in op.params} for op in group]  # type: ignore[union-attr]
    if any(p.keys() != params[0].keys() for p in params):
        return
    different = [name for name in params[0] if len({p[name] for p in params}) > 1]
    if len(different) != 1:
        return
    names = [text_of(op.name) or "?" for op in group]
    first = group[0]
    report.add(
        "PXC914",
        f"{len(group)} operations differ in the param `{different[0]}` alone",
        _head([first]),
        notes=tuple(
            Note(f"`{n}`", _head([op])) for n, op in zip(names[1:], group[1:], strict=True)
        ),
        help="write one operation with a `matrix` over it",
    )


def _text(node: Node) -> str:
    import json

    from pxc.ir.dump import dump

    return json.dumps(dump(node), sort_keys=True, default=str)
