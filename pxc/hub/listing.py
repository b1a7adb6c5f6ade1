"""Turns what registries have into lists: the components of each, and the versions of one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from pxc.hub.reference import LATEST, HubReference
from pxc.hub.registry import RegistryFault

if TYPE_CHECKING:
    from pxc.hub.registry import Registry, Version
    from pxc.hub.resolver import Hub

__all__ = ["Listed", "components_of", "listed", "shortest"]

_DIGITS = re.compile(r"(\d+)")
_DISABLED = "disabled"


class Listed(Struct, frozen=True, kw_only=True):
    """A component as a list shows it: the shortest name that means it, and its versions.

    Versions come newest first, and those that are disabled after all others.
    """

    registry: str
    component: str
    name: str
    versions: tuple[Version, ...]

    @property
    def newest(self) -> Version:
        """The version that was made last."""
        return self.versions[0]


def components_of(hub: Hub, registry: Registry, *, org: str | None = None) -> list[Listed]:
    """The components of a registry, sorted; those of one organization where it is named.

    Raises RegistryFault.
    """
    _check_may_ask(hub, registry)
    names = (n for n in registry.components() if org in (None, n.rpartition("/")[0]))
    found = (listed(hub, registry, name) for name in names)
    return [each for each in found if each is not None]


def listed(hub: Hub, registry: Registry, component: str) -> Listed | None:
    """A component with all its versions; None where there are none. Raises RegistryFault."""
    _check_may_ask(hub, registry)
    found = (registry.find(component, tag) for tag in registry.tags(component))
    versions = sorted((each for each in found if each is not None), key=_age, reverse=True)
    if not versions:
        return None
    org, _, name = component.rpartition("/")
    reference = HubReference(name, org, registry=registry.name)
    return Listed(
        registry=registry.name,
        component=component,
        name=shortest(hub, reference).text,
        versions=tuple(versions),
    )


def _check_may_ask(hub: Hub, registry: Registry) -> None:
    if registry.is_remote and hub.options.offline:
        raise RegistryFault("--offline asks no registry elsewhere", kind="offline")


def shortest(hub: Hub, reference: HubReference) -> HubReference:
    """The reference without its registry, where it means the same without."""
    bare = replace(reference, registry="")
    return bare if hub.placed(bare) == hub.placed(reference) else reference


def _age(version: Version) -> tuple[bool, str, bool, tuple[tuple[bool, int, str], ...]]:
    """What versions are sorted by, the newest last: days where registries tell them, else tags."""
    parts = tuple(
        (part.isdigit(), int(part) if part.isdigit() else 0, part)
        for part in _DIGITS.split(version.tag)
        if part
    )
    return version.stage != _DISABLED, version.created, version.tag == LATEST, parts
