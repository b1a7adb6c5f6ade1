"""Turns the components of a pxc.lock into the images that they run, each with its digest."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from msgspec.structs import replace

from pxc.diagnostics import Report
from pxc.driver.components import component_of
from pxc.hub.copies import bytes_of
from pxc.hub.lock import Lock, Locked
from pxc.hub.registry import RegistryFault
from pxc.request import Request, SourceText

if TYPE_CHECKING:
    from pxc.hub.resolver import Hub

__all__ = ["pinned_images"]


def pinned_images(
    lock: Lock,
    request: Request,
    hub: Hub,
    ask: Callable[[str], str],
    report: Report,
    *,
    renewed: Iterable[str] = (),
) -> tuple[Lock, list[tuple[str, str]]]:
    """The lock with the digest of each image that its components run by themselves.

    A digest that is there stays, but for the images of the entries that are `renewed`; one image
    has one digest in all entries. `ask` tells that of an image, and raises RegistryFault. Beside
    the lock: the entries whose images nobody knows, each with the reason. PXC250 for an image whose
    digest is not to be had.
    """
    found: dict[str, tuple[str, ...]] = {}
    left = []
    for entry in lock.components:
        images = _images_of(entry, request, hub, report)
        if isinstance(images, str):
            left.append((entry.ref, images))
        else:
            found[entry.ref] = images
    fresh = {image for ref in renewed for image in found.get(ref, ())}
    known = {i: d for each in lock.components for i, d in each.images if i not in fresh}
    for entry in lock.components:
        for image in found.get(entry.ref, ()):
            if image not in known and (digest := _asked(image, entry, hub, ask, report)):
                known[image] = digest
    entries = [
        replace(each, images=tuple((i, known[i]) for i in found.get(each.ref, ()) if i in known))
        for each in lock.components
    ]
    return replace(lock, components=tuple(entries)), left


def _images_of(entry: Locked, request: Request, hub: Hub, report: Report) -> tuple[str, ...] | str:
    """The images of a component that have no digest, or why nobody knows them."""
    from pxc.passes.pin_images import container_images

    data = bytes_of(hub, entry, report)
    if data is None:
        return "its bytes are not to be had"
    given = SourceText(f"<{entry.ref}>", data)
    component = component_of(given, request.options, request.root, Report())
    if component is None or component.plan is None:
        return "what it runs is known once it has its inputs"
    return tuple(i for i in container_images(component.plan) if "@" not in i and "<" not in i)


def _asked(
    image: str, entry: Locked, hub: Hub, ask: Callable[[str], str], report: Report
) -> str | None:
    span = hub.fixed.place_of(entry.ref).span
    message = f"the image `{image}` of `{entry.ref}` cannot be pinned"
    if hub.options.offline:
        help = "without --offline its registry is asked"
        report.add("PXC250", f"{message}: --offline asks no registry", span, help=help)
        return None
    try:
        return ask(image)
    except RegistryFault as fault:
        report.add("PXC250", f"{message}: {fault}", span, help=fault.help)
        return None
