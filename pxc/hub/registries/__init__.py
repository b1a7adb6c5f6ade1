"""Turns the settings of a registry into what can be asked for its components."""

from __future__ import annotations

from pathlib import Path

from pxc.hub.registry import ReadYaml, Registry, RegistryFault, SetYaml
from pxc.options import RegistryOptions
from pxc.world import LAST_DAY

__all__ = ["BUILT_IN", "KINDS", "LOCAL", "open_registry"]

BUILT_IN = "builtin:"
"""What the address of the components begins with that come with pxc."""

LOCAL = "dir"
"""The kind that is asked without a network."""

KINDS = (LOCAL, "git", "http", "oci")
"""The kinds of registries."""


def open_registry(
    options: RegistryOptions,
    root: Path | None,
    read_yaml: ReadYaml,
    set_yaml: SetYaml | None = None,
    *,
    today: str = "",
) -> Registry:
    """The registry that settings describe; nothing is read, or fetched, before it is asked.

    Paths are relative to `root`. With `set_yaml` folders and repositories take versions, too.
    Where nobody says which day it is `today`, an index that ends has ended.
    Raises RegistryFault for a folder outside of the root.
    """
    if options.kind == LOCAL:
        from pxc.hub.registries.folder import FolderRegistry

        return FolderRegistry(options, _folder(options, root), read_yaml, set_yaml)
    if options.kind == "git":
        from pxc.hub.registries.git import GitRegistry

        return GitRegistry(options, _home(), read_yaml, set_yaml)
    if options.kind == "http":
        from pxc.hub.registries.http import HttpRegistry

        return HttpRegistry(options, _home(), today or LAST_DAY)
    if options.kind == "oci":
        from pxc.hub.registries.oci import OciRegistry

        return OciRegistry(options)
    raise RegistryFault(f"`{options.kind}` is not a kind of registry")


def _home() -> Path:
    """The folder for what was fetched. Raises RegistryFault where there is none."""
    import os
    import sys

    from pxc.lint.cache import cache_home

    home = cache_home(os.environ, sys.platform)
    if home is None:
        raise RegistryFault("there is no folder for caches", "name one in PXC_CACHE_DIR")
    return home


def _folder(options: RegistryOptions, root: Path | None) -> Path:
    if options.url.startswith(BUILT_IN):
        return Path(__file__).resolve().parent.parent / options.url.removeprefix(BUILT_IN)
    if root is None:
        raise RegistryFault("there is no workspace to read it from")
    folder = root / options.url
    if not folder.resolve().is_relative_to(root.resolve()):
        raise RegistryFault(f"the folder `{options.url}` is outside of the workspace")
    return folder
