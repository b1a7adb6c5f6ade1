"""Finds the bytes of what pxc.lock fixes, and says where they are and where others are."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from pxc.diagnostics import Note, Report
from pxc.hub.lock import Lock, Locked
from pxc.hub.reference import HubReference, parse_reference
from pxc.hub.registry import RegistryFault, digest_of
from pxc.hub.store import bounded_bytes
from pxc.hub.urls import bytes_at, fetched, is_as_locked, is_url
from pxc.hub.vendor import vendor_path, vendored

if TYPE_CHECKING:
    from pxc.hub.resolver import Hub

__all__ = ["Checked", "bytes_of", "checked", "copies_of"]

GOOD, CHANGED, NONE, UNASKED = "same", "changed", "", "not asked"


class Checked(Struct, frozen=True, kw_only=True):
    """Where the bytes of an entry are the `same`, `changed`, or not at all (empty).

    What a registry has may also be `not asked`.
    """

    entry: Locked
    cache: str
    vendor: str
    registry: str


def bytes_of(hub: Hub, entry: Locked, report: Report) -> bytes | None:
    """The bytes of an entry: at hand, else of its registry; None after a fault is reported.

    Faults are told at the entry in pxc.lock.
    """
    ref = hub.fixed.place_of(entry.ref)
    if is_url(entry.ref):
        return bytes_at(hub, ref, entry, report)
    placed = _placed(hub, entry)
    if placed is None:
        hub.report_no_registry(parse_reference(entry.ref) or HubReference(""), ref, report)
        return None
    if not hub.may("pull", placed, ref.span, report):
        return None
    data = hub.fixed.at_hand(entry.ref, entry.digest) if hub.visible(placed) else None
    if data is not None:
        return data
    try:
        taken = hub.taken(placed, entry, ref, report)
    except RegistryFault as fault:
        hub.report_fault(placed, fault, ref, report)
        return None
    return None if taken is None else taken.data


def copies_of(hub: Hub, lock: Lock, report: Report) -> dict[str, bytes]:
    """What `vendor/pxc` of a workspace must have: the bytes of every entry, by their paths."""
    found = {}
    for entry in lock.components:
        data = bytes_of(hub, entry, report)
        if data is not None:
            found[vendor_path(entry.ref, entry.digest)] = data
    return found


def checked(hub: Hub, root: Path, entry: Locked, report: Report, *, ask: bool) -> Checked:
    """Where the bytes of an entry are. PXC234 for a copy that was changed, and for a registry that
    has others; PXC213 and others for a registry without them. What is changed in the cache is
    deleted.
    """
    ref, placed = hub.fixed.place_of(entry.ref), _placed(hub, entry)
    cache, store = NONE, hub.fixed.store
    if store is not None and store.path_of(entry.ref, entry.digest).exists():
        cache = GOOD if store.get(entry.ref, entry.digest) is not None else CHANGED
    vendor, path = NONE, vendor_path(entry.ref, entry.digest)
    if (root / path).exists():
        vendor = GOOD if vendored(root, entry.ref, entry.digest) is not None else CHANGED
    if vendor == CHANGED:
        has = digest_of(bounded_bytes(root / path) or b"")
        report.add(
            "PXC234",
            f"the copy of `{entry.ref}` is not what was locked",
            ref.span,
            notes=(Note(f"`{path}` has `{has}`, not `{entry.digest}`"),),
            help="run: pxc hub vendor",
        )
    if is_url(entry.ref) and ask:
        data = fetched(hub, ref, report)
        has_it = data is not None and is_as_locked(ref, entry, data, report)
        registry = GOOD if has_it else CHANGED
        return Checked(entry=entry, cache=cache, vendor=vendor, registry=registry)
    if placed is None and ask:
        hub.report_no_registry(parse_reference(entry.ref) or HubReference(""), ref, report)
    if placed is None or not ask or not hub.may("pull", placed, ref.span, report):
        return Checked(entry=entry, cache=cache, vendor=vendor, registry=UNASKED)
    try:
        has_it = hub.taken(placed, entry, ref, report) is not None
    except RegistryFault as fault:
        hub.report_fault(placed, fault, ref, report)
        has_it = False
    registry = GOOD if has_it else CHANGED
    return Checked(entry=entry, cache=cache, vendor=vendor, registry=registry)


def _placed(hub: Hub, entry: Locked) -> HubReference | None:
    parsed = parse_reference(entry.ref)
    return None if parsed is None else hub.placed(parsed)
