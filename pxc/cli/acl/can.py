"""The command that says whether somebody may use a thing."""

from __future__ import annotations

import sys

import click
import msgspec

from pxc.cli import CLEAN, FINDINGS
from pxc.cli.acl.rules import (
    asked,
    claim_of,
    judge_of,
    placed_of,
    project_of,
    project_option,
    rules_options,
    subject_of,
    text_or_json,
    today_option,
)
from pxc.cli.terminal import say, write_product

__all__ = ["command"]


@click.command(
    "can",
    epilog="""\b
Examples:
  pxc acl can ana use queue:gke-a/gpu -p vision/detector
  pxc acl can serviceAccount:ci write connection:out -p vision/detector
  pxc acl can ana accelerator:nvidia.com/gpu=8 -p vision/detector

\b
Exit codes:
  0 allowed, 1 denied, 2 wrong use""",
)
@click.argument("who", metavar="WHO")
@click.argument("words", metavar="[ACTION] KIND:NAME", nargs=-1, required=True)
@project_option
@today_option
@text_or_json
@rules_options
def command(
    who: str,
    words: tuple[str, ...],
    project: str | None,
    today: str,
    format_: str,
    catalogs: tuple[str, ...],
    catalog_ref: str | None,
    isolated: bool,
    color: str,
) -> int:
    """Say whether WHO may use a thing, and by which rule.

    WHO is a user, serviceAccount:NAME, or team:NAME for somebody who is in that team alone.
    """
    from pxc.access.messages import denials

    claim = claim_of(words)
    found = asked(catalogs, catalog_ref, isolated, color)
    claim = placed_of(claim, found)
    found.rules, principal = subject_of(found.rules, who)
    judge = judge_of(found, today)
    decision = judge.decide(principal, project_of(found, project), [claim])
    verdict = decision.gate or decision.verdicts[0]
    said = denials(found.rules, decision, judge.settings)
    if format_ == "json":
        answer = {
            "allowed": decision.allowed,
            "subject": principal.subject,
            "project": decision.project,
            "action": claim.action,
            "what": claim.what,
            "by": verdict.step,
            "rule": getattr(verdict.rule, "name", None),
            "reason": verdict.reason or None,
            "message": said[0].message if said else None,
            "notes": [n.message for s in said for n in s.notes],
            "help": said[0].help if said else None,
        }
        text = msgspec.json.format(msgspec.json.encode(answer), indent=2).decode()
        write_product(f"{text}\n")
    else:
        lines = []
        if decision.allowed:
            name = getattr(verdict.rule, "name", "")
            lines.append(f"yes, by {verdict.step}{f' `{name}`' if name else ''}")
        for one in said:
            lines.append(f"{'warning' if decision.allowed else 'no'}: {one.message}")
            lines += [
                f"  {n.message}{f' ({n.span})' if n.span is not None else ''}" for n in one.notes
            ]
            lines += [f"  help: {one.help}"] if one.help else []
        say("\n".join([*lines, ""]), sys.stdout)
    return CLEAN if decision.allowed else FINDINGS
