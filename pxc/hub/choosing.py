"""Turns a range of versions into the version that it means: pxc.lock's, or the newest of today."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from pxc.diagnostics import Report, allowed
from pxc.hub.placing import placed
from pxc.hub.reference import HubReference, parse_reference
from pxc.hub.semver import Range, newest_fitting, parse_range
from pxc.hub.stages import DEPRECATED, DISABLED, TESTING
from pxc.source import Span

if TYPE_CHECKING:
    from pxc.hub.lock import Chosen
    from pxc.hub.registry import Version
    from pxc.hub.resolver import Hub
    from pxc.options import HubOptions

__all__ = ["Ranges", "Wanted", "chosen", "key_of", "report_no_version"]

_MOST = 50
"""How many versions of a range are looked at, the newest first."""


class Wanted(Struct, frozen=True):
    """The range that holds for a component, and the tag that pxc.lock has for it, or none."""

    range: str
    tag: str = ""


class Ranges:
    """What references without a tag mean: by the ranges of settings, and what pxc.lock chose.

    A range of settings goes before one that pxc.lock keeps; what was chosen by another range is
    not chosen.
    """

    def __init__(self, options: HubOptions, kept: Iterable[Chosen]) -> None:
        self.settings: dict[str, str] = {}
        for name, text in options.versions:
            parsed = parse_reference(name)
            found = None if parsed is None else placed(parsed, options)
            if found is not None:
                self.settings[key_of(found)] = text
        self.kept = {each.component: each for each in kept}

    def wanted(self, component: HubReference) -> Wanted | None:
        """The range that holds for a placed component; None where none is told."""
        key = key_of(component)
        kept = self.kept.get(key)
        text = self.settings.get(key) or (kept.range if kept is not None else "")
        if not text:
            return None
        return Wanted(text, kept.tag if kept is not None and kept.range == text else "")

    def meant(self, reference: HubReference, component: HubReference) -> HubReference:
        """A placed reference with its version: as it is written, or of its range.

        Where pxc.lock has chosen none yet the range itself stands for the tag.
        """
        if reference.tag or reference.digest:
            return component
        wanted = self.wanted(component)
        return component if wanted is None else replace(component, tag=wanted.tag or wanted.range)


def key_of(component: HubReference) -> str:
    """What pxc.lock calls a placed component without any version."""
    return f"{component.registry}//{component.component}"


def chosen(hub: Hub, component: HubReference, *texts: str) -> Version | None:
    """The newest version that is in all of some ranges; None where the registry has none.

    Tags that may move are no versions, and disabled ones are not taken. One that is being tested or
    is deprecated is taken where there is no other. Raises RegistryFault.
    """
    ranges = [each for each in map(parse_range, texts) if isinstance(each, Range)]
    tags = hub.registry(component.registry).tags(component.component)
    fixed = (tag for tag in tags if not hub.is_moved(component.registry, tag))
    second: Version | None = None
    for tag in newest_fitting(fixed, *ranges)[:_MOST]:
        version = hub.find(component.registry, component.component, tag)
        if version is None or version.stage == DISABLED:
            continue
        if version.stage not in (TESTING, DEPRECATED):
            return version
        second = second or version
    return second


def report_no_version(
    hub: Hub, component: HubReference, texts: Iterable[str], span: Span, report: Report
) -> None:
    """PXC246 for ranges that no version of a component is in. Raises RegistryFault."""
    tags = hub.registry(component.registry).tags(component.component)
    said = " and ".join(f"`{text}`" for text in texts)
    message = f"no version of `{key_of(component)}` is in {said}"
    help = f"tags: {allowed(tags)}" if tags else "it has none at all: check the name"
    report.add("PXC246", message, span, help=help)
