"""Runs the command line for the tests: inside this process, or as a program of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from pxc.cli import main
from tests.conftest import ROOT


class Ran(NamedTuple):
    """How a command ended, and what it wrote."""

    code: int
    out: str
    err: str


class _Stream(TextIOWrapper):
    """A stream over bytes that are still there when it is closed."""

    def __init__(self, data: bytes = b"", *, terminal: bool = False) -> None:
        super().__init__(BytesIO(data), encoding="utf-8")
        self._terminal = terminal

    def isatty(self) -> bool:
        return self._terminal

    def text(self) -> str:
        self.flush()
        return self.buffer.getvalue().decode()  # type: ignore[attr-defined]


def run(*args: str | Path, stdin: bytes = b"", terminal: bool = False) -> Ran:
    """Run a command in this process."""
    out, err = _Stream(terminal=terminal), _Stream(terminal=terminal)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "stdin", _Stream(stdin))
        patch.setattr(sys, "stdout", out)
        patch.setattr(sys, "stderr", err)
        with pytest.raises(SystemExit) as exit_:
            main([str(a) for a in args])
    code = exit_.value.code
    assert isinstance(code, int)
    return Ran(code, out.text(), err.text())


def environment(**changes: str) -> dict[str, str]:
    """The environment of a program: this one's, with pxc on its path and no colour settings."""
    names = ("NO_COLOR", "FORCE_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "PXC_DEBUG")
    kept = {k: v for k, v in os.environ.items() if k not in names}
    return {**kept, "PYTHONPATH": str(ROOT), **changes}


def program(*args: str | Path, cwd: Path, stdin: bytes = b"", **changes: str) -> Ran:
    """Run a command as a program."""
    ended = subprocess.run(
        [sys.executable, "-m", "pxc", *map(str, args)],
        cwd=cwd,
        input=stdin,
        capture_output=True,
        env=environment(**changes),
        timeout=60,
    )
    return Ran(ended.returncode, ended.stdout.decode(), ended.stderr.decode())


def write(folder: Path, files: dict[str, Any]) -> Path:
    """Write files under a folder, by relative path."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return folder
