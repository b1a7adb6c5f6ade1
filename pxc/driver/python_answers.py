"""Turns what came back of an executed Python file into its document, or into diagnostics.

Nothing of it is believed but its types: the file may have written it itself.
"""

from __future__ import annotations

import re
import signal
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from pxc.diagnostics import Note, Report, allowed, nearest
from pxc.driver.python_places import after_bytes, after_characters, one_line
from pxc.sandbox.limits import GAPS, Limits
from pxc.source import Authored, Source, Span
from pxc.workspace import display_name

if TYPE_CHECKING:
    from pxc.sandbox.process import Ended

__all__ = ["PythonAnswer"]

_MOST_LINES = 20
_MOST_WIDTH = 200
_MOST_MODULES = 200
_MOST_TEXT = 4 * 1024 * 1024

_OFFERED = frozenset({"PXC043"})
"""The codes that an exception of the compatibility layer may ask for."""

_CONFINED = (
    "a Python file that is compiled reads its workspace and what is installed; it writes no file,"
    " starts no program and has no network"
)


class _Said(msgspec.Struct):
    """A fault as the child tells of it; nothing of it is believed but its types."""

    kind: str
    type: str = ""
    text: str = ""
    place: list[int] | None = None
    inner: tuple[str, int] | None = None
    names: list[str] = []
    what: str = ""
    code: str = ""
    help: str = ""
    system: bool = False


class PythonAnswer:
    """Reads what came back of one execution."""

    def __init__(self, source: Source, ended: Ended, limits: Limits, report: Report) -> None:
        self._source = source
        self._ended = ended
        self._limits = limits
        self._report = report

    def read(self, attribute: str, root: Path) -> Authored | None:
        """The document, or None after a report; `root` bounds the files that places are in."""
        if self._ended.passed:
            self._tell_limit(self._ended.passed)
            return None
        first, newline, rest = self._ended.answer.partition(b"\n")
        gaps = _gaps(first) if newline else None
        if gaps is None:
            if self._ended.status == 1 and not newline:
                raise RuntimeError(f"no Python can be executed: {self._ended.printed[-2000:]}")
            self._tell_death()
            return None
        self._warn_of(gaps)
        if rest.startswith(b"D"):
            self._tell_prints()
            document = rest[1:]
            return Authored(document, tuple(_modules(document, self._source.name, root)))
        said = _fault(rest)
        if said is None:
            self._tell_death()
        else:
            self._tell_fault(said, attribute)
        return None

    def _add(self, code: str, message: str, span: Span | None = None, help: str = "") -> None:
        printed = self._printed()[: 3 if self._ended.passed else None]
        notes = (Note("it printed:\n" + "\n".join(printed)),) if printed else ()
        place = Span(self._source, 0, 0) if span is None else span
        self._report.add(code, message, place, notes=notes, help=help or None)

    def _tell_limit(self, passed: str) -> None:
        limits = self._limits
        message, help = {
            "time": (
                f"the file takes longer than {limits.seconds} seconds",
                "leave what takes long to the run itself",
            ),
            "printed": (f"the file prints more than {limits.printed:,} bytes", "print less"),
            "answer": (
                f"the document that the file makes is larger than {limits.answer:,} bytes",
                "split it",
            ),
            "memory": (
                f"the file needs more than {limits.memory >> 20:,} MiB of memory",
                "leave data to the run itself",
            ),
        }[passed]
        self._add("PXC039", message, help=help)

    def _tell_death(self) -> None:
        status = self._ended.status
        how = f"with status {status}"
        if status < 0:
            try:
                how = f"by {signal.Signals(-status).name}"
            except ValueError:
                how = f"by signal {-status}"
        message = f"the process that executes the file ended {how}, and gave no document"
        self._add("PXC040", message, help="let the file end by itself, and start no program in it")

    def _warn_of(self, gaps: list[str]) -> None:
        if not gaps:
            return
        known = [GAPS[gap] for gap in gaps]
        what = ", ".join(known[:-1]) + (" and " if known[:-1] else "") + known[-1]
        self._report.add(
            "PXC041",
            f"this system cannot keep a Python file from doing more than it should: it may {what}",
            Span(self._source, 0, 0),
            help="allow only files that you trust, or compile in a container without a network",
        )

    def _tell_prints(self) -> None:
        printed = self._printed()
        if printed:
            notes = tuple(Note(line) for line in printed)
            place = Span(self._source, 0, 0)
            self._report.add("PXC042", "the file prints text", place, notes=notes)

    def _printed(self) -> list[str]:
        lines = [one_line(line)[:_MOST_WIDTH] for line in self._ended.printed.splitlines()]
        lines = [line for line in lines if line.strip()]
        left = len(lines) - _MOST_LINES
        return lines if left <= 0 else [*lines[:_MOST_LINES], f"... and {left:,} lines more"]

    def _tell_fault(self, said: _Said, attribute: str) -> None:
        span = after_bytes(self._source, said.place)
        text = one_line(said.text)
        if said.kind == "syntax":
            self._add(
                "PXC037",
                f"the file is no Python: {text}",
                after_characters(self._source, said.place or [1, 1, 0, 0]),
            )
        elif said.kind in ("missing", "no document"):
            self._tell_attribute(said, attribute)
        elif said.kind == "memory":
            self._tell_limit("memory")
        elif said.kind == "exit":
            help = "let the file end by itself: it is executed for its document alone"
            self._add("PXC036", "the file ends the program, by `sys.exit`", span, help)
        elif said.code in _OFFERED:
            self._add(said.code, text, span, one_line(said.help))
        else:
            self._tell_exception(said, text, span)

    def _tell_exception(self, said: _Said, text: str, span: Span | None) -> None:
        name = one_line(said.type)[:_MOST_WIDTH]
        deeper = ""
        if said.inner is not None:
            path, line = said.inner
            deeper = f", in line {line} of `{one_line(path)}`"
        message = f"the file raises `{name}`{deeper}" + (f": {text}" if text else "")
        help = _CONFINED if said.system else ""
        if name == "ModuleNotFoundError":
            help = "install it beside pxc, or keep it beside the file"
        self._add("PXC036", message, span, help)

    def _tell_attribute(self, said: _Said, attribute: str) -> None:
        names = [one_line(name) for name in said.names if name.isidentifier()]
        near = nearest(attribute, names)
        help = f"did you mean `{self._source.name}:{near}`? " if near else ""
        if names:
            help += f"it has {allowed(names)}"
        elif not help:
            help = "give a name to a component or an operation"
        if said.kind == "missing":
            self._add("PXC038", f"the file has no `{attribute}`", help=help)
            return
        what = one_line(said.what)[:_MOST_WIDTH]
        if what == "a function":
            help = f"functions are not called: write `{attribute} = ...`; {help}"
        message = f"`{attribute}` is {what}, not a component or an operation"
        self._add("PXC038", message, self._named(attribute), help)

    def _named(self, name: str) -> Span | None:
        """The first line that begins with a name, or with the `def` or `class` of it."""
        pattern = rf"(?m)^(?:def |class |async def |from .* import .*)?\b{re.escape(name)}\b"
        found = re.search(pattern, self._source.text)
        return Span(self._source, found.end() - len(name), found.end()) if found else None


def _gaps(line: bytes) -> list[str] | None:
    try:
        found = msgspec.json.decode(line, type=list[str])
    except (msgspec.DecodeError, RecursionError):
        return None
    return found if set(found) <= GAPS.keys() and len(set(found)) == len(found) else None


def _fault(rest: bytes) -> _Said | None:
    if not rest.startswith(b"F"):
        return None
    try:
        return msgspec.json.decode(rest[1:], type=_Said)
    except (msgspec.DecodeError, RecursionError):
        return None


class _Files(msgspec.Struct):
    files: list[str] = []


def _modules(document: bytes, main: str, root: Path) -> list[tuple[str, str]]:
    """The texts of the other Python files of the workspace that a document has places in."""
    try:
        names = msgspec.json.decode(document, type=_Files).files[:_MOST_MODULES]
    except (msgspec.DecodeError, RecursionError):
        return []  # whoever reads the document says so
    found = []
    for name in names:
        text = _module(name, root) if name != main and name.endswith(".py") else None
        if text is not None:
            found.append((name, text))
    return found


def _module(name: str, root: Path) -> str | None:
    try:
        path = Path(name).resolve()
        if not path.is_relative_to(root) or display_name(Path(name)) != name or not path.is_file():
            return None
        with path.open("rb") as file:
            data = file.read(_MOST_TEXT + 1)
    except (OSError, ValueError, RuntimeError):
        return None
    return data.decode("utf-8-sig", "replace") if len(data) <= _MOST_TEXT else None
