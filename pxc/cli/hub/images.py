"""Pins the images of locked components, for the commands that write pxc.lock."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import click
from msgspec.structs import replace

from pxc.cli.hub.locking import Opened
from pxc.cli.terminal import say
from pxc.driver.locking import Relocked
from pxc.hub.lock import Lock

__all__ = ["images_option", "say_images", "say_unpinned", "with_images"]

F = TypeVar("F", bound=Callable[..., Any])


def images_option(command: F) -> F:
    """`--images`: the registries of images are asked for their digests."""
    return click.option(
        "--images",
        is_flag=True,
        help="Pin the images of the components, too: ask their registries for the digests.",
    )(command)


def with_images(made: Relocked, workspace: Opened, renewed: Iterable[str] = ()) -> Relocked:
    """What is locked with the digests of images; PXC250 for those that are not to be had."""
    from pxc.driver.image_pins import pinned_images

    after, left = pinned_images(
        made.after, workspace.request, workspace.hub, _asking(), workspace.report, renewed=renewed
    )
    for ref, reason in left:
        say(f"{ref}: {reason}, so its images are not pinned\n", sys.stderr)
    return replace(made, after=after)


def say_images(made: Relocked) -> None:
    """Say which images are new, and which have another digest, a line each."""
    before = _digests(made.before)
    for image, digest in sorted(_digests(made.after).items()):
        former = before.get(image)
        if former != digest:
            moved = f"{former[:19]} -> {digest[:19]}" if former else digest
            say(f"image {image}  {moved}\n", sys.stdout)


def say_unpinned(made: Relocked) -> None:
    """Say which components had pinned images until now, and have none any more."""
    had = {each.ref for each in made.before.components if each.images}
    lost = [each.ref for each in made.after.components if each.ref in had and not each.images]
    for ref in lost:
        say(f"{ref}: its images are not pinned any more; run: pxc hub lock --images\n", sys.stderr)


def _digests(lock: Lock) -> dict[str, str]:
    return {image: digest for each in lock.components for image, digest in each.images}


def _asking() -> Callable[[str], str]:
    """Asks registries; what does it is loaded by the first image."""
    asked: list[Any] = []

    def ask(image: str) -> str:
        from pxc.hub.registries.oci_images import Images

        asked[:] = asked or [Images()]
        digest: str = asked[0].digest(image)
        return digest

    return ask
