"""Opens the hub that a command asks, by the options that these commands share."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click
from msgspec import Struct

from pxc.cli.options import catalog_option, catalog_ref_option, color_option, isolated_option
from pxc.cli.terminal import say
from pxc.cli.workspaces import Workspaces
from pxc.driver.hubs import hub_of
from pxc.hub.reference import HubReference, parse_reference
from pxc.hub.registry import RegistryFault
from pxc.lint.settings_file import WORKSPACE_FILE

if TYPE_CHECKING:
    from pxc.defaults import Defaults
    from pxc.hub.registry import Registry
    from pxc.hub.resolver import Hub

__all__ = ["Asked", "asked", "hub_options", "reachable", "reference_of", "tell_fault"]

F = TypeVar("F", bound=Callable[..., Any])


class Asked(Struct):
    """What a command of `pxc hub` asks: the hub, and the workspace that it is of."""

    hub: Hub
    root: Path
    defaults: Defaults


def asked(catalogs: tuple[str, ...], catalog_ref: str | None, isolated: bool) -> Asked:
    """The hub of the workspace that the current folder lies in."""
    workspaces = Workspaces(isolated=isolated, catalogs=catalogs, ref=catalog_ref)
    root = workspaces.root_of(WORKSPACE_FILE)
    defaults = workspaces.defaults_of(root)
    return Asked(hub_of(root, defaults.options.hub, may_fetch=True), root, defaults)


def hub_options(command: F) -> F:
    """`--catalog`, `--catalog-ref`, `--isolated` and `--color`."""
    return catalog_option(catalog_ref_option(isolated_option(color_option(command))))


def reachable(hub: Hub, names: tuple[str, ...]) -> list[Registry]:
    """The registries of these names that can be opened. What is wrong with others is told."""
    found = []
    for name in names:
        try:
            found.append(hub.registry(name))
        except RegistryFault as fault:
            tell_fault(name, fault)
    return found


def reference_of(text: str) -> HubReference:
    """The reference that an argument is. Raises UsageError."""
    parsed = parse_reference(text)
    if parsed is None:
        raise click.UsageError(f"'{text}' is no reference: write [ORG/]NAME[:TAG][@sha256:DIGEST].")
    return parsed


def tell_fault(registry: str, fault: RegistryFault) -> None:
    """Say on standard error that a registry gives no answer, and what to do."""
    help = f"\n  = help: {fault.help}" if fault.help else ""
    say(f"cannot ask the registry `{registry}`: {fault}{help}\n", sys.stderr)
