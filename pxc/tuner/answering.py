"""Turns an answer into JSON on stdout or in a file, and its fields into files of their own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
import msgspec

from pxc.tuner.mistakes import MistakeError
from pxc.tuner.reading import pair_of

__all__ = ["put", "tell", "write_answer"]


def tell(notes: list[str]) -> None:
    """Write what is to be known of an answer to stderr, one line each."""
    for note in notes:
        click.echo(f"pxc-tuner: {note}", err=True)


def write_answer(answer: Any, output: str | None, writes: tuple[str, ...]) -> None:
    """Write the answer, and the fields that are asked for, each to its file.

    MistakeError for a field that the answer has not, and for a file that cannot be written.
    """
    plain = msgspec.to_builtins(answer)
    unset = dict.fromkeys(getattr(answer, "__struct_encode_fields__", ()))
    for each in writes:
        name, file = pair_of("--write", each)
        value = _field({**unset, **plain}, name)
        put(file, value if isinstance(value, str) else msgspec.json.encode(value).decode())
    text = msgspec.json.format(msgspec.json.encode(plain), indent=2).decode() + "\n"
    if output:
        put(output, text)
    else:
        click.echo(text, nl=False)


def _field(plain: dict[str, Any], name: str) -> Any:
    """A field of the answer, or `values.x`, one of the fields of a field."""
    first, _, rest = name.partition(".")
    inner = plain.get(first)
    if rest and isinstance(inner, dict) and rest in inner:
        return inner[rest]
    if rest or first not in plain:
        known = ", ".join(f"`{field}`" for field in plain)
        raise MistakeError(f"--write: the answer has no field `{name}`: it has {known}")
    return inner


def put(file: str, text: str) -> None:
    """Write a file. MistakeError where that cannot be."""
    try:
        Path(file).write_text(text, "utf-8")
    except (OSError, ValueError) as fault:
        reason = getattr(fault, "strerror", None) or fault
        raise MistakeError(f"cannot write `{file}`: {reason}") from None
