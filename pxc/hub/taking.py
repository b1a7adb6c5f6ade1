"""Turns a reference with its registry and its version into the bytes that the registry has."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from pxc.diagnostics import Report
from pxc.hub.fixed import Fixed
from pxc.hub.lock import Locked
from pxc.hub.opened import Registries
from pxc.hub.reference import HubReference
from pxc.hub.registry import (
    ReadYaml,
    Registry,
    RegistryFault,
    SetYaml,
    Version,
    digest_of,
)
from pxc.hub.reports import report_missing, report_moved, report_offline, report_other_bytes
from pxc.hub.signers import check_locked_signer, check_signed, is_signer
from pxc.hub.stages import check_stage
from pxc.hub.store import Store
from pxc.ir.node import Lit
from pxc.options import HubOptions

if TYPE_CHECKING:
    from pxc.hub.rights import ComponentRights

__all__ = ["Taken", "Taking"]


class Taken(Struct, frozen=True, kw_only=True):
    """A version that a registry has, its bytes, and who signed it, as pxc.lock has that."""

    version: Version
    data: bytes
    signer: str = ""


class Taking(Registries):
    """What registries have, held to digests, stages and signatures.

    When a file is only linted (`may_fetch` is false) nothing that is remote is asked.
    """

    def __init__(
        self,
        options: HubOptions,
        root: Path | None,
        read_yaml: ReadYaml,
        *,
        may_fetch: bool,
        rights: ComponentRights | None,
        store: Store | None,
        set_yaml: SetYaml | None,
        today: str,
    ) -> None:
        super().__init__(options, root, read_yaml, set_yaml, rights, today)
        self.may_fetch = may_fetch
        self.fixed = Fixed(root, store)

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
        signatures = self._signatures(placed, version, entry)
        if entry is not None and entry.signer and not signatures:
            is_good = self._is_still_signed(placed, entry, ref, report)
            return Taken(version=version, data=data, signer=entry.signer) if is_good else None
        signed = check_signed(signatures, data, placed, self.options, ref.span, report)
        if signed is None:
            return None
        return Taken(version=version, data=data, signer=signed.signer)

    def _signatures(
        self, placed: HubReference, version: Version, entry: Locked | None
    ) -> tuple[str, ...]:
        """The signatures of a version, which are fetched only where they can say anything.

        Without a key that is known none is one, and who signed what is locked stands in the lock.
        """
        is_known = entry is not None and is_signer(entry.signer, placed, self.options)
        if is_known or not self.options.signers:
            return version.signatures
        registry = self.registry(placed.registry)
        return registry.signatures(version, any_tag=bool(placed.digest))

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
