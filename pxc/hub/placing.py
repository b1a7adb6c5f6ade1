"""Turns a reference into one with its registry and its tag, and into the name that rules have."""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace

from pxc.access.claims import Claim
from pxc.hub.reference import (
    LATEST,
    PUBLIC,
    HubReference,
    parse_reference,
    without_polyaxon,
)
from pxc.options import HubOptions

__all__ = ["name_in_rules", "named_by_rules", "placed", "placed_claim"]


def placed(reference: HubReference, options: HubOptions) -> HubReference | None:
    """A reference with its registry and its tag; None where no registry is known for it.

    A component of no organization is in the registry `public`, one of an organization in the
    registry that has the organization: the order of registries says nothing.
    """
    reference = without_polyaxon(reference)
    registry = reference.registry or _home(reference, options)
    if registry != PUBLIC and all(each.name != registry for each in options.registries):
        return None
    return replace(reference, registry=registry, tag=reference.tag or LATEST)


def name_in_rules(reference: HubReference, options: HubOptions) -> tuple[str, str]:
    """What rules call a placed reference, and the alias without a registry, else empty.

    The alias stands only where the registry goes without saying. With a digest the tag says
    nothing about the bytes, so that it is no part of either: `corp//vision/train@sha256:...`.
    """
    digest = f"@{reference.digest}" if reference.digest else ""
    version = f"{reference.component}{digest or f':{reference.tag or LATEST}'}"
    is_home = reference.registry == _home(reference, options)
    return f"{reference.registry}//{version}", version if is_home else ""


def named_by_rules(text: str, options: HubOptions) -> tuple[str, str]:
    """What rules call the component that a text names, and its alias; the text where none is."""
    parsed = parse_reference(text)
    found = placed(parsed, options) if parsed is not None else None
    return name_in_rules(found, options) if found is not None else (text, "")


def placed_claim(claim: Claim, named: Callable[[str], tuple[str, str]]) -> Claim:
    """A question about a component by the names that rules have for it; any other as it is."""
    if claim.kind != "component" or claim.certainty != "exact" or "*" in claim.name:
        return claim
    name, alias = named(claim.name)
    return replace(claim, name=name, alias=alias)


def _home(reference: HubReference, options: HubOptions) -> str:
    """The registry of an organization, that of no organization, or none."""
    if not reference.org:
        return PUBLIC
    owners = (each.name for each in options.registries if reference.org in each.orgs)
    return next(owners, "")
