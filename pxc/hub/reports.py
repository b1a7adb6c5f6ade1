"""Says why a component is not taken: it is missing, was moved, is not locked, or out of reach."""

from __future__ import annotations

from collections.abc import Sequence

from pxc.diagnostics import Note, Report, allowed, nearest
from pxc.hub.lock import Locked
from pxc.hub.reference import RANGES, HubReference
from pxc.hub.registry import Registry, Version, digest_of
from pxc.ir.node import Lit
from pxc.source import Source
from pxc.world import GIVEN_BY_HUB

__all__ = [
    "as_source",
    "report_missing",
    "report_moved",
    "report_not_locked",
    "report_offline",
    "report_other_bytes",
    "report_unlocked",
]


def as_source(placed: HubReference, data: bytes, ref: Lit[str], report: Report) -> Source | None:
    """The bytes of a component as a source; PXC213 for what is no UTF-8."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        message = f"`{placed.key}` is no UTF-8 text (byte {fault.start})"
        report.add("PXC213", message, ref.span)
        return None
    return Source(f"<{placed.key}>", text, f"component:{ref.value}")


def _lock_command(placed: HubReference, ref: Lit[str]) -> str:
    """The command that locks a reference where it stands: in a file, or on the command line."""
    given = ref.span.source.name == GIVEN_BY_HUB
    named = ref.value if placed.tag[:1] in RANGES else placed.entry
    return "pxc hub lock" + (f" --hub {named}" if given else "")


def report_not_locked(
    placed: HubReference, ref: Lit[str], report: Report, *, moves: bool = False
) -> None:
    """PXC232 where only what pxc.lock has is taken: always, or of a tag that moves."""
    why = (
        "a tag that may move is taken as it is locked alone: `mutable: lock` of pxc.yaml"
        if moves
        else "only what is locked is taken: --locked, which CI sets; or --no-locked"
    )
    report.add(
        "PXC232",
        f"`{placed.entry}` is not in pxc.lock",
        ref.span,
        notes=(Note(why),),
        help=f"run: {_lock_command(placed, ref)}",
    )


def report_unlocked(placed: HubReference, ref: Lit[str], report: Report) -> None:
    """PXC233 for what a tag happened to mean today."""
    what = "range" if placed.tag[:1] in RANGES else "tag"
    report.add(
        "PXC233",
        f"`{placed.entry}` is not in pxc.lock: it is what the {what} means today",
        ref.span,
        help=f"run: {_lock_command(placed, ref)}",
    )


def report_offline(placed: HubReference, ref: Lit[str], report: Report) -> None:
    """PXC238 for what only a network has."""
    report.add(
        "PXC238",
        f"`{placed.entry}` is not at hand, and --offline asks no registry",
        ref.span,
        help="with a network run: pxc hub vendor",
    )


def report_moved(
    placed: HubReference, entry: Locked, now: Version, ref: Lit[str], report: Report
) -> None:
    """PXC234 for a tag whose bytes are not those that were locked."""
    since = f"the tag was moved after {entry.resolved}" if entry.resolved else "the tag was moved"
    if now.created:
        since += f"; its bytes are of {now.created}"
    report.add(
        "PXC234",
        f"`{placed.key}` is not what was locked",
        ref.span,
        notes=(
            Note(f"pxc.lock has `{entry.digest}`" + _from(entry.registry)),
            Note(f"the registry `{placed.registry}` has `{now.digest}`" + _from(now.origin)),
            Note(since),
        ),
        help=f"to take the new bytes, after a look at them, run: pxc hub update {placed.key}",
    )


def report_other_bytes(
    placed: HubReference,
    expected: str,
    data: bytes,
    registry: Registry,
    ref: Lit[str],
    report: Report,
) -> None:
    """PXC234 for a registry that sends other bytes than it, or the lock, says."""
    report.add(
        "PXC234",
        f"`{placed.key}` has the digest `{digest_of(data)}`, not `{expected}`",
        ref.span,
        notes=(Note(f"the bytes came from the registry `{registry.name}`: {registry.url}"),),
        help="ask whoever runs the registry; nothing of it was used",
    )


def _from(place: str) -> str:
    return f", from {place}" if place else ""


def report_missing(
    placed: HubReference,
    tags: Sequence[str],
    names: Sequence[str],
    ref: Lit[str],
    report: Report,
) -> None:
    """PXC213 for a version that a registry does not have, with what is like it."""
    where = f"in the registry `{placed.registry}`"
    if tags:
        message = f"`{placed.component}` {where} has no `{placed.digest or placed.tag}`"
        near, known = None if placed.digest else nearest(placed.tag, tags), f"tags: {allowed(tags)}"
    else:
        message = f"component `{placed.component}` is not {where}"
        near, known = nearest(placed.component, names), f"components: {allowed(names)}"
        known = known if names else "it does not list its components: check the name"
    help = f"did you mean `{near}`? {known}" if near else known
    report.add("PXC213", message, ref.span, help=help)
