"""Turns the names of operations into names of Argo tasks, templates and parameters."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from pxc.targets._names import digest
from pxc.targets.argo.expr_values import KEPT

__all__ = ["LONGEST", "free", "parameter_name", "task_names"]

LONGEST = 128
_PARAMETER = re.compile(r"[-a-zA-Z0-9_]+")
_TASK = re.compile(r"[a-zA-Z][-a-zA-Z0-9]*")
_CHANGED = 6


def task_names(names: Iterable[str]) -> dict[str, str]:
    """A task name for each name; those that are one stay, others carry a hash where two meet."""
    wanted = list(dict.fromkeys(names))
    found = {name: name for name in wanted if _is_task(name)}
    taken = set(found)
    for name in wanted:
        if name not in found:
            found[name] = free(_slug(name), taken, name)
            taken.add(found[name])
    return {name: found[name] for name in wanted}


def free(name: str, taken: Collection[str], told: str = "") -> str:
    """A task name that is not taken: the name, or with a hash of what it tells."""
    used, number = taken, 0
    found = name[:LONGEST]
    while found in used or len(name) > LONGEST > len(found):
        end = digest(_CHANGED, told or name, *([str(number)] if number else []))
        found = f"{name[: LONGEST - _CHANGED - 1].rstrip('-')}-{end}"
        number += 1
        if found not in used:
            break
    return found


def parameter_name(name: str, taken: Iterable[str] = ()) -> str:
    """The name of a parameter for any text, `-2`, `-3`… added where it is taken."""
    base = name if _PARAMETER.fullmatch(name) else _slug(name)
    used, found, number = set(taken), base, 1
    while found in used:
        number += 1
        found = f"{base}-{number}"
    return found


def _is_task(name: str) -> bool:
    return _TASK.fullmatch(name) is not None and len(name) <= LONGEST and name not in KEPT


def _slug(name: str) -> str:
    kept = re.sub(r"[^a-zA-Z0-9]+", "-", name).strip("-")
    return kept if _is_task(kept) else f"op-{kept}" if kept else "op"
