"""Turns `logging` of version 0 into the level of the log of version 1.1."""

from __future__ import annotations

from pxc.grammar.v0.language import LOGGING
from pxc.grammar.v0.section import Section
from pxc.grammar.v0.tree import Pair, mapped, pair, renamed

__all__ = ["plugins"]


def plugins(document: Section) -> Pair | None:
    """`plugins` with the level of the log; PXC949 for how and where the log was written."""
    logging = document.section("logging", LOGGING)
    if logging is None:
        return None
    for name in ("formatter", "path"):
        entry = logging.entry(name)
        if entry is not None:
            document.report.add(
                "PXC949",
                f"`logging.{name}` has no counterpart",
                entry[0].span,
                help="the program itself says how it writes its log",
            )
    level = logging.entry("level")
    if level is None:
        return None
    found = mapped(logging.span, [renamed("logLevel", level)])
    return pair("plugins", found, document.place("logging"))
