"""Turns text into a stream of YAML parse events, the same with and without libyaml.

Events, not nodes: PyYAML's composer recurses once per level (in C it can overflow the stack) and
runs its resolver on every scalar; events come one at a time, so a budget can stop them early.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol

import yaml
from yaml.parser import Parser
from yaml.reader import Reader
from yaml.scanner import Scanner, ScannerError
from yaml.tokens import ScalarToken

try:
    from yaml._yaml import CParser
except ImportError:  # PyYAML was built without libyaml
    CParser = None  # type: ignore[assignment, misc]

HAS_LIBYAML: bool = CParser is not None

_BREAKS = "\r\n\x85\u2028\u2029"
_ENDS = "\0 \t" + _BREAKS


class Events(Protocol):
    """A parser that hands out one event after the other."""

    def get_event(self) -> Any:
        """The next yaml.Event; raises yaml.MarkedYAMLError where the text is not YAML."""


def open_events(text: str, *, pure: bool = False) -> Events:
    """The events of a text that has no byte order mark and no character YAML forbids.

    `pure` asks for the parser in Python, which is also what a PyYAML without libyaml gets.
    """
    if CParser is None or pure:
        return _PureParser(text)
    events: Events = CParser(text)
    return events


class _PureParser(Reader, Scanner, Parser):
    """PyYAML's own parser, brought in line with libyaml where the two differ."""

    flow_level: int
    allow_simple_key: bool
    index: int
    column: int
    indent: int

    def __init__(self, text: str) -> None:
        Reader.__init__(self, text)
        Scanner.__init__(self)
        Parser.__init__(self)

    def get_event(self) -> Any:
        """The next event; numbers and escapes Python cannot hold are faults of the text."""
        try:
            event: Any = Parser.get_event(self)  # type: ignore[no-untyped-call]
        except (ValueError, OverflowError):
            raise self._fault("found a number or an escape that is too large") from None
        if isinstance(event, yaml.ScalarEvent) and not event.value.isascii():
            self._refuse_surrogates(event)
        return event

    def scan_to_next_token(self) -> None:
        """Skip blanks and comments; tabs too where they cannot be indentation (JSON has them)."""
        while True:
            skipped = self.index
            super().scan_to_next_token()
            while self.peek() == "\t" and (self.flow_level or not self.allow_simple_key):
                self.forward()
            if self.index == skipped:
                return

    def scan_plain(self) -> ScalarToken:
        """An unquoted scalar; between brackets `?` is text in it, and `:` before one a fault."""
        start: Any = self.get_mark()
        end = start
        chunks: list[str] = []
        blanks: list[str] | None = []
        while self.peek() != "#":
            length = self._plain_length(start)
            if not length:
                break
            self.allow_simple_key = False
            chunks += [*(blanks or ()), self.prefix(length)]
            self.forward(length)
            end = self.get_mark()
            blanks = self.scan_plain_spaces(self.indent + 1, start)
            if not blanks or (not self.flow_level and self.column < self.indent + 1):
                break
        return ScalarToken("".join(chunks), True, start, end)

    def _plain_length(self, start: Any) -> int:
        length = 0
        while (char := self.peek(length)) not in _ENDS:
            if char == ":":
                after = self.peek(length + 1)
                if self.flow_level and after in ",?[]{}":
                    problem = "found unexpected ':'"
                    self.forward(length)
                    raise ScannerError("while scanning a plain scalar", start, problem,
                                       self.get_mark())  # fmt: skip
                if after in _ENDS:
                    break
            elif self.flow_level and char in ",[]{}":
                break
            length += 1
        return length

    def scan_plain_spaces(self, indent: int, start_mark: Any) -> list[str] | None:
        """The blanks inside an unquoted scalar, line ends folded; tabs are blanks as well."""
        blanks = self._take_blanks()
        if self.peek() not in _BREAKS:
            return [blanks] if blanks else []
        first: str = self.scan_line_break()  # type: ignore[no-untyped-call]
        self.allow_simple_key = True
        more: list[str] = []
        while not self._at_document_marker():
            if self.peek() == "\t" and self.column < indent:
                problem = "found a tab character that violates indentation"
                raise ScannerError("while scanning a plain scalar", start_mark, problem,
                                   self.get_mark())  # fmt: skip
            if self.peek() in " \t":
                self.forward()
            elif self.peek() in _BREAKS:
                more.append(self.scan_line_break())  # type: ignore[no-untyped-call]
            else:
                return [*([first] if first != "\n" else [] if more else [" "]), *more]
        return None

    def scan_block_scalar_ignored_line(self, start_mark: Any) -> None:
        """What may follow `|` or `>` on its line; blanks may be tabs."""
        self._take_blanks()
        super().scan_block_scalar_ignored_line(start_mark)

    def scan_block_scalar_indicators(self, start_mark: Any) -> Any:
        """The signs right after `|` or `>`."""
        with self._tabs_as_spaces():
            return super().scan_block_scalar_indicators(start_mark)

    def scan_tag(self) -> Any:
        """A tag, which a tab may follow."""
        with self._tabs_as_spaces():
            return super().scan_tag()

    @contextmanager
    def _tabs_as_spaces(self) -> Iterator[None]:
        see = self.peek
        vars(self)["peek"] = lambda index=0: see(index).replace("\t", " ")
        try:
            yield
        finally:
            del vars(self)["peek"]

    def _take_blanks(self) -> str:
        length = 0
        while self.peek(length) in " \t":
            length += 1
        blanks: str = self.prefix(length)
        self.forward(length)
        return blanks

    def _at_document_marker(self) -> bool:
        return self.column == 0 and self.prefix(3) in ("---", "...") and self.peek(3) in _ENDS

    def scan_directive_name(self, start_mark: Any) -> str:
        """The name of a directive, refused when it is none of YAML 1.1's two."""
        name: str = super().scan_directive_name(start_mark)  # type: ignore[no-untyped-call]
        if name not in ("YAML", "TAG"):
            raise ScannerError(
                "while scanning a directive", start_mark, "found unknown directive name", start_mark
            )
        return name

    def _refuse_surrogates(self, event: Any) -> None:
        if any("\ud800" <= c <= "\udfff" for c in event.value):
            raise ScannerError(
                "while parsing a quoted scalar",
                event.start_mark,
                "found invalid Unicode character escape code",
                event.start_mark,
            )

    def _fault(self, problem: str) -> ScannerError:
        mark: Any = self.get_mark()
        return ScannerError(None, None, problem, mark)
