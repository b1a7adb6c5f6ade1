"""Tells pushes to a repository from other events, and refuses what nobody can wait for."""

from __future__ import annotations

from pxc.diagnostics import Report
from pxc.ir.plan import Event, Plan

__all__ = ["is_push", "refuse_beside_schedule", "refuse_without_address"]


def is_push(event: Event, kind: str) -> bool:
    """Whether a kind of an event is a push to the repository of a connection."""
    return kind == "connection_git_commit" and event.origin.startswith("connections.")


def refuse_without_address(event: Event, report: Report) -> None:
    """PXC701 for a push to a repository that the catalog does not know."""
    if event.url:
        return
    report.add(
        "PXC701",
        f"the address of the repository `{event.origin}` is not known",
        event.span,
        help="put the connection into the catalog, with `schema: {url: ...}`",
    )


def refuse_beside_schedule(plan: Plan, report: Report) -> None:
    """PXC701 for a schedule of what an event starts, too."""
    if not plan.events or plan.timetable is None:
        return
    report.add(
        "PXC701",
        "what starts at a time cannot wait for an event, too",
        plan.timetable.span,
        help="write two files, one with the `schedule` and one with the `events`",
    )
