"""Turns a command line of `pxc-tuner` into an answer, and every end into an exit code."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

import click
import msgspec

from pxc import __version__
from pxc.tuner import options
from pxc.tuner.answering import write_answer
from pxc.tuner.documents import History, SearchDocument
from pxc.tuner.mistakes import MistakeError
from pxc.tuner.own_command import propose_command
from pxc.tuner.propose_commands import ask_command, take_command
from pxc.tuner.reading import read_document, read_records
from pxc.tuner.run_commands import collect_command, join_command, observe_command
from pxc.tuner.step_command import step_command

__all__ = ["main"]

CLEAN, WRONG_USE, OUR_FAULT, INTERRUPTED = 0, 2, 70, 130


@click.group(
    "pxc-tuner",
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="""\b
JSON is a file, `-` for stdin, or the JSON itself.

\b
Exit codes:
  0 answered, 1 the search has failed (`step`, `ask` and `take`), 2 wrong use or a wrong
  document, 70 a fault of pxc-tuner itself""",
)
@click.version_option(__version__, prog_name="pxc-tuner", message="%(prog)s %(version)s")
def cli() -> None:
    """Say what a search should run next, and what came of its runs."""


@cli.command("suggest")
@options.search
@options.history
@click.option(
    "--batch", type=click.IntRange(1, 10_000), help="How many runs, not as the search says."
)
@click.option("--seed", type=int, help="The seed, in place of the one of the search.")
@options.answering
def suggest_command(
    search: str, history: str | None, batch: int | None, seed: int | None,
    output: str | None, writes: tuple[str, ...],
) -> None:  # fmt: skip
    """Suggest the runs of the next iteration."""
    from pxc.tuner.suggest import suggest

    wanted = read_document("--search", search, SearchDocument)
    write_answer(suggest(wanted, read_records(history), batch, seed), output, writes)


@cli.command("promote")
@options.search
@options.history
@click.option("--bracket", type=click.IntRange(0), required=True, help="The bracket, from 0.")
@click.option("--rung", type=click.IntRange(0), required=True, help="The rung to start, from 0.")
@click.option("--seed", type=int, help="The seed, in place of the one of the search.")
@options.answering
def promote_command(
    search: str, history: str | None, bracket: int, rung: int, seed: int | None,
    output: str | None, writes: tuple[str, ...],
) -> None:  # fmt: skip
    """Give the runs of one rung of hyperband: the survivors of the rung before."""
    from pxc.tuner.hyperband import Step
    from pxc.tuner.suggest import promote

    wanted = read_document("--search", search, SearchDocument)
    write_answer(promote(wanted, read_records(history), Step(bracket, rung), seed), output, writes)


@cli.command("stop")
@options.search
@options.history
@click.option("--total", type=click.IntRange(1), help="How many runs there will be in all.")
@options.answering
def stop_command(
    search: str, history: str | None, total: int | None, output: str | None, writes: tuple[str, ...]
) -> None:
    """Say whether a rule of early stopping holds, and how the search has ended then."""
    from pxc.tuner.stopping import stop

    wanted = read_document("--search", search, SearchDocument)
    write_answer(stop(wanted, History(1, read_records(history)), total), output, writes)


@cli.command("schema")
@options.answering
def schema_command(output: str | None, writes: tuple[str, ...]) -> None:
    """Print the JSON schema of all documents."""
    text = Path(__file__).with_name("tuner.schema.json").read_text("utf-8")
    write_answer(msgspec.json.decode(text), output, writes)


for _command in (
    observe_command, collect_command, join_command, step_command, ask_command, take_command,
    propose_command,
):  # fmt: skip
    cli.add_command(_command)


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
