"""Makes the template of a unit out of that of an earlier one which differs from it in words alone.

Operations of one component have most of their pod in common: the very same nodes. Where all that is
their own are plain words among the arguments, into which no part of a target looks, the template of
the first with the words of another is what building the template of that one would make.
"""

from __future__ import annotations

from typing import Any

from pxc.ir.expr import Expr
from pxc.ir.node import Hole, Lit, Seq, Template
from pxc.ir.plan import Unit
from pxc.ir.unparse import unparse
from pxc.targets.argo.build import Leaf
from pxc.targets.argo.needs import Needs

__all__ = ["likeness", "twin_of"]

_ARGUMENTS = ("command", "args")

_LOOKED_INTO = ("{", "$", "/plx-context", "PXC_", "\ufdd0", "\ufdd1")
"""What is found in texts: braces, variables, directories and names of ours, marks of tags."""


def likeness(unit: Unit) -> tuple[Any, ...] | None:
    """What units have in common whose templates differ in words alone; None for any other unit.

    Nodes count by their identity, for the plan keeps them while it is emitted.
    """
    pod, limits = unit.pod, unit.limits
    if unit.runtime or unit.listening or unit.cache or unit.inputs or unit.joins or pod.init:
        return None
    entries: list[Any] = []
    for key, value in pod.main.entries:
        if isinstance(key, Lit) and key.value in _ARGUMENTS and isinstance(value, Seq):
            words = [_likeness_of(item) for item in value.items]
            if None in words:
                return None
            entries += (key.value, *words)
        else:
            entries += (id(key), id(value))
    return (
        unit.kind, unit.namespace, unit.queue, *((each.name, each.type) for each in unit.outputs),
        limits.max_retries, limits.timeout, limits.ttl, id(limits.pod_failure_policy),
        *entries, pod.main.span, id(pod.environment), id(pod.results), id(pod.watch),
        *map(id, pod.sidecars), None, *map(id, pod.volumes), None, *map(id, pod.attachments),
        pod.sidecars_attached, pod.artifacts_store, pod.shm, pod.docker,
    )  # fmt: skip


def twin_of(first: Leaf, unit: Unit, name: str) -> Leaf:
    """The template of a unit under this name, made of one that is like it and has no outputs yet.

    Nothing is shared between the two.
    """
    template = _copy(first.template) | {"name": name}
    for key, value in unit.pod.main.entries:
        if isinstance(key, Lit) and key.value in _ARGUMENTS and isinstance(value, Seq):
            for at, item in enumerate(value.items):
                if isinstance(item, Lit):
                    template["container"][key.value][at] = str(item.value)
    needs = Needs()
    needs.runs = first.needs.runs
    return Leaf(unit, template, needs)


def _likeness_of(item: Any) -> Any:
    """What an argument has in common with others in its place; None where it must be looked at."""
    if isinstance(item, Template) and not item.statements:
        parts = (p if isinstance(p, str) else _expression(p) for p in item.parts)
        return "template", *parts
    if not isinstance(item, Lit) or item.value is None:
        return None
    text = str(item.value)
    return "word" if text and not any(each in text for each in _LOOKED_INTO) else None


def _expression(hole: Hole) -> tuple[str, ...]:
    return (unparse(hole.expr),) if isinstance(hole.expr, Expr) else ("",)


def _copy(value: Any) -> Any:
    if value.__class__ is dict:
        return {key: _copy(child) for key, child in value.items()}
    if value.__class__ is list:
        return [_copy(child) for child in value]
    return value
