"""Turns plain data into YAML that every reader, of version 1.1 or 1.2, reads back as it was meant.

Block style, two spaces, no folding, no anchors; literal blocks for scripts; quotes exactly where a
reader would otherwise see another type or syntax.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import Any

__all__ = ["Writer", "escaped", "join_documents", "scalar_text", "write_documents"]

# What PyYAML, go-yaml and YAML 1.2 readers take for a boolean, null, merge or default key.
_WORDS = frozenset(
    ("y", "Y", "yes", "Yes", "YES", "n", "N", "no", "No", "NO", "true", "True", "TRUE", "false",
     "False", "FALSE", "on", "On", "ON", "off", "Off", "OFF", "null", "Null", "NULL", "~", "=",
     "<<")
)  # fmt: skip

# Characters every reader prints and reads as they are. Outside: controls, other line breaks,
# no-break and zero-width spaces, direction marks (they hide what a text says), private use.
_CLEAR = (
    "\x20-\x7e\u00a1-\u00ac\u00ae-\u034e\u0350-\u061b\u061d-\u115e\u1161-\u167f\u1681-\u17b3"
    "\u17b6-\u180a\u1810-\u1fff\u2010-\u2027\u2030-\u205e\u2070-\u2fff\u3001-\u3163\u3165-\ud7ff"
    "\uf900-\ufdcf\ufdf0-\ufdff\ufe10-\ufefe\uff01-\uff9f\uffa1-\uffef\U00010000-\U0001bc9f"
    "\U0001bca4-\U0001d172\U0001d17b-\U0001fffd\U00020000-\U0002fffd\U00030000-\U0003fffd"
)

_CLEAR_ASCII = "\x20-\x7e"  # of a text that is ASCII; the wide set takes 2 ms to compile

_ESCAPES = {
    "\0": "\\0",
    "\a": "\\a",
    "\b": "\\b",
    "\t": "\\t",
    "\n": "\\n",
    "\v": "\\v",
    "\f": "\\f",
    "\r": "\\r",
    "\x1b": "\\e",
    '"': '\\"',
    "\\": "\\\\",
}

_REMEMBERED = 4096
_KEY_LIMIT = 1000  # a key that is followed by its colon on one line may have 1024 characters


@cache
def _is_plain(clear: str) -> Callable[[str], re.Match[str] | None]:
    """Matches a text that may stand without quotes, as far as syntax goes."""
    first = r"(?![-?:](?:\s|$)|[?:,\[\]{}#&*!|>'\"%@`\s]|---(?:\s|$)|\.\.\.(?:\s|$))"
    body = rf"(?:[{clear}](?<!:)(?<!#)(?<! )|:(?! |$)| +(?![ #]|$)|(?<! )#)+"
    return re.compile(first + body).fullmatch


@cache
def _is_other_type() -> Callable[[str], re.Match[str] | None]:
    """Matches a text that some reader takes for a number or a date."""
    digits = "[0-9][0-9_]*"
    power = "(?:[eE][-+]?[0-9_]+)?"
    forms = (
        "0[bB][01_]+",
        "0[oO][0-7_]+",
        "0[xX][0-9a-fA-F_]+",
        rf"{digits}(?:\.[0-9_]*)?{power}",
        rf"\.[0-9_]+{power}",
        rf"{digits}(?::[0-5]?[0-9])+(?:\.[0-9_]*)?",
        r"\.(?:inf|Inf|INF|nan|NaN|NAN)",
        r"(?:inf|Inf|INF|infinity|Infinity|nan|NaN|NAN)",
    )
    date = r"[0-9]{4}-[0-9][0-9]?-[0-9][0-9]?(?:[Tt \t].*)?"
    return re.compile(
        rf"[-+]?(?:{'|'.join(forms)})|[-+]_[0-9_]*|[-+]?\.[_0-9]*_[_0-9]*|{date}"
    ).fullmatch


@cache
def _is_clear(clear: str) -> Callable[[str], re.Match[str] | None]:
    return re.compile(f"[{clear}]*").fullmatch


@cache
def _is_literal(clear: str) -> Callable[[str], re.Match[str] | None]:
    """Matches text of several lines that a literal block can hold as it is."""
    line = rf"(?:[{clear}]*[{clear}](?<! ))?"
    return re.compile(rf"\n*(?! )[{clear}](?:{line})(?:\n{line})*").fullmatch


@cache
def _unclear(clear: str) -> re.Pattern[str]:
    return re.compile(rf'[^{clear}]|["\\]')


def _clear(text: str) -> str:
    """The set of clear characters that is enough for a text."""
    return _CLEAR_ASCII if text.isascii() else _CLEAR


def _escape(match: re.Match[str]) -> str:
    char = match[0]
    known = _ESCAPES.get(char)
    if known is not None:
        return known
    number = ord(char)
    if number < 0x100:
        return f"\\x{number:02x}"
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"


def _quoted(text: str) -> str:
    if _is_clear(_clear(text))(text) and ('"' in text or "\\" in text):
        return "'" + text.replace("'", "''") + "'"
    return f'"{escaped(text)}"'


def escaped(text: str) -> str:
    """A text as it stands between double quotes, on one line."""
    if _has_surrogates(text):
        # Halves of a pair become the character they stand for; a lone half has no UTF-8 form.
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return _unclear(_clear(text)).sub(_escape, text)


def _has_surrogates(text: str) -> bool:
    return not text.isascii() and any("\ud800" <= char <= "\udfff" for char in text)


def _string(text: str) -> str:
    if text and text not in _WORDS and _is_plain(_clear(text))(text) and not _is_other_type()(text):
        return text
    return _quoted(text)


def scalar_text(value: str | int | float | bool | None) -> str:
    """One scalar on one line, quoted where a reader needs it.

    Raises TypeError for anything that is no scalar of JSON.
    """
    if isinstance(value, str):
        return _string(value)
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return _float(value)
    raise TypeError(f"{type(value).__name__} has no YAML form here")


def _float(value: float) -> str:
    if value != value:
        return ".nan"
    if value in (float("inf"), float("-inf")):
        return ".inf" if value > 0 else "-.inf"
    text = repr(value)
    if "e" in text and "." not in text:  # YAML 1.1 wants the point
        text = text.replace("e", ".0e")
    return text


class Writer:
    """Writes one document after another into a list of pieces."""

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self.strings: dict[str, str] = {}

    def string(self, text: str) -> str:
        """A text on one line."""
        found = self.strings.get(text)
        if found is None:
            found = _string(text)
            if len(self.strings) < _REMEMBERED and len(text) < 200:
                self.strings[text] = found
        return found

    def scalar(self, value: Any, indent: str) -> str:
        """A scalar, a script as a literal block."""
        if isinstance(value, str):
            if "\n" in value and _is_literal(_clear(value))(value):
                return _literal(value, indent)
            return self.string(value)
        return scalar_text(value)

    def map(self, value: dict[str, Any], indent: str, first: str) -> None:
        """Entries of a map; `first` stands before the first key, `indent` before the others."""
        add = self.pieces.append
        inner = indent + "  "
        lead = first
        for key, child in value.items():
            if not isinstance(key, str):
                raise TypeError(f"a key is text, not {type(key).__name__}")
            name = self.string(key)
            if len(name) > _KEY_LIMIT:
                add(f"{lead}? {name}\n{indent}:")
                self.below(child, inner)
            elif child.__class__ is str and "\n" not in child:  # what most of them are
                add(f"{lead}{name}: {self.string(child)}\n")
            else:
                add(f"{lead}{name}:")
                self.below(child, inner)
            lead = indent

    def below(self, child: Any, inner: str) -> None:
        """What follows a key and its colon."""
        add = self.pieces.append
        if isinstance(child, dict):
            if child:
                add("\n")
                self.map(child, inner, inner)
            else:
                add(" {}\n")
        elif isinstance(child, list | tuple):
            if child:
                add("\n")
                self.list(child, inner, inner)
            else:
                add(" []\n")
        else:
            add(f" {self.scalar(child, inner)}\n")

    def list(self, value: Iterable[Any], indent: str, first: str) -> None:
        """Items of a list; `first` stands before the first dash."""
        add = self.pieces.append
        inner = indent + "  "
        lead = first
        for child in value:
            if isinstance(child, dict) and child:
                self.map(child, inner, f"{lead}- ")
            elif isinstance(child, list | tuple) and child:
                self.list(child, inner, f"{lead}- ")
            elif isinstance(child, dict | list | tuple):
                add(f"{lead}- {'{}' if isinstance(child, dict) else '[]'}\n")
            else:
                add(f"{lead}- {self.scalar(child, inner)}\n")
            lead = indent

    def document(self, value: Any) -> None:
        """A whole document. Raises TypeError for one that is no map or list."""
        if isinstance(value, dict) and value:
            self.map(value, "", "")
        elif isinstance(value, list | tuple) and value:
            self.list(value, "", "")
        elif isinstance(value, dict | list | tuple):
            self.pieces.append("{}\n" if isinstance(value, dict) else "[]\n")
        else:
            raise TypeError("a document is a map or a list")


def _literal(text: str, indent: str) -> str:
    """A literal block; the caller adds the last line end."""
    body = text.rstrip("\n")
    ends = len(text) - len(body)
    mark = ("|-", "|")[ends] if ends < 2 else "|+"
    lines = [indent + line if line else "" for line in body.split("\n")]
    return "\n".join([mark, *lines, *([""] * (ends - 1))])


def _stream(docs: Iterable[Any]) -> Iterator[str]:
    writer = Writer()
    for number, doc in enumerate(docs):
        if number:
            yield "---\n"
        writer.document(doc)
        yield "".join(writer.pieces)
        writer.pieces.clear()


def join_documents(texts: Iterable[str]) -> str:
    """Texts of written documents as one stream."""
    return "---\n".join(texts)


def write_documents(docs: Iterable[Any]) -> str:
    """Documents separated by `---`: maps and lists of str, int, float, bool, None.

    Raises TypeError for other data. Half pairs of UTF-16 are joined; a lone half becomes U+FFFD.
    """
    return "".join(_stream(docs))
