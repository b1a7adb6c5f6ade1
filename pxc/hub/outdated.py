"""Turns an entry of pxc.lock into how it stands to what its registry has today."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from pxc.diagnostics import Report
from pxc.hub.listing import listed
from pxc.hub.lock import Locked
from pxc.hub.reference import LATEST, parse_reference
from pxc.hub.registry import RegistryFault, digest_of
from pxc.hub.urls import fetched, is_url

if TYPE_CHECKING:
    from pxc.hub.resolver import Hub

__all__ = ["Standing", "standing"]

_OUT_OF_USE = ("deprecated", "disabled")


class Standing(Struct, frozen=True, kw_only=True):
    """An entry and what there is today: `now` the digest of its tag, `newest` the newest other tag.

    `words` say what is to be known; none for what is as it was locked.
    """

    entry: Locked
    now: str
    newest: str
    words: tuple[str, ...]

    @property
    def is_outdated(self) -> bool:
        """Whether there is anything to be known."""
        return bool(self.words)


def standing(hub: Hub, entry: Locked) -> Standing | None:
    """How an entry stands; None for one of no registry that is known. Raises RegistryFault."""
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
    newest = next((each for each in versions if each.tag != LATEST), None)
    words = []
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
    return Standing(
        entry=entry,
        now=now.digest if now is not None else "",
        newest=newest.tag if newest is not None else "",
        words=tuple(words),
    )


def _of_url(hub: Hub, entry: Locked) -> Standing:
    """How a URL stands. Raises RegistryFault where it gives no answer."""
    report = Report()
    data = fetched(hub, hub.fixed.place_of(entry.ref), report)
    for fault in report if data is None else ():
        raise RegistryFault(fault.message, fault.help)
    now = digest_of(data or b"")
    words = () if now == entry.digest else ("its bytes changed",)
    return Standing(entry=entry, now=now, newest="", words=words)
