"""Splits a workflow that is too large for a cluster into parts that it starts."""

from __future__ import annotations

from pxc.source import Span
from pxc.targets.argo.build import Build
from pxc.targets.argo.defaults import size_together
from pxc.targets.argo.parts import Template, reached
from pxc.targets.argo.size import budget
from pxc.targets.argo.split_dag import split_dag
from pxc.targets.argo.split_loop import has_large_loop, split_loops
from pxc.targets.argo.task_names import parameter_name

__all__ = ["split"]

_MOST = 4
"""How often a dag is split: each time a hundred parts may become one."""


def split(entry: Template, timeout: int | None, span: Span, build: Build) -> None:
    """Move what is too large into parts: loops first, then dags from the innermost on.

    Templates that nothing calls any more are left out. PXC705 tells that there are parts. All of
    them together have the seconds of the timeout.
    """
    size = size_together(build.templates)
    if _fits(build.templates, size) and not has_large_loop(entry, build):
        return
    if timeout is not None:
        inputs = (each.get("inputs", {}).get("parameters", ()) for each in build.templates)
        taken = {each["name"] for parameters in inputs for each in parameters}
        build.seconds = parameter_name("seconds", taken)
    split_loops(span, build)
    for template in reversed(list(build.templates)):
        if "dag" in template and template["name"] in _kept(entry, build):
            _split(template, entry, build)
    _kept(entry, build)
    if build.parts:
        _tell(size, span, build)


def _fits(templates: list[Template], size: int) -> bool:
    """Whether one workflow has room for templates of this size together."""
    is_short = all(
        len(each.get("dag", {}).get("tasks", ())) <= budget().tasks for each in templates
    )
    return size <= budget().large and len(templates) <= budget().templates and is_short


def _split(template: Template, entry: Template, build: Build) -> None:
    """Split a dag as often as it is too large and there are parts to be made."""
    for _ in range(_MOST):
        whole = [template, *reached(template, _kept(entry, build))]
        apart = size_together(whole) > budget().large or len(whole) > budget().templates
        if not apart and len(template["dag"]["tasks"]) <= budget().tasks:
            return
        if not split_dag(template, build, apart=apart):
            return


def _kept(entry: Template, build: Build) -> dict[str, Template]:
    """Leave out what the entry does not reach; what is left by name."""
    others = {each["name"]: each for each in build.templates}
    names = {entry["name"], *(each["name"] for each in reached(entry, others))}
    build.templates[:] = [each for each in build.templates if each["name"] in names]
    return {each["name"]: each for each in build.templates}


def _tell(size: int, span: Span, build: Build) -> None:
    build.report.add(
        "PXC705",
        f"the run is too large for one workflow ({size // 1024:,} KiB of templates): its workflow"
        f" starts {len(build.parts)} others",
        span,
        help="the account of the pods needs the right to create and to get `workflows`; let"
        " operations share components, or bound a matrix with `numRuns`, and one will do",
    )
