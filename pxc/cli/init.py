"""`pxc init`: writes a workspace to begin with."""

from __future__ import annotations

import os
from pathlib import Path

import click

from pxc.cli.output import write_folder
from pxc.cli.terminal import write_product
from pxc.contracts import OutFile

__all__ = ["init_command"]


def _name(ctx: click.Context, param: click.Parameter, value: str | None) -> str | None:
    from pxc.catalog.organization.fields import is_name

    if value is None or is_name(value):
        return value
    raise click.BadParameter("use letters, digits, '-', '_' and '.', with '/' between segments.")


@click.command(
    "init",
    epilog="""\b
Examples:
  pxc init
  pxc init ml-platform --project vision/detector
  pxc init --organization acme --user ana""",
)
@click.argument("folder", default=".", metavar="[FOLDER]", type=click.Path(file_okay=False))
@click.option(
    "--project", metavar="NAME", default="demo", show_default=True, callback=_name,
    help="The project of its files.",
)  # fmt: skip
@click.option(
    "--organization", metavar="NAME", callback=_name,
    help="Write rules, too: who may use what. Without it everything is allowed.",
)  # fmt: skip
@click.option(
    "--user", metavar="NAME", callback=_name,
    help="The first member of the organization.  [default: PXC_USER, else ana]",
)  # fmt: skip
def init_command(folder: str, project: str, organization: str | None, user: str | None) -> int:
    """Write a workspace to begin with.

    FOLDER, by default the current one, gets a pxc.yaml, a catalog and a file that uses them, all
    with comments. With --organization the catalog says who may use what. No file that is there
    already is touched: if one of them is, nothing is written.
    """
    from pxc.cli.starting_files import starting_files

    given = os.environ.get("PXC_USER", "")
    first = user or _name_in(given) or "ana"
    texts = starting_files(project, organization, first)
    there = [path for path in texts if os.path.lexists(Path(folder) / path)]
    if there:
        raise click.UsageError(
            f"'{(Path(folder) / there[0]).as_posix()}' is there already; nothing was written."
        )
    write_folder(Path(folder), [OutFile(path, text) for path, text in texts.items()])
    told = "".join(f"wrote {(Path(folder) / path).as_posix()}\n" for path in texts)
    who = "" if organization is None else f"PXC_USER={first} "
    write_product(f"{told}\nTry: {who}pxc compile {(Path(folder) / 'train.yaml').as_posix()}\n")
    return 0


def _name_in(text: str) -> str | None:
    """The name of a principal as it may be given: `user:ana`, or `ana`."""
    from pxc.catalog.organization.fields import is_name

    name = text.removeprefix("user:")
    return name if is_name(name) else None
