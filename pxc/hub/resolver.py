"""Turns a reference to a component of a hub into the component's text, or says why it cannot."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from pxc.diagnostics import Report
from pxc.hub.freshness import check_age, check_latest
from pxc.hub.lock import Locked, LockFault
from pxc.hub.placing import name_in_rules
from pxc.hub.reference import LATEST, RANGES, HubReference, parse_reference
from pxc.hub.registry import ReadYaml, RegistryFault, SetYaml
from pxc.hub.reports import as_source, report_not_locked, report_offline, report_unlocked
from pxc.hub.signers import unsigned_policy
from pxc.hub.store import Store
from pxc.hub.taking import Taking
from pxc.ir.node import Lit
from pxc.options import HubOptions
from pxc.source import Source

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pxc.hub.choosing import Ranges
    from pxc.hub.rights import ComponentRights

__all__ = ["Hub"]


class Hub(Taking):
    """The components of all registries that a workspace knows; see `pxc.world.Hub`.

    Each organization is that of one registry, and components of none are in the registry `public`,
    so that no reference ever falls through to another registry. What pxc.lock or the reference
    fixes is taken from the cache (`store`), from the copies in the workspace, and only then from a
    registry. A reference without a tag may mean a range of versions, of which pxc.lock has chosen
    one. When a file is only linted (`may_fetch` is false) nothing that is remote is asked.
    `rights` are those of whoever asks: without, everything may be seen and pulled.
    """

    def __init__(
        self,
        options: HubOptions,
        root: Path | None,
        read_yaml: ReadYaml,
        *,
        may_fetch: bool,
        rights: ComponentRights | None = None,
        store: Store | None = None,
        set_yaml: SetYaml | None = None,
        today: str = "",
    ) -> None:
        super().__init__(
            options, root, read_yaml, may_fetch=may_fetch, rights=rights, store=store,
            set_yaml=set_yaml, today=today,
        )  # fmt: skip
        self._ranges: Ranges | None = None
        self._meant: dict[str, HubReference] = {}
        self._pins: dict[str, str] = {}
        self._sources: dict[str, Source] = {}
        self._bytes: dict[str, bytes] = {}

    @property
    def ranges(self) -> Ranges:
        """The ranges that references without a tag mean; a pxc.lock with a fault has none."""
        if self._ranges is None:
            from pxc.hub.choosing import Ranges

            try:
                kept = self.fixed.lock.ranges
            except LockFault:
                kept = ()  # which is told where the lock is asked for an entry
            self._ranges = Ranges(self.options, kept)
        return self._ranges

    def placed(self, reference: HubReference) -> HubReference | None:
        """See `Registries`. A range that pxc.lock has chosen no version of stands for the tag."""
        found = super().placed(reference)
        if found is None or reference.tag or reference.digest:
            return found
        return self.ranges.meant(reference, found)

    def pins(self) -> Mapping[str, str]:
        """See `pxc.world.Hub`."""
        return self._pins

    def name_in_rules(self, ref: str) -> tuple[str, str]:
        """See `pxc.world.Hub`."""
        parsed = parse_reference(ref)
        placed = None if parsed is None else self.meant(parsed)
        return (ref, "") if placed is None else name_in_rules(placed, self.options)

    def meant(self, reference: HubReference) -> HubReference | None:
        """The version that a reference means, of a range the one that was taken of it."""
        placed = self.placed(reference)
        return None if placed is None else self._meant.get(placed.key, placed)

    def component(self, ref: Lit[str], report: Report) -> Source | None:
        """See `pxc.world.Hub`."""
        parsed = parse_reference(ref.value)
        placed = None if parsed is None else self.placed(parsed)
        if placed is not None and placed.tag[:1] in RANGES:
            placed = self._of_range(placed, ref, report)
            if placed is None:
                return None
        if placed is not None and not self.may(
            "pull", placed, ref.span, report if self.may_fetch else None
        ):
            return None
        if placed is None:
            if parsed is not None and self.may_fetch:
                self.report_no_registry(parsed, ref, report)
            return None
        if not self.is_built_in(placed.registry) and not check_latest(
            placed, self.options, ref.span, report
        ):
            return None
        if ref.value not in self._sources:
            try:
                found = self._found(placed, ref, report)
            except LockFault as fault:
                self.fixed.report(fault, report)
                return None
            except RegistryFault as fault:
                self.report_fault(placed, fault, ref, report)
                return None
            if found is None:
                return None
            self._sources[ref.value] = found
        return self._sources[ref.value]

    def component_at(self, url: Lit[str], report: Report) -> Source | None:
        """See `pxc.world.Hub`."""
        from pxc.hub.urls import component_at

        if url.value not in self._sources:
            found = component_at(self, url, report)
            if found is None:
                return None
            self._sources[url.value] = found
        return self._sources[url.value]

    def bytes_of(self, ref: Lit[str], report: Report) -> bytes | None:
        """The exact bytes of what `component` finds; None for none, which is reported."""
        return None if self.component(ref, report) is None else self._bytes[ref.value]

    def _of_range(self, placed: HubReference, ref: Lit[str], report: Report) -> HubReference | None:
        """The version that a range means today; None, reported, where it may not be looked for."""
        is_built_in, is_remote = self.is_built_in(placed.registry), self.is_remote(placed.registry)
        if is_remote and not self.may_fetch:
            return None
        if self.options.locked and self.may_fetch and not is_built_in:
            report_not_locked(placed, ref, report)
            return None
        if is_remote and self.options.offline:
            report_offline(placed, ref, report)
            return None
        from pxc.hub.choosing import chosen, report_no_version

        try:
            version = chosen(self, placed, placed.tag)
            if version is None:
                report_no_version(self, placed, (placed.tag,), ref.span, report)
                return None
            found = self._meant[placed.key] = replace(placed, tag=version.tag)
            if self.fixed.entry(found.entry) is not None and self.may_fetch:
                report_unlocked(placed, ref, report)
        except LockFault as fault:
            self.fixed.report(fault, report)
            return None
        except RegistryFault as fault:
            self.report_fault(placed, fault, ref, report)
            return None
        return found

    def _found(self, placed: HubReference, ref: Lit[str], report: Report) -> Source | None:
        entry = self.fixed.entry(placed.entry)
        if entry is not None:
            check_age(entry, self.options, self.today, ref.span, report)
            self._pin(entry)
        digest = placed.digest or (entry.digest if entry is not None else "")
        data = None
        if digest and self.visible(placed) and self._is_at_hand(placed, entry):
            data = self.fixed.at_hand(placed.entry, digest)
        if data is None:
            data = self._fetched(placed, entry, ref, report)
        elif not self._is_still_signed(placed, entry, ref, report):
            return None
        if data is None:
            return None
        self._bytes[ref.value] = data
        return as_source(placed, data, ref, report)

    def _pin(self, entry: Locked) -> None:
        """Keep the images of an entry. LockFault where another one has the same by other bytes."""
        for image, digest in entry.images:
            if self._pins.setdefault(image, digest) != digest:
                line = self.fixed.place_of(entry.ref).span.line
                message = f"the image `{image}` of `{entry.ref}` has another digest elsewhere"
                raise LockFault(message, line, "run: pxc hub lock --images")

    def _is_at_hand(self, placed: HubReference, entry: Locked | None) -> bool:
        """Whether what is here may be used: who signed it is known, or does not matter."""
        if not self.may_fetch or entry is not None or self.is_built_in(placed.registry):
            return True
        return unsigned_policy(placed, self.options) == "allow"

    def _fetched(
        self, placed: HubReference, entry: Locked | None, ref: Lit[str], report: Report
    ) -> bytes | None:
        """The bytes that a registry has, where it may be asked and they are those of the lock."""
        is_fixed = bool(placed.digest or entry is not None or self.is_built_in(placed.registry))
        moves = placed.tag == LATEST or self.is_moved(placed.registry, placed.tag)
        wanted = self.options.locked or (moves and self.options.mutable == "lock")
        if not is_fixed and wanted and self.may_fetch:
            report_not_locked(placed, ref, report, moves=not self.options.locked)
            return None
        taken = self.taken(placed, entry, ref, report)
        if taken is None:
            return None
        noted = self.is_remote(placed.registry) or self.fixed.is_there
        if not is_fixed and self.may_fetch and noted:
            report_unlocked(placed, ref, report)
        return taken.data
