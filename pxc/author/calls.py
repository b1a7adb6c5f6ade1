"""Remembers which call in which Python file made a value, at the price of two fields."""

from __future__ import annotations

import sys
from types import CodeType
from typing import NamedTuple

__all__ = ["Call", "caller"]

_OWN = "pxc.author"


class Call(NamedTuple):
    """One call: the code that it stands in, and the offset of its instruction there.

    Nothing is looked up before a place is asked for: `pxc.author.source_places` does.
    """

    code: CodeType
    at: int


def caller(own: str = _OWN) -> Call | None:
    """The innermost call that does not stand in the package `own`, nor in this one."""
    frame = sys._getframe(1)
    while frame is not None:
        name = frame.f_globals.get("__name__", "")
        if not _is_in(name, own) and not _is_in(name, _OWN):
            return Call(frame.f_code, frame.f_lasti)
        if frame.f_back is None:
            return None
        frame = frame.f_back
    return None


def _is_in(module: object, package: str) -> bool:
    return isinstance(module, str) and (module == package or module.startswith(f"{package}."))
