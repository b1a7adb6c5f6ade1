"""Opens the hub of a workspace."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pxc.diagnostics import Report
from pxc.hub.registry import RegistryFault
from pxc.hub.resolver import Hub
from pxc.hub.store import user_store
from pxc.language import PolyaxonLanguage
from pxc.options import HubOptions, Options
from pxc.request import Request
from pxc.world import LAST_DAY, Catalog

if TYPE_CHECKING:
    from pxc.hub.rights import ComponentRights


__all__ = ["hub_of", "hub_of_request", "read_registry_yaml", "rights_of", "set_registry_yaml"]


def hub_of(
    root: Path | None,
    options: HubOptions,
    *,
    may_fetch: bool,
    rights: ComponentRights | None = None,
    today: str = "",
) -> Hub:
    """What knows the components of the registries of a workspace. Nothing is asked yet.

    `today` is that of a request. With `rights` only what they let somebody see and pull. The cache
    is that of who runs pxc; what is taken from it depends on names and digests alone.
    """
    store = user_store(os.environ, sys.platform)
    return Hub(
        options, root, read_registry_yaml, may_fetch=may_fetch, rights=rights, store=store,
        set_yaml=set_registry_yaml, today=today,
    )  # fmt: skip


def hub_of_request(request: Request, report: Report, *, may_fetch: bool = True) -> Hub:
    """The hub as whoever makes a request may see it. PXC810 and others for faults of its catalog.

    The request needs no files.
    """
    from pxc.driver.worlds import catalog_and_options

    catalog, options = catalog_and_options(request, PolyaxonLanguage(), report)
    rights = rights_of(request, catalog, options)
    return hub_of(
        request.root, options.hub, may_fetch=may_fetch, rights=rights, today=request.today
    )


def rights_of(request: Request, catalog: Catalog, options: Options) -> ComponentRights | None:
    """What whoever makes a request may see and do in the hub; None where no rules are enforced."""
    if not catalog.has_rules or options.acl.mode != "enforce":
        return None
    from pxc.access.decision import Settings
    from pxc.hub.rights import ComponentRights

    acl = options.acl
    settings = Settings(
        undeclared=acl.undeclared, unresolved=acl.unresolved, overrides=request.overrides
    )
    return ComponentRights(
        catalog.rules, request.principal, options.project, options.hub,
        today=request.today or LAST_DAY, settings=settings,
    )  # fmt: skip


def read_registry_yaml(name: str, data: bytes) -> Any:
    """The plain data of a YAML file of a registry. Raises RegistryFault with the first fault."""
    from pxc.driver.disk import read_plain_yaml

    report = Report()
    found = read_plain_yaml(name, data, report)
    for fault in report.sorted():
        if report.has_errors:
            message = f"`{name}`, line {fault.span.line}: {fault.message}"
            raise RegistryFault(message, fault.help, kind="malformed")
    return found


def set_registry_yaml(name: str, data: bytes, keys: tuple[str, ...], value: Any) -> bytes:
    """The bytes of a YAML file of a registry with a value set. Raises RegistryFault."""
    from pxc.grammar.yaml_setting import with_value

    if data.strip():
        read_registry_yaml(name, data)
    try:
        changed = with_value(data.decode("utf-8-sig"), keys, value).encode()
    except ValueError as fault:
        raise RegistryFault(f"`{name}` cannot be changed: {fault}", kind="malformed") from None
    read_registry_yaml(name, changed)
    return changed
