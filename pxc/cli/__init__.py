"""Turns a command line into one command, and every way it can end into an exit code."""

from __future__ import annotations

import gc
import os
import sys
from contextlib import suppress
from typing import NoReturn

import click

from pxc import __version__
from pxc.cli.lazy_group import LazyGroup

__all__ = ["COMMANDS", "cli", "main", "place_of"]

CLEAN, FINDINGS, WRONG_USE, OUR_FAULT, INTERRUPTED, READER_GONE = 0, 1, 2, 70, 130, 141

COMMANDS = {
    "compile": ("pxc.cli.compile", "Compile Polyaxonfiles for a target."),
    "lint": ("pxc.cli.lint", "Check Polyaxonfiles without compiling them."),
    "fmt": ("pxc.cli.fmt", "Format Polyaxonfiles."),
    "convert": ("pxc.cli.convert", "Write a Polyaxonfile as YAML or as JSON."),
    "migrate": ("pxc.cli.migrate", "Rewrite Polyaxonfiles of version 0 for version 1.1."),
    "schedule": ("pxc.cli.schedule", "Show when the next runs of a schedule start."),
    "graph": ("pxc.cli.graph", "Draw what a Polyaxonfile runs, in what order."),
    "init": ("pxc.cli.init", "Write a workspace to begin with."),
    "acl": ("pxc.cli.acl", "Ask who may use what, and look after the rules."),
    "catalog": ("pxc.cli.catalog", "Look after what an organization offers by name."),
    "hub": ("pxc.cli.hub", "Find components, and share them."),
    "passes": ("pxc.cli.show", "List the passes of the compiler in order."),
    "rule": ("pxc.cli.show", "Explain a diagnostic code, or list all of them."),
    "schema": ("pxc.cli.show", "Print a JSON schema."),
    "completion": ("pxc.cli.show", "Print the completion script of a shell."),
}
"""Each command with the module that holds a command of that name, and its line in the help."""


@click.group(
    "pxc",
    cls=LazyGroup,
    table=COMMANDS,
    attribute="{}_command",
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="""\b
Examples:
  pxc lint
  pxc compile polyaxonfile.yaml -P lr=0.1 -o out.yaml
  pxc rule PXC302

\b
Exit codes:
  0 no errors, 1 errors found, 2 wrong use, 70 a fault of pxc itself""",
)
@click.version_option(__version__, prog_name="pxc", message="%(prog)s %(version)s")
def cli() -> None:
    """Check Polyaxonfiles and compile them to Kubernetes, Argo Workflows or Airflow."""


def main(args: list[str] | None = None) -> NoReturn:
    """Run the command line and exit with its code."""
    _spare_collections()
    sys.exit(_run(args))


def _spare_collections() -> None:
    """Look for cycles seldom: trees have none, and looking through a large one takes long."""
    gc.freeze()
    gc.set_threshold(500_000, 50, 100)


class ReaderGone(Exception):
    """Whoever read our output has stopped reading; there is nobody left to tell."""


def _run(args: list[str] | None) -> int:
    try:
        code = cli.main(args, prog_name="pxc", standalone_mode=False)
        sys.stdout.flush()
    except click.ClickException as fault:
        fault.show()
        return WRONG_USE
    except (click.Abort, KeyboardInterrupt):
        return INTERRUPTED
    except (ReaderGone, BrokenPipeError):
        _silence()
        return READER_GONE
    except Exception as fault:  # the one place where our own mistakes end
        _confess(fault)
        return OUR_FAULT
    return code if isinstance(code, int) else CLEAN


def _silence() -> None:
    """Send the streams to nowhere, so that the interpreter's last flush does not complain."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()
            continue
        with suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _confess(fault: Exception) -> None:
    """Say that pxc is at fault, with what a report needs and nothing of the user's machine."""
    debug = bool(os.environ.get("PXC_DEBUG"))
    if debug:
        from traceback import print_exception

        print_exception(fault)
    python = ".".join(map(str, sys.version_info[:3]))
    again = "" if debug else "run it again with PXC_DEBUG=1 and "
    lines = (
        "error[PXC000] internal-error: pxc failed; this is a fault of pxc, not of your files",
        f"  = {type(fault).__name__} in {place_of(fault)}",
        f"  = pxc {__version__}, Python {python}, {sys.platform}",
        f"  = help: {again}report the traceback, with a file that shows it, to the pxc project",
    )
    with suppress(OSError, ValueError):
        click.echo("\n".join(lines), err=True)


def place_of(fault: Exception) -> str:
    """The innermost line of pxc that was running, by module and number."""
    place = "pxc"
    trace = fault.__traceback__
    while trace is not None:
        module = trace.tb_frame.f_globals.get("__name__", "")
        if module == "pxc" or module.startswith("pxc."):
            place = f"{module}:{trace.tb_lineno}"
        trace = trace.tb_next
    return place
