"""The command that writes the exact bytes of a component."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from pxc.cli import CLEAN, FINDINGS
from pxc.cli.findings import exit_code, printed
from pxc.cli.hub.asking import asked, hub_options
from pxc.cli.hub.locking import offline_option
from pxc.cli.hub.reading import bytes_of
from pxc.cli.options import STDIN, complete_hub
from pxc.cli.output import write_bytes
from pxc.cli.terminal import say, write_data
from pxc.diagnostics import Report

__all__ = ["command"]

_NOT_LOCKED = "PXC233"
"""What only matters to a compilation."""


@click.command(
    "pull",
    epilog="""\b
Examples:
  pxc hub pull tensorboard:single-run -o tensorboard.yaml
  pxc hub pull vision/train:2 | less""",
)
@click.argument("ref", metavar="REF", shell_complete=complete_hub)
@click.option(
    "-o", "--output", metavar="FILE", default=STDIN,
    help="Write to this file.  [default: standard output]",
)  # fmt: skip
@offline_option
@hub_options
def command(
    ref: str,
    output: str,
    offline: bool,
    catalogs: tuple[str, ...],
    catalog_ref: str | None,
    isolated: bool,
    color: str,
) -> int:
    """Write the bytes of the component REF, as they were published.

    A file that is there is replaced in one step. What was written is told by its digest.
    """
    found = asked(catalogs, catalog_ref, isolated, offline=offline)
    report = Report()
    taken = bytes_of(found, ref, report)
    told = [d for d in report.sorted() if d.code.id != _NOT_LOCKED]
    printed(told, 1, "text", color, sys.stderr)
    if taken is None or report.has_errors:
        return exit_code(report) or FINDINGS
    digest, data = taken
    if output == STDIN:
        write_data(data)
    else:
        write_bytes(Path(output), data)
        say(f"wrote {output}, {digest}\n", sys.stderr)
    return CLEAN
