"""Measures objects as a cluster keeps them: there is a limit, and no spec is compressed."""

from __future__ import annotations

import json
from typing import Any

from msgspec import Struct
from msgspec.json import encode

from pxc.diagnostics import Report
from pxc.source import Span
from pxc.targets.argo.tags import marks_in

__all__ = ["Budget", "budget", "check_counts", "check_size", "size_of"]


class Budget(Struct, frozen=True):
    """What one object may hold, in bytes of JSON and in runs.

    `large` leaves room for the status of a run in what a controller takes of a workflow, 1 MiB,
    and a cluster of an object, 1.5 MiB; `most` leaves none. A loop over more than `runs` is split
    into parts of `part` runs. The definitions of Argo 4.0 allow so many `templates` of a workflow,
    and `tasks` of a dag.
    """

    large: int = 512 * 1024
    most: int = 1024 * 1024
    runs: int = 2_000
    part: int = 500
    templates: int = 200
    tasks: int = 200


_BUDGET = Budget()

_SHORT = ("3.6", "3.7")
"""Releases whose definitions of objects say nothing of what is in them."""


def budget() -> Budget:
    """The budget of every object."""
    return _BUDGET


def size_of(data: Any) -> int:
    """The bytes of data as JSON without blanks, with the tags that will be in it."""
    try:
        text = encode(data)
    except UnicodeEncodeError:  # half of a surrogate pair
        lean = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
        text = lean.encode("utf-8", "surrogatepass")
    return len(text) - marks_in(text)


def check_counts(templates: list[dict[str, Any]], span: Span, version: str, report: Report) -> None:
    """PXC705 for more templates, or tasks of a dag, than the definitions of Argo 4.0 allow."""
    most = max((len(each.get("dag", {}).get("tasks", ())) for each in templates), default=0)
    limits = budget()
    if version in _SHORT or (most <= limits.tasks and len(templates) <= limits.templates):
        return
    many = most > limits.tasks
    what = f"a dag of {most:,} tasks" if many else f"{len(templates):,} templates"
    report.add(
        "PXC705",
        f"the workflow has {what}; the full definitions that Argo 4.0 comes with allow"
        f" {limits.tasks if many else limits.templates}",
        span,
        help="install the minimal definitions, compile for `--argo-version 3.7`, or put operations"
        " that wait for the same ones into dags of their own",
    )


def check_size(document: dict[str, Any], span: Span, report: Report) -> None:
    """PXC705 for a workflow whose status may find no room beside it, PXC701 for one without hope.

    What a cluster keeps of an object is at most 1.5 MiB; a run adds a status that grows with the
    number of its nodes, and a request holds both.
    """
    size, limits = size_of(document), budget()
    if size > limits.most:
        report.add(
            "PXC701",
            f"the workflow has {size / 1024 / 1024:.1f} MiB; a cluster keeps no more than 1.5 MiB"
            " with its status",
            span,
            help="split it into several files, let operations share components, or bound a matrix"
            " with `numRuns`",
        )
    elif size > limits.large:
        report.add(
            "PXC705",
            f"the workflow has {size // 1024:,} KiB, of the 1.5 MiB that a cluster keeps with its"
            " status",
            span,
            help="split it, let operations share components, or let Argo's controller keep the"
            " status of nodes in a database (`nodeStatusOffLoad`)",
        )
