"""Lists what operations name and no unit shows: components, presets, queues, buckets, ..."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from pxc.ir.asked import path_of
from pxc.ir.node import KObject, Lit, Node, Scalar, Seq, Table, Template, is_null, walk
from pxc.ir.plan import Named
from pxc.ir.program import Binding, Program
from pxc.passes.connection_names import connection_names
from pxc.passes.run_name import run_name

__all__ = ["lower_named"]

_REFERENCES = (("hub_ref", "component"), ("path_ref", "path"), ("url_ref", "url"))
_BUCKETS = ("s3://", "gs://", "gcs://", "wasb://", "wasbs://")


def lower_named(program: Program) -> tuple[Named, ...]:
    """Everything that an evaluated program and those inside of it name, each once for an owner."""
    found: dict[tuple[str, str, str], Named] = {}
    alone = program.build is None  # else the run is one of two members
    for named in _of_program(program, "" if alone else run_name(program)):
        key = named.kind, getattr(named.name, "value", "") or named.name.span.text, named.owner
        found.setdefault(key, named)
    return tuple(found.values())


def _of_program(program: Program, owner: str, *, whole: bool = True) -> Iterator[Named]:
    """What a program names; with `whole` also what the layers that it was made of refer to."""
    for layer in walk(program.main, into=_may_hold_references) if whole else ():
        for kind, name in _references(layer):
            yield Named(name.span, kind, name, owner)
    for kind, name in _of_one(program):
        yield Named(name.span, kind, name, owner)
    for inner in program.operations:  # whose layers are in those of their dag
        yield from _of_program(inner, path_of(owner, run_name(inner)), whole=False)
    beside_it = (hook.program for hook in program.hooks)
    for inner in beside_it if program.tuner is None else (program.tuner, *beside_it):
        yield from _of_program(inner, path_of(owner, run_name(inner)))
    if program.build is not None:
        beside = owner.rpartition("/")[0]
        yield from _of_program(program.build, path_of(beside, run_name(program.build)))


def _of_one(program: Program) -> Iterator[tuple[str, Scalar]]:
    composed = program.composed
    if composed is None:
        return
    for kind, field in (
        ("preset", composed.presets), ("queue", composed.queue), ("namespace", composed.namespace),
    ):  # fmt: skip
        for name in field.items if isinstance(field, Seq) else (field,):
            if isinstance(name, Lit | Template) and not is_null(name):
                yield kind, name
    for name in connection_names(program):
        yield "connection", name
    for binding in program.bindings:
        for address in _addresses(binding):
            yield "bucket", address


def _references(layer: Node) -> Iterator[tuple[str, Scalar]]:
    """What a layer, a hook, a build or a matrix refers to."""
    for field, kind in _references_of(layer.__class__):
        name: Any = getattr(layer, field)
        if isinstance(name, Lit | Template) and not is_null(name):
            yield kind, name


@cache
def _references_of(model: type[Node]) -> tuple[tuple[str, str], ...]:
    """The fields of a model that refer to something, with what each refers to."""
    return tuple(pair for pair in _REFERENCES if pair[0] in model.__struct_fields__)


def _may_hold_references(node: Node) -> bool:
    """Whether something below may refer to a component: not in params, nor in a container."""
    return not isinstance(node, KObject | Table)


def _addresses(binding: Binding) -> Iterator[Lit[Any]]:
    """The addresses of buckets in a value, whatever type it is declared to be."""
    if not isinstance(binding.settled, Node):
        return
    for part in walk(binding.settled):
        if not isinstance(part, Lit) or not isinstance(part.value, str):
            continue
        if part.value.lower().startswith(_BUCKETS):
            yield part
