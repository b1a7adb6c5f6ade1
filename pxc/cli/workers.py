"""Turns requests into findings, in this process or, when there are many, in several."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pxc.diagnostics import Diagnostic
from pxc.driver import lint_request
from pxc.lint.cache import Entry
from pxc.lint.digest import digest
from pxc.lint.record import known_sources, record
from pxc.lint.trace import Trace
from pxc.request import Request

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from multiprocessing.process import BaseProcess

__all__ = ["lint_all"]

Linted = tuple[list[Diagnostic], Entry | None]

_LEAST_FORKED, _LEAST_SPAWNED = 50, 400
"""From how many files on several processes pay: a spawned one imports everything anew."""

_CHUNK = 16


def lint_all(requests: Sequence[Request], jobs: int, *, wants_entries: bool) -> Iterator[Linted]:
    """What is found for each request, in their order, and that as an entry of the cache if wanted.

    A fault of ours is raised as if there were one process, whatever process it happened in.
    """
    least = _LEAST_FORKED if _can_fork() else _LEAST_SPAWNED
    if jobs < 2 or len(requests) < least:
        yield from _lint_chunk(requests, wants_entries)
        return
    # the first is linted here: what it loads is there in every process that is forked
    yield from _lint_chunk(requests[:1], wants_entries)
    chunks = [requests[at : at + _CHUNK] for at in range(1, len(requests), _CHUNK)]
    team = _Team(chunks, min(jobs, len(chunks)), wants_entries=wants_entries)
    try:
        for number, chunk in enumerate(chunks):
            made = team.receive(number)
            yield from _lint_chunk(chunk, wants_entries) if made is None else made
    finally:
        team.end()


class _Team:
    """Processes that each lint every n-th chunk, and send what they find through a pipe each.

    There are no queues and no locks, so that any of them may die, or be interrupted, at any time.
    What one cannot do, the first process does again: then a fault shows where it is.
    """

    def __init__(
        self, chunks: Sequence[Sequence[Request]], jobs: int, *, wants_entries: bool
    ) -> None:
        self._processes: list[BaseProcess] = []
        self._pipes: list[Connection | None] = [None] * jobs
        for stream in (sys.stdout, sys.stderr):
            stream.flush()  # a forked process would write what is buffered once more
        try:
            with _without_interrupts(), suppress(OSError):  # with no more processes there are less
                for number in range(jobs):
                    self._pipes[number] = self._start(chunks[number::jobs], wants_entries)
        except BaseException:
            self.end()
            raise

    def _start(self, chunks: Sequence[Sequence[Request]], wants_entries: bool) -> Connection:
        import multiprocessing

        # never the default: it is another one on other systems and releases of Python
        context: Any = multiprocessing.get_context("fork" if _can_fork() else "spawn")
        reader, writer = context.Pipe(duplex=False)
        others = (reader,) if _can_fork() else ()
        process = context.Process(
            target=_work, args=(writer, others, chunks, wants_entries), daemon=True
        )
        process.start()
        self._processes.append(process)
        writer.close()  # so that the end of the process is the end of the pipe
        return reader  # type: ignore[no-any-return]

    def receive(self, number: int) -> list[Linted] | None:
        """What was found in a chunk, or None from a process that is no more."""
        at = number % len(self._pipes)
        pipe = self._pipes[at]
        if pipe is None:
            return None
        try:
            made: list[Linted] = pipe.recv()
        except (EOFError, OSError):
            self._pipes[at] = None
            return None
        return made

    def end(self) -> None:
        """End the processes, finished or not."""
        for process in self._processes:
            process.terminate()
        for process in self._processes:
            process.join()


def _can_fork() -> bool:
    """Whether a process may be copied: elsewhere the system's libraries do not survive it."""
    return sys.platform == "linux" and threading.active_count() == 1


@contextmanager
def _without_interrupts() -> Iterator[None]:
    """Let an interrupt wait until every process that was started is known."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _work(
    pipe: Connection, others: Iterable[Connection], chunks: Iterable[Any], wants_entries: bool
) -> None:
    """Lint chunks and send what is found; end without a word when that cannot be done."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    for other in others:
        other.close()
    with Path(os.devnull).open("w") as nowhere:
        sys.stderr = nowhere  # the first process meets the same fault, and tells it
        for chunk in chunks:
            pipe.send(list(_lint_chunk(chunk, wants_entries)))
        pipe.close()


def _lint_chunk(chunk: Sequence[Request], wants_entries: bool) -> Iterable[Linted]:
    for request in chunk:
        trace = Trace()
        found = list(lint_request(request, trace=trace).report)
        yield found, _entry(request, found, trace) if wants_entries else None


def _entry(request: Request, found: list[Diagnostic], trace: Trace) -> Entry | None:
    given = request.files[0]
    made = record(found, known_sources(given.name, given.data, trace.sources))
    if made is None:
        return None
    return Entry(digest((given.data,)), tuple(trace.questions), made)
