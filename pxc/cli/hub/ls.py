"""The command that lists components, or the versions of one."""

from __future__ import annotations

import sys
from datetime import date
from typing import TYPE_CHECKING, Any

import click
from msgspec.structs import replace

from pxc.cli import CLEAN, FINDINGS
from pxc.cli.acl.rules import text_or_json, today_option
from pxc.cli.hub.asking import asked, hub_options, reference_of, tell_fault
from pxc.cli.hub.locking import offline_option
from pxc.cli.hub.tables import as_json, as_table
from pxc.cli.terminal import say, write_product
from pxc.diagnostics import nearest
from pxc.hub.listing import Listed, components_of, listed
from pxc.hub.registry import RegistryFault

if TYPE_CHECKING:
    from pxc.hub.registry import Version
    from pxc.hub.resolver import Hub

__all__ = ["command"]

_OF_REGISTRY = "//"
_OF_ORG = "/"


@click.command(
    "ls",
    epilog="""\b
Examples:
  pxc hub ls
  pxc hub ls vision/
  pxc hub ls corp//
  pxc hub ls vision/train --format json""",
)
@click.argument("what", metavar="[ORG/ | REGISTRY// | NAME]", required=False)
@today_option
@text_or_json
@offline_option
@hub_options
def command(
    what: str | None,
    today: str,
    format_: str,
    offline: bool,
    catalogs: tuple[str, ...],
    catalog_ref: str | None,
    isolated: bool,
    color: str,
) -> int:
    """List the components of all registries, or the versions of one component.

    ORG/ are the components of an organization, REGISTRY// those of a registry. Versions come newest
    first. What a registry does not tell is '-'.
    """
    hub = asked(catalogs, catalog_ref, isolated, offline=offline).hub
    faults: dict[str, RegistryFault] = {}
    if what is None or what.endswith(_OF_ORG):
        found = _components(hub, what or "", faults, newest_only=format_ != "json")
        documents = [_component(each) for each in found]
        table = as_table(_COMPONENT, (_row(each, today) for each in found)) if found else ""
    else:
        of_one = _versions(hub, what, faults)
        documents = [_version(of_one, version) for version in of_one.versions] if of_one else []
        rows = [_version_row(version, today) for version in of_one.versions] if of_one else []
        table = as_table(_VERSION, rows) if rows else ""
    if format_ == "json":
        key = "components" if what is None or what.endswith(_OF_ORG) else "versions"
        write_product(as_json({"version": 1, key: documents}))
    else:
        say(table if table or faults else "nothing\n", sys.stdout)
    for name, fault in faults.items():
        tell_fault(name, fault)
    return FINDINGS if faults else CLEAN


def _components(
    hub: Hub, what: str, faults: dict[str, RegistryFault], *, newest_only: bool
) -> list[Listed]:
    """The components of all registries, of one, or of an organization."""
    registry, slashes, org = what.rpartition(_OF_REGISTRY)
    org = org.removesuffix(_OF_ORG)
    names = hub.registry_names()
    if slashes and registry not in names:
        near = nearest(registry, names)
        hint = f" Did you mean '{near}//'?" if near else ""
        raise click.UsageError(f"There is no registry '{registry}'.{hint}")
    found = []
    for name in (registry,) if slashes else names:
        try:
            of_one = components_of(hub, hub.registry(name), org=org or None)
            found += [_with_signatures(hub, each, 1 if newest_only else None) for each in of_one]
        except RegistryFault as fault:
            faults[name] = fault
    return found


def _versions(hub: Hub, what: str, faults: dict[str, RegistryFault]) -> Listed | None:
    """The versions of one component. Raises UsageError for one that its registry lacks."""
    reference = reference_of(what)
    placed = hub.placed(reference)
    if placed is None:
        raise click.UsageError(f"No registry has the organization of '{what}'.")
    try:
        registry = hub.registry(placed.registry)
        found = listed(hub, registry, placed.component)
        names = () if found is not None else registry.components()
        found = None if found is None else _with_signatures(hub, found)
    except RegistryFault as fault:
        faults[placed.registry] = fault
        return None
    if found is None:
        near = nearest(placed.component, names)
        hint = f" Did you mean '{near}'?" if near else " 'pxc hub ls' lists all."
        raise click.UsageError(
            f"The registry '{placed.registry}' has no component '{placed.component}'.{hint}"
        )
    return found


def _with_signatures(hub: Hub, found: Listed, most: int | None = None) -> Listed:
    """A component whose newest versions have all their signatures. Raises RegistryFault."""
    registry = hub.registry(found.registry)
    shown, others = found.versions[:most], found.versions[most:] if most is not None else ()
    whole = (replace(each, signatures=registry.signatures(each)) for each in shown)
    return replace(found, versions=(*whole, *others))


_COMPONENT = ("name", "newest", "stage", "owner", "signed", "age", "title")
_VERSION = ("tag", "stage", "signed", "age", "digest", "description")


def _row(found: Listed, today: str) -> tuple[str, ...]:
    newest = found.newest
    return (
        found.name, newest.tag, newest.stage, newest.owner, _signed(newest),
        _age(newest, today), newest.title,
    )  # fmt: skip


def _version_row(version: Version, today: str) -> tuple[str, ...]:
    short = version.digest[: len("sha256:") + 12]
    return (
        version.tag, version.stage, _signed(version), _age(version, today), short,
        version.description,
    )  # fmt: skip


def _signed(version: Version) -> str:
    return "yes" if version.signatures else "no"


def _age(version: Version, today: str) -> str:
    """How many days ago a version was made."""
    try:
        made = date.fromisoformat(version.created[:10])
    except ValueError:
        return ""
    return f"{(date.fromisoformat(today) - made).days} d"


def _component(found: Listed) -> dict[str, Any]:
    newest = found.newest
    return {
        "name": found.name,
        "registry": found.registry,
        "component": found.component,
        "title": newest.title,
        "owner": newest.owner,
        "newest": newest.tag,
        "tags": [version.tag for version in found.versions],
        "versions": [_version(found, version) for version in found.versions],
    }


def _version(found: Listed, version: Version) -> dict[str, Any]:
    return {
        "ref": f"{found.name}:{version.tag}",
        "tag": version.tag,
        "digest": version.digest,
        "size": version.size,
        "created": version.created,
        "stage": version.stage,
        "replacedBy": version.replaced_by,
        "origin": version.origin,
        "signed": bool(version.signatures),
        "description": version.description,
        "keywords": list(version.keywords),
    }
