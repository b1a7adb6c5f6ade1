"""Turns a reference to a component of a hub into the component's text, or says why it cannot."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from pxc.diagnostics import Report
from pxc.hub.fixed import Fixed
from pxc.hub.lock import Locked, LockFault
from pxc.hub.opened import Registries
from pxc.hub.reference import HubReference, parse_reference
from pxc.hub.registry import (
    ReadYaml,
    Registry,
    RegistryFault,
    SetYaml,
    Version,
    digest_of,
)
from pxc.hub.reports import (
    as_source,
    report_missing,
    report_moved,
    report_not_locked,
    report_offline,
    report_other_bytes,
    report_unlocked,
)
from pxc.hub.signers import check_locked_signer, check_signed, unsigned_policy
from pxc.hub.stages import check_stage
from pxc.hub.store import Store
from pxc.ir.node import Lit
from pxc.options import HubOptions
from pxc.source import Source

if TYPE_CHECKING:
    from pxc.hub.rights import ComponentRights

__all__ = ["Hub", "Taken"]


class Taken(Struct, frozen=True, kw_only=True):
    """A version that a registry has, its bytes, and who signed it, as pxc.lock has that."""

    version: Version
    data: bytes
    signer: str = ""


class Hub(Registries):
    """The components of all registries that a workspace knows; see `pxc.world.Hub`.

    Each organization is that of one registry, and components of none are in the registry `public`,
    so that no reference ever falls through to another registry. What pxc.lock or the reference
    fixes is taken from the cache (`store`), from the copies in the workspace, and only then from a
    registry. When a file is only linted (`may_fetch` is false) nothing that is remote is asked.
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
        super().__init__(options, root, read_yaml, set_yaml, rights, today)
        self.may_fetch = may_fetch
        self.fixed = Fixed(root, store)
        self._sources: dict[str, Source] = {}
        self._bytes: dict[str, bytes] = {}

    def component(self, ref: Lit[str], report: Report) -> Source | None:
        """See `pxc.world.Hub`."""
        parsed = parse_reference(ref.value)
        placed = None if parsed is None else self.placed(parsed)
        if placed is not None and not self.may(
            "pull", placed, ref.span, report if self.may_fetch else None
        ):
            return None
        if placed is None:
            if parsed is not None and self.may_fetch:
                self.report_no_registry(parsed, ref, report)
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

    def _found(self, placed: HubReference, ref: Lit[str], report: Report) -> Source | None:
        entry = self.fixed.entry(placed.entry)
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
        if not is_fixed and self.options.locked and self.may_fetch:
            report_not_locked(placed, ref, report)
            return None
        taken = self.taken(placed, entry, ref, report)
        if taken is None:
            return None
        noted = self.is_remote(placed.registry) or self.fixed.is_there
        if not is_fixed and self.may_fetch and noted:
            report_unlocked(placed, ref, report)
        return taken.data

    def taken(
        self, placed: HubReference, entry: Locked | None, ref: Lit[str], report: Report
    ) -> Taken | None:
        """What a registry has: the digest of the reference, of an entry, or what the tag means.

        None, which is reported, for what it does not have. Raises RegistryFault.
        """
        is_remote = self.is_remote(placed.registry)
        if is_remote and not self.may_fetch:
            return None
        if is_remote and self.options.offline:
            report_offline(placed, ref, report)
            return None
        registry = self.registry(placed.registry)
        digest = placed.digest or (entry.digest if entry is not None else "")
        version = self.find(registry.name, placed.component, placed.tag, digest)
        if version is None:
            if self.may_fetch:
                self._report_missing(placed, entry, ref, report)
            return None
        data = registry.read(version)
        if digest_of(data) != (digest or version.digest):
            report_other_bytes(placed, digest or version.digest, data, registry, ref, report)
            return None
        held = self._held(placed, version, data, entry, ref, report)
        if held is not None and is_remote:
            self.fixed.keep(placed.entry, data)
        return held

    def _held(
        self,
        placed: HubReference,
        version: Version,
        data: bytes,
        entry: Locked | None,
        ref: Lit[str],
        report: Report,
    ) -> Taken | None:
        """What a registry has, held to its stage and its signatures."""
        if not self.may_fetch:
            return Taken(version=version, data=data)
        is_fixed = bool(placed.digest or entry is not None)
        if not check_stage(placed, version, ref.span, report, is_fixed=is_fixed):
            return None
        if self.is_built_in(placed.registry):
            return Taken(version=version, data=data)
        if entry is not None and entry.signer and not version.signatures:
            is_good = self._is_still_signed(placed, entry, ref, report)
            return Taken(version=version, data=data, signer=entry.signer) if is_good else None
        signed = check_signed(version.signatures, data, placed, self.options, ref.span, report)
        if signed is None:
            return None
        return Taken(version=version, data=data, signer=signed.signer)

    def _is_still_signed(
        self, placed: HubReference, entry: Locked | None, ref: Lit[str], report: Report
    ) -> bool:
        """Whether who signed a locked version, as the lock tells, is still trusted with it."""
        if entry is None or not self.may_fetch or self.is_built_in(placed.registry):
            return True
        return check_locked_signer(entry.signer, placed, self.options, ref.span, report)

    def _report_missing(
        self, placed: HubReference, entry: Locked | None, ref: Lit[str], report: Report
    ) -> None:
        """PXC234 for a tag that has other bytes by now, else PXC213."""
        registry = self.registry(placed.registry)
        now = self.find(registry.name, placed.component, placed.tag) if entry is not None else None
        if entry is not None and now is not None:
            report_moved(placed, entry, now, ref, report)
            return
        tags = registry.tags(placed.component)
        names = () if tags else _names(registry)
        report_missing(placed, tags, names, ref, report)

    def report_fault(
        self, placed: HubReference, fault: RegistryFault, ref: Lit[str], report: Report
    ) -> None:
        """Say that a registry gives no answer, unless the file is only linted."""
        if self.may_fetch:
            message = f"cannot ask the registry `{placed.registry}`: {fault}"
            report.add("PXC243", message, ref.span, help=fault.help)


def _names(registry: Registry) -> tuple[str, ...]:
    """The components of a registry; none for one that does not list them."""
    try:
        return registry.components()
    except RegistryFault as fault:
        if fault.kind != "unsupported":
            raise
        return ()
