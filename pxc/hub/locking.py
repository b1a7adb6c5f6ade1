"""Turns references to components into the entries of pxc.lock that fix them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from msgspec.structs import replace

from pxc.diagnostics import Report
from pxc.hub.choices import Choices
from pxc.hub.freshness import check_latest
from pxc.hub.lock import Chosen, Lock, Locked
from pxc.hub.reference import HubReference, parse_reference
from pxc.hub.registry import RegistryFault, digest_of
from pxc.hub.reports import as_source
from pxc.hub.urls import bytes_at, fetched, is_allowed, is_url, url_source
from pxc.ir.node import Lit
from pxc.source import Source

if TYPE_CHECKING:
    from pxc.hub.resolver import Hub

__all__ = ["Locking"]

MOST_ENTRIES = 10_000
"""How many components one workspace may lead to."""

Place = tuple[Lit[str], str]
"""A reference, and where it stands in the workspace; nowhere for one in a component of a hub."""


class Locking:
    """Fixes references, and those of the components that they name, one after another.

    An entry of the lock before stays as it is, but for where it is named. `is_moved` says of which
    references the tag is asked anew; `inner` gives the references in the text of a component.
    `ranges` are chosen from anew, by components; where one is empty the component has none from now
    on. Faults are those of a compilation, told where the reference stands.
    """

    def __init__(
        self,
        hub: Hub,
        before: Lock,
        today: str,
        inner: Callable[[Source], Iterable[Lit[str]]],
        report: Report,
        *,
        is_moved: Callable[[str], bool] = lambda entry: False,
        ranges: Mapping[str, str] | None = None,
    ) -> None:
        self._hub = hub
        self._before = {each.ref: each for each in before.components}
        self._today = today
        self._inner = inner
        self._report = report
        self._is_moved = is_moved
        self._choices = Choices(hub, before, ranges or {}, is_moved)
        self._entries: dict[str, Locked] = {}
        self._via: dict[str, set[str]] = {}
        self._failed: set[str] = set()
        self.replaced: dict[str, tuple[bytes | None, bytes]] = {}
        """What moved entries were, as far as that is at hand, and what they are."""

    @property
    def ranges(self) -> tuple[Chosen, ...]:
        """What was chosen of ranges, sorted by components."""
        return self._choices.made

    def fixed(self, places: Iterable[Place]) -> dict[str, Locked]:
        """The entries of references, and of all that they lead to, by what the lock calls them."""
        waiting = list(places)
        while waiting:
            ref, place = waiting.pop()
            key = self._key(ref)
            if key is None or key in self._failed:
                continue
            if place:
                self._via.setdefault(key, set()).add(place)
            if key not in self._entries:
                waiting += [(inner, "") for inner in self._fix(key, ref)]
            if len(self._entries) > MOST_ENTRIES:
                raise RegistryFault(f"components lead to more than {MOST_ENTRIES:,} others")
        return {
            key: replace(entry, via=tuple(sorted(self._via.get(key, ()))))
            for key, entry in self._entries.items()
        }

    def _key(self, ref: Lit[str]) -> str | None:
        """What pxc.lock calls a reference; None for one that is never fetched."""
        if is_url(ref.value):
            return ref.value if is_allowed(ref.value, self._hub.options) else None
        placed = self._placed(ref)
        return None if placed is None else placed.entry

    def _placed(self, ref: Lit[str]) -> HubReference | None:
        parsed = parse_reference(ref.value)
        try:
            placed = None if parsed is None else self._choices.placed(parsed, ref, self._report)
        except RegistryFault as fault:
            if parsed is not None and (named := self._hub.placed(parsed)) is not None:
                self._hub.report_fault(named, fault, ref, self._report)
            return None
        if placed is None or not self._hub.may("pull", placed, ref.span, self._report):
            return None
        if self._hub.is_built_in(placed.registry):
            return placed
        return placed if check_latest(placed, self._hub.options, ref.span, self._report) else None

    def _fix(self, key: str, ref: Lit[str]) -> list[Lit[str]]:
        """Make the entry of a reference; the references that its component names itself."""
        made = self._url_taken(ref) if is_url(key) else self._component_taken(ref)
        source = None if made is None else self._source(key, ref, made[1])
        if made is None or source is None:
            self._failed.add(key)
            return []
        entry, data = made
        self._hub.fixed.keep(key, data)
        former = self._choices.former(key)
        if former is not None:
            self.replaced[key] = (self._old(*former), data)
        inner = list(self._inner(source))
        keys = {each for each in map(self._key, inner) if each is not None}
        self._entries[key] = replace(entry, requires=tuple(sorted(keys)))
        return inner

    def _source(self, key: str, ref: Lit[str], data: bytes) -> Source | None:
        placed = None if is_url(key) else self._placed(ref)
        if placed is None:
            return url_source(ref, data, self._report)
        return as_source(placed, data, ref, self._report)

    def _url_taken(self, ref: Lit[str]) -> tuple[Locked, bytes] | None:
        """The entry of a URL, and its bytes: the one before, or what the URL has today."""
        before = self._before.get(ref.value)
        if before is not None and not self._is_moved(ref.value):
            data = bytes_at(self._hub, ref, before, self._report)
            return None if data is None else (before, data)
        data = fetched(self._hub, ref, self._report)
        if data is None:
            return None
        size, digest = len(data), digest_of(data)
        if before is not None and before.digest == digest:
            return before, data
        if before is not None:
            self.replaced[ref.value] = (self._hub.fixed.at_hand(ref.value, before.digest), data)
        return Locked(ref=ref.value, digest=digest, size=size, resolved=self._today), data

    def _component_taken(self, ref: Lit[str]) -> tuple[Locked, bytes] | None:
        placed = self._placed(ref)
        if placed is None:
            return None
        try:
            return self._taken(placed, ref)
        except RegistryFault as fault:
            self._hub.report_fault(placed, fault, ref, self._report)
            return None

    def _taken(self, placed: HubReference, ref: Lit[str]) -> tuple[Locked, bytes] | None:
        """An entry and its bytes: the one before, or what the registry has today."""
        before = self._before.get(placed.entry)
        is_moved = not placed.digest and self._is_moved(placed.entry)
        if before is not None and not is_moved and self._hub.visible(placed):
            data = self._hub.fixed.at_hand(placed.entry, before.digest)
            if data is not None:
                return before, data
        taken = self._hub.taken(placed, None if is_moved else before, ref, self._report)
        if taken is None:
            return None
        version, data = taken.version, taken.data
        if before is not None and before.digest == version.digest:
            renewed = self._today if is_moved and self._hub.options.max_age_days else ""
            day = renewed or before.resolved
            return replace(before, signer=taken.signer, resolved=day), data
        if before is not None:
            self.replaced[placed.entry] = (self._old(placed, before), data)
        registry = self._hub.registry(placed.registry)
        return (
            Locked(
                ref=placed.entry,
                digest=version.digest,
                size=len(data),
                registry=registry.url,
                resolved=self._today,
                signer=taken.signer,
            ),
            data,
        )

    def _old(self, placed: HubReference, before: Locked) -> bytes | None:
        """The bytes of an entry that is replaced, to be compared; None where nobody has them."""
        data = self._hub.fixed.at_hand(placed.entry, before.digest)
        try:
            registry = self._hub.registry(placed.registry)
            version = registry.find(placed.component, placed.tag, before.digest)
            if data is None and version is not None:
                data = registry.read(version)
        except RegistryFault:
            return data
        return data if data is not None and digest_of(data) == before.digest else None
