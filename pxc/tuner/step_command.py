"""The command of `pxc-tuner` for engines that hand a search from round to round."""

from __future__ import annotations

import click
import msgspec

from pxc.tuner.answering import put, tell
from pxc.tuner.documents import History, SearchDocument
from pxc.tuner.reading import read_document, read_list

__all__ = ["step_command"]

CLEAN, FAILED = 0, 1


@click.command("step")
@click.option("--search", metavar="JSON", required=True, help="The search.")
@click.option("--state", metavar="TEXT", default="", help="What the step before wrote, if any.")
@click.option("--results", metavar="JSON", default="[]", help="What its runs left, as a list.")
@click.option("--run", metavar="TEXT", default="", help="The identity of the search.")
@click.option("--keep", metavar="NAME", multiple=True, help="An output to remember.")
@click.option("--write-state", metavar="FILE", help="Where the state goes.")
@click.option("--write-history", metavar="FILE", help="Where all runs go, for `join`.")
@click.option("--write-items", metavar="FILE", help="Where the next runs go.")
@click.option("-o", "--output", metavar="FILE", help="Where both go, as JSON: `items`, `state`.")
def step_command(
    search: str, state: str, results: str, run: str, keep: tuple[str, ...], write_state: str | None,
    write_history: str | None, write_items: str | None, output: str | None,
) -> int:  # fmt: skip
    """Take what a round left and give the next one: collect, stop and suggest in one.

    Without runs to start the search has ended; then the exit code is 1 where it has failed.
    """
    from pxc.tuner.step import packed, step, unpacked

    if not output and not (write_state and write_items):
        raise click.UsageError("say where state and items go: by --output, or by --write-...")
    wanted = read_document("--search", search, SearchDocument)
    found = step(wanted, unpacked(state), read_list("--results", results), run, keep)
    text = packed(found.state)
    if write_state:
        put(write_state, text)
    if output:
        put(output, msgspec.json.encode({"items": found.items, "state": text}).decode())
    if write_history:
        history = History(1, list(found.state.records))
        put(write_history, msgspec.json.encode(history).decode())
    if write_items:
        put(write_items, msgspec.json.encode(found.items).decode())
    tell(found.told)
    return FAILED if found.status == "failed" else CLEAN
