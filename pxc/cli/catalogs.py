"""Opens the catalogs of a workspace for a command: a fault of one is wrong use."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pxc.driver.catalogs import CatalogFault, open_catalogs

if TYPE_CHECKING:
    from pxc.options import HubOptions

__all__ = ["opened"]


def opened(
    paths: Sequence[Path],
    repositories: Sequence[str],
    signers: tuple[str, ...],
    hub: HubOptions,
    root: Path,
    *,
    today: str,
    is_moved: bool = False,
) -> tuple[Path, ...]:
    """See `open_catalogs`. Raises UsageError for what is not trusted."""
    try:
        return open_catalogs(
            paths, repositories, signers, hub, root, today=today, is_moved=is_moved
        )
    except CatalogFault as fault:
        raise click.UsageError(f"catalog: {fault}") from fault
