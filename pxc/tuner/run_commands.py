"""The commands of `pxc-tuner` about runs that have ended: observe, collect, join."""

from __future__ import annotations

from typing import Any

import click
from msgspec.structs import replace

from pxc.tuner import options
from pxc.tuner.answering import tell, write_answer
from pxc.tuner.documents import History, Item, Metric, Record, SearchDocument
from pxc.tuner.identity import named
from pxc.tuner.mistakes import MistakeError
from pxc.tuner.reading import (
    pair_of,
    read_any,
    read_document,
    read_items,
    read_list,
    read_records,
    read_runs,
)

__all__ = ["collect_command", "join_command", "observe_command"]

_METRIC = click.option("--search", metavar="JSON", help="The search, for its metric.")


@click.command("observe")
@_METRIC
@click.option("--item", metavar="JSON", required=True, help="The run, an item of `suggest`.")
@click.option("--value", "values", metavar="NAME=TEXT", multiple=True, help="An output of the run.")
@click.option("--run", metavar="JSON", help="The file run.plx.json that the run left.")
@click.option("--status", help="How the run ended: as Polyaxon, Argo or Airflow say it.")
@click.option("--series", metavar="NAME=FILE", multiple=True,
              help="The file events/metric/NAME.plx of a metric.")  # fmt: skip
@options.answering
def observe_command(
    search: str | None, item: str, values: tuple[str, ...], run: str | None, status: str | None,
    series: tuple[str, ...], output: str | None, writes: tuple[str, ...],
) -> None:  # fmt: skip
    """Make the record of one run of what it left."""
    from pxc.tuner.observe import Left, observed, run_of, status_of
    from pxc.tuner.series import read_series

    metric = _metric(search)
    started = read_document("--item", item, Item)
    left = Left(
        dict(pair_of("--value", value) for value in values),
        run_of(read_any("--run", run)) if run else {},
        status_of(status) if status else None,
    )
    record, told = observed(started, left, metric)
    pairs = dict(pair_of("--series", each) for each in series)
    found = {name: read_series("--series", file) for name, file in pairs.items()}
    tell([told] if told else [])
    write_answer(replace(record, series=found), output, writes)


@click.command("collect")
@_METRIC
@options.history
@options.suggestions(required=True)
@options.loop_lists
@options.answering
def collect_command(
    search: str | None, history: str | None, suggestions: str, output: str | None,
    writes: tuple[str, ...], **lists: Any,
) -> None:  # fmt: skip
    """Add what the runs of a loop left to the history."""
    from pxc.tuner.gathering import joined

    metric = _metric(search)
    before = read_records(history)
    found = _collected(suggestions, metric, lists)
    write_answer(History(1, joined(before, found)), output, writes)


@click.command("join")
@click.option("--history", metavar="JSON", help="The runs: a history, or a list of runs.")
@options.suggestions(required=False)
@options.loop_lists
@click.option("--state", metavar="TEXT", help="The runs: what the last `step` wrote.")
@click.option("--query", metavar="TEXT", default="", help="A query, or its tree as JSON.")
@click.option("--sort", metavar="TEXT", default="", help="Their order, such as `-metrics.loss`.")
@click.option("--limit", type=click.IntRange(0), default=5000, help="How many; 5000 at most.")
@click.option("--offset", type=click.IntRange(0), default=0, help="How many are passed over first.")
@click.option("--pick", "picks", metavar="NAME=WHAT", multiple=True,
              help="A list to make: inputs.lr, outputs.loss, globals.uuid.")  # fmt: skip
@click.option("--now", metavar="TIME", help="What is now for `last_month`; else the clock.")
@options.answering
def join_command(
    history: str | None, suggestions: str | None, state: str | None, query: str, sort: str,
    limit: int, offset: int, picks: tuple[str, ...], now: str | None, output: str | None,
    writes: tuple[str, ...], **lists: Any,
) -> None:  # fmt: skip
    """Pick values of the runs that a query finds, in order, as lists."""
    from pxc.tuner.joining import Selection, join, pick_of
    from pxc.tuner.query_reading import read_order, read_query
    from pxc.tuner.runs import now_of, run_of_record
    from pxc.tuner.step import unpacked

    selection = Selection(read_query(query), read_order(sort), limit, offset)
    wanted = [pick_of(*pair_of("--pick", pick)) for pick in picks]
    runs = read_runs(history) if history else []
    if state is not None:
        runs += [run_of_record(record) for record in unpacked(state).records]
    if suggestions is not None:
        runs += [run_of_record(record) for record in _collected(suggestions, None, lists)]
    write_answer(join(runs, selection, wanted, now_of(now)), output, writes)


def _metric(search: str | None) -> Metric | None:
    return read_document("--search", search, SearchDocument).metric if search else None


def _collected(suggestions: str, metric: Metric | None, given: dict[str, Any]) -> list[Record]:
    """The records of the runs of a loop; what is odd about them is told."""
    from pxc.tuner.gathering import Lists, gathered, merged
    from pxc.tuner.observe import collected

    if given["parameters"] is not None and not given["parameters"].strip():
        return []  # the loop did not run
    items = read_items(suggestions)
    if given["records"] is not None:
        found = merged(items, read_document("--records", given["records"], list[Record]))
    else:
        pairs = [pair_of("--outputs", text) for text in given["outputs"]]
        lists = Lists(
            _list("--parameters", given["parameters"]),
            {name: read_list("--outputs", text) for name, text in pairs},
            _list("--runs", given["runs"]),
            _list("--cells", given["cells"]),
            None if given["statuses"] is None else read_any("--statuses", given["statuses"]),
        )
        found, told = collected(items, gathered(items, lists), metric)
        tell(told)
    uuid = given["uuid"]
    if uuid is None:
        return found
    if "{index}" not in uuid:
        raise MistakeError("--uuid lacks {index}: the runs would all have the same")
    said = (uuid.replace("{index}", str(record.index)) for record in found)
    return [replace(r, uuid=named(uuid, text, text)) for r, text in zip(found, said, strict=True)]


def _list(option: str, text: str | None) -> list[Any] | None:
    return None if text is None else read_list(option, text)
