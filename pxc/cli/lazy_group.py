"""Turns a table of commands into a group that imports a command's module only to run it."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

import click

__all__ = ["LazyGroup"]


class LazyGroup(click.Group):
    """A group over a table: each command with the module that holds it, and its line in the help.

    `attribute` is what a command is called in its module, with `{}` for its name on the command
    line.
    """

    def __init__(
        self,
        *words: Any,
        table: Mapping[str, tuple[str, str]],
        attribute: str = "command",
        **more: Any,
    ) -> None:
        super().__init__(*words, **more)
        self._table = table
        self._attribute = attribute

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names in the order of the table."""
        return list(self._table)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of this name."""
        if cmd_name not in self._table:
            return None
        module = import_module(self._table[cmd_name][0])
        command: click.Command = getattr(module, self._attribute.format(cmd_name))
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that the first argument names; a near miss is answered with the near one."""
        name = args[0]
        if name not in self._table and not name.startswith("-"):
            from difflib import get_close_matches

            near = get_close_matches(name, self._table, n=1)
            hint = f" Did you mean '{near[0]}'?" if near else ""
            ctx.fail(f"No such command '{name}'.{hint}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands in the help, from the table alone."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, said) for name, (_, said) in self._table.items()])
