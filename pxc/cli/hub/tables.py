"""Turns rows of words into columns, and answers into JSON."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from pxc.render.excerpt import visible

__all__ = ["as_json", "as_table"]

_NOTHING = "-"
_GAP = "  "


def as_table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Rows below their heads, each column as wide as its widest word; nothing is written as `-`.

    What would steer a terminal is an escape: registries are other people's.
    """
    filled = [[visible(cell) or _NOTHING for cell in row] for row in rows]
    lines = [list(heads), *filled]
    widths = [max(len(line[i]) for line in lines) for i in range(len(heads))]
    return "".join(
        _GAP.join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        + "\n"
        for line in lines
    )


def as_json(document: Any) -> str:
    """A document as people and programs read it."""
    return msgspec.json.format(msgspec.json.encode(document), indent=2).decode() + "\n"
