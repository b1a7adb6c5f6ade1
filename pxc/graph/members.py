"""Turns the members of a plan into the boxes and lines of a picture."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from pxc.graph.picture import Box, Line, Picture
from pxc.ir.node import Hole, Invalid, Lit, Map, Scalar, Template
from pxc.ir.plan import Edge, Group, Hook, Plan, Start, Timetable, Unit
from pxc.ir.search import Search
from pxc.ir.sweep import Sweep
from pxc.ir.unparse import unparse

__all__ = ["picture_of"]

_WIDTH = 44
"""Characters of a line in a box; what is longer is cut."""

_TRIGGERS = {
    "all_failed": "failed", "all_done": "done", "one_succeeded": "one succeeded",
    "one_failed": "one failed", "one_done": "one done",
}  # fmt: skip
_OPERATION = r"\bops(?:\.(\w+)|\['([^']*)'\])"
_OUTPUT, _UUID = (
    re.compile(rf"{_OPERATION}\.outputs\b"),
    re.compile(rf"{_OPERATION}\.globals\.uuid"),
)


def picture_of(plan: Plan) -> Picture:
    """What a plan runs, in what order."""
    if plan.group is None:
        boxes = _Boxes()
        for unit in plan.units:
            boxes.add(unit)
        return Picture(
            _cut(plan.name), tuple(boxes.boxes), tuple(boxes.lines), _starts(plan.timetable)
        )
    group = plan.group
    if _is_bare(group):
        inside = _inside(group)
        caption = ", ".join(filter(None, (_starts(plan.timetable), *_facts(group))))
        return Picture(_cut(plan.name), inside.boxes, inside.lines, caption)
    boxes = _Boxes()
    boxes.add(group)
    return Picture(_cut(plan.name), tuple(boxes.boxes), tuple(boxes.lines), _starts(plan.timetable))


def _is_bare(group: Group) -> bool:
    """Whether a picture of its members tells all of a group."""
    return not (group.hooks or group.approval or group.sweep or group.search)


def _starts(timetable: Timetable | None) -> str:
    if timetable is None:
        return ""
    if timetable.kind == "cron":
        return f"starts at {timetable.cron} (UTC)"
    if timetable.kind == "interval":
        return f"starts every {timetable.frequency} s"
    return f"starts at {timetable.start_at}"


def _inside(group: Group) -> Picture:
    boxes = _Boxes()
    for member in group.members:
        boxes.add(member)
    for edge in group.edges:
        boxes.join(edge)
    return Picture(group.name, tuple(boxes.boxes), tuple(boxes.lines))


class _Boxes:
    """The boxes of members, with the gates before them and the hooks behind."""

    def __init__(self) -> None:
        self.boxes: list[Box] = []
        self.lines: list[Line] = []
        self._first: dict[str, int] = {}
        self._last: dict[str, int] = {}
        self._members: dict[str, Unit | Group] = {}

    def add(self, member: Unit | Group) -> None:
        self._members[member.name] = member
        if member.approval is not None:
            self._first[member.name] = self._put(Box("approval", "gate"))
        at = self._put(_box(member))
        if member.approval is not None:
            self.lines.append(Line(self._first[member.name], at))
        self._first.setdefault(member.name, at)
        self._last[member.name] = at
        for hook in member.hooks:
            self._hook(hook, at)

    def _hook(self, hook: Hook, after: int) -> None:
        found = _box(hook.unit, hook.condition)
        shape = "hook" if found.shape != "group" else "group"
        at = self._put(Box(found.name, shape, found.lines, found.many, found.inside))
        label = "any end" if hook.trigger == "done" else hook.trigger.replace("_", " ")
        self.lines.append(Line(after, at, f"hook: {label}", dashed=True))

    def join(self, edge: Edge) -> None:
        downstream = self._members[edge.downstream]
        labels = tuple(_labels(edge, downstream))
        told = ", ".join(labels if len(labels) < 4 else (*labels[:2], f"{len(labels) - 2} more"))
        start = downstream.start
        dashed = start is not None and start.trigger in _TRIGGERS
        where = self._last[edge.upstream], self._first[edge.downstream]
        self.lines.append(Line(*where, _cut(told), dashed))

    def _put(self, box: Box) -> int:
        self.boxes.append(box)
        return len(self.boxes) - 1


def _labels(edge: Edge, downstream: Unit | Group) -> Iterator[str]:
    """What is worth telling of an edge."""
    if edge.is_build:
        yield "image"
        return
    start = downstream.start
    if start is not None and start.trigger in _TRIGGERS:
        yield _TRIGGERS[start.trigger]
    yield from (f"on {kind.removeprefix('run_status_').replace('_', ' ')}" for kind in edge.events)
    gathered = [
        field.name
        for join in downstream.joins
        if join.member == edge.upstream
        for field in join.fields
    ]
    yield from dict.fromkeys(gathered)
    for value in edge.values:
        if not (gathered and value == "globals.uuid"):
            yield value.removeprefix("outputs.")


def _box(member: Unit | Group, condition: Scalar | None = None) -> Box:
    lines = [*_facts(member), *_condition(member.start, condition)]
    many = member.sweep is not None or member.search is not None
    if isinstance(member, Group):
        return Box(_cut(member.name), "group", _cut_all(lines), many, _inside(member))
    shape = "service" if member.kind == "service" else "run"
    return Box(_cut(member.name), shape, _cut_all([*_what(member), *lines]), many)


def _what(unit: Unit) -> Iterator[str]:
    """The kind of a unit, unless it is a job, and its image with what else it is given."""
    if unit.kind != "job":
        yield unit.kind
    if not unit.roles:
        return
    image = _text(unit.pod.main.get("image"))
    if image:
        yield image.rpartition("/")[2]
    for name, number in _devices(unit.pod.main):
        yield f"{name.rpartition('/')[2]}: {number}"


def _devices(container: Map) -> Iterator[tuple[str, str]]:
    """What a container asks for that not every node has: `nvidia.com/gpu`."""
    resources = container.get("resources")
    limits = resources.get("limits") if isinstance(resources, Map) else None
    for name, value in limits if isinstance(limits, Map) else ():
        if "/" in _text(name):
            yield _text(name), _text(value)


def _facts(member: Unit | Group) -> Iterator[str]:
    if member.sweep is not None:
        yield _sweep(member.sweep)
    if member.search is not None:
        yield _search(member.search)
    if isinstance(member, Group) and member.concurrency is not None:
        number = member.concurrency
        yield f"{number} {'operation' if number == 1 else 'operations'} at once"
    if isinstance(member, Unit) and member.limits.max_retries:
        times = member.limits.max_retries
        yield f"up to {times} {'retry' if times == 1 else 'retries'}"


def _sweep(sweep: Sweep) -> str:
    runs = f"{sweep.count} {'run' if sweep.count == 1 else 'runs'}"
    return f"{sweep.kind}: {runs}{_at_once(sweep)}"


def _search(search: Search) -> str:
    aim = f" {search.objective.optimization} {search.objective.name}" if search.objective else ""
    return f"{search.kind}:{aim or ' a search'}{_at_once(search)}"


def _at_once(runs: Sweep | Search) -> str:
    return f", {runs.concurrency} at once" if runs.concurrency is not None else ""


def _condition(start: Start | None, condition: Scalar | None) -> Iterator[str]:
    asked = condition if condition is not None else start.condition if start is not None else None
    if isinstance(asked, Lit):
        if not asked.value:
            yield "never: its condition is false"
    elif asked is not None:
        yield f"if {_text(asked)}"


def _text(value: Any) -> str:
    """A scalar as its author would say it: references to outputs by the names of both."""
    if isinstance(value, Lit):
        return str(value.value)
    if not isinstance(value, Template):
        return ""
    if len(value.parts) == 1 and isinstance(value.parts[0], Hole):
        return _spoken(value.parts[0].expr)
    return "".join(p if isinstance(p, str) else f"{{{_spoken(p.expr)}}}" for p in value.parts)


def _spoken(expr: Any) -> str:
    if isinstance(expr, Invalid):
        return "?"
    text = _OUTPUT.sub(lambda found: found[1] or found[2], unparse(expr))
    text = _UUID.sub(lambda found: f"uuid of {found[1] or found[2]}", text)
    return text.replace("run.outputs.", "")


def _cut_all(lines: list[str]) -> tuple[str, ...]:
    return tuple(_cut(line) for line in lines)


def _cut(text: str) -> str:
    shown = "".join(c if c.isprintable() else " " for c in text)
    return shown if len(shown) <= _WIDTH else f"{shown[: _WIDTH - 1]}…"
