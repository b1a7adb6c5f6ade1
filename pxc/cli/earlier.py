"""Turns what the command line says of an earlier run into the run that one begins from."""

from __future__ import annotations

from typing import Any

import click

from pxc.options import EarlierRun

__all__ = ["earlier_run"]

_KINDS = ("resume", "restart", "copy")


def earlier_run(given: dict[str, Any], files: int) -> EarlierRun | None:
    """The run that the options name, by their names; None where none was given.

    UsageError for two of them, for what goes with none of them, and for several files.
    """
    kinds = [kind for kind in _KINDS if given[kind] is not None]
    if len(kinds) > 1:
        raise click.UsageError(f"'--{kinds[0]}' and '--{kinds[1]}' do not go together.")
    if "copy" not in kinds and (given["copy_dirs"] or given["copy_files"]):
        raise click.UsageError("'--copy-dir' and '--copy-file' need '--copy RUN'.")
    if not kinds:
        if given["iteration"] is not None:
            raise click.UsageError("'--iteration' needs '--resume', '--restart' or '--copy'.")
        return None
    if files > 1:
        raise click.UsageError(f"'--{kinds[0]}' takes a single FILE.")
    return EarlierRun(
        kind=kinds[0],
        run=given[kinds[0]],
        iteration=given["iteration"] or 1,
        dirs=given["copy_dirs"],
        files=given["copy_files"],
    )
