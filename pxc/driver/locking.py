"""Turns the files of a workspace into the pxc.lock that it should have."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from operator import attrgetter
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from pxc.diagnostics import Report
from pxc.driver.catalogs import locked_catalog
from pxc.driver.named_components import Naming
from pxc.hub.lock import Chosen, Lock, Locked, LockFault
from pxc.hub.locking import Locking
from pxc.hub.urls import is_allowed
from pxc.ir.node import Lit
from pxc.request import Request, SourceText
from pxc.source import Source
from pxc.source import whole as whole_of

if TYPE_CHECKING:
    from pxc.hub.resolver import Hub

__all__ = ["Relocked", "lock_of", "relocked"]

BY_HAND = "--hub"
"""The place of a reference that no file names."""


class Relocked(Struct):
    """A lock before and after.

    `left` are references that nobody can lock, each its place and why. `replaced` are the bytes of
    moved entries before, where they are at hand, and after.
    """

    before: Lock
    after: Lock
    left: tuple[tuple[str, str], ...] = ()
    replaced: dict[str, tuple[bytes | None, bytes]] = {}

    @property
    def new(self) -> list[Locked]:
        """The entries that were not there before."""
        known = {each.ref for each in self.before.components}
        return [each for each in self.after.components if each.ref not in known]

    @property
    def gone(self) -> list[Locked]:
        """The entries that nothing names any more."""
        left = {each.ref for each in self.after.components}
        return [each for each in self.before.components if each.ref not in left]

    @property
    def moved(self) -> list[tuple[Locked, Locked]]:
        """The entries that have other bytes than before: as they were, and as they are."""
        known = {each.ref: each for each in self.before.components}
        pairs = ((known.get(each.ref), each) for each in self.after.components)
        return [(old, new) for old, new in pairs if old is not None and old.digest != new.digest]

    @property
    def rechosen(self) -> list[tuple[Chosen, Chosen]]:
        """The ranges that mean another version than before: what was chosen, and what is."""
        known = {each.component: each for each in self.before.ranges}
        pairs = ((known.get(each.component), each) for each in self.after.ranges)
        return [(old, new) for old, new in pairs if old is not None and old.tag != new.tag]


def lock_of(hub: Hub, report: Report) -> Lock | None:
    """What is locked now; None after PXC244."""
    try:
        return hub.fixed.lock
    except LockFault as fault:
        hub.fixed.report(fault, report)
        return None


def relocked(
    request: Request,
    files: Sequence[SourceText],
    hub: Hub,
    today: str,
    report: Report,
    *,
    whole: bool,
    given: Sequence[str] = (),
    is_moved: Callable[[str], bool] = lambda entry: False,
    ranges: Mapping[str, str] | None = None,
) -> Relocked | None:
    """The lock of a workspace, whose catalog the request names; None where something is at fault.

    `given` are further references, which stay until their entries are deleted. The files are all of
    the workspace when they are the `whole`; otherwise entries that they do not name stay.
    `is_moved` says which tags are asked anew, `ranges` of which components a version is chosen; see
    `Locking`. Raises RegistryFault.
    """
    before = lock_of(hub, report)
    if before is None:
        return None
    naming = Naming(request, report)
    named = [naming.of_files(files)]
    if whole:
        named.append(naming.of_catalog())
    if report.has_errors:
        return None

    def inner(source: Source) -> list[Lit[str]]:
        named = naming.of_text(source)
        return [*named.hubs, *named.urls]

    locking = Locking(hub, before, today, inner, report, is_moved=is_moved, ranges=ranges)
    refs = [ref for one in named for ref in (*one.hubs, *one.urls)]
    places = [(ref, naming.place(ref.span)) for ref in refs]
    ranged = {f"{each.component}:{each.tag}": each.component for each in before.ranges}
    kept = (each.ref for each in before.components if BY_HAND in each.via)
    by_hand = (*given, *(ranged.get(ref, ref) for ref in kept))
    places += [(Lit(whole_of(Source(BY_HAND, ref)), ref), BY_HAND) for ref in by_hand]
    entries = locking.fixed(places)
    if report.has_errors:
        return None
    chosen = locking.ranges
    if not whole:
        entries = _beside(before, entries, naming.read)
        made = {each.component for each in chosen}
        chosen += tuple(each for each in before.ranges if each.component not in made)
    left = [(naming.place(t.span), f"`{t.text}` is computed") for n in named for t in n.computed]
    for url in (url for one in named for url in one.urls):
        if not is_allowed(url.value, hub.options):
            left.append((naming.place(url.span), f"no `urlHosts` of pxc.yaml has `{url.value}`"))
    components = tuple(entries[ref] for ref in sorted(entries))
    after = replace(
        before, components=components, catalog=locked_catalog(request.catalog),
        ranges=tuple(sorted(chosen, key=attrgetter("component"))),
    )  # fmt: skip
    return Relocked(before, after, tuple(sorted(left)), locking.replaced)


def _beside(before: Lock, made: dict[str, Locked], read: set[str]) -> dict[str, Locked]:
    """The entries of some files beside those of all others, which were not read."""
    entries = {}
    for old in before.components:
        elsewhere = tuple(place for place in old.via if place.rpartition(":")[0] not in read)
        new = made.get(old.ref)
        if new is None:
            entries[old.ref] = replace(old, via=elsewhere)
        else:
            entries[old.ref] = replace(new, via=tuple(sorted({*elsewhere, *new.via})))
    return made | entries
