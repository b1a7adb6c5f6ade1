"""The command that says whether somebody may run files, and why not."""

from __future__ import annotations

import sys
from typing import Any

import click

from pxc.access.wording import known_as
from pxc.cli.acl.files import Given, file_options, requests_of
from pxc.cli.findings import exit_code, merged, printed
from pxc.cli.inputs import inputs_of
from pxc.cli.options import check_stdin_filename, hub_option
from pxc.cli.terminal import say
from pxc.diagnostics import Report
from pxc.driver.access import check_request
from pxc.render import sentence

__all__ = ["command"]


@click.command(
    "check",
    epilog="""\b
Examples:
  pxc acl check polyaxonfile.yaml --as-user ana -p vision/detector
  pxc acl check */polyaxonfile.yaml --as-user serviceAccount:ci --format json

\b
Exit codes:
  0 everything is allowed, 1 something is denied or wrong, 2 wrong use""",
)
@click.argument("files", nargs=-1, metavar="[FILE]...", type=click.Path())
@hub_option
@file_options
def command(files: tuple[str, ...], hubs: tuple[str, ...], **options: Any) -> int:
    """Say whether somebody may run FILE, and what is denied.

    Nothing is written for any target; all denials are told at once.
    """
    given = Given(**options)
    files = inputs_of(files, hubs)
    check_stdin_filename(given.stdin_filename, (*files, *given.presets))
    unread = Report()
    reports = [unread]
    asked = list(requests_of(files, given, unread))
    reports += [check_request(request) for request in asked]
    found = merged(reports)
    summary = printed(found, len(files), given.format_, given.color, sys.stdout)
    if given.format_ == "text":
        say(f"{sentence(summary)}\n", sys.stdout)
        for who in dict.fromkeys(known_as(r.principal) for r in asked if r.principal):
            say(f"{who}\n", sys.stdout)
    return exit_code(found)
