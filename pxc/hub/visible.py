"""Turns a registry into what somebody may see of it."""

from __future__ import annotations

from msgspec.structs import replace

from pxc.hub.reference import HubReference
from pxc.hub.registry import About, Publishing, Registry, RegistryFault, Version
from pxc.hub.rights import ComponentRights

__all__ = ["VisibleRegistry"]


class VisibleRegistry:
    """See `pxc.hub.registry.Registry`. What may not be seen is not there, in no answer."""

    def __init__(self, whole: Registry, rights: ComponentRights) -> None:
        self.name = whole.name
        self.url = whole.url
        self.is_remote = whole.is_remote
        self.whole = whole
        self._rights = rights

    def components(self) -> tuple[str, ...]:
        """See `Registry`."""
        return tuple(filter(self._sees_some, self.whole.components()))

    def tags(self, component: str) -> tuple[str, ...]:
        """See `Registry`."""
        one = self._reference(component)
        tags = self.whole.tags(component)
        return tuple(tag for tag in tags if self._rights.sees(replace(one, tag=tag)))

    def find(self, component: str, tag: str, digest: str = "") -> Version | None:
        """See `Registry`."""
        asked = replace(self._reference(component), tag=tag)
        if not digest:
            return self.whole.find(component, tag) if self._rights.sees(asked) else None
        sees_all = self._rights.sees(replace(asked, digest=digest))
        if not sees_all and not self._rights.sees(asked):
            return None
        found = self.whole.find(component, tag, digest)
        return found if found is not None and (sees_all or found.tag == tag) else None

    def read(self, version: Version) -> bytes:
        """See `Registry`. Raises RegistryFault for a version that may not be pulled."""
        asked = replace(self._reference(version.component), tag=version.tag)
        by_digest = replace(asked, digest=version.digest)
        if all(self._rights.refuses("pull", each, None) for each in (asked, by_digest)):
            raise RegistryFault(
                f"no right to pull `{version.component}:{version.tag}`", kind="unauthorized"
            )
        return self.whole.read(version)

    def signatures(self, version: Version, *, any_tag: bool = False) -> tuple[str, ...]:
        """See `Registry`."""
        return self.whole.signatures(version, any_tag=any_tag)

    def publish(
        self, component: str, tag: str, data: bytes, about: About, signatures: tuple[str, ...] = ()
    ) -> Version:
        """See `Publishing`. Raises RegistryFault for a version that may not be pushed."""
        return self._publishing(component, tag).publish(component, tag, data, about, signatures)

    def add_signature(self, version: Version, data: bytes, text: str) -> None:
        """See `Publishing`. Raises RegistryFault for a version that may not be pushed."""
        self._publishing(version.component, version.tag).add_signature(version, data, text)

    def _publishing(self, component: str, tag: str) -> Publishing:
        asked = replace(self._reference(component), tag=tag)
        if self._rights.refuses("push", asked, None):
            raise RegistryFault(f"no right to push `{component}:{tag}`", kind="unauthorized")
        if not isinstance(self.whole, Publishing):
            raise RegistryFault("nothing is published here", kind="unsupported")
        return self.whole

    def _sees_some(self, component: str) -> bool:
        return self._rights.sees_some(
            self._reference(component), lambda: self.whole.tags(component)
        )

    def _reference(self, component: str) -> HubReference:
        """Any version of a component."""
        org, _, name = component.rpartition("/")
        return HubReference(name, org, registry=self.name)
