"""Holds versions of components to their signatures: who made one, and whether he may."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from pxc.hub.minisign import (
    PublicKey,
    Signature,
    SignatureFault,
    parse_public_key,
    parse_signature,
    verify,
)
from pxc.options import ANY_ORG, HubOptions, Signer

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pxc.diagnostics import Report
    from pxc.hub.reference import HubReference
    from pxc.source import Span

__all__ = [
    "SIGNED_BY_KEY",
    "Signed",
    "about_of",
    "check_locked_signer",
    "check_signed",
    "is_for",
    "is_signer",
    "named_in",
    "signed_by",
    "unsigned_policy",
]

SIGNED_BY_KEY = "key:"
"""What a signer begins with in pxc.lock."""

_COMPONENT = "component:"
_INSTALL = "install the library that verifies: pip install 'pxc[sign]'"


class Signed(Struct, frozen=True):
    """Who signed some bytes, as pxc.lock has it (`key:NAME`); `fault` is what is wrong with it.

    Where both are empty nobody whose key is known has signed them.
    """

    signer: str = ""
    fault: str = ""
    help: str | None = None


def about_of(component: str, tag: str) -> str:
    """The comment of a signature that is for one version alone."""
    return f"{_COMPONENT}{component}:{tag}"


def signed_by(
    signatures: Iterable[str], data: bytes, placed: HubReference, options: HubOptions
) -> Signed:
    """Who signed the bytes of a version. One good signature is enough, whatever others are.

    Signatures by keys that nobody told of are no signatures.
    """
    wrong: Signed | None = None
    keys = [(signer, parse_public_key(signer.key)) for signer in options.signers]
    for text in signatures if keys else ():
        try:
            signature = parse_signature(text)
        except SignatureFault as fault:
            wrong = wrong or Signed(fault=f"its signature cannot be read: {fault}")
            continue
        for signer, key in keys:
            if key.number == signature.number:
                found = _held(signature, data, placed, signer, key)
                if not found.fault:
                    return found
                wrong = wrong or found
    return wrong or Signed()


def check_signed(
    signatures: Iterable[str],
    data: bytes,
    placed: HubReference,
    options: HubOptions,
    span: Span,
    report: Report,
) -> Signed | None:
    """Who signed a version that a registry has; None where it may not be used, which is reported.

    PXC235 for a signature that is wrong, by the wrong signer, or that is missing where it must not
    be; PXC236 where that is only to be told.
    """
    found = signed_by(signatures, data, placed, options)
    if found.fault:
        message = f"`{placed.key}` is not to be trusted: {found.fault}"
        help = found.help or "ask whoever publishes it to sign it again: `pxc hub sign`"
        report.add("PXC235", message, span, help=help)
        return None
    if found.signer:
        return found
    return found if _may_be_unsigned(placed, options, "", span, report) else None


def check_locked_signer(
    signer: str, placed: HubReference, options: HubOptions, span: Span, report: Report
) -> bool:
    """Whether a version whose signer pxc.lock tells may still be used. PXC235 and PXC236."""
    if is_signer(signer, placed, options):
        return True
    name = signer.removeprefix(SIGNED_BY_KEY)
    return _may_be_unsigned(placed, options, name, span, report)


def is_signer(signer: str, placed: HubReference, options: HubOptions) -> bool:
    """Whether who signed a version, as pxc.lock has it, is known and may sign it."""
    name = signer.removeprefix(SIGNED_BY_KEY)
    return any(each.name == name and is_for(each, placed.org) for each in options.signers)


def unsigned_policy(placed: HubReference, options: HubOptions) -> str:
    """What is done with an unsigned version: of its organization, else registry, else of all."""
    by_org = dict(options.unsigned_orgs)
    by_registry = {each.name: each.unsigned for each in options.registries}
    return by_org.get(placed.org) or by_registry.get(placed.registry) or options.unsigned


def is_for(signer: Signer, org: str) -> bool:
    """Whether a signer may sign for an organization; for components of none only one of all may."""
    return org in signer.orgs or ANY_ORG in signer.orgs


def named_in(comment: str) -> Iterator[str]:
    """The component that the comment of a signature is for, where it names one."""
    for part in comment.split("\t"):
        if part.startswith(_COMPONENT):
            yield part.removeprefix(_COMPONENT)


def _held(
    signature: Signature, data: bytes, placed: HubReference, signer: Signer, key: PublicKey
) -> Signed:
    try:
        verify(signature, data, key)
    except SignatureFault as fault:
        return Signed(fault=f"`{signer.name}` did not sign it: {fault}")
    except ImportError:
        return Signed(fault="its signature cannot be verified here", help=_INSTALL)
    if not is_for(signer, placed.org):
        whose = f"`{placed.org}`" if placed.org else "components of no organization"
        names = ", ".join(f"`{org}`" for org in signer.orgs) or "nobody"
        said = f"`{signer.name}`, who signed it, signs for {names}, not for {whose}"
        return Signed(fault=said, help="it must be signed by who may sign for its organization")
    for named in named_in(signature.comment):
        component, _, tag = named.partition(":")
        if component != placed.component or (tag != placed.tag and not placed.digest):
            return Signed(fault=f"`{signer.name}` signed it as `{named}`")
    return Signed(signer=f"{SIGNED_BY_KEY}{signer.name}")


def _may_be_unsigned(
    placed: HubReference, options: HubOptions, former: str, span: Span, report: Report
) -> bool:
    policy = unsigned_policy(placed, options)
    if policy == "allow":
        return True
    message = (
        f"`{former}`, who signed `{placed.key}`, is no signer for it any more"
        if former
        else f"`{placed.key}` is signed by nobody whose key is known"
    )
    help = "keys are told under `hub: {signers: ...}` of pxc.yaml, and used by `pxc hub sign`"
    report.add("PXC235" if policy == "deny" else "PXC236", message, span, help=help)
    return policy != "deny"
