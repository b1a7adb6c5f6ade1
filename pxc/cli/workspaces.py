"""Turns the workspace of a file, and what the command line says, into options and a catalog."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from msgspec.structs import replace

from pxc.cli.inputs import named_file
from pxc.cli.lint_settings import read_yaml
from pxc.defaults import Defaults, read_defaults
from pxc.lint.settings_file import WORKSPACE_FILE, SettingsError
from pxc.workspace import display_name, find_root

if TYPE_CHECKING:
    from pxc.catalog.git_tree import GitTree

__all__ = ["Workspaces"]

_BUNDLE = ".tar"
"""What the name of a catalog ends with that is one signed archive."""

_PARTS = ("argo", "airflow", "hub")
"""What has its options in a part of its own of `Options`, as `argo_kind` is of `argo`."""


def _refuse_unfit(texts: Iterable[str]) -> None:
    """Raise a usage error for a text with a character that none can have."""
    for text in texts:
        if not text.isascii():
            from pxc.ir.characters import unfit_character, unfit_message

            if unfit := unfit_character(text):
                raise click.UsageError(unfit_message(unfit))


class Workspaces:
    """The defaults of each workspace, read once, under what the command line chooses.

    `chosen` are options by their fields, None for one that is not given; `catalogs` stand in the
    place of the workspace's own. Isolated, no pxc.yaml is read. With a `ref`, pxc.yaml and catalogs
    are read as they are in that commit, which also says what is a workspace; `.` are the files as
    they lie there, and without one the `trust` of pxc.yaml may name a commit. Without `may_fetch`
    no repository elsewhere is asked for a catalog; with `moves_catalog` one is read at what its ref
    means now, whatever pxc.lock has. Raises UsageError for what is no commit.
    """

    def __init__(
        self,
        *,
        isolated: bool,
        catalogs: Sequence[str],
        chosen: dict[str, Any] | None = None,
        ref: str | None = None,
        may_fetch: bool = True,
        moves_catalog: bool = False,
    ) -> None:
        self._may_fetch = may_fetch
        self._moves_catalog = moves_catalog
        self._isolated = isolated
        self._is_chosen = ref is not None
        self._tree = None if ref is None or ref == "." else _tree(ref)
        if isolated and ref is not None and not catalogs:
            raise click.UsageError(
                "--catalog-ref: --isolated reads no pxc.yaml, so name a --catalog."
            )
        self._given = tuple(map(Path, catalogs))
        self._catalog = tuple(map(self._place, self._given))
        given = {k: v for k, v in (chosen or {}).items() if v is not None}
        given.setdefault("hub_locked", _is_set("CI"))
        given.setdefault("hub_offline", _is_set("PXC_OFFLINE"))
        _refuse_unfit(text for text in given.values() if isinstance(text, str))
        parts = {
            (t, k.removeprefix(f"{t}_")): k for t in _PARTS for k in given if k.startswith(f"{t}_")
        }
        self._parts = {
            target: {field: given.pop(key) for (t, field), key in parts.items() if t == target}
            for target in _PARTS
        }
        self._chosen = given
        self._known: dict[Path, Defaults] = {}
        self._of_base: set[Path] = set()

    def _read(self, place: Path) -> Defaults:
        try:
            return Defaults() if self._isolated else read_defaults(place, read_yaml)
        except SettingsError as fault:
            raise click.UsageError(str(fault)) from fault

    def root_of(self, path: str, stdin_filename: str | None = None) -> Path:
        """The workspace of a file, or of what standard input stands for."""
        file = named_file(path, stdin_filename)
        if self._tree is None:
            return find_root(file)
        try:
            return self._tree.root_of(file)
        except ValueError as fault:
            raise click.UsageError(f"--catalog-ref: {fault}") from fault

    def _place(self, path: Path) -> Path:
        """A path as it is read: of the commit, where there is one."""
        return path if self._tree is None else self._tree.path(path)

    def _check_rules(self, root: Path) -> None:
        """Refuse a commit that has nothing to go by: it would allow everything."""
        if self._tree is None or self._catalog or (self._place(root) / WORKSPACE_FILE).is_file():
            return
        raise click.UsageError(
            f"--catalog-ref: there is no {WORKSPACE_FILE} in `{self._tree.ref}` for"
            f" `{display_name(root)}`"
        )

    def defaults_of(self, root: Path) -> Defaults:
        """What holds in a workspace. Raises UsageError for a pxc.yaml that is at fault."""
        if root not in self._known:
            self._check_rules(root)
            place = self._place(root)
            found = self._read(place)
            if found.trust.base_ref and not self._is_chosen:
                place = _tree(found.trust.base_ref).path(root)
                found = self._read(place)
                self._of_base.add(root)
            self._known[root] = self._over(found, self._catalog, place)
        return self._known[root]

    def proposed(
        self, path: str, stdin_filename: str | None = None
    ) -> tuple[Path, Defaults] | None:
        """The workspace of a file, and what holds in it, as the files lie there.

        None where these are what is read anyway. Raises UsageError for a pxc.yaml that is at fault.
        """
        root = find_root(named_file(path, stdin_filename))
        if self._tree is None and root not in self._of_base:
            return None
        return root, self._over(self._read(root), self._given, root)

    def _over(self, found: Defaults, catalog: tuple[Path, ...], place: Path) -> Defaults:
        """The defaults of a workspace under what the command line chooses."""
        parts = {t: replace(getattr(found.options, t), **f) for t, f in self._parts.items()}
        options = replace(found.options, **parts, **self._chosen)
        paths = catalog or found.catalog
        repositories = () if catalog else found.repositories
        if repositories or any(path.suffix == _BUNDLE for path in paths):
            from pxc.cli.catalogs import opened
            from pxc.cli.principals import this_day

            hub = replace(options.hub, offline=options.hub.offline or not self._may_fetch)
            paths = opened(
                paths, repositories, found.trust.signers, hub, place,
                today=this_day(), is_moved=self._moves_catalog,
            )  # fmt: skip
        return replace(found, options=options, catalog=paths)


def _is_set(variable: str) -> bool:
    """Whether an environment variable says yes; where CI does only what is locked is taken."""
    return os.environ.get(variable, "").lower() not in ("", "0", "false")


def _tree(ref: str) -> GitTree:
    from pxc.catalog.git_tree import GitTree

    try:
        return GitTree(ref, Path.cwd())
    except ValueError as fault:
        raise click.UsageError(f"the rules of `{ref}`: {fault}") from fault
