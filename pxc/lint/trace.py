"""Turns the reading of files into questions and answers, so that it can be asked again later."""

from __future__ import annotations

from typing import Protocol

from msgspec import Struct

from pxc.lint.digest import digest
from pxc.source import Source

__all__ = ["Question", "Trace", "answer"]


class Reads(Protocol):
    """What is traced: `pxc.world.Files`."""

    def read(self, path: str, *, beside: str | None = None) -> Source:
        """The text of a file. Raises OSError or ValueError."""


class Question(Struct, array_like=True, frozen=True):
    """A file that was asked for, and the digest of the answer: its text, or why there was none."""

    path: str
    beside: str | None
    answer: bytes


class Trace:
    """Files that remember what was asked of them, and the sources that they gave."""

    def __init__(self) -> None:
        self._files: Reads | None = None
        self.questions: list[Question] = []
        self.sources: list[Source] = []

    def over(self, files: Reads) -> Trace:
        """Pass the questions on to these files from now on."""
        self._files = files
        return self

    def read(self, path: str, *, beside: str | None = None) -> Source:
        """See `pxc.world.Files`."""
        if self._files is None:
            raise ValueError("there is no workspace to read it from")
        try:
            source = self._files.read(path, beside=beside)
        except (OSError, ValueError) as fault:
            self.questions.append(Question(path, beside, _refused(fault)))
            raise
        self.questions.append(Question(path, beside, _given(source)))
        self.sources.append(source)
        return source


def answer(files: Reads, question: Question) -> tuple[bytes, Source | None]:
    """The digest of today's answer to a question, and the source when there is one."""
    try:
        source = files.read(question.path, beside=question.beside)
    except (OSError, ValueError) as fault:
        return _refused(fault), None
    return _given(source), source


def _given(source: Source) -> bytes:
    return _digest("given", source.name, source.text)


def _refused(fault: OSError | ValueError) -> bytes:
    return _digest("refused", type(fault).__name__, str(fault))


def _digest(*parts: str) -> bytes:
    return digest(part.encode("utf-8", "surrogatepass") for part in parts)
