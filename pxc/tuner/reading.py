"""Turns what an option holds (a path, `-`, or JSON itself) into a document of a known type."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from pxc.tuner.documents import History, Item, Record, RunDocument, Suggestions
from pxc.tuner.mistakes import MistakeError

__all__ = [
    "pair_of", "read_any", "read_document", "read_items", "read_list", "read_records",
    "read_runs",
]  # fmt: skip

LARGEST = 64 * 2**20
"""More bytes than a document of 10,000 runs has."""

T = TypeVar("T")


def read_document(option: str, text: str, type: type[T]) -> T:
    """The document of an option. MistakeError where it is not there, no JSON, or another one."""
    data = _bytes_of(option, text)
    try:
        return msgspec.json.decode(data, type=type)
    except msgspec.ValidationError as fault:
        raise MistakeError(f"{option}: {_first_lower(str(fault))}") from None
    except (msgspec.DecodeError, RecursionError) as fault:
        raise MistakeError(f"{option} is not JSON: {_first_lower(str(fault))}") from None


def read_any(option: str, text: str) -> Any:
    """The JSON of an option, whatever it is."""
    return read_document(option, text, Any)


def _bytes_of(option: str, text: str) -> bytes:
    if text.lstrip()[:1] in ("{", "["):
        return text.encode("utf-8", "surrogatepass")
    try:
        if text == "-":
            data = sys.stdin.buffer.read(LARGEST + 1)
        else:
            with Path(text).open("rb") as file:
                data = file.read(LARGEST + 1)
    except (OSError, ValueError) as fault:
        reason = getattr(fault, "strerror", None) or fault
        raise MistakeError(f"{option}: cannot read `{text}`: {reason}") from None
    if len(data) > LARGEST:
        raise MistakeError(f"{option}: `{text}` is larger than {LARGEST // 2**20} MiB")
    return data


def _first_lower(text: str) -> str:
    return text[:1].lower() + text[1:]


def read_records(history: str | None) -> list[Record]:
    """The records of a history in the order of their indexes; none without a history."""
    if not history:
        return []
    records = read_document("--history", history, History).records
    if len({record.index for record in records}) != len(records):
        raise MistakeError("--history: two records have the same index")
    return sorted(records, key=lambda record: record.index)


def read_runs(text: str) -> list[RunDocument]:
    """The runs of a join: those of a history, or a list of runs."""
    from pxc.tuner.runs import run_of_record

    found = read_any("--history", text)
    if isinstance(found, list):
        return _converted("--history", found, list[RunDocument])
    return [run_of_record(record) for record in _converted("--history", found, History).records]


def _converted(option: str, found: Any, type: type[T]) -> T:
    try:
        return msgspec.convert(found, type)
    except msgspec.ValidationError as fault:
        raise MistakeError(f"{option}: {_first_lower(str(fault))}") from None


def read_items(text: str) -> list[Item]:
    """The runs that were started, from the answer of `suggest` or from its items alone."""
    found = read_any("--suggestions", text)
    if isinstance(found, list):
        return _converted("--suggestions", found, list[Item])
    return _converted("--suggestions", found, Suggestions).items


def read_list(option: str, text: str) -> list[Any]:
    """The JSON of an option, which must be a list."""
    found = read_any(option, text)
    if not isinstance(found, list):
        raise MistakeError(f"{option} is not a list")
    return found


def pair_of(option: str, text: str) -> tuple[str, str]:
    """The two sides of `NAME=...`."""
    name, sign, value = text.partition("=")
    if not sign or not name:
        raise MistakeError(f"{option}: `{text[:40]}` is not NAME=...")
    return name, value
