"""Turns what a caller says of an earlier run into the run that one begins from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pxc.options import EarlierRun

__all__ = ["earlier_run"]

_KINDS = ("resume", "restart", "copy")


def earlier_run(given: Mapping[str, Any], spell: Callable[[str], str]) -> EarlierRun | None:
    """The run that is named; None where none is. `given` has a value for each of `EARLIER`.

    ValueError for two of them, and for what goes with none of them, in words in which each name is
    as `spell` writes it.
    """
    kinds = [kind for kind in _KINDS if given[kind] is not None]
    if len(kinds) > 1:
        raise ValueError(f"{spell(kinds[0])} and {spell(kinds[1])} do not go together")
    for name in ("copy_dirs", "copy_files"):
        if given[name] and "copy" not in kinds:
            raise ValueError(f"{spell(name)} goes with {spell('copy')} alone")
    number = given["iteration"]
    if not kinds:
        if number is not None:
            any_of = f"{spell('resume')}, {spell('restart')} or {spell('copy')}"
            raise ValueError(f"{spell('iteration')} needs {any_of}")
        return None
    if number is not None and number < 1:
        raise ValueError(f"{spell('iteration')} begins with 1")
    return EarlierRun(
        kind=kinds[0],
        run=given[kinds[0]],
        iteration=number or 1,
        dirs=tuple(given["copy_dirs"]),
        files=tuple(given["copy_files"]),
    )
