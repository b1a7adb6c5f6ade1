"""The command that compares two catalogs by what people may do."""

from __future__ import annotations

import sys
from pathlib import Path

import click
import msgspec

from pxc.cli.acl.rules import read_rules_of, text_or_json, today_option
from pxc.cli.options import color_option
from pxc.cli.terminal import say, write_product

__all__ = ["command"]


@click.command(
    "diff",
    epilog="""\b
Examples:
  pxc acl diff ../main/catalog catalog
  pxc acl diff ../main/catalog catalog --format json""",
)
@click.argument("base", metavar="BASE", type=click.Path(exists=True, path_type=Path))
@click.argument("head", metavar="HEAD", type=click.Path(exists=True, path_type=Path))
@today_option
@text_or_json
@color_option
def command(base: Path, head: Path, today: str, format_: str, color: str) -> None:
    """Show who gains and who loses which right between the catalogs BASE and HEAD.

    Rights are what is really allowed, after grants, denies and what projects narrow: a change of a
    rule that changes nothing for anybody is not shown.
    """
    from pxc.access.difference import difference

    before, after = (read_rules_of((path,), path, color) for path in (base, head))
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
