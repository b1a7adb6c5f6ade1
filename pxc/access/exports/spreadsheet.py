"""Writes rights as a table of comma-separated values that is safe to open as a spreadsheet."""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING

from pxc.access.wording import amount

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pxc.access.rights import Right

__all__ = ["COLUMNS", "table"]

COLUMNS = (
    "subject", "action", "kind", "name", "project", "rule", "until", "perPod", "perRun",
)  # fmt: skip

_FORMULA = re.compile(r"(^|[,;|\t\r\n])(?=\s*[=+\-@\uff1d\uff0b\uff0d\uff20])|^(?=[\t\r\n])")
"""Where a spreadsheet would begin to compute: at the head of a cell, or of what it takes for one
where it splits cells at another character than a comma."""


def table(found: Iterable[Right]) -> str:
    """A head of names, and a row for each right. What would be a formula has a `'` before it."""
    rows = [_row(COLUMNS)]
    for r in found:
        words = (r.subject, r.action, r.kind, r.name, r.project, r.rule, r.until)
        bounds = ("" if b is None else amount(b) for b in (r.per_pod, r.per_run))
        rows.append(_row([_FORMULA.sub(r"\1'", word) for word in (*words, *bounds)]))
    return "".join(rows)


def _row(cells: Iterable[str]) -> str:
    text = io.StringIO()
    # This end of a line makes the writer quote each of its characters in a cell.
    csv.writer(text, lineterminator="\r\n").writerow(cells)
    return text.getvalue().removesuffix("\r\n") + "\n"
