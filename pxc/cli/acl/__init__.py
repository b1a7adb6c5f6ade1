"""The commands on who may use what, each in a module of its own."""

from __future__ import annotations

import click

from pxc.cli.lazy_group import LazyGroup

__all__ = ["COMMANDS", "acl_command"]

COMMANDS = {
    "check": ("pxc.cli.acl.check", "Say whether somebody may run FILE, and what is denied."),
    "explain": (
        "pxc.cli.acl.explain",
        "Tell of everything that FILE would use what is decided, and why.",
    ),
    "claims": ("pxc.cli.acl.claims", "List everything that the runs of FILE would use."),
    "can": ("pxc.cli.acl.can", "Say whether somebody may use a thing."),
    "who-can": ("pxc.cli.acl.who_can", "List everybody who may use a thing."),
    "list": ("pxc.cli.acl.usable", "List everything that somebody may use."),
    "test": ("pxc.cli.acl.cases", "Run the tests of the catalog's rules."),
    "diff": ("pxc.cli.acl.difference", "Compare two catalogs by who gains and loses what."),
    "lint": ("pxc.cli.acl.faults", "Find rules that do not do what was meant."),
    "log": ("pxc.cli.acl.log", "Show an audit log, and whether it is whole."),
    "export": ("pxc.cli.acl.export", "Write the rules for other programs."),
}
"""Each command with the module whose `command` it is, and its line in the help."""


@click.group(
    "acl",
    cls=LazyGroup,
    table=COMMANDS,
    epilog="""\b
Examples:
  pxc acl can ana use connection:imagenet -p vision/detector
  pxc acl who-can read connection:imagenet -p vision/detector
  pxc acl list --as team:vision -p vision/detector""",
)
def acl_command() -> None:
    """Ask who may use what, and look after the rules.

    The rules are those of the catalog: its grants, denies, teams and projects.
    """
