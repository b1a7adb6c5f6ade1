"""Turns a reference to a component of a hub into the component's text, or says why it cannot."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, cast

from msgspec import Struct

from pxc.diagnostics import Report, allowed, nearest
from pxc.hub.fixed import Fixed
from pxc.hub.lock import Locked, LockFault
from pxc.hub.placing import placed
from pxc.hub.reference import PUBLIC, HubReference, parse_reference
from pxc.hub.registries import BUILT_IN, LOCAL, open_registry
from pxc.hub.registry import (
    Publishing,
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
from pxc.source import Source, Span
from pxc.world import HubOptions, RegistryOptions

if TYPE_CHECKING:
    from pxc.hub.rights import ComponentRights

__all__ = ["Hub", "Taken"]

_BUILT_IN = RegistryOptions(name=PUBLIC, kind="dir", url=f"{BUILT_IN}{PUBLIC}")
_ORGANIZATIONS = "name it under `orgs` of a registry: `hub: {registries: ...}` of pxc.yaml"


class Taken(Struct, frozen=True, kw_only=True):
    """A version that a registry has, its bytes, and who signed it, as pxc.lock has that."""

    version: Version
    data: bytes
    signer: str = ""


class Hub:
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
    ) -> None:
        self.options = options
        self.may_fetch = may_fetch
        self.rights = rights
        self.fixed = Fixed(root, store)
        self._root = root
        self._read_yaml = read_yaml
        self._set_yaml = set_yaml
        known = {each.name: each for each in options.registries}
        self._settings = {PUBLIC: _BUILT_IN} | known
        self._registries: dict[str, Registry] = {}
        self._asked: dict[tuple[str, str, str], Version | RegistryFault | None] = {}
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

    def placed(self, reference: HubReference) -> HubReference | None:
        """The reference with its registry and its tag; None where no registry is known for it."""
        return placed(reference, self.options)

    def visible(self, placed: HubReference) -> bool:
        """Whether whoever asks may know of a version; of what he may not, nothing is told."""
        return self.rights is None or self.rights.sees(placed)

    def may(self, action: str, placed: HubReference, span: Span, report: Report | None) -> bool:
        """Whether whoever asks may `pull`, `push`, `stage` or `delete` a version. PXC237 if not.

        No registry is asked. To pull what he may not see is no denial: it is not there for him.
        """
        if self.rights is None or (action == "pull" and not self.visible(placed)):
            return True
        return not self.rights.refuses(action, placed, report, span)

    def registry(self, name: str) -> Registry:
        """A registry by its name, as whoever asks may see it: nothing else of it is told.

        Raises RegistryFault where its settings are at fault.
        """
        if name not in self._registries:
            made = open_registry(self._settings[name], self._root, self._read_yaml, self._set_yaml)
            if self.rights is not None:
                from pxc.hub.visible import VisibleRegistry

                made = VisibleRegistry(made, self.rights)
            self._registries[name] = made
        return self._registries[name]

    def publishing(self, name: str) -> Publishing:
        """A registry that takes versions, as a whole: rights are asked by `may`.

        Raises RegistryFault for one that takes none.
        """
        registry = self.registry(name)
        whole = getattr(registry, "whole", registry)
        if self.is_built_in(name) or not hasattr(whole, "publish"):
            raise RegistryFault("it takes no versions", "publish to another", kind="unsupported")
        return cast("Publishing", whole)

    def is_moved(self, name: str, tag: str) -> bool:
        """Whether a registry's tag is one of those that may be moved."""
        return tag in self._settings[name].mutable_tags

    def registry_names(self) -> tuple[str, ...]:
        """The names of all registries, sorted."""
        return tuple(sorted(self._settings))

    def is_built_in(self, name: str) -> bool:
        """Whether a registry comes with pxc: its release fixes what is in it."""
        return self._settings[name].url.startswith(BUILT_IN)

    def is_remote(self, name: str) -> bool:
        """Whether a registry is asked over a network; known before anything of it is loaded."""
        return self._settings[name].kind != LOCAL

    def find(self, name: str, component: str, tag: str, digest: str = "") -> Version | None:
        """What a registry answers, asked once. Raises RegistryFault."""
        key = (name, component, digest or f":{tag}")
        if key not in self._asked:
            try:
                self._asked[key] = self.registry(name).find(component, tag, digest)
            except RegistryFault as fault:
                self._asked[key] = fault
        answer = self._asked[key]
        if isinstance(answer, RegistryFault):
            raise answer
        return answer

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

    def report_no_registry(self, parsed: HubReference, ref: Lit[str], report: Report) -> None:
        """PXC213 for a registry that is not known, or an organization that none has."""
        if parsed.registry:
            message = f"there is no registry `{parsed.registry}`"
            near = nearest(parsed.registry, self._settings)
            known = f"registries: {allowed(self.registry_names())}"
            help = f"did you mean `{near}`? {known}" if near else known
        else:
            message, help = f"no registry has the organization `{parsed.org}`", _ORGANIZATIONS
        report.add("PXC213", message, ref.span, help=help)


def _names(registry: Registry) -> tuple[str, ...]:
    """The components of a registry; none for one that does not list them."""
    try:
        return registry.components()
    except RegistryFault as fault:
        if fault.kind != "unsupported":
            raise
        return ()
