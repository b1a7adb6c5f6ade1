"""Says what a task left behind: by a plain file, else by Polyaxon's tracking client.

Each declared output is an output parameter, empty where the run wrote no such file; what the
tracking client left is one more, a JSON object.
"""

from __future__ import annotations

from pxc.targets.argo.expr_texts import CARRIED
from pxc.targets.argo.expr_values import member, quoted

__all__ = ["TRACKED", "output_expr"]

TRACKED = "pxc-run"
"""The output parameter with what the tracking client left: `{}` where it left nothing."""


def output_expr(
    task: str, parameter: str, name: str, *, tracking: bool = False, may_lack: bool = False
) -> str:
    """The text of one output of a task: what its file says, else the text or JSON that was logged.

    In: the names of the task, of its output parameter and of the output. It is empty where the
    run left none. A task that `may_lack` outputs has none at all when it has failed; Argo tries
    what is between its braces also before it has run, which comes to nothing without its status.
    """
    plain = _parameter(task, parameter, "''" if may_lack else "")
    found = plain
    if tracking:
        logged = f"fromJSON({_parameter(task, TRACKED, quoted('{}') if may_lack else '')})"
        tracked = f"{_logged(logged, name)} ?? ''"
        found = f"{plain} != '' ? {plain} : map([{tracked}], {CARRIED.format('#')})[0]"
    return f"{member(task, 'tasks')}.status == '' ? '' : {found}" if may_lack else found


def _parameter(task: str, parameter: str, otherwise: str) -> str:
    if not otherwise:
        return member(parameter, f"{member(task, 'tasks')}.outputs.parameters")
    found = member(parameter, f"{member(task, 'tasks')}?.outputs?.parameters?")
    return f"({found} ?? {otherwise})"


def _logged(run: str, name: str) -> str:
    return member(name, f"{run}.outputs?")
