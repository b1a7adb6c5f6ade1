"""The command that shows an audit log, and whether it is whole."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import click

from pxc.cli import CLEAN, FINDINGS
from pxc.cli.terminal import say, write_product

__all__ = ["command"]

_SHOWN = 3


@click.command(
    "log",
    epilog="""\b
Examples:
  pxc acl log audit.jsonl
  pxc acl log audit.jsonl --id 0f3a6c2b9d8e7f10

\b
Exit codes:
  0 the log is whole, 1 it was changed, or has no such decision, 2 wrong use""",
)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--id", "wanted", metavar="ID", help="Show this decision alone, as JSON.")
def command(file: Path, wanted: str | None) -> int:
    """Show an audit log, after proving that no line of it was changed or left out.

    A line is of a file: what was decided on it, or why nothing was.
    That its end was not cut off shows only who keeps the last hash elsewhere: it is printed.
    """
    from pxc.access.audit import broken_at

    lines = file.read_text("utf-8", "replace").splitlines()
    broken = broken_at(lines)
    if broken is not None:
        what = f"line {broken} does not follow from those before it"
        say(f"pxc: `{file}` was changed: {what}\n", sys.stderr)
        return FINDINGS
    entries = [json.loads(line) for line in lines]
    if wanted is not None:
        found = [entry for entry in entries if entry["id"] == wanted]
        if not found:
            say(f"pxc: there is no decision `{wanted}` in `{file}`\n", sys.stderr)
            return FINDINGS
        write_product(f"{json.dumps(found[-1], indent=2)}\n")
        return CLEAN
    for entry in entries:
        say(f"{_shown(entry)}\n", sys.stdout)
    last = entries[-1]["hash"] if entries else "none"
    decided = sum(entry["allowed"] is not None for entry in entries)
    number = "1 decision" if decided == 1 else f"{decided:,} decisions"
    if decided < len(entries):
        number += f", {len(entries) - decided:,} without one"
    say(f"the last hash is {last}\n{number}, none changed or left out\n", sys.stdout)
    return CLEAN


def _shown(entry: dict[str, Any]) -> str:
    """One line of a log for people; those of the first logs have fewer fields."""
    outcome = entry.get("outcome") or ("allowed" if entry["allowed"] else "denied")
    names = ", ".join(source["name"] for source in entry["sources"])
    who = f"{entry['subject']} ({entry['strength']})" if entry["subject"] else entry["strength"]
    shown = f"{entry['time']}  {entry['id']}  {outcome}  {who}  {entry['project'] or '-'}  {names}"
    if outcome == "denied" and entry["mode"] == "warn":
        shown += "  (mode warn: only told)"
    errors = [f"{each['code']} {each['place']}" for each in entry.get("errors", ())]
    if outcome == "denied":  # each claim that is denied is an error, too: `--id` shows them
        errors = []
    why = "; ".join(filter(None, (entry.get("fault"), *errors[:_SHOWN])))
    more = f" and {len(errors) - _SHOWN:,} more" if len(errors) > _SHOWN else ""
    return f"{shown}  ({why}{more})" if why else shown
