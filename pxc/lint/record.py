"""Turns the findings of a file into bytes, and the bytes back into the same findings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from msgspec import Struct

from pxc.diagnostics import Diagnostic
from pxc.source import Source

__all__ = ["Record", "known_sources", "record", "restore"]


class Record(Struct, array_like=True, frozen=True):
    """The findings of one file.

    `sources` are the texts that they point into: the number of a text that whoever restores them
    has himself, or name and text of another. `findings` is a list of diagnostics as
    MessagePack, with the place of a source in `sources` for the source.
    """

    sources: tuple[int | tuple[str, str], ...]
    findings: bytes


def record(findings: Sequence[Diagnostic], known: Sequence[Source]) -> Record | None:
    """Findings as a record; `known` are the sources that will be there when it is restored.

    None when a text in them is none that UTF-8 can hold.
    """
    if not findings:
        return Record((), b"")
    numbers: dict[Source, int] = {}

    def number(value: Any) -> int:
        if not isinstance(value, Source):
            raise TypeError(f"{type(value).__name__} cannot be recorded")
        return numbers.setdefault(value, len(numbers))

    try:
        data = msgspec.msgpack.encode(findings, enc_hook=number)
        sources = tuple(_said(source, known) for source in numbers)
        msgspec.msgpack.encode(sources)
    except UnicodeEncodeError:
        return None
    return Record(sources, data)


def restore(made: Record, known: Sequence[Source]) -> list[Diagnostic]:
    """The findings of a record. Raises ValueError or IndexError for one that is broken."""
    if not made.findings:
        return []
    sources = [known[s] if isinstance(s, int) else Source(*s) for s in made.sources]
    return msgspec.msgpack.decode(
        made.findings, type=list[Diagnostic], dec_hook=lambda _, number: sources[number]
    )


def known_sources(name: str, data: bytes, asked: Sequence[Source]) -> list[Source]:
    """The sources that both sides have: the file itself, and the files that it led to."""
    text = data.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace")
    return [Source(name, text), *asked]


def _said(source: Source, known: Sequence[Source]) -> int | tuple[str, str]:
    for number, one in enumerate(known):
        if one is source or (one.name == source.name and one.text == source.text):
            return number
    return (source.name, source.text)
