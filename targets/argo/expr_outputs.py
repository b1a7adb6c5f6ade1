"""Says what a task left behind: by a plain file, else by Polyaxon's tracking client.

Each declared output is an output parameter, empty where the run wrote no such file; what the
tracking client left is one more, a JSON object.
"""

from __future__ import annotations

from pxc.targets.argo.expr_texts import CARRIED
from pxc.targets.argo.expr_values import member

__all__ = ["TRACKED", "output_expr"]

TRACKED = "pxc-run"
"""The output parameter with what the tracking client left: `{}` where it left nothing."""


def output_expr(task: str, parameter: str, name: str, *, tracking: bool = False) -> str:
    """The text of one output of a task: what its file says, else the text or JSON that was logged.

    In: the names of the task, of its output parameter and of the output. It is empty where the
    run left none.
    """
    plain = _parameter(task, parameter)
    if not tracking:
        return plain
    tracked = f"{_logged(_parsed(task, TRACKED), name)} ?? ''"
    return f"{plain} != '' ? {plain} : map([{tracked}], {CARRIED.format('#')})[0]"


def _parameter(task: str, parameter: str) -> str:
    return member(parameter, f"{member(task, 'tasks')}.outputs.parameters")


def _parsed(task: str, parameter: str) -> str:
    return f"fromJSON({_parameter(task, parameter)})"


def _logged(run: str, name: str) -> str:
    return member(name, f"{run}.outputs?")
