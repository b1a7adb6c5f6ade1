"""Runs the command lines of `console` blocks, and compares what they print with what is shown."""

from __future__ import annotations

import io
import os
import re
import shlex
import subprocess
import sys
from contextlib import chdir, redirect_stderr, redirect_stdout
from pathlib import Path

from msgspec import Struct

from pxc.cli import _run
from tests.conftest import ROOT


class Command(Struct):
    """One `$ ...` line of a block and the lines shown below it."""

    line: str
    shown: list[str]


def commands_of(block: str) -> list[Command]:
    """The commands of a block, each with the output shown for it."""
    found: list[Command] = []
    for line in block.splitlines():
        if line.startswith("$ "):
            found.append(Command(line[2:], []))
        elif found:
            found[-1].shown.append(line)
        else:
            raise ValueError("a console block begins with `$ `")
    return found


def run(line: str, folder: Path) -> tuple[int, str]:
    """The exit code of a command line run in a folder, and what it wrote, both streams in turn."""
    words = shlex.split(line)
    if words[0] != "pxc" or any(sign in line for sign in "|<>;&"):
        return _run_in_shell(line, folder)
    written = io.BytesIO()
    stream = io.TextIOWrapper(written, encoding="utf-8", write_through=True)
    with chdir(folder), redirect_stdout(stream), redirect_stderr(stream):
        code = _run(words[1:])
    return code, written.getvalue().decode()


def _run_in_shell(line: str, folder: Path) -> tuple[int, str]:
    programs = folder / ".programs"
    programs.mkdir(exist_ok=True)
    for name, module in (("pxc", "pxc"), ("pxc-tuner", "pxc.tuner")):
        program = programs / name
        program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m {module} "$@"\n')
        program.chmod(0o755)
    path = f"{programs}{os.pathsep}{os.environ.get('PATH', '')}"
    done = subprocess.run(
        ["sh", "-c", line],
        cwd=folder,
        env={**os.environ, "PATH": path, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    return done.returncode, done.stdout.decode()


def matches(shown: list[str], written: str) -> bool:
    """Whether an output is what is shown; a line `...` stands for any lines."""
    lines = [line.rstrip() for line in written.rstrip().splitlines()]
    wanted = "\n".join(line.rstrip() for line in shown).rstrip().split("\n")
    pattern = "".join(
        r"(?:[^\n]*\n)*?" if line.strip() == "..." else re.escape(line) + r"\n" for line in wanted
    )
    return re.fullmatch(pattern, "\n".join([*lines, ""])) is not None
