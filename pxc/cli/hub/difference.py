"""The command that says what differs between two versions of a component."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click
import msgspec

from pxc.cli import CLEAN, FINDINGS
from pxc.cli.acl.rules import text_or_json
from pxc.cli.findings import exit_code, merged, printed
from pxc.cli.hub.asking import asked, hub_options
from pxc.cli.hub.locking import offline_option
from pxc.cli.hub.reading import component_at
from pxc.cli.hub.tables import as_json
from pxc.cli.options import complete_hub
from pxc.cli.terminal import say, write_product
from pxc.diagnostics import Report, Severity
from pxc.hub.difference import BREAKING, difference

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pxc.driver.components import Component
    from pxc.hub.difference import Change

__all__ = ["change_lines", "changes_between", "command"]


@click.command(
    "diff",
    epilog="""\b
Examples:
  pxc hub diff vision/train:1 vision/train:2
  pxc hub diff vision/train train.yaml --exit-code

\b
Exit codes:
  0 compared, 1 --exit-code and something breaks, or a component cannot be read, 2 wrong use""",
)
@click.argument("before", metavar="A", shell_complete=complete_hub)
@click.argument("after", metavar="B", shell_complete=complete_hub)
@click.option("--exit-code", "fails", is_flag=True, help="Exit with 1 when B breaks users of A.")
@text_or_json
@offline_option
@hub_options
def command(
    before: str,
    after: str,
    fails: bool,
    format_: str,
    offline: bool,
    catalogs: tuple[str, ...],
    catalog_ref: str | None,
    isolated: bool,
    color: str,
) -> int:
    """Say what differs between the components A and B, each a reference or a file.

    'breaking' is what operations on A may fail by: inputs, outputs, types, the runtime. 'widening'
    is what B asks for beyond A, so that somebody who runs A may not be allowed to run B. All else
    is a 'notice'.
    """
    hub = asked(catalogs, catalog_ref, isolated, offline=offline)
    reports = (Report(), Report())
    sides = [
        component_at(hub, text, report)
        for text, report in zip((before, after), reports, strict=True)
    ]
    one, other = sides
    found = [d for d in merged(reports) if d.severity is Severity.ERROR]
    printed(found, 2, "text", color, sys.stderr)
    if one is None or other is None:
        return exit_code(found) or FINDINGS
    changes = changes_between(one, other)
    if format_ == "json":
        document = {
            "version": 1, "before": before, "after": after,
            "claimsAreKnown": one.claims is not None and other.claims is not None,
            "changes": msgspec.to_builtins(changes),
        }  # fmt: skip
        write_product(as_json(document))
    else:
        say("".join(change_lines(changes)) or "nothing differs\n", sys.stdout)
    return FINDINGS if fails and any(c.weight == BREAKING for c in changes) else CLEAN


def changes_between(before: Component, after: Component) -> tuple[Change, ...]:
    """What differs between two components, with what they ask for where both can be planned."""
    claims = (before.claims, after.claims)
    if claims[0] is None or claims[1] is None:
        return difference(before.operation, after.operation)
    return difference(before.operation, after.operation, (claims[0], claims[1]))


def change_lines(changes: Iterable[Change]) -> list[str]:
    """A line a change, as people read it."""
    return [f"{change.weight:8}  {change.message}\n" for change in changes]
