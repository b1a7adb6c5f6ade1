"""Turns a file and what the caller chooses into requests under the workspace of the file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from pxc.access.principal import Principal
from pxc.defaults import Defaults, read_defaults, revision_fault
from pxc.driver.disk import read_settings_yaml
from pxc.lint.settings import Settings
from pxc.options import EarlierRun
from pxc.request import Request, SourceText

__all__ = ["Choice", "Requests", "requests_for"]


class Choice(Struct, frozen=True, kw_only=True):
    """What the caller of a function chooses, whatever the workspace says."""

    target: str = "kubernetes"
    params: Mapping[str, Any] = {}
    principal: Principal | None = None
    today: str = ""
    locked: bool = False
    offline: bool = False
    may_fetch: bool = True
    earlier: EarlierRun | None = None


class Requests(Struct, frozen=True):
    """What is asked of the compiler for one file.

    `proposed` is the same under the files as they lie there, where the workspace takes its rules
    from a commit of git; `settings` are those of a linter.
    """

    trusted: Request
    proposed: Request | None
    settings: Settings


def requests_for(given: SourceText, place: Path, choice: Choice) -> Requests:
    """The requests for a text that stands at a place; nothing has to be there.

    Raises ValueError for a pxc.yaml or settings of lint that are at fault, for a commit that is not
    to be had, and for a catalog that is not trusted.
    """
    from pxc.lint.settings_file import SettingsFinder
    from pxc.workspace import find_root

    root = find_root(place)
    settings = SettingsFinder(read_settings_yaml).settings_of(place)
    params = choice.params.items()
    request = Request(
        files=(given,),
        params=tuple((k, v if isinstance(v, str) else json.dumps(v)) for k, v in params),
        target=choice.target,
        settings=settings,
        root=root,
        principal=choice.principal,
        today=choice.today,
    )
    found = read_defaults(root, read_settings_yaml)
    here = _under(request, found, root, choice)
    if not found.trust.base_ref:
        return Requests(here, None, settings)
    at = _commit(found.trust.base_ref, root)
    return Requests(
        _under(request, read_defaults(at, read_settings_yaml), at, choice), here, settings
    )


def _commit(ref: str, root: Path) -> Path:
    """The workspace as it is in a commit."""
    from pxc.catalog.git_tree import GitTree

    try:
        return GitTree(ref, root).path(root)
    except ValueError as fault:
        raise ValueError(f"the rules of `{ref}`: {fault}") from fault


def _under(request: Request, defaults: Defaults, place: Path, choice: Choice) -> Request:
    """A request with the options and the catalog of a workspace."""
    from pxc.catalog.bundle import BUNDLE_SUFFIX

    given = defaults.options.hub
    hub = replace(
        given, locked=choice.locked or given.locked, offline=choice.offline or given.offline
    )
    catalog = defaults.catalog
    if defaults.repositories or any(each.suffix == BUNDLE_SUFFIX for each in catalog):
        from pxc.driver.catalogs import open_catalogs

        asked = replace(hub, offline=hub.offline or not choice.may_fetch)
        signers = defaults.trust.signers
        catalog = open_catalogs(
            catalog, defaults.repositories, signers, asked, place, today=choice.today
        )
    fault = revision_fault(defaults.options)
    if fault is not None and choice.may_fetch:  # a linter names nothing
        raise ValueError(fault)
    options = replace(defaults.options, hub=hub, earlier=choice.earlier)
    return replace(request, options=options, catalog=catalog)
