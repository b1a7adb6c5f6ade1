"""The commands on catalogs, each in a module of its own."""

from __future__ import annotations

import click

from pxc.cli.lazy_group import LazyGroup

__all__ = ["COMMANDS", "catalog_command"]

COMMANDS = {
    "pack": ("pxc.cli.catalog.pack", "Make one signed archive of a catalog."),
}
"""Each command with the module whose `command` it is, and its line in the help."""


@click.group(
    "catalog",
    cls=LazyGroup,
    table=COMMANDS,
    epilog="""\b
Examples:
  pxc catalog pack catalog -o catalog.tar --sign platform-2026.key""",
)
def catalog_command() -> None:
    """Look after what an organization offers by name."""
