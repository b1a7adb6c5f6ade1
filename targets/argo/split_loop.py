"""Splits loops over more runs than one workflow has room for into parts, each a loop over some."""

from __future__ import annotations

from typing import Any

from pxc.diagnostics import Report
from pxc.source import Span
from pxc.targets.argo.build import Build
from pxc.targets.argo.parts import Template, call, make_part, reached
from pxc.targets.argo.size import budget, size_of

__all__ = ["has_large_loop", "split_loops"]

_SMALL = 16 * 1024
"""A loop of less is left where it is: the task that starts a part has a size, too."""


def split_loops(span: Span, build: Build) -> None:
    """Split the loops that are too large, inner ones first, and then the largest while all is.

    `concurrency` is kept for all parts together: so many parts at once, and so many runs in each,
    that they are never more; where it is less than a part has runs, one part after another.
    PXC701 for a loop whose runs are joined.
    """
    for template in reversed(list(build.templates)):
        if _loops(template):
            nodes, size = _nodes(template, _by_name(build)), size_of(template)
            if nodes > budget().runs or size > budget().large:
                _split(template, nodes, size, span, build)
    sizes = [(size_of(each), each) for each in build.templates if _loops(each)]
    total = size_of(build.templates)
    small = min(_SMALL, budget().large // 16)
    for size, template in sorted(sizes, key=lambda pair: -pair[0]):
        if total > budget().large and size > small and "outputs" not in template:
            _split(template, _nodes(template, _by_name(build)), size, span, build)
            total -= size - size_of(template)


def has_large_loop(entry: Template, build: Build) -> bool:
    """Whether some loop has more runs than the status of one workflow has room for."""
    others = _by_name(build)
    loops = (each for each in (entry, *reached(entry, others)) if _loops(each))
    return any(_nodes(each, others) > budget().runs for each in loops)


def _by_name(build: Build) -> dict[str, Template]:
    return {each["name"]: each for each in build.templates}


def _loops(template: Template) -> list[dict[str, Any]]:
    """The tasks of a template that does nothing but to loop."""
    tasks = template.get("dag", {}).get("tasks", [])
    return tasks if all("withItems" in task for task in tasks) else []


def _nodes(template: Template, others: dict[str, Template], around: tuple[str, ...] = ()) -> int:
    """How many nodes the status gets for a call of a template; of a search those of a round."""
    found, inside = 1, (*around, template["name"])
    for task in template.get("dag", {}).get("tasks", ()):
        if task["template"] not in inside:
            runs = len(task.get("withItems", "1"))
            found += runs * _nodes(others[task["template"]], others, inside)
    return found


def _split(template: Template, nodes: int, size: int, span: Span, build: Build) -> None:
    """Let a template call parts in the place of its loops."""
    loops = _loops(template)
    runs = sum(len(loop["withItems"]) for loop in loops)
    if "outputs" in template:
        _refuse_join(template["name"], runs, span, build.report)
        return
    most = min(budget().part * runs // (nodes - 1), budget().large * runs // (2 * size))
    most = max(1, min(most, budget().part))
    together: int = template.get("parallelism", 0)
    at_once = -(-together // most)
    calls: list[dict[str, Any]] = []
    for loop in loops:
        for start in range(0, len(loop["withItems"]), most):
            inner = dict(template)
            if together:
                inner["parallelism"] = together // at_once
            some = loop | {"withItems": loop["withItems"][start : start + most]}
            inner["dag"] = {"failFast": False, "tasks": [some]}
            part = make_part(template["name"], inner, _by_name(build), build)
            calls.append(call(part, f"part-{len(calls) + 1}", build))
    if together:
        template["parallelism"] = at_once
    template["dag"] = {"failFast": False, "tasks": calls}


def _refuse_join(name: str, runs: int, span: Span, report: Report) -> None:
    report.add(
        "PXC701",
        f"a join gathers from the {runs:,} runs of `{name}`, for which one workflow of Argo has no"
        " room",
        span,
        help=f"bound the matrix with `numRuns`, to {budget().runs:,} runs or fewer, or gather"
        " the results from a store",
    )
