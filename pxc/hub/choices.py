"""Turns references without a tag into versions of the ranges that hold for them, for pxc.lock."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from msgspec.structs import replace

from pxc.diagnostics import Report
from pxc.hub.choosing import chosen, key_of, report_no_version
from pxc.hub.lock import Chosen, Lock, Locked
from pxc.hub.placing import placed
from pxc.hub.reference import LATEST, HubReference, parse_reference
from pxc.hub.reports import report_offline
from pxc.ir.node import Lit

if TYPE_CHECKING:
    from pxc.hub.resolver import Hub

__all__ = ["Choices"]


class Choices:
    """Chooses a version of each range once: the one of the lock before, or the newest of today.

    The newest is taken where nothing was chosen yet, where `is_moved` says so of the entry that is
    chosen, and for the components of `ranges`. These are asked for now: they stay in the lock where
    settings say no range themselves, and hold beside that of settings where they do.
    """

    def __init__(
        self, hub: Hub, before: Lock, ranges: Mapping[str, str], is_moved: Callable[[str], bool]
    ) -> None:
        self._hub = hub
        self._entries = {each.ref: each for each in before.components}
        self._kept = {each.component: each for each in before.ranges}
        self._given = ranges
        self._is_moved = is_moved
        self._made: dict[str, Chosen | None] = {}

    @property
    def made(self) -> tuple[Chosen, ...]:
        """What was chosen, sorted by components."""
        found = (self._made[key] for key in sorted(self._made))
        return tuple(each for each in found if each is not None)

    def placed(self, reference: HubReference, ref: Lit[str], report: Report) -> HubReference | None:
        """The reference with its registry and its version.

        None for what has none, which is reported: PXC213 for no registry, PXC246 for no version in
        a range, PXC238 where nobody may be asked. Raises RegistryFault.
        """
        found = placed(reference, self._hub.options)
        if found is None:
            self._hub.report_no_registry(reference, ref, report)
        if found is None or reference.tag or reference.digest:
            return found
        key = key_of(found)
        text = self._range(key)
        if not text:
            return replace(found, tag=LATEST)
        if key not in self._made:
            self._made[key] = self._choose(found, text, ref, report)
        made = self._made[key]
        return None if made is None else replace(found, tag=made.tag)

    def former(self, entry: str) -> tuple[HubReference, Locked] | None:
        """What an entry that is chosen now stands in the place of: another version of its range."""
        for key, made in self._made.items():
            kept = self._kept.get(key)
            if made is None or kept is None or kept.tag == made.tag:
                continue
            if entry == f"{key}:{made.tag}":
                old = self._entries.get(f"{key}:{kept.tag}")
                parsed = None if old is None else parse_reference(old.ref)
                return None if old is None or parsed is None else (parsed, old)
        return None

    def _range(self, key: str) -> str:
        """The range that pxc.lock is to have of a component; empty for none."""
        own = self._hub.ranges.settings.get(key)
        if own:
            return own
        kept = self._kept.get(key)
        return self._given.get(key, kept.range if kept is not None else "")

    def _choose(
        self, found: HubReference, text: str, ref: Lit[str], report: Report
    ) -> Chosen | None:
        key = key_of(found)
        kept, given = self._kept.get(key), self._given.get(key, "")
        stays = kept is not None and kept.range == text and not given
        if kept is not None and stays and not self._is_moved(f"{key}:{kept.tag}"):
            return kept
        if self._hub.is_remote(found.registry) and self._hub.options.offline:
            report_offline(replace(found, tag=text), ref, report)
            return None
        texts = tuple(dict.fromkeys(filter(None, (text, given))))
        version = chosen(self._hub, found, *texts)
        if version is None:
            report_no_version(self._hub, found, texts, ref.span, report)
            return None
        return Chosen(component=key, range=text, tag=version.tag)
