"""The command that lists everything that the runs of files would use."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click
import msgspec

from pxc.cli.acl.files import Given, file_options, requests_of
from pxc.cli.findings import exit_code, merged, printed
from pxc.cli.inputs import inputs_of
from pxc.cli.options import check_stdin_filename, hub_option
from pxc.cli.terminal import write_product
from pxc.diagnostics import Report, Severity
from pxc.driver.access import claims_request

if TYPE_CHECKING:
    from decimal import Decimal

    from pxc.access.claims import Claim

__all__ = ["claim_object", "command", "shown"]


@click.command(
    "claims",
    epilog="""\b
Examples:
  pxc acl claims polyaxonfile.yaml
  pxc acl claims polyaxonfile.yaml --format json | conftest test -""",
)
@click.argument("files", nargs=-1, metavar="[FILE]...", type=click.Path())
@hub_option
@file_options
def command(files: tuple[str, ...], hubs: tuple[str, ...], **options: Any) -> int:
    """List everything that the runs of FILE would use.

    No rules are needed, and none are asked. Each line is a thing, what is done with it, and where
    the file says so; the origin is told where it is not the file's author.
    """
    given = Given(**options)
    files = inputs_of(files, hubs)
    check_stdin_filename(given.stdin_filename, (*files, *given.presets))
    unread = Report()
    reports = [unread]
    claims: list[Claim] = []
    for request in requests_of(files, given, unread):
        report, found = claims_request(request)
        reports.append(report)
        claims += found
    faults = [d for d in merged(reports) if d.severity is Severity.ERROR]
    printed(faults, len(files), "text", given.color, sys.stderr)
    if given.format_ == "json":
        document = {"version": 1, "claims": [claim_object(claim) for claim in claims]}
        write_product(msgspec.json.format(msgspec.json.encode(document), indent=2).decode() + "\n")
    else:
        width = max((len(shown(claim)) for claim in claims), default=0)
        write_product("".join(f"{shown(c):{width}}  {c.span}\n" for c in claims))
    return exit_code(faults)


def shown(claim: Claim) -> str:
    """A claim in a line, without its place."""
    name = " | ".join(claim.choices) if claim.choices else claim.name
    what = claim.what if claim.certainty == "exact" else f"{claim.kind}:{name}"
    parts = [claim.action, what]
    amounts = [
        f"{_number(amount)} a {word}"
        for word, amount in (("pod", claim.per_pod), ("run", claim.per_run))
        if amount is not None
    ]
    if amounts:
        parts.append(f"({', '.join(amounts)})")
    if claim.certainty == "unknown":
        parts.append("known in the run")
    if claim.via != "user":
        parts.append(f"by {claim.via}")
    if claim.owner:
        parts.append(f"in {claim.owner}")
    return " ".join(parts)


def claim_object(claim: Claim) -> dict[str, Any]:
    """A claim as JSON has it; lines and columns count from 1."""
    return {
        "kind": claim.kind,
        "name": claim.name,
        "action": claim.action,
        "certainty": claim.certainty,
        "choices": list(claim.choices),
        "perPod": _plain(claim.per_pod),
        "perRun": _plain(claim.per_run),
        "via": claim.via,
        "operation": claim.owner,
        "file": claim.span.source.name,
        "line": claim.span.line,
        "column": claim.span.column,
    }


def _number(amount: Decimal) -> str:
    return f"{amount.normalize():f}"


def _plain(amount: Decimal | None) -> str | None:
    return None if amount is None else _number(amount)
