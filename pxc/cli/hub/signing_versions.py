"""Turns a version that a registry has into the same version with one more signature."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from msgspec.structs import replace

from pxc.cli import CLEAN, FINDINGS
from pxc.cli.findings import exit_code, printed
from pxc.cli.hub.asking import Asked
from pxc.cli.terminal import say
from pxc.diagnostics import Report
from pxc.hub.registry import RegistryFault, Version, digest_of
from pxc.hub.signers import about_of, check_signed
from pxc.ir.node import Lit
from pxc.source import Source, whole

if TYPE_CHECKING:
    from pxc.hub.reference import HubReference
    from pxc.hub.registry import Publishing
    from pxc.hub.signing_keys import SecretKey

__all__ = ["sign_version"]


def sign_version(found: Asked, reference: HubReference, key: SecretKey, color: str) -> int:
    """Publish a signature of a version beside those that others have made; the exit code.

    PXC237 without the right to push, PXC235 for a signature that nobody would believe.
    """
    report = Report()
    code = _signed(found, reference, key, report)
    printed(report.sorted(), 1, "text", color, sys.stderr)
    return exit_code(report) or code


def _signed(found: Asked, parsed: HubReference, key: SecretKey, report: Report) -> int:
    from pxc.hub.signing_keys import sign

    ref = Lit(whole(Source("REF", parsed.text)), parsed.text)
    placed = found.hub.placed(parsed)
    if placed is None:
        found.hub.report_no_registry(parsed, ref, report)
        return FINDINGS
    if not all(found.hub.may(each, placed, ref.span, report) for each in ("pull", "push")):
        return FINDINGS
    name, tag = placed.component, placed.tag
    try:
        registry = found.hub.publishing(placed.registry)
        version = registry.find(name, tag) if found.hub.visible(placed) else None
        if version is None or (placed.digest and version.digest != placed.digest):
            said = f"there is no `{parsed.text}` in the registry `{placed.registry}`"
            raise RegistryFault(said, "name a version that pxc hub ls tells of")
        data = _exact(registry, version)
        made = sign(data, key, about_of(name, tag))
        if check_signed([made], data, placed, found.hub.options, ref.span, report) is None:
            return FINDINGS
        registry.add_signature(version, data, made)
    except RegistryFault as fault:
        help = f"\n  = help: {fault.help}" if fault.help else ""
        say(f"`{parsed.text}` was not signed: {fault}{help}\n", sys.stderr)
        return FINDINGS
    say(f"signed {replace(placed, digest='').key}, {version.digest}\n", sys.stderr)
    return CLEAN


def _exact(registry: Publishing, version: Version) -> bytes:
    """The bytes of a version. RegistryFault for others than those that it tells of."""
    data = registry.read(version)
    if digest_of(data) != version.digest:
        message = f"the bytes of `{version.component}:{version.tag}` are not those of its digest"
        raise RegistryFault(message, "ask whoever runs the registry", kind="malformed")
    return data
