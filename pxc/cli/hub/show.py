"""The command that tells everything about a component before somebody uses it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click
import msgspec
from msgspec import Struct
from msgspec.structs import replace

from pxc.cli import CLEAN, FINDINGS
from pxc.cli.acl.claims import claim_object
from pxc.cli.acl.rules import text_or_json
from pxc.cli.findings import exit_code, printed
from pxc.cli.hub.asking import Asked, asked, hub_options, reference_of
from pxc.cli.hub.locking import offline_option
from pxc.cli.hub.reading import is_file, text_of
from pxc.cli.hub.show_page import page, version_of
from pxc.cli.hub.tables import as_json
from pxc.cli.options import complete_hub
from pxc.cli.terminal import say, write_product
from pxc.diagnostics import Report, Severity
from pxc.driver.components import component_of
from pxc.hub.description import command_line, described, found_by
from pxc.hub.listing import Listed, listed
from pxc.hub.reference import LATEST, HubReference
from pxc.hub.registry import RegistryFault
from pxc.hub.signers import signed_by
from pxc.ir.node import Lit
from pxc.source import Source, whole

if TYPE_CHECKING:
    from pxc.driver.components import Component
    from pxc.request import SourceText

__all__ = ["command"]

_PARTS = ("page", "inputs", "claims", "yaml", "graph")


@click.command(
    "show",
    epilog="""\b
Examples:
  pxc hub show tensorboard:single-run
  pxc hub show tensorboard:single-run --inputs
  pxc hub show vision/train:2 --claims --format json
  pxc hub show train.yaml""",
)
@click.argument("ref", metavar="REF", shell_complete=complete_hub)
@click.option("--inputs", "part", flag_value="inputs", help="Show the inputs alone.")
@click.option("--claims", "part", flag_value="claims", help="Show what it asks for alone.")
@click.option("--yaml", "part", flag_value="yaml", help="Show the text of the component itself.")
@click.option("--graph", "part", flag_value="graph", help="Show what it runs, as Mermaid.")
@text_or_json
@offline_option
@hub_options
def command(
    ref: str,
    part: str | None,
    format_: str,
    offline: bool,
    catalogs: tuple[str, ...],
    catalog_ref: str | None,
    isolated: bool,
    color: str,
) -> int:
    """Tell what the component REF is: its inputs, what it runs, what it asks for, its versions.

    REF is a reference or a file. What it asks for is what every run of it uses; rules may deny it.
    """
    found = asked(catalogs, catalog_ref, isolated, offline=offline)
    report = Report()
    given = text_of(found, ref, report)
    component = None
    if given is not None:
        component = component_of(given, found.defaults.options, found.root, report)
    faults = [d for d in report.sorted() if d.severity is Severity.ERROR]
    printed(faults, 1, "text", color, sys.stderr)
    if given is None or component is None:
        return exit_code(faults) or FINDINGS
    versions = _versions(found, ref)
    signed = _signed(found, ref, versions)
    shown = _Shown(_named(found, ref), versions, component, given, signed, dict(found.hub.pins()))
    if format_ == "json":
        write_product(as_json(_document(shown, part)))
    elif part == "yaml":
        write_product(given.data.decode("utf-8-sig"))
    elif part == "graph":
        return _draw(component, color)
    else:
        say(page(*shown.of_page(), part or "page"), sys.stdout)
    return CLEAN


class _Shown(Struct):
    """What is told of: the reference or the file, its versions where it has some, its content.

    `signed` tells who has signed it, `pins` are digests of images that pxc.lock has.
    """

    reference: HubReference
    versions: Listed | None
    component: Component
    given: SourceText
    signed: str = ""
    pins: dict[str, str] = {}

    def of_page(self) -> tuple[HubReference, Listed | None, Component, str, dict[str, str]]:
        return self.reference, self.versions, self.component, self.signed, self.pins


def _named(found: Asked, ref: str) -> HubReference:
    """What is shown, with its version where a range means one."""
    if is_file(ref):
        return HubReference(ref)
    reference = reference_of(ref)
    meant = found.hub.meant(reference)
    is_whole = reference.tag or reference.digest or meant is None or meant.tag == LATEST
    return reference if is_whole or meant is None else replace(reference, tag=meant.tag)


def _versions(found: Asked, ref: str) -> Listed | None:
    """The versions beside the one that is shown; none where nobody answers."""
    placed = None if is_file(ref) else found.hub.placed(reference_of(ref))
    if placed is None:
        return None
    try:
        registry = found.hub.registry(placed.registry)
        known = listed(found.hub, registry, placed.component)
        shown = version_of(_named(found, ref), known)
        if known is None or shown is None:
            return known
        signatures = registry.signatures(shown, any_tag=bool(placed.digest))
        whole = replace(shown, signatures=signatures)
        versions = tuple(whole if each is shown else each for each in known.versions)
        return replace(known, versions=versions)
    except RegistryFault:
        return None


def _signed(found: Asked, ref: str, versions: Listed | None) -> str:
    """Who signed the version that is shown, by the keys that the workspace knows."""
    reference = None if versions is None else _named(found, ref)
    version = None if reference is None else version_of(reference, versions)
    if version is None or reference is None or not version.signatures:
        return "not signed"
    data = found.hub.bytes_of(Lit(whole(Source("REF", ref)), ref), Report())
    placed = found.hub.placed(reference)
    if data is None or placed is None:
        return "signed"
    by = signed_by(version.signatures, data, placed, found.hub.options)
    return f"signed by {by.signer}" if by.signer else by.fault or "signed by an unknown key"


def _draw(component: Component, color: str) -> int:
    from pxc.graph import draw

    if component.plan is None:
        printed(component.faults, 1, "text", color, sys.stderr)
        return FINDINGS
    write_product(draw(component.plan, "mermaid"))
    return CLEAN


def _keywords(shown: _Shown) -> list[str]:
    version = version_of(shown.reference, shown.versions)
    told = version.keywords if version is not None else ()
    return list(found_by(told, shown.component.operation))


def _document(shown: _Shown, part: str | None) -> dict[str, Any]:
    """What is told, as JSON: everything, or the part that is asked for."""
    component = shown.component
    inputs = described(component.operation, "inputs")
    claims = component.claims
    whole: dict[str, Any] = {
        "ref": shown.reference.text,
        "name": shown.given.name.strip("<>"),
        "inputs": [msgspec.to_builtins(each) for each in inputs],
        "outputs": [msgspec.to_builtins(e) for e in described(component.operation, "outputs")],
        "keywords": _keywords(shown),
        "images": list(component.images),
        "pins": shown.pins,
        "claims": None if claims is None else [claim_object(claim) for claim in claims],
        "signed": shown.signed,
        "command": command_line(shown.reference, inputs),
        "versions": [] if shown.versions is None else msgspec.to_builtins(shown.versions.versions),
        "yaml": shown.given.data.decode("utf-8-sig"),
    }
    kept = whole if part is None else {"ref": whole["ref"], part: whole.get(part)}
    return {"version": 1, **kept}
