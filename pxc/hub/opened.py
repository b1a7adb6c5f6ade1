"""Opens the registries that a workspace knows, each once, as whoever asks may see them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, cast

from pxc.diagnostics import Report, allowed, nearest
from pxc.hub.placing import placed
from pxc.hub.reference import PUBLIC, HubReference
from pxc.hub.registries import BUILT_IN, LOCAL, open_registry
from pxc.hub.registry import Publishing, ReadYaml, Registry, RegistryFault, SetYaml, Version
from pxc.ir.node import Lit
from pxc.options import HubOptions, RegistryOptions
from pxc.source import Span

if TYPE_CHECKING:
    from pxc.hub.rights import ComponentRights

__all__ = ["Registries"]

_BUILT_IN = RegistryOptions(name=PUBLIC, kind="dir", url=f"{BUILT_IN}{PUBLIC}")
_ORGANIZATIONS = "name it under `orgs` of a registry: `hub: {registries: ...}` of pxc.yaml"


class Registries:
    """The registries of settings, and the one that comes with pxc unless they name another.

    Each organization is that of one registry. `rights` are those of whoever asks: without,
    everything may be seen and pulled. `today` is a day as `2027-03-31`, or empty.
    """

    def __init__(
        self,
        options: HubOptions,
        root: Path | None,
        read_yaml: ReadYaml,
        set_yaml: SetYaml | None,
        rights: ComponentRights | None,
        today: str,
    ) -> None:
        self.options = options
        self.today = today
        self.rights = rights
        self._root = root
        self._read_yaml = read_yaml
        self._set_yaml = set_yaml
        known = {each.name: each for each in options.registries}
        self._settings = {PUBLIC: _BUILT_IN} | known
        self._registries: dict[str, Registry] = {}
        self._asked: dict[tuple[str, str, str], Version | RegistryFault | None] = {}

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
            made = open_registry(
                self._settings[name], self._root, self._read_yaml, self._set_yaml, today=self.today
            )
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
