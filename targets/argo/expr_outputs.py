"""Says what a task left behind: by a plain file, else by Polyaxon's tracking client.

Each declared output is an output parameter, empty where the run wrote no such file; what the
tracking client left is one more, a JSON object.
"""

from __future__ import annotations

from pxc.targets.argo.expr_texts import CARRIED
from pxc.targets.argo.expr_values import BOOL, FLOAT, INT, Type, member, type_of

__all__ = ["TRACKED", "output_expr", "outputs_expr"]

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


def outputs_expr(
    task: str, parameter: str, name: str, type: str = "", *, tracking: bool = False
) -> str:
    """A list of one output of all runs of a looped task, in their order; runs that failed are left
    out, and a run that left none has null.

    The values are those of the declared type: Argo itself lists them as texts.
    """
    declared = type_of(type)
    missing = "nil"
    if tracking:
        logged = _logged(f"{_parsed(task, TRACKED)}[#index]", name)
        missing = _of_json(logged, declared)
    read = _of_text("#", declared)
    return f"map({_parsed(task, parameter)}, # != '' ? {read} : {missing})"


def _parameter(task: str, parameter: str) -> str:
    return member(parameter, f"{member(task, 'tasks')}.outputs.parameters")


def _parsed(task: str, parameter: str) -> str:
    return f"fromJSON({_parameter(task, parameter)})"


def _logged(run: str, name: str) -> str:
    return member(name, f"{run}.outputs?")


def _of_text(text: str, type: Type) -> str:
    """A value of its type, made of the text of a file; Argo reads maps and lists by itself."""
    if type == INT:
        return f"int({text})"
    if type == FLOAT:
        return f"float({text})"
    if type == BOOL:
        return f"!!fromJSON(lower({text}))"
    if type.name in ("list", "dict"):
        return f"(type({text}) == 'string' ? fromJSON({text}) : {text})"
    return text


def _of_json(logged: str, type: Type) -> str:
    """A value of its type, as the tracking client wrote it."""
    if type.is_text:
        return f"map([{logged} ?? ''], {CARRIED.format('#')})[0]"
    return logged
