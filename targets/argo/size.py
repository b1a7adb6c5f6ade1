"""Measures a workflow as a cluster keeps it: there is a limit, and nothing of it is compressed."""

from __future__ import annotations

import json
from typing import Any

from pxc.diagnostics import Report
from pxc.source import Span

__all__ = ["check_size"]

_LARGE = 512 * 1024
_MOST = 1024 * 1024


def check_size(document: dict[str, Any], span: Span, report: Report) -> None:
    """PXC705 for a workflow whose status may find no room beside it, PXC701 for one without hope.

    What a cluster keeps of an object is at most 1.5 MiB; a run adds a status that grows with the
    number of its nodes, and a request holds both.
    """
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    size = len(text.encode("utf-8", "surrogatepass"))
    if size > _MOST:
        report.add(
            "PXC701",
            f"the workflow has {size / 1024 / 1024:.1f} MiB; a cluster keeps no more than 1.5 MiB"
            " with its status",
            span,
            help="split it into several files, let operations share components, or bound a matrix"
            " with `numRuns`",
        )
    elif size > _LARGE:
        report.add(
            "PXC705",
            f"the workflow has {size // 1024:,} KiB, of the 1.5 MiB that a cluster keeps with its"
            " status",
            span,
            help="split it, let operations share components, or let Argo's controller keep the"
            " status of nodes in a database (`nodeStatusOffLoad`)",
        )
