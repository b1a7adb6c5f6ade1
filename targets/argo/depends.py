"""Turns the edges into a member of a group into the `depends` and `when` of its task.

Source: specification of dags, sections 5 and 6, as documented: a skipped upstream counts as one
that succeeded. A task whose own `when` is false is `Skipped` to Argo, one whose `depends` is false
`Omitted`; so a member that is skipped because an upstream was is let in by `depends` and held back
by `when`, and `Omitted` always means that an upstream failed.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from pxc.diagnostics import Report
from pxc.ir.plan import Edge, Start

__all__ = ["Upstream", "check_events", "depends", "good", "is_late", "may_skip"]

_FAILED = ("Failed", "Errored")
_ALL = ("Succeeded", "Failed", "Errored", "Skipped", "Omitted")
_EVENTS = {
    "run_status_succeeded": ("Succeeded",),
    "run_status_failed": _FAILED,
    "run_status_skipped": ("Skipped",),
    "run_status_upstream_failed": ("Omitted",),
    "run_status_done": _ALL,
}


class Upstream(Struct, frozen=True):
    """A task that is waited for.

    A daemon is one that goes on while others run; `may_skip` tells that something can skip it.
    """

    task: str
    edge: Edge
    is_daemon: bool = False
    may_skip: bool = True


def good(upstream: Upstream) -> str:
    """That an upstream has succeeded, or was skipped."""
    return _any(upstream, ("Succeeded", "Skipped"))


def depends(start: Start | None, upstreams: Sequence[Upstream]) -> str:
    """The `depends` of a task, with a result for every name; empty for one that waits for none.

    Argo evaluates it when all tasks in it have ended, whatever it says.
    """
    if not upstreams:
        return ""
    trigger = start.trigger if start is not None else "all_succeeded"
    clauses = [_clause(trigger, upstream) for upstream in upstreams]
    together = " && " if trigger.startswith("all_") else " || "
    are_joint = together == " && " and len(clauses) > 1
    text = together.join(f"({c})" if " || " in c and are_joint else c for c in clauses)
    others = [_any(u, _event_results(u.edge)) for u in upstreams if _event_results(u.edge)]
    if start is not None and start.skip_on_upstream_skip and trigger != "all_done":
        others += [f"{upstream.task}.Skipped" for upstream in upstreams if upstream.may_skip]
    if others:
        first = [f"({text})"] if " && " in text else text.split(" || ")
        text = " || ".join(dict.fromkeys((*first, *others)))
    return text


def may_skip(start: Start | None) -> bool:
    """Whether something can skip a member that starts so."""
    return start is not None and (start.skip_on_upstream_skip or start.condition is not None)


def is_late(start: Start | None, upstreams: Sequence[Upstream]) -> bool:
    """Whether the author wants a task to start before all of its upstreams have ended."""
    if len(upstreams) < 2:
        return False
    waits_for_one = start is not None and start.trigger.startswith("one_")
    return waits_for_one or any(upstream.edge.events for upstream in upstreams)


def _event_results(edge: Edge) -> tuple[str, ...]:
    """The results of an upstream that its events tell of."""
    found = (result for kind in edge.events for result in _EVENTS.get(kind, ()))
    return tuple(dict.fromkeys(found))


def check_events(edge: Edge, report: Report) -> None:
    """PXC701 for events that come while the upstream runs."""
    unknown = [kind for kind in edge.events if kind not in _EVENTS]
    if unknown:
        report.add(
            "PXC701",
            f"`{edge.downstream}` waits for `{unknown[0]}` of `{edge.upstream}`, which Argo does"
            " not tell",
            edge.span,
            help="Argo starts a task when others have ended: wait for one of "
            + ", ".join(f"`{kind}`" for kind in _EVENTS),
        )


def _clause(trigger: str, upstream: Upstream) -> str:
    match trigger:
        case "all_failed" | "one_failed":
            return _any(upstream, _FAILED)
        case "all_done" | "one_done":
            return _any(upstream, _ALL)
        case _:
            return good(upstream)


def _any(upstream: Upstream, results: Sequence[str]) -> str:
    if upstream.is_daemon and "Succeeded" in results:
        results = (*results, "Daemoned")
    if not upstream.may_skip:
        results = [result for result in results if result != "Skipped"]
    return " || ".join(f"{upstream.task}.{result}" for result in results)
