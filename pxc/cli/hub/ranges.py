"""Turns arguments such as ORG/NAME:^2 into the ranges that versions are to be chosen of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import click

from pxc.cli.hub.asking import reference_of
from pxc.hub.choosing import key_of
from pxc.hub.reference import LATEST, RANGES, HubReference
from pxc.hub.semver import parse_range

if TYPE_CHECKING:
    from pxc.driver.locking import Relocked
    from pxc.hub.resolver import Hub

__all__ = ["check_ranges", "ranges_of"]


def ranges_of(hub: Hub, refs: Iterable[str]) -> tuple[dict[str, str], list[str]]:
    """The ranges that are named, by what pxc.lock calls their components, and all other arguments.

    A component whose range ends has none. Raises UsageError for what is no range.
    """
    ranges: dict[str, str] = {}
    others = []
    for text in refs:
        head, _, tail = text.rpartition(":")
        if head and tail == LATEST and _ends(hub, head):
            ranges[_key(hub, head)] = ""
        elif not head or tail[:1] not in RANGES:
            others.append(text)
        elif parse_range(tail) is None:
            raise click.UsageError(f"'{tail}' is no range such as '~1.4' or '^2'.")
        else:
            ranges[_key(hub, head)] = tail
    return ranges, others


def check_ranges(made: Relocked, ranges: Mapping[str, str]) -> None:
    """Raises UsageError for a range of what no file names without a tag."""
    known = {each.component for each in made.after.ranges}
    for component, text in ranges.items():
        if text and component not in known:
            raise click.UsageError(
                f"No file names '{component}' without a tag: '{text}' chooses nothing."
            )


def _ends(hub: Hub, head: str) -> bool:
    """Whether pxc.lock alone keeps a range for a component; UsageError where pxc.yaml does."""
    key = _key(hub, head)
    text = hub.ranges.settings.get(key)
    if text and key in hub.ranges.kept:
        raise click.UsageError(f"'{head}' is '{text}' by 'versions' of pxc.yaml: change it there.")
    return key in hub.ranges.kept


def _key(hub: Hub, text: str) -> str:
    reference = reference_of(text)
    if reference.tag or reference.digest:
        raise click.UsageError(f"'{text}' has a version already: a range is for a component.")
    placed = hub.placed(HubReference(reference.name, reference.org, registry=reference.registry))
    if placed is None:
        raise click.UsageError(f"No registry has the organization of '{text}'.")
    return key_of(placed)
