"""Turns what is read into questions and answers, so that it can be asked again later."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from msgspec import Struct

from pxc.diagnostics import Report
from pxc.lint.digest import digest
from pxc.source import Source, Span

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pxc.ir.node import Lit

    _Ask = Callable[[Lit[str], Report], Source | None]

__all__ = ["Finds", "Question", "Trace", "answer", "answer_of_hub"]


_OF_URL = "://"
"""No reference to a hub has it."""


class Reads(Protocol):
    """What is traced: `pxc.world.Files`."""

    def read(self, path: str, *, beside: str | None = None) -> Source:
        """The text of a file. Raises OSError or ValueError."""


class Finds(Protocol):
    """What is traced, too: `pxc.world.Hub`."""

    def component(self, ref: Lit[str], report: Report) -> Source | None:
        """The text of a component."""

    def component_at(self, url: Lit[str], report: Report) -> Source | None:
        """The text of the component at a URL."""

    def pins(self) -> Mapping[str, str]:
        """The digests of images."""

    def name_in_rules(self, ref: str) -> tuple[str, str]:
        """What rules call a component."""


class Question(Struct, array_like=True, frozen=True):
    """What was asked for, and the digest of the answer: its text, or why there was none.

    It is the file of a path, or, where `is_component`, what a reference to a hub or a URL names.
    """

    path: str
    beside: str | None
    answer: bytes
    is_component: bool = False


class Trace:
    """Files and a hub that remember what was asked of them, and the sources that they gave."""

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

    def over_hub(self, hub: Finds) -> Finds:
        """The same hub, whose answers are remembered from now on, each once."""
        return _TracedHub(self, hub)


class _TracedHub:
    def __init__(self, trace: Trace, hub: Finds) -> None:
        self._trace = trace
        self._hub = hub
        self._asked: set[str] = set()

    def component(self, ref: Lit[str], report: Report) -> Source | None:
        """See `pxc.world.Hub`."""
        return self._traced(self._hub.component, ref, report)

    def component_at(self, url: Lit[str], report: Report) -> Source | None:
        """See `pxc.world.Hub`."""
        return self._traced(self._hub.component_at, url, report)

    def pins(self) -> Mapping[str, str]:
        """See `pxc.world.Hub`."""
        return self._hub.pins()

    def name_in_rules(self, ref: str) -> tuple[str, str]:
        """See `pxc.world.Hub`."""
        return self._hub.name_in_rules(ref)

    def _traced(self, ask: _Ask, ref: Lit[str], report: Report) -> Source | None:
        faults = Report()
        source = ask(ref, faults)
        if ref.value not in self._asked:
            self._asked.add(ref.value)
            found = _of_hub(source, faults)
            self._trace.questions.append(Question(ref.value, None, found, is_component=True))
            if source is not None:
                self._trace.sources.append(source)
        for fault in faults:
            report.keep(fault)
        return source


def answer(files: Reads, question: Question) -> tuple[bytes, Source | None]:
    """The digest of today's answer to a question, and the source when there is one."""
    try:
        source = files.read(question.path, beside=question.beside)
    except (OSError, ValueError) as fault:
        return _refused(fault), None
    return _given(source), source


def answer_of_hub(hub: Finds, question: Question) -> tuple[bytes, Source | None]:
    """The digest of a hub's answer today, and the source when there is one."""
    from pxc.ir.node import Lit  # a linter that knows all files needs it for these alone

    faults = Report()
    ref = Lit(Span(Source("", ""), 0, 0), question.path)
    ask = hub.component_at if _OF_URL in question.path else hub.component
    source = ask(ref, faults)
    return _of_hub(source, faults), source


def _of_hub(source: Source | None, faults: Report) -> bytes:
    said = [part for fault in faults for part in (fault.code.id, fault.message)]
    given = ("", "") if source is None else (source.name, source.text)
    return _digest("component", *given, *said)


def _given(source: Source) -> bytes:
    return _digest("given", source.name, source.text)


def _refused(fault: OSError | ValueError) -> bytes:
    return _digest("refused", type(fault).__name__, str(fault))


def _digest(*parts: str) -> bytes:
    return digest(part.encode("utf-8", "surrogatepass") for part in parts)
