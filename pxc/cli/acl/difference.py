"""The command that compares two catalogs by what people may do."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from pxc.cli.acl.rules import asked, read_rules_of, text_or_json, today_option
from pxc.cli.options import color_option
from pxc.cli.terminal import say, write_product

if TYPE_CHECKING:
    from pxc.access.organization import Rules

__all__ = ["command"]

_HERE = "."


@click.command(
    "diff",
    epilog="""\b
Examples:
  pxc acl diff origin/main
  pxc acl diff v1..v2 --format json
  pxc acl diff ../main/catalog catalog""",
)
@click.argument("base", metavar="BASE")
@click.argument("head", metavar="[HEAD]", required=False)
@today_option
@text_or_json
@color_option
def command(base: str, head: str | None, today: str, format_: str, color: str) -> None:
    """Show who gains and who loses which right between BASE and HEAD.

    Each is a catalog, or a commit of git, whose rules are those of its pxc.yaml; BASE..HEAD are
    two commits. Without a HEAD it is the files as they lie there. Rights are what is really
    allowed, after grants, denies and what projects narrow: a change of a rule that changes nothing
    for anybody is not shown.
    """
    from pxc.access.difference import difference

    if head is None and not Path(base).exists():
        base, _, head = base.partition("..")
    before, after = (_rules(each, color) for each in (base, head or _HERE))
    changes = difference(before, after, today=today)
    if format_ == "json":
        text = msgspec.json.format(msgspec.json.encode(changes), indent=2).decode()
        write_product(f"{text}\n")
        return
    lines = []
    for change in changes:
        gained = not change.before or (change.after == "yes")
        sign = "-" if not change.after else "+" if gained else "~"
        how = change.after or change.before
        if change.before and change.after:
            how = f"{change.before} -> {change.after}"
        shown = "" if how == "yes" else f" ({how})"
        lines.append(f"{sign} {change.subject} in {change.project}: {change.what}{shown}")
    say("\n".join([*lines, ""]) if lines else "nobody gains or loses anything\n", sys.stdout)


def _rules(name: str, color: str) -> Rules:
    """The rules of a catalog, of a commit, or of the workspace as it lies there."""
    path = Path(name)
    if name != _HERE and path.exists():
        return read_rules_of((path,), path, color)
    return asked((), name, False, color).rules
