"""Splits a dag that one workflow has no room for into parts, where that changes nothing.

A part is a set of tasks that start together and are waited for together: those of them that wait
for none of them all wait for the same tasks outside, and whoever waits for one of them outside
waits for the success of all that are last. So the part as a whole can wait, and be waited for.
Every other task stays where it is.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from itertools import count, islice
from typing import Any

from msgspec import Struct, field

from pxc.targets.argo.build import Build
from pxc.targets.argo.cut import cut
from pxc.targets.argo.handed import READ, handed
from pxc.targets.argo.parts import Template, call, inside, make_part, reached
from pxc.targets.argo.size import budget, size_of
from pxc.targets.argo.tags import expressions, tag, with_tags
from pxc.targets.argo.task_names import parameter_name
from pxc.targets.argo.verdict import is_verdict, verdict_of

__all__ = ["split_dag"]

_RESULT = re.compile(r"([a-zA-Z0-9][-a-zA-Z0-9]*)\.[A-Z][a-z]+")
_GOOD = re.compile(
    r"\(?([a-zA-Z0-9][-a-zA-Z0-9]*)\.Succeeded(?: \|\| \1\.(?:Skipped|Daemoned))*\)?"
)
_SMALL = 32
"""A part is at least this part of what a workflow may be."""

_BESIDE = 3
"""Templates that a part has besides those that its tasks call."""

_LOOPS = ("withItems", "withParam")


_Weights = dict[str, tuple[int, frozenset[str]]]
"""The size that a call of a template adds, and the names of all templates that are called then."""


class _Task(Struct):
    """A task as the split sees it.

    `clauses` are what its `depends` says of each task that it waits for, when it waits for the
    success of all of them; `reads` are those that it takes values of, which it may wait for too;
    `is_free` is false for one that must stay.
    """

    data: dict[str, Any]
    size: int
    upstream: frozenset[str]
    clauses: dict[str, str] = field(default_factory=dict)
    reads: frozenset[str] = frozenset()
    is_strict: bool = True
    is_free: bool = True
    templates: frozenset[str] = frozenset()


class _Set(Struct):
    """Tasks that may become a part, with whom they wait for, and who waits for them."""

    names: list[str]
    before: frozenset[str]
    after: frozenset[str]


def split_dag(template: Template, build: Build, *, apart: bool) -> bool:
    """Let a dag template call parts in the place of its tasks; whether there were any to make.

    Parts that are not `apart` are dag templates of the same workflow.
    """
    if "outputs" in template or template.get("failFast"):  # these look at all of its tasks
        return False
    others = {each["name"]: each for each in build.templates}
    verdicts = [t for t in template["dag"]["tasks"] if is_verdict(t, build)]
    weights = _weights(template["dag"]["tasks"], others)
    tasks = {
        each["name"]: _task(each, others, weights)
        for each in template["dag"]["tasks"]
        if each not in verdicts
    }
    below = _below(tasks)
    upstream = {name: task.upstream for name, task in tasks.items()}
    sizes = {name: task.size for name, task in tasks.items() if task.is_free}
    room, sets = budget().large * 3 // 4, dict[str, _Set]()

    def fits(names: list[str]) -> bool:
        if sum(sizes[name] for name in names) > room or not _has_room(names, tasks):
            return False
        one = _as_set(names, tasks, below)
        if one is not None:
            sets[names[0]] = one
        return one is not None

    found = [sets[names[0]] for names in cut(sizes, upstream, fits)]
    order = {name: at for at, name in enumerate(tasks)}
    bins = [each for each in _packed(found, tasks) if _is_worth_it(each, tasks)]
    bins.sort(key=lambda each: order[each.names[0]])
    if not bins or (len(bins) == 1 and len(bins[0].names) == len(tasks)):
        return False
    _replace(template, bins, tasks, verdicts[0] if verdicts else None, build, apart=apart)
    return True


def _weights(tasks: list[dict[str, Any]], others: dict[str, Template]) -> _Weights:
    """What a call of each template adds to a part: its share of the size of all that it calls."""
    callers = Counter(task["template"] for task in tasks)
    found = {}
    for name, calls in callers.items():
        whole = [others[name], *reached(others[name], others)]
        size = sum(size_of(each) for each in whole) // calls
        found[name] = size, frozenset(each["name"] for each in whole)
    return found


def _task(data: dict[str, Any], others: dict[str, Template], weights: _Weights) -> _Task:
    depends = data.get("depends", "")
    waits = frozenset(_RESULT.findall(depends))
    reads = frozenset(n for each in expressions(data) for n in _reads(each)) - {data["name"]}
    parts = depends.split(" && ") if depends else []
    good = [_GOOD.fullmatch(part) for part in parts]
    clauses = {m[1]: m[0] for m in good if m is not None}
    called = others[data["template"]]
    return _Task(
        data,
        size_of(data) + weights[data["template"]][0],
        waits | reads,
        clauses,
        reads,
        is_strict=all(good) and reads <= waits,
        is_free=not called.get("daemon") and not any(key in data for key in _LOOPS),
        templates=weights[data["template"]][1],
    )


def _reads(expression: str) -> set[str]:
    """The tasks that an expression names."""
    return {plain or indexed for plain, indexed in READ.findall(expression)}


def _below(tasks: dict[str, _Task]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {name: set() for name in tasks}
    for name, task in tasks.items():
        for upstream in task.upstream:
            found[upstream].add(name)
    return found


def _as_set(names: list[str], tasks: dict[str, _Task], below: dict[str, set[str]]) -> _Set | None:
    """The tasks as what may be a part; None where the part would not be what they are."""
    own = set(names)
    first = [name for name in names if not tasks[name].upstream & own]
    befores = {tasks[name].upstream for name in first}
    before = frozenset().union(*(tasks[name].upstream for name in names)) - own
    last = [name for name in names if not below[name] & own]
    after = frozenset().union(*(below[name] for name in names)) - own
    if before and (befores != {before} or not all(tasks[name].is_strict for name in names)):
        return None
    if before and not all(_can_hand(tasks[name], own) for name in names):
        return None
    if not after:
        return _Set(names, before, after)
    if not all(tasks[name].is_strict for name in names):
        return None
    for name in after:
        task = tasks[name]
        if not task.is_strict or not task.upstream.issuperset(last):
            return None
        if task.reads & own:
            return None
    return _Set(names, before, after)


def _can_hand(task: _Task, own: set[str]) -> bool:
    """Whether all that a task reads of tasks outside is a text that can be handed to it."""
    return task.reads <= own or all(
        _reads(handed(each, own, lambda reference: "")) <= own for each in expressions(task.data)
    )


def _packed(sets: list[_Set], tasks: dict[str, _Task]) -> Iterable[_Set]:
    """The sets put together that wait and are waited for alike, as far as a part has room."""
    room = budget().large // 2
    waiting: dict[tuple[frozenset[str], frozenset[str]], tuple[_Set, int]] = {}
    for each in sets:
        key, size = (each.before, each.after), sum(tasks[name].size for name in each.names)
        known = waiting.get(key)
        if known is not None:
            found, taken = known
            if taken + size <= room and _has_room([*found.names, *each.names], tasks):
                found.names += each.names
                waiting[key] = found, taken + size
                continue
            yield found
        waiting[key] = _Set(list(each.names), each.before, each.after), size
    for found, _ in waiting.values():
        yield found


def _has_room(names: list[str], tasks: dict[str, _Task]) -> bool:
    """Whether one dag may have these tasks, and one workflow all that they call."""
    if len(names) >= budget().tasks:
        return False
    templates = frozenset().union(*(tasks[name].templates for name in names))
    return len(templates) + _BESIDE <= budget().templates


def _is_worth_it(each: _Set, tasks: dict[str, _Task]) -> bool:
    """Whether a part is large enough for the task that starts it to be worth it."""
    size = sum(tasks[name].size for name in each.names)
    return size > budget().large // _SMALL or len(each.names) >= max(2, budget().tasks // 20)


def _replace(
    template: Template,
    bins: list[_Set],
    tasks: dict[str, _Task],
    verdict: dict[str, Any] | None,
    build: Build,
    *,
    apart: bool,
) -> None:
    """Write the parts, and the tasks that start them in the place of their first tasks."""
    moved = {name: at for at, each in enumerate(bins) for name in each.names}
    numbers = (f"part-{number}" for number in count(1))
    titles = list(islice((name for name in numbers if name not in tasks), len(bins)))
    written: list[dict[str, Any]] = []
    done: set[int] = set()
    together: int = template.get("parallelism", 0)
    at_once = min(together, len(bins))
    for name, task in tasks.items():
        place = moved.get(name)
        if place is None:
            written.append(_renewed(task, moved, titles))
        elif place not in done:
            done.add(place)
            inner = {key: value for key, value in template.items() if key not in _OF_WHOLE}
            if together:
                inner["parallelism"] = together // at_once
            written.append(
                _part_task(inner, bins[place], titles[place], tasks, verdict, build, apart=apart)
            )
    if verdict is not None:
        written += verdict_of(verdict, set(tasks).difference(moved))
    if together:
        template["parallelism"] = at_once
    template["dag"] = {"failFast": False, "tasks": written}


_OF_WHOLE = ("retryStrategy", "outputs")
"""What is the whole dag's and not of each of its parts."""


def _renewed(task: _Task, moved: dict[str, int], titles: list[str]) -> dict[str, Any]:
    """A task that stays, waiting for parts in the place of their tasks."""
    if not any(name in moved for name in task.upstream):
        return task.data
    clauses = [
        f"{titles[moved[name]]}.Succeeded" if name in moved else clause
        for name, clause in task.clauses.items()
    ]
    return task.data | {"depends": " && ".join(dict.fromkeys(clauses))}


def _part_task(
    inner: Template,
    each: _Set,
    title: str,
    tasks: dict[str, _Task],
    verdict: dict[str, Any] | None,
    build: Build,
    *,
    apart: bool,
) -> dict[str, Any]:
    """A part with these tasks, and the task that starts it."""
    own = set(each.names)
    given: dict[str, str] = {}
    names = [p["name"] for p in inner.get("inputs", {}).get("parameters", ())]

    def name_of(reference: str) -> str:
        text = tag(reference)
        if text not in given:
            given[text] = parameter_name("value", (*names, *given.values()))
        return given[text]

    members = []
    for name in each.names:
        task = dict(tasks[name].data)
        if not tasks[name].reads <= own:
            task = with_tags(task, lambda each: handed(each, own, name_of))
        if "depends" in task and not tasks[name].upstream & own:
            del task["depends"]
        elif each.before and "depends" in task:
            kept = [c for n, c in tasks[name].clauses.items() if n in own]
            task["depends"] = _all(kept)
        members.append(task)
    if verdict is not None:
        members += verdict_of(verdict, own)
    parameters = [{"name": name} for name in (*names, *given.values())]
    if parameters:
        inner["inputs"] = {"parameters": parameters}
    inner["dag"] = {"failFast": False, "tasks": members}
    texts = {name: text for text, name in given.items()}
    if apart:
        others = {one["name"]: one for one in build.templates}
        found = call(make_part(title, inner, others, build, texts), title, build)
    else:
        found = inside(title, inner, build, texts)
    if each.before:
        clauses = {n: c for name in each.names for n, c in tasks[name].clauses.items()}
        outside = [clause for name, clause in clauses.items() if name in each.before]
        found = {"name": found.pop("name"), "depends": _all(outside)} | found
    return found


def _all(clauses: list[str]) -> str:
    """That all of these hold."""
    return clauses[0].strip("()") if len(clauses) == 1 else " && ".join(clauses)
