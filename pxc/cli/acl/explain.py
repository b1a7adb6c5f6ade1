"""The command that tells of each thing that a file would use what is decided, and by what rule."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click
import msgspec

from pxc.cli import CLEAN, FINDINGS
from pxc.cli.acl.claims import claim_object, shown
from pxc.cli.acl.files import Given, file_options, requests_of
from pxc.cli.findings import merged, printed
from pxc.cli.inputs import one_input
from pxc.cli.options import check_stdin_filename, hub_option
from pxc.cli.terminal import write_product
from pxc.diagnostics import Report, Severity
from pxc.driver.access import Decided, decision_request

if TYPE_CHECKING:
    from pxc.access.decision import Verdict
    from pxc.access.messages import Said

__all__ = ["command"]


@click.command(
    "explain",
    epilog="""\b
Examples:
  pxc acl explain polyaxonfile.yaml --as-user ana
  pxc acl explain polyaxonfile.yaml --as-user ana --claim connection:imagenet

\b
Exit codes:
  0 everything is allowed, 1 something is denied or wrong, 2 wrong use""",
)
@click.argument("file", metavar="[FILE]", required=False, type=click.Path())
@hub_option
@click.option("--claim", metavar="KIND:NAME", help="Tell of this thing alone.")
@file_options
def command(file: str | None, hubs: tuple[str, ...], claim: str | None, **options: Any) -> int:
    """Tell of everything that FILE would use what is decided, and why."""
    given = Given(**options)
    file = one_input(file, hubs)
    check_stdin_filename(given.stdin_filename, (file, *given.presets))
    unread = Report()
    decided: Decided | None = None
    reports = [unread]
    for request in requests_of((file,), given, unread):
        report, decided = decision_request(request)
        reports.append(report)
    faults = [d for d in merged(reports) if d.severity is Severity.ERROR]
    if decided is None:
        printed(faults, 1, "text", given.color, sys.stderr)
        return FINDINGS
    verdicts = [
        v for v in decided.decision.verdicts
        if claim is None or claim in (v.claim.what, f"{v.claim.kind}:{v.name}")
    ]  # fmt: skip
    if claim is not None and not verdicts and decided.decision.gate is None:
        raise click.UsageError(f"The file does not use '{claim}'; 'pxc acl claims' lists it all.")
    if given.format_ == "json":
        document = _document(decided, verdicts)
        write_product(msgspec.json.format(msgspec.json.encode(document), indent=2).decode() + "\n")
    else:
        write_product("".join(f"{line}\n" for line in _lines(decided, verdicts)))
    return CLEAN if decided.decision.allowed else FINDINGS


def _lines(decided: Decided, verdicts: list[Verdict]) -> Iterator[str]:
    decision = decided.decision
    who = decision.principal
    said = f"{who.subject} ({who.strength})" if who.strength != "anonymous" else "nobody"
    yield f"{said} in project {decision.project} on {decision.today}"
    for standing in decision.standings:
        roles, teams = ", ".join(sorted(standing.roles)), ", ".join(sorted(standing.teams))
        yield f"  roles: {roles or 'none'}; teams: {teams or 'none'}"
    if decision.gate is not None:
        yield from _denied("create run:create", decided.said(decision.gate))
    for verdict in verdicts:
        line = shown(verdict.claim)
        if not verdict.allowed:
            yield from _denied(line, decided.said(verdict))
            continue
        rule = getattr(verdict.rule, "name", "")
        place = f" ({verdict.rule.span})" if verdict.rule is not None else ""
        yield f"  allowed  {line}: by {verdict.step}{f' {rule}' if rule else ''}{place}"


def _denied(line: str, said: Said) -> Iterator[str]:
    yield f"  denied   {line}: {said.message}"
    for note in said.notes:
        yield f"             {note.message}" + (f" ({note.span})" if note.span else "")
    if said.help:
        yield f"             help: {said.help}"


def _document(decided: Decided, verdicts: list[Verdict]) -> dict[str, Any]:
    decision = decided.decision
    gate = () if decision.gate is None else (decision.gate,)
    return {
        "version": 1,
        "allowed": decision.allowed,
        "subject": decision.principal.subject,
        "strength": decision.principal.strength,
        "project": decision.project,
        "today": decision.today,
        "verdicts": [_verdict(decided, verdict) for verdict in (*gate, *verdicts)],
    }


def _verdict(decided: Decided, verdict: Verdict) -> dict[str, Any]:
    said = None if verdict.allowed else decided.said(verdict)
    return {
        "allowed": verdict.allowed,
        "step": verdict.step,
        "reason": verdict.reason or None,
        "rule": getattr(verdict.rule, "name", None),
        "claim": claim_object(verdict.claim),
        "message": said.message if said is not None else None,
        "notes": [note.message for note in said.notes] if said is not None else [],
        "help": said.help if said is not None else None,
    }
