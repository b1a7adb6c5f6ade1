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
from pxc.targets.argo.shape import Shape, key_of, shape_of

__all__ = ["alone", "likeness", "shapes_of", "twin_of"]

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

    Below the container the two share all but the arguments: whoever writes there must take a copy
    (`alone`).
    """
    container = dict(first.template["container"])
    for key, value in unit.pod.main.entries:
        if isinstance(key, Lit) and key.value in _ARGUMENTS and isinstance(value, Seq):
            built = container.get(key.value, ())
            pairs = zip(value.items, built, strict=True)
            container[key.value] = [str(i.value) if isinstance(i, Lit) else t for i, t in pairs]
    template = first.template | {"name": name, "container": container}
    needs = Needs()
    needs.runs = first.needs.runs
    return Leaf(unit, template, needs, first=first)


def shapes_of(leaves: list[Leaf]) -> list[tuple[Leaf, Shape]]:
    """The shapes of finished leaves; that of a twin is its first's with other words."""
    known: dict[str, tuple[bytes, Shape]] = {}
    found = []
    for leaf in leaves:
        first = leaf if leaf.first is None else leaf.first
        name = first.template["name"]
        if name not in known:
            known[name] = _around_arguments(first.template), shape_of(first.template)
        around, shape = known[name]
        if first is not leaf:
            is_like = _around_arguments(leaf.template) == around
            shape = _with_words(shape, leaf.template) if is_like else shape_of(leaf.template)
        found.append((leaf, shape))
    return found


def _around_arguments(template: dict[str, Any]) -> bytes:
    """All of a template but its name and its arguments."""
    bare = {key: value for key, value in template.items() if key != "name"}
    main = bare.get("container", {})
    bare["container"] = {key: value for key, value in main.items() if key not in _ARGUMENTS}
    return key_of(bare)


def _with_words(shape: Shape, template: dict[str, Any]) -> Shape:
    main = template["container"]
    texts = [
        main[place[1]][place[2]] if place[0] == "container" and place[1] in _ARGUMENTS else text
        for place, text in zip(shape.places, shape.texts, strict=True)
    ]
    return Shape(shape.key, shape.places, tuple(texts))


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


def alone(value: Any) -> Any:
    """Data that shares nothing with any other that may be changed."""
    if isinstance(value, dict):
        return {key: alone(child) for key, child in value.items()}
    return [alone(child) for child in value] if isinstance(value, list) else value
