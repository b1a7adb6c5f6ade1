"""The options that several commands of `pxc-tuner` have."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

__all__ = ["answering", "history", "loop_lists", "search", "suggestions"]

F = TypeVar("F", bound=Callable[..., Any])

history = click.option(
    "--history", metavar="JSON", help="The runs so far; none where it is left out."
)
search = click.option("--search", metavar="JSON", required=True, help="The search.")

_LISTS = (
    click.option("--outputs", metavar="NAME=JSON", multiple=True,
                 help="An output as a list, one value a run."),
    click.option("--runs", metavar="JSON", help="The files run.plx.json as a list."),
    click.option("--parameters", metavar="JSON",
                 help="All outputs as a list of maps, as Argo has them."),
    click.option("--records", metavar="JSON", help="The answers of `observe` as a list."),
    click.option("--cells", metavar="JSON",
                 help="The index of the run of each position of the lists."),
    click.option("--statuses", metavar="JSON",
                 help="How the runs ended: a list, or a map from indexes."),
    click.option("--uuid", metavar="TEXT",
                 help="The uuid of each run, {index} standing for its index."),
)  # fmt: skip


def suggestions(required: bool) -> Callable[[F], F]:
    """The option of the runs that were started."""
    return click.option(
        "--suggestions",
        metavar="JSON",
        required=required,
        help="The answer of `suggest` that started them, or its items.",
    )


def loop_lists(command: F) -> F:
    """The options of what the runs of a loop left."""
    for option in reversed(_LISTS):
        command = option(command)
    return command


def answering(command: F) -> F:
    """The options that say where the answer goes."""
    output = click.option(
        "-o", "--output", metavar="FILE", help="Where the answer goes, not to stdout."
    )
    write = click.option(
        "--write", "writes", metavar="FIELD=FILE", multiple=True,
        help="Also write one field of the answer to a file: text as it is, else JSON.",
    )  # fmt: skip
    return output(write(command))
