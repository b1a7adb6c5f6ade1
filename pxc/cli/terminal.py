"""Turns text into bytes on standard output and standard error, with colours where they show."""

import os
import sys
from typing import TextIO

import click

from pxc.cli import ReaderGone

__all__ = ["COLOR_CHOICES", "say", "wants_color", "write_data", "write_product"]

COLOR_CHOICES = ("auto", "always", "never")


def wants_color(choice: str, stream: TextIO) -> bool:
    """Whether to colour what goes to a stream.

    `auto` asks, in this order, NO_COLOR, FORCE_COLOR and CLICOLOR_FORCE, CLICOLOR, TERM=dumb, and
    whether the stream is a terminal.
    """
    if choice != "auto":
        return choice == "always"
    environ = os.environ
    if environ.get("NO_COLOR"):
        return False
    if any(environ.get(name, "0") not in ("", "0") for name in ("FORCE_COLOR", "CLICOLOR_FORCE")):
        return True
    if environ.get("CLICOLOR") == "0" or environ.get("TERM") == "dumb":
        return False
    return stream.isatty()


def say(text: str, stream: TextIO) -> None:
    """Write text for a person; what the stream's encoding lacks becomes an escape."""
    encoding = stream.encoding or "utf-8"
    _write(text.encode(encoding, "backslashreplace"), stream)


def write_data(data: bytes) -> None:
    """Write bytes to standard output, as they are."""
    _write(data, sys.stdout)


def write_product(text: str, stream: TextIO | None = None) -> None:
    """Write what programs read, to standard output or a stream: UTF-8, line ends as they are."""
    _write(text.encode(), stream or sys.stdout)


def _write(data: bytes, stream: TextIO) -> None:
    try:
        stream.flush()
        stream.buffer.write(data)
        stream.buffer.flush()
    except BrokenPipeError as gone:
        raise ReaderGone from gone
    except OSError as fault:
        reason = (fault.strerror or "the stream is closed").lower()
        raise click.ClickException(f"cannot write the output: {reason}") from None
