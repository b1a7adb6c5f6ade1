"""Turns a command line of `pxc-tuner` into an answer, and every end into an exit code."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import click
import msgspec

from pxc import __version__
from pxc.tuner.answering import tell, write_answer
from pxc.tuner.documents import History, Item, Record, SearchDocument
from pxc.tuner.mistakes import MistakeError
from pxc.tuner.reading import (
    pair_of,
    read_any,
    read_document,
    read_items,
    read_list,
    read_records,
)  # fmt: skip
from pxc.tuner.step_command import step_command

__all__ = ["main"]

CLEAN, WRONG_USE, OUR_FAULT, INTERRUPTED = 0, 2, 70, 130

F = TypeVar("F", bound=Callable[..., Any])

_HISTORY = click.option(
    "--history", metavar="JSON", help="The runs so far; none where it is left out."
)
_SEARCH = click.option("--search", metavar="JSON", required=True, help="The search.")
_ITEMS = click.option("--suggestions", metavar="JSON", required=True,
                      help="The answer of `suggest` that started them, or its items.")  # fmt: skip


def _answering(command: F) -> F:
    """The options that say where the answer goes."""
    output = click.option(
        "-o", "--output", metavar="FILE", help="Where the answer goes, not to stdout."
    )
    write = click.option(
        "--write", "writes", metavar="FIELD=FILE", multiple=True,
        help="Also write one field of the answer to a file: text as it is, else JSON.",
    )  # fmt: skip
    return output(write(command))


@click.group(
    "pxc-tuner",
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="""\b
JSON is a file, `-` for stdin, or the JSON itself.

\b
Exit codes:
  0 answered, 1 the search has failed (`step` alone), 2 wrong use or a wrong document,
  70 a fault of pxc-tuner itself""",
)
@click.version_option(__version__, prog_name="pxc-tuner", message="%(prog)s %(version)s")
def cli() -> None:
    """Say what a search should run next, and what came of its runs."""


@cli.command("suggest")
@_SEARCH
@_HISTORY
@click.option(
    "--batch", type=click.IntRange(1, 10_000), help="How many runs, not as the search says."
)
@click.option("--seed", type=int, help="The seed, in place of the one of the search.")
@_answering
def suggest_command(
    search: str, history: str | None, batch: int | None, seed: int | None,
    output: str | None, writes: tuple[str, ...],
) -> None:  # fmt: skip
    """Suggest the runs of the next iteration."""
    from pxc.tuner.suggest import suggest

    wanted = read_document("--search", search, SearchDocument)
    write_answer(suggest(wanted, read_records(history), batch, seed), output, writes)


@cli.command("promote")
@_SEARCH
@_HISTORY
@click.option("--bracket", type=click.IntRange(0), required=True, help="The bracket, from 0.")
@click.option("--rung", type=click.IntRange(0), required=True, help="The rung to start, from 0.")
@click.option("--seed", type=int, help="The seed, in place of the one of the search.")
@_answering
def promote_command(
    search: str, history: str | None, bracket: int, rung: int, seed: int | None,
    output: str | None, writes: tuple[str, ...],
) -> None:  # fmt: skip
    """Give the runs of one rung of hyperband: the survivors of the rung before."""
    from pxc.tuner.hyperband import Step
    from pxc.tuner.suggest import promote

    wanted = read_document("--search", search, SearchDocument)
    write_answer(promote(wanted, read_records(history), Step(bracket, rung), seed), output, writes)


@cli.command("observe")
@_SEARCH
@click.option("--item", metavar="JSON", required=True, help="The run, an item of `suggest`.")
@click.option("--value", "values", metavar="NAME=TEXT", multiple=True, help="An output of the run.")
@click.option("--run", metavar="JSON", help="The file run.plx.json that the run left.")
@click.option("--status", help="How the run ended: as Polyaxon, Argo or Airflow say it.")
@click.option("--series", metavar="NAME=FILE", multiple=True,
              help="The file events/metric/NAME.plx of a metric.")  # fmt: skip
@_answering
def observe_command(
    search: str, item: str, values: tuple[str, ...], run: str | None, status: str | None,
    series: tuple[str, ...], output: str | None, writes: tuple[str, ...],
) -> None:  # fmt: skip
    """Make the record of one run of what it left."""
    from msgspec.structs import replace

    from pxc.tuner.observe import Left, observed, run_of, status_of
    from pxc.tuner.series import read_series

    wanted = read_document("--search", search, SearchDocument)
    started = read_document("--item", item, Item)
    left = Left(
        dict(pair_of("--value", value) for value in values),
        run_of(read_any("--run", run)) if run else {},
        status_of(status) if status else None,
    )
    record, told = observed(started, left, wanted.metric)
    pairs = dict(pair_of("--series", each) for each in series)
    found = {name: read_series("--series", file) for name, file in pairs.items()}
    tell([told] if told else [])
    write_answer(replace(record, series=found), output, writes)


@cli.command("collect")
@_SEARCH
@_HISTORY
@_ITEMS
@click.option("--outputs", metavar="NAME=JSON", multiple=True,
              help="An output as a list, one value a run.")  # fmt: skip
@click.option("--runs", metavar="JSON", help="The files run.plx.json as a list.")
@click.option(
    "--parameters", metavar="JSON", help="All outputs as a list of maps, as Argo has them."
)
@click.option("--records", metavar="JSON", help="The answers of `observe` as a list.")
@click.option("--cells", metavar="JSON", help="The index of the run of each position of the lists.")
@click.option(
    "--statuses", metavar="JSON", help="How the runs ended: a list, or a map from indexes."
)
@_answering
def collect_command(
    search: str, history: str | None, suggestions: str, outputs: tuple[str, ...],
    runs: str | None, parameters: str | None, records: str | None, cells: str | None,
    statuses: str | None, output: str | None, writes: tuple[str, ...],
) -> None:  # fmt: skip
    """Add what the runs of a loop left to the history."""
    from pxc.tuner.gathering import Lists, gathered, joined, merged
    from pxc.tuner.observe import collected

    wanted = read_document("--search", search, SearchDocument)
    before = read_records(history)
    items = read_items(suggestions)
    pairs = [pair_of("--outputs", text) for text in outputs]
    if records is not None:
        found = merged(items, read_document("--records", records, list[Record]))
        told: list[str] = []
    else:
        lists = Lists(
            _list("--parameters", parameters),
            {name: read_list("--outputs", text) for name, text in pairs},
            _list("--runs", runs),
            _list("--cells", cells),
            None if statuses is None else read_any("--statuses", statuses),
        )
        found, told = collected(items, gathered(items, lists), wanted.metric)
    tell(told)
    write_answer(History(1, joined(before, found)), output, writes)


@cli.command("stop")
@_SEARCH
@_HISTORY
@click.option("--total", type=click.IntRange(1), help="How many runs there will be in all.")
@_answering
def stop_command(
    search: str, history: str | None, total: int | None, output: str | None, writes: tuple[str, ...]
) -> None:
    """Say whether a rule of early stopping holds, and how the search has ended then."""
    from pxc.tuner.stopping import stop

    wanted = read_document("--search", search, SearchDocument)
    write_answer(stop(wanted, History(1, read_records(history)), total), output, writes)


@cli.command("schema")
@_answering
def schema_command(output: str | None, writes: tuple[str, ...]) -> None:
    """Print the JSON schema of all documents."""
    text = Path(__file__).with_name("tuner.schema.json").read_text("utf-8")
    write_answer(msgspec.json.decode(text), output, writes)


def _list(option: str, text: str | None) -> list[Any] | None:
    return None if text is None else read_list(option, text)


cli.add_command(step_command)


def main(args: list[str] | None = None) -> NoReturn:
    """Run the command line and exit with its code."""
    sys.exit(_run(args))


def _run(args: list[str] | None) -> int:
    try:
        code = cli.main(args, prog_name="pxc-tuner", standalone_mode=False)
        sys.stdout.flush()
    except click.ClickException as fault:
        return _refuse(fault.format_message())
    except MistakeError as fault:
        return _refuse(str(fault))
    except (click.Abort, KeyboardInterrupt):
        return INTERRUPTED
    except ModuleNotFoundError as fault:
        if fault.name and not fault.name.startswith("pxc"):
            return _refuse(f"`{fault.name}` is not installed: install pxc[tuner]")
        return _confess(fault)
    except Exception as fault:  # the one place where our own mistakes end
        return _confess(fault)
    return code if isinstance(code, int) else CLEAN


def _refuse(message: str) -> int:
    line = " ".join(message.split())
    with suppress(OSError, ValueError):
        click.echo(f"pxc-tuner: error: {line}", err=True)
    return WRONG_USE


def _confess(fault: Exception) -> int:
    if os.environ.get("PXC_DEBUG"):
        from traceback import print_exception

        print_exception(fault)
    line = " ".join(str(fault).split())[:200]
    with suppress(OSError, ValueError):
        click.echo(
            f"pxc-tuner: a fault of pxc-tuner {__version__}, not of your search: "
            f"{type(fault).__name__}: {line}; PXC_DEBUG=1 shows where",
            err=True,
        )
    return OUR_FAULT
