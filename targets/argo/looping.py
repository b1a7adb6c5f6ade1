"""Lets a task loop over items, and completes the template of such tasks."""

from __future__ import annotations

from typing import Any

from pxc.ir.sweep import Sweep
from pxc.targets.argo.joined import RESULTS
from pxc.targets.argo.needs import RUN, Needs
from pxc.targets.argo.tags import tag

__all__ = ["INDEX", "finish_loop", "loop_over", "tell_results"]

INDEX = "index"
"""What each item says of its place in the table."""


def loop_over(
    task: dict[str, Any], names: list[str], items: list[dict[str, str]], needs: Needs
) -> None:
    """Let a task loop over items, which give these parameters; the others are handed through."""
    given = []
    if needs.runs:
        given.append({"name": RUN, "value": f"{tag(needs.run())}-{tag(f'item.{INDEX}')}"})
    for name in needs.values:
        given.append({"name": name, "value": tag(f"inputs.parameters.{name}")})
    given += [{"name": name, "value": tag(f"item.{name}")} for name in names]
    if given:
        task["arguments"] = {"parameters": given}
    task["withItems"] = items


def finish_loop(
    template: dict[str, Any], tasks: list[dict[str, Any]], sweep: Sweep, needs: Needs
) -> None:
    """Put the tasks of a loop into its template, with the number that may run at once."""
    parameters = [*([RUN] if needs.runs else ()), *needs.values]
    if parameters:
        template["inputs"] = {"parameters": [{"name": each} for each in parameters]}
    if sweep.concurrency is not None:
        template["parallelism"] = sweep.concurrency
    template["dag"] = {"failFast": False, "tasks": tasks}


def tell_results(template: dict[str, Any], task: str) -> None:
    """Make what the runs of a task left an output of the template of the loop."""
    results = tag(f"tasks.{task}.outputs.parameters")
    outputs = [{"name": RESULTS, "valueFrom": {"parameter": results}}]
    inputs = {"name": template.pop("name")} | (
        {"inputs": template.pop("inputs")} if "inputs" in template else {}
    )
    rest = dict(template)
    template.clear()
    template |= inputs | {"outputs": {"parameters": outputs}} | rest
