"""Turns an entry of pxc.lock into how it stands to what its registry has today."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

from pxc.diagnostics import Report
from pxc.hub.choosing import chosen, key_of
from pxc.hub.freshness import too_old
from pxc.hub.listing import listed
from pxc.hub.lock import Locked
from pxc.hub.reference import LATEST, HubReference, parse_reference
from pxc.hub.registry import RegistryFault, Version, digest_of
from pxc.hub.semver import parse_version
from pxc.hub.stages import DEPRECATED, DISABLED
from pxc.hub.urls import fetched, is_url

if TYPE_CHECKING:
    from pxc.hub.resolver import Hub

__all__ = ["Standing", "standing"]

_OUT_OF_USE = (DEPRECATED, DISABLED)


class Standing(Struct, frozen=True, kw_only=True):
    """An entry and what there is today: `now` the digest of its tag, `newest` the newest version.

    `wanted` is the version that its range means, where there is one, else its own tag. `words` say
    what is to be known; none for what is as it was locked.
    """

    entry: Locked
    now: str
    wanted: str
    newest: str
    words: tuple[str, ...]

    @property
    def is_outdated(self) -> bool:
        """Whether there is anything to be known."""
        return bool(self.words)


def standing(hub: Hub, entry: Locked, today: str) -> Standing | None:
    """How an entry stands on a day; None for one of no known registry. Raises RegistryFault."""
    if is_url(entry.ref):
        return _of_url(hub, entry)
    parsed = parse_reference(entry.ref)
    placed = None if parsed is None else hub.placed(parsed)
    if placed is None:
        return None
    registry = hub.registry(placed.registry)
    known = listed(hub, registry, placed.component)
    versions = known.versions if known is not None else ()
    now = next((each for each in versions if each.tag == placed.tag), None)
    newest = _newest(versions, placed.tag)
    wanted = _wanted(hub, placed)
    words = [] if wanted == placed.tag else [f"its range has {wanted}"]
    if now is None:
        words.append("its tag is gone")
    elif now.digest != entry.digest:
        words.append("its tag was moved")
    if now is not None and now.stage in _OUT_OF_USE:
        instead = f": take {now.replaced_by}" if now.replaced_by else ""
        words.append(f"it is {now.stage}{instead}")
    has_newer = newest is not None and placed.tag not in (LATEST, newest.tag)
    if newest is not None and has_newer and newest.stage not in _OUT_OF_USE:
        words.append("there is a newer one")
    days = too_old(entry, hub.options, today)
    if days is not None:
        words.append(f"it was locked {days} days ago" if entry.resolved else "its day is not told")
    return Standing(
        entry=entry,
        now=now.digest if now is not None else "",
        wanted=wanted,
        newest=newest.tag if newest is not None else "",
        words=tuple(words),
    )


def _newest(versions: Sequence[Version], tag: str) -> Version | None:
    """The newest version: by its number where the tag that is locked is one, else by its day."""
    named = [each for each in versions if each.tag != LATEST]
    numbers = {each.tag: parse_version(each.tag) for each in named if each.stage != DISABLED}
    known = {tag: number for tag, number in numbers.items() if number and not number.pre}
    if tag in known:
        best = max(known, key=lambda each: (known[each].order, known[each].written, each))
        return next(each for each in named if each.tag == best)
    return named[0] if named else None


def _wanted(hub: Hub, placed: HubReference) -> str:
    """The version that the range of an entry means today; its own tag without a range."""
    kept = hub.ranges.kept.get(key_of(placed))
    if kept is None or kept.tag != placed.tag:
        return placed.tag
    wanted = hub.ranges.wanted(placed)
    found = chosen(hub, placed, wanted.range if wanted is not None else kept.range)
    return found.tag if found is not None else ""


def _of_url(hub: Hub, entry: Locked) -> Standing:
    """How a URL stands. Raises RegistryFault where it gives no answer."""
    report = Report()
    data = fetched(hub, hub.fixed.place_of(entry.ref), report)
    for fault in report if data is None else ():
        raise RegistryFault(fault.message, fault.help)
    now = digest_of(data or b"")
    words = () if now == entry.digest else ("its bytes changed",)
    return Standing(entry=entry, now=now, wanted="", newest="", words=words)
