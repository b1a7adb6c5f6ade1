"""The commands on components of hubs, each in a module of its own."""

from __future__ import annotations

import click

from pxc.cli.lazy_group import LazyGroup

__all__ = ["COMMANDS", "hub_command"]

COMMANDS = {
    "ls": ("pxc.cli.hub.ls", "List components, or the versions of one."),
    "show": ("pxc.cli.hub.show", "Tell what a component is, takes and asks for."),
    "search": ("pxc.cli.hub.search", "Find components by what they are for."),
    "diff": ("pxc.cli.hub.difference", "Say what differs between two versions."),
    "pull": ("pxc.cli.hub.pull", "Write the exact bytes of a component."),
    "push": ("pxc.cli.hub.push", "Publish a component."),
    "init": ("pxc.cli.hub.init", "Write a registry to begin with."),
    "lock": ("pxc.cli.hub.lock", "Fix the components that the workspace names in pxc.lock."),
    "update": ("pxc.cli.hub.update", "Move what pxc.lock fixes to what tags mean today."),
    "outdated": ("pxc.cli.hub.outdated", "List what is locked and is not the newest."),
    "vendor": ("pxc.cli.hub.vendor", "Copy what pxc.lock fixes into the workspace."),
    "verify": ("pxc.cli.hub.verify", "Hold copies and registries to pxc.lock."),
    "prune": ("pxc.cli.hub.prune", "Delete components from the cache that nobody asked for."),
    "why": ("pxc.cli.hub.why", "Tell why a component is in pxc.lock."),
    "index": ("pxc.cli.hub.index", "Write what a web server needs to be a registry."),
    "keygen": ("pxc.cli.hub.keygen", "Make a key to sign with."),
    "sign": ("pxc.cli.hub.sign", "Sign a component, or another file."),
}
"""Each command with the module whose `command` it is, and its line in the help."""


@click.group(
    "hub",
    cls=LazyGroup,
    table=COMMANDS,
    epilog="""\b
Examples:
  pxc hub ls
  pxc hub ls tensorboard
  pxc compile --hub tensorboard:single-run -P uuid=8aac02e3a62a4f0aaa257c59da5eab80""",
)
def hub_command() -> None:
    """Find components, and share them.

    Components are kept in registries: one comes with pxc, pxc.yaml names others.
    """
