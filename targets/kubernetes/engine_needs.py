"""Finds what members of a group ask of a workflow engine, which plain Kubernetes is not."""

from __future__ import annotations

from collections.abc import Iterator

from pxc.diagnostics import Note, Report, allowed
from pxc.ir.node import Template
from pxc.ir.plan import Edge, Group, Unit
from pxc.source import Span, head_of
from pxc.targets.kubernetes.flat_group import FlatUnit, skipped_members

__all__ = ["MOST_UPSTREAMS", "check_engine_needs"]

MOST_UPSTREAMS = 5
"""How many others a job of a JobSet may wait for: `maxItems` of its `dependsOn`."""

_MOST_NOTES = 12
_SUCCESS = frozenset({"run_status_succeeded"})


def check_engine_needs(group: Group, flat: list[FlatUnit], report: Report) -> bool:
    """PXC701 for a group whose edges say more than `after the success of`; whether there is none.

    One finding for the whole, with a note at each place that asks for more.
    """
    found = [*_of_group(group, ""), *_of_units(flat)]
    if not found:
        return True
    names = list(dict.fromkeys(name for name, _ in found))
    notes = [note for _, note in found[:_MOST_NOTES]]
    if len(found) > _MOST_NOTES:
        rest = len(found) - _MOST_NOTES
        notes.append(Note(f"and {rest} more of this kind"))
    report.add(
        "PXC701",
        f"the dag needs a workflow engine for {allowed(names, 6)}",
        head_of(group.span),
        notes=tuple(notes),
        help=_help(),
    )
    return False


def _help() -> str:
    from pxc.targets import TARGETS  # the list of them knows this one

    said = "a JobSet starts a job after others have succeeded, and says no more"
    engines = [name for name in TARGETS if name != "kubernetes"]
    return f"{said}: compile for an engine, with " + " or ".join(
        f"`pxc compile -t {name}`" for name in engines
    )


def _of_group(group: Group, prefix: str) -> Iterator[tuple[str, Note]]:
    skipped = skipped_members(group)
    into: dict[str, list[Edge]] = {}
    for edge in group.edges:
        if edge.is_build:  # told as a build
            continue
        into.setdefault(edge.downstream, []).append(edge)
    for member in group.members:
        if member.name in skipped:
            continue
        name = f"{prefix}{member.name}"
        for text, span in _of_member(member, into.get(member.name, []), skipped):
            yield name, Note(f"`{name}` {text}", span)
        if isinstance(member, Group):
            yield from _of_group(member, f"{name}-")


def _of_member(
    member: Unit | Group, edges: list[Edge], skipped: frozenset[str]
) -> Iterator[tuple[str, Span]]:
    for edge in edges:
        if edge.values:
            yield f"takes {allowed(edge.values, 4)} from `{edge.upstream}`", edge.span
        if edge.events and (len(edges) > 1 or not _SUCCESS.issuperset(edge.events)):
            yield f"is started by an event of `{edge.upstream}`", edge.span
    start = member.start
    if start is None:
        return
    if edges and start.trigger != "all_succeeded":
        yield f"starts by `{start.trigger}`", start.span
    if isinstance(start.condition, Template):
        yield "has `conditions` that wait for the run", start.condition.span


def _of_units(flat: list[FlatUnit]) -> Iterator[tuple[str, Note]]:
    """Units that are no jobs although order matters, and those that wait for too many."""
    awaited = {at for unit in flat for at in unit.upstreams}
    for at, each in enumerate(flat):
        kind, span = each.unit.kind, head_of(each.unit.span)
        if kind != "job" and (each.upstreams or at in awaited):
            yield each.name, Note(f"`{each.name}` is a `{kind}` among jobs that wait", span)
        if len(each.upstreams) > MOST_UPSTREAMS:
            yield (
                each.name,
                Note(
                    f"`{each.name}` waits for {len(each.upstreams)} others;"
                    f" a job of a JobSet waits for {MOST_UPSTREAMS} at most",
                    span,
                ),
            )
