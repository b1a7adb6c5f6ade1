"""Gives the tasks of a file the Python names under which its later lines know them."""

from __future__ import annotations

import builtins
import keyword
from collections.abc import Iterable

__all__ = ["OPS", "variables"]

OPS = "ops"
"""The dict that holds the tasks whose ids are no names of Python."""

_TAKEN = frozenset((*dir(builtins), OPS, "dag", "k8s", "pendulum", "timedelta", "literal", "chain"))


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
