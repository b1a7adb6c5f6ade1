"""Gives the tasks of a file the Python names under which its later lines know them."""

from __future__ import annotations

import builtins
import keyword
from collections.abc import Container, Iterable
from re import ASCII, sub

__all__ = ["OPS", "function_name", "variables"]

OPS = "ops"
"""The dict that holds the tasks whose ids are no names of Python."""

_TAKEN = frozenset((*dir(builtins), OPS, "dag", "k8s", "pendulum", "timedelta", "literal", "chain"))


def function_name(wanted: str, taken: Container[str]) -> str:
    """A free name of a function that is like the wanted one."""
    plain = sub(r"\W+", "_", wanted, flags=ASCII).strip("_") or "value"
    plain = f"_{plain}" if plain[0].isdigit() else plain
    name, count = plain, 1
    while name in taken or name in _TAKEN or keyword.iskeyword(name):
        count += 1
        name = f"{plain}_{count}"
    return name


def variables(task_ids: Iterable[str], taken: Iterable[str]) -> dict[str, str]:
    """The name of each task: its id where that is a free name of Python, else `ops["id"]`.

    A linter of DAG files wants a variable to have the name of its task.
    """
    from pxc.targets.airflow.python_text import string

    used = {*_TAKEN, *taken}
    found = {}
    for task_id in task_ids:
        plain = task_id.isascii() and task_id.isidentifier() and not keyword.iskeyword(task_id)
        found[task_id] = task_id if plain and task_id not in used else f"{OPS}[{string(task_id)}]"
    return found
