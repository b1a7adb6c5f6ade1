"""Opens the catalogs of a workspace that are bundles, or lie in repositories of git."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pxc.catalog.bundle import BUNDLE_SUFFIX
from pxc.driver.catalogs import (
    CatalogFault,
    former_catalog,
    open_bundle,
    open_repository,
)
from pxc.hub.minisign import SignatureFault, parse_public_key

if TYPE_CHECKING:
    from pxc.world import HubOptions

__all__ = ["opened"]

_KEYS = "PXC_TRUSTED_KEYS"
"""The file of keys that count in the place of those of pxc.yaml, which a change could edit."""


def opened(
    paths: Sequence[Path],
    repositories: Sequence[str],
    signers: tuple[str, ...],
    hub: HubOptions,
    root: Path,
    *,
    is_moved: bool = False,
) -> tuple[Path, ...]:
    """What catalogs are read from, in their order. Raises UsageError for what is not trusted.

    Where it `is_moved` a repository is read at what its ref means now, not as pxc.lock has it.
    """
    from datetime import UTC, datetime

    today = datetime.now(UTC).date().isoformat()
    try:
        former = former_catalog(root)
        keys = _trusted_keys() or signers
        found = [
            open_bundle(path, keys, today, former, root) if path.suffix == BUNDLE_SUFFIX else path
            for path in paths
        ]
        for address in repositories:
            pinned = None if is_moved else former
            found.append(open_repository(address, pinned, locked=hub.locked, offline=hub.offline))
    except CatalogFault as fault:
        raise click.UsageError(f"catalog: {fault}") from fault
    return tuple(found)


def _trusted_keys() -> tuple[str, ...]:
    """The keys of the environment's own file: a line each, or as minisign writes them."""
    name = os.environ.get(_KEYS)
    if not name:
        return ()
    try:
        lines = Path(name).read_text("utf-8").splitlines()
        return tuple(
            parse_public_key(line).text
            for line in lines
            if line.strip() and not line.startswith(("#", "untrusted comment:"))
        )
    except OSError as fault:
        reason = (fault.strerror or "it cannot be opened").lower()
        raise click.UsageError(f"{_KEYS}: cannot read '{name}': {reason}.") from fault
    except (SignatureFault, UnicodeDecodeError) as fault:
        raise click.UsageError(f"{_KEYS}: '{name}': {fault}.") from fault
