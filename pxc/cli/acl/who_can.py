"""The command that lists everybody who may use a thing."""

from __future__ import annotations

import sys

import click
import msgspec

from pxc.cli.acl.rules import (
    asked,
    claim_of,
    judge_of,
    placed_of,
    project_of,
    project_option,
    rules_options,
    text_or_json,
    today_option,
)
from pxc.cli.terminal import say, write_product

__all__ = ["command"]


@click.command(
    "who-can",
    epilog="""\b
Examples:
  pxc acl who-can use queue:gke-a/gpu -p vision/detector
  pxc acl who-can read connection:imagenet -p vision/detector --format json""",
)
@click.argument("words", metavar="[ACTION] KIND:NAME", nargs=-1, required=True)
@project_option
@today_option
@text_or_json
@rules_options
def command(
    words: tuple[str, ...],
    project: str | None,
    today: str,
    format_: str,
    catalogs: tuple[str, ...],
    catalog_ref: str | None,
    isolated: bool,
    color: str,
) -> None:
    """List everybody of the catalog who may use a thing, by which rule, and until when."""
    from pxc.access.organization import Grant
    from pxc.access.questions import who_can

    claim = claim_of(words)
    found = asked(catalogs, catalog_ref, isolated, color)
    claim = placed_of(claim, found)
    holders = who_can(judge_of(found, today), project_of(found, project), claim)
    rows = []
    for holder in holders:
        rule = holder.verdict.rule
        name = getattr(rule, "name", "")
        by = f"{holder.verdict.step} `{name}`" if name else holder.verdict.step
        until = rule.until if isinstance(rule, Grant) else None
        rows.append({"subject": holder.subject, "by": by, "until": until})
    if format_ == "json":
        text = msgspec.json.format(msgspec.json.encode(rows), indent=2).decode()
        write_product(f"{text}\n")
        return
    if not rows:
        say("nobody\n", sys.stdout)
        return
    width = max(len(str(row["subject"])) for row in rows)
    lines = [
        f"{str(row['subject']).ljust(width)}  {row['by']}"
        + (f", until {row['until']}" if row["until"] else "")
        for row in rows
    ]
    say("\n".join([*lines, ""]), sys.stdout)
