"""Executes one Python file in a process of its own, and gives back what it answered.

Nothing of what comes back is to be believed: the file may have written the answer itself.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from threading import Thread
from typing import IO, NamedTuple

from pxc.sandbox.limits import Limits

__all__ = ["Ended", "Question", "execute"]

_BLOCK = 64 * 1024
_PASSED_ON = ("SYSTEMROOT", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")
"""Variables without which an interpreter may not start; they hold no secrets."""

_ENVIRONMENT = {
    "HOME": "/nonexistent",
    "LANG": "C.UTF-8",
    "LC_ALL": "C.UTF-8",
    "PATH": os.defpath,
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONHASHSEED": "0",
    "PYTHONNOUSERSITE": "1",
    "PYTHONSAFEPATH": "1",
    "PYTHONUTF8": "1",
    "TZ": "UTC",
    # a library that starts a thread a core reserves memory for each
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
}


class Question(NamedTuple):
    """A file to execute: its real path, its name, its text, the attribute that is the document.

    `root` is what it may read, beside what is installed; names of files begin from `here`.
    """

    file: Path
    name: str
    text: str
    attribute: str
    root: Path
    here: Path


class Ended(NamedTuple):
    """How it ended: the answer, what was printed, the status; `passed` is a limit it passed.

    `passed` is `time`, `answer`, `printed`, or empty.
    """

    answer: bytes
    printed: str
    status: int
    passed: str


def execute(question: Question, limits: Limits) -> Ended:
    """Execute a file; it has ended, with all that it started, when this returns."""
    passed_on = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    process = subprocess.Popen(
        [sys.executable, "-P", "-s", str(Path(__file__).with_name("child.py"))],
        cwd=question.file.parent,
        env={**passed_on, **_ENVIRONMENT},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    try:
        return _attended(process, _said(question, limits), limits)
    finally:
        _end(process)


def _said(question: Question, limits: Limits) -> bytes:
    path = _path_for(question.file.parent)
    data = {
        "file": str(question.file),
        "name": question.name,
        "here": str(question.here),
        "text": question.text,
        "module": question.file.stem,
        "attribute": question.attribute,
        "path": path,
        "readable": [str(question.root), sys.prefix, sys.base_prefix, *path, *_editable()],
        "limits": limits,
    }
    return json.dumps(data).encode()


def _path_for(folder: Path) -> list[str]:
    """Where modules are looked for: the standard library, beside the file, what is installed."""
    ours = str(Path(__file__).parents[2])
    known = [os.path.realpath(p) for p in sys.path if _is_kept(p)]
    if not any(Path(p, "pxc", "__init__.py").exists() for p in known):
        known.append(ours)
    first = next((i for i, p in enumerate(known) if p.endswith("-packages")), len(known))
    return list(dict.fromkeys((*known[:first], str(folder), *known[first:])))


def _is_kept(place: str) -> bool:
    """Whether modules are looked for in a place: not because somebody stood there."""
    if not place or not Path(place).exists():
        return False
    chosen = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    is_here = os.path.realpath(place) == str(Path.cwd().resolve())
    return not is_here or place in chosen or Path(place, "pxc", "__init__.py").exists()


def _editable() -> Iterator[str]:
    """The folders of what is installed as it is edited, pxc itself among it."""
    yield str(Path(__file__).resolve().parents[2])
    for finder in sys.meta_path:
        mapping = getattr(sys.modules.get(getattr(finder, "__module__", "")), "MAPPING", None)
        if isinstance(mapping, dict):
            yield from (str(Path(place)) for place in mapping.values() if isinstance(place, str))


def _attended(process: subprocess.Popen[bytes], question: bytes, limits: Limits) -> Ended:
    """Ask, gather what comes, and wait no longer than there is time."""
    answer = _Gathered(process.stdout, limits.answer, process)
    printed = _Gathered(process.stderr, limits.printed, process)
    asking = Thread(target=_ask, args=(process.stdin, question), daemon=True)
    threads: Sequence[Thread] = (answer, printed, asking)
    for thread in threads:
        thread.start()
    passed = ""
    try:
        process.wait(limits.seconds)
    except subprocess.TimeoutExpired:
        passed = "time"
    _end(process)
    for thread in threads:
        thread.join(1)
    for pipe in (process.stdout, process.stderr):
        if pipe is not None:
            pipe.close()
    if answer.is_full:
        passed = "answer"
    elif printed.is_full:
        passed = "printed"
    elif process.returncode == -getattr(signal, "SIGXCPU", 0) != 0:
        passed = "time"
    said = bytes(printed.data).decode("utf-8", "replace")
    return Ended(bytes(answer.data), said, process.returncode, passed)


class _Gathered(Thread):
    """Reads a pipe to its end; of what is too long the process is not let write more."""

    def __init__(self, pipe: IO[bytes] | None, most: int, process: subprocess.Popen[bytes]) -> None:
        super().__init__(daemon=True)
        assert pipe is not None
        self.data = bytearray()
        self.is_full = False
        self._pipe = pipe
        self._most = most
        self._process = process

    def run(self) -> None:
        """Read."""
        with suppress(OSError, ValueError):
            while block := os.read(self._pipe.fileno(), _BLOCK):
                self.data += block
                if len(self.data) > self._most:
                    self.is_full = True
                    _kill(self._process)
                    return


def _ask(pipe: IO[bytes] | None, question: bytes) -> None:
    assert pipe is not None
    with suppress(OSError, ValueError):
        pipe.write(question)
        pipe.close()


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a process and whatever it started, and leave nothing of it behind."""
    _kill(process)
    process.wait()


def _kill(process: subprocess.Popen[bytes]) -> None:
    with suppress(OSError):
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
