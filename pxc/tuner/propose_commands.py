"""The commands of `pxc-tuner` between which a tuner of the author's own proposes the next runs."""

from __future__ import annotations

from typing import Any

import click
import msgspec

from pxc.tuner.answering import put, tell
from pxc.tuner.documents import History, SearchDocument
from pxc.tuner.mistakes import MistakeError
from pxc.tuner.reading import read_document, read_list

__all__ = ["ask_command", "take_command"]

CLEAN, FAILED = 0, 1


@click.command("ask")
@click.option("--search", metavar="JSON", required=True, help="The search.")
@click.option("--state", metavar="TEXT", default="", help="What `take` wrote before, if anything.")
@click.option("--results", metavar="JSON", default="[]", help="What its runs left, as a list.")
@click.option("--run", metavar="TEXT", default="", help="The identity of the search.")
@click.option("--keep", metavar="NAME", multiple=True, help="An output to remember.")
@click.option("--write-state", metavar="FILE", required=True, help="Where the state goes.")
@click.option("--write-history", metavar="FILE", help="Where all runs go, for `join`.")
@click.option("--write-configs", metavar="FILE", help="Where the values of the runs go, a list.")
@click.option("--write-metrics", metavar="FILE", help="Where their results go, a list.")
@click.option("--write-iteration", metavar="FILE", help="Where the number of this question goes.")
@click.option("--write-bracket", metavar="FILE", help="Where its place in a bracket goes.")
@click.option("--write-more", metavar="FILE", help="Where it goes whether to ask: true or false.")
def ask_command(
    search: str, state: str, results: str, run: str, keep: tuple[str, ...], write_state: str,
    write_history: str | None, write_configs: str | None, write_metrics: str | None,
    write_iteration: str | None, write_bracket: str | None, write_more: str | None,
) -> int:  # fmt: skip
    """Take what a round left and say what a tuner is to be asked that is not pxc-tuner.

    With no more to ask the search has ended; then the exit code is 1 where it has failed.
    """
    from pxc.tuner.proposing import ask
    from pxc.tuner.step import packed, unpacked

    wanted = read_document("--search", search, SearchDocument)
    found = ask(wanted, unpacked(state), read_list("--results", results), run, keep)
    put(write_state, packed(found.state))
    step = found.step
    written: dict[str | None, Any] = {
        write_history: History(1, list(found.state.records)),
        write_configs: found.configs,
        write_metrics: found.metrics,
        write_iteration: found.iteration if step is None else step.bracket,
        write_bracket: 0 if step is None else step.rung,
        write_more: found.more,
    }
    for file, value in written.items():
        if file:
            put(file, msgspec.json.encode(value).decode())
    tell(found.told)
    return FAILED if found.status == "failed" else CLEAN


@click.command("take")
@click.option("--search", metavar="JSON", required=True, help="The search.")
@click.option("--state", metavar="TEXT", default="", help="What `ask` wrote.")
@click.option("--suggestions", metavar="TEXT", required=True, help="What the tuner suggests, JSON.")
@click.option("--write-state", metavar="FILE", required=True, help="Where the state goes.")
@click.option("--write-items", metavar="FILE", required=True, help="Where the next runs go.")
def take_command(
    search: str, state: str, suggestions: str, write_state: str, write_items: str
) -> int:
    """Make runs of what a tuner suggests: a list with a map of values for each of them.

    Without any the search has ended; then the exit code is 1 where it has failed.
    """
    from pxc.tuner.proposing import take
    from pxc.tuner.step import packed, unpacked

    wanted = read_document("--search", search, SearchDocument)
    found = take(wanted, unpacked(state), _listed(suggestions))
    put(write_state, packed(found.state))
    put(write_items, msgspec.json.encode(found.items).decode())
    tell(found.told)
    return FAILED if found.status == "failed" else CLEAN


def _listed(text: str) -> list[Any]:
    """The suggestions in a text of somebody else's program, which names no file."""
    try:
        found = msgspec.json.decode(text) if text.strip() else []
    except (msgspec.DecodeError, RecursionError, UnicodeEncodeError):
        raise MistakeError(f"--suggestions: `{text[:60]}` is not JSON") from None
    if not isinstance(found, list):
        raise MistakeError(f"--suggestions: `{text[:60]}` is no list")
    return found
