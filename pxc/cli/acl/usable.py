"""The command that lists everything that somebody may use."""

from __future__ import annotations

import sys

import click
import msgspec

from pxc.cli.acl.rules import (
    asked,
    judge_of,
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
    "list",
    epilog="""\b
Examples:
  pxc acl list --as ana -p vision/detector
  pxc acl list --as team:vision -p vision/detector --format json""",
)
@click.option(
    "--as", "who", metavar="WHO", required=True, help="A user, serviceAccount:NAME, team:NAME."
)
@project_option
@today_option
@text_or_json
@rules_options
def command(
    who: str,
    project: str | None,
    today: str,
    format_: str,
    catalogs: tuple[str, ...],
    catalog_ref: str | None,
    isolated: bool,
    color: str,
) -> None:
    """List everything that WHO may use in a project, by which rule, how much and until when.

    Of connections, queues, presets and what else the catalog lists it is each name; of other things
    the patterns that grants have.
    """
    from pxc.access.questions import usable
    from pxc.access.wording import amount

    found = asked(catalogs, catalog_ref, isolated, color)
    found.rules, principal = subject_of(found.rules, who)
    rows = []
    for one in usable(judge_of(found, today), principal, project_of(found, project)):
        bounds = {"perPod": one.per_pod, "perRun": one.per_run}
        most = {key: amount(value) for key, value in bounds.items() if value is not None}
        rows.append(
            {"kind": one.kind, "name": one.name, "by": one.by, "max": most, "until": one.until}
        )
    if format_ == "json":
        text = msgspec.json.format(msgspec.json.encode(rows), indent=2).decode()
        write_product(f"{text}\n")
        return
    if not rows:
        say("nothing\n", sys.stdout)
        return
    lines, kind = [], ""
    width = max(len(str(row["name"])) for row in rows)
    for row in rows:
        if row["kind"] != kind:
            kind = str(row["kind"])
            lines.append(kind)
        words = [str(row["by"])]
        bounded = row["max"]
        assert isinstance(bounded, dict)
        words += [f"at most {v} a {'pod' if k == 'perPod' else 'run'}" for k, v in bounded.items()]
        words += [f"until {row['until']}"] if row["until"] else []
        lines.append(f"  {str(row['name']).ljust(width)}  {', '.join(words)}")
    say("\n".join([*lines, ""]), sys.stdout)
