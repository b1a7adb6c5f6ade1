"""Turns what a running program built into the text of that program with its document."""

from __future__ import annotations

from pathlib import Path

import msgspec

from pxc.author.document import document
from pxc.author.source_places import PLACES
from pxc.author.written import Section
from pxc.request import SourceText
from pxc.source import Authored
from pxc.workspace import display_name

__all__ = ["built_text"]


class _Files(msgspec.Struct):
    """The part of a document that names files."""

    files: list[str]


def built_text(built: Section, name: str) -> tuple[SourceText, Path]:
    """The text of the program where the root was built, and the place that it stands at.

    `name` is what diagnostics call it, instead of its path. Raises AuthorFault.
    """
    shown: dict[str, str] = {}

    def show(file: str) -> str:
        """A file as a person knows it; each keeps a name of its own."""
        return shown.setdefault(file, display_name(Path(file)))

    call = built.__pxc_document__().call
    root = "" if call is None else PLACES.site(call).place.file
    if root:
        shown[root] = name or display_name(Path(root))
    data = document(built, shown=show)
    own = shown.get(root, name or "<python>")
    used = set(msgspec.json.decode(data, type=_Files).files)
    modules = tuple(
        (told, PLACES.text(file)) for file, told in shown.items() if told in used and told != own
    )
    place = Path(root) if Path(root).is_file() else Path("python.py")
    text = PLACES.text(root).encode() if root else b""
    return SourceText(own, text, Authored(data, modules)), place
