"""Turns a reference to a component of a hub into the component's text, or says why it cannot."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pxc.diagnostics import Report, allowed, nearest
from pxc.hub.placing import placed
from pxc.hub.reference import PUBLIC, HubReference, parse_reference
from pxc.hub.registries import BUILT_IN, open_registry
from pxc.hub.registry import ReadYaml, Registry, RegistryFault, Version, digest_of
from pxc.ir.node import Lit
from pxc.source import Source, Span
from pxc.world import HubOptions, RegistryOptions

if TYPE_CHECKING:
    from pxc.hub.rights import ComponentRights

__all__ = ["Hub"]

_BUILT_IN = RegistryOptions(name=PUBLIC, kind="dir", url=f"{BUILT_IN}{PUBLIC}")
_ORGANIZATIONS = "name it under `orgs` of a registry: `hub: {registries: ...}` of pxc.yaml"


class Hub:
    """The components of all registries that a workspace knows; see `pxc.world.Hub`.

    Each organization is that of one registry, and components of none are in the registry `public`,
    so that no reference ever falls through to another registry. When a file is only linted
    (`may_fetch` is false) nothing that is remote is asked. `rights` are those of whoever asks:
    without, everything may be seen and pulled.
    """

    def __init__(
        self,
        options: HubOptions,
        root: Path | None,
        read_yaml: ReadYaml,
        *,
        may_fetch: bool,
        rights: ComponentRights | None = None,
    ) -> None:
        self.options = options
        self.may_fetch = may_fetch
        self.rights = rights
        self._root = root
        self._read_yaml = read_yaml
        known = {each.name: each for each in options.registries}
        self._settings = {PUBLIC: _BUILT_IN} | known
        self._registries: dict[str, Registry] = {}

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
                self._report_no_registry(parsed, ref, report)
            return None
        try:
            return self._found(placed, ref, report)
        except RegistryFault as fault:
            if self.may_fetch:
                message = f"cannot ask the registry `{placed.registry}`: {fault}"
                report.add("PXC243", message, ref.span, help=fault.help)
            return None

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
            made = open_registry(self._settings[name], self._root, self._read_yaml)
            if self.rights is not None:
                from pxc.hub.visible import VisibleRegistry

                made = VisibleRegistry(made, self.rights)
            self._registries[name] = made
        return self._registries[name]

    def registry_names(self) -> tuple[str, ...]:
        """The names of all registries, sorted."""
        return tuple(sorted(self._settings))

    def _found(self, placed: HubReference, ref: Lit[str], report: Report) -> Source | None:
        registry = self.registry(placed.registry)
        if registry.is_remote and not self.may_fetch:
            return None
        version = registry.find(placed.component, placed.tag, placed.digest)
        if version is None:
            if self.may_fetch:
                self._report_missing(placed, registry, ref, report)
            return None
        return self._text(placed, version, registry.read(version), ref, report)

    def _text(
        self, placed: HubReference, version: Version, data: bytes, ref: Lit[str], report: Report
    ) -> Source | None:
        """The bytes of a version as a source. PXC213 for other bytes and for what is no UTF-8."""
        found = digest_of(data)
        if found != version.digest or placed.digest not in ("", found):
            message = f"`{placed.key}` has the digest `{found}`, not `{version.digest}`"
            report.add("PXC213", message, ref.span, help="ask whoever runs the registry")
            return None
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError as fault:
            message = f"`{placed.key}` is no UTF-8 text (byte {fault.start})"
            report.add("PXC213", message, ref.span)
            return None
        return Source(f"<{placed.key}>", text, f"component:{ref.value}")

    def _report_no_registry(self, parsed: HubReference, ref: Lit[str], report: Report) -> None:
        if parsed.registry:
            message = f"there is no registry `{parsed.registry}`"
            near = nearest(parsed.registry, self._settings)
            known = f"registries: {allowed(self.registry_names())}"
            help = f"did you mean `{near}`? {known}" if near else known
        else:
            message, help = f"no registry has the organization `{parsed.org}`", _ORGANIZATIONS
        report.add("PXC213", message, ref.span, help=help)

    def _report_missing(
        self, placed: HubReference, registry: Registry, ref: Lit[str], report: Report
    ) -> None:
        """PXC213 for a version that a registry does not have, with what is like it."""
        tags = registry.tags(placed.component)
        if tags:
            asked = placed.digest or placed.tag
            message = f"`{placed.component}` in the registry `{registry.name}` has no `{asked}`"
            near = None if placed.digest else nearest(placed.tag, tags)
            known = f"tags: {allowed(tags)}"
        else:
            message = f"component `{placed.component}` is not in the registry `{registry.name}`"
            names = registry.components()
            near, known = nearest(placed.component, names), f"components: {allowed(names)}"
        help = f"did you mean `{near}`? {known}" if near else known
        report.add("PXC213", message, ref.span, help=help)
