"""Turns the workspace of a file, and what the command line says, into options and a catalog."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
from msgspec.structs import replace

from pxc.cli.lint_settings import read_yaml
from pxc.defaults import Defaults, read_defaults
from pxc.ir.characters import unfit_character, unfit_message
from pxc.lint.settings_file import SettingsError

__all__ = ["Workspaces"]

_TARGETS = ("argo", "airflow")
"""Targets whose options are fields of their own part of `Options`, as `argo_kind` is of `argo`."""


class Workspaces:
    """The defaults of each workspace, read once, under what the command line chooses.

    `chosen` are options by their fields, None for one that is not given; `catalogs` stand in the
    place of the workspace's own. Isolated, no pxc.yaml is read.
    """

    def __init__(
        self, *, isolated: bool, catalogs: Sequence[str], chosen: dict[str, Any] | None = None
    ) -> None:
        self._isolated = isolated
        self._catalog = tuple(Path(c) for c in catalogs)
        given = {k: v for k, v in (chosen or {}).items() if v is not None}
        for text in given.values():
            if isinstance(text, str) and (unfit := unfit_character(text)):
                raise click.UsageError(unfit_message(unfit))
        parts = {
            (t, k.removeprefix(f"{t}_")): k
            for t in _TARGETS
            for k in given
            if k.startswith(f"{t}_")
        }
        self._parts = {
            target: {field: given.pop(key) for (t, field), key in parts.items() if t == target}
            for target in _TARGETS
        }
        self._chosen = given
        self._known: dict[Path, Defaults] = {}

    def defaults_of(self, root: Path) -> Defaults:
        """What holds in a workspace. Raises UsageError for a pxc.yaml that is at fault."""
        if root not in self._known:
            try:
                found = Defaults() if self._isolated else read_defaults(root, read_yaml)
            except SettingsError as fault:
                raise click.UsageError(str(fault)) from fault
            self._known[root] = replace(
                found,
                options=replace(
                    found.options,
                    **{t: replace(getattr(found.options, t), **f) for t, f in self._parts.items()},
                    **self._chosen,
                ),
                catalog=self._catalog or found.catalog,
            )
        return self._known[root]
