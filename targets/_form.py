"""Turns one document with slots into the texts of many that differ in the slots alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pxc.yaml_writer import Writer

__all__ = ["Form", "Slot"]


class Slot:
    """Stands in a document for a scalar, list or map that each copy has its own of."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name


class _FormWriter(Writer):
    """Writes slots as marks that no YAML text can hold."""

    def __init__(self) -> None:
        super().__init__()
        self.slots: list[tuple[str, str, bool]] = []

    def below(self, child: Any, inner: str) -> None:
        if isinstance(child, Slot):
            self.slots.append((child.name, inner, True))
            self.pieces.append("\0")
        else:
            super().below(child, inner)

    def scalar(self, value: Any, indent: str) -> str:
        if isinstance(value, Slot):
            self.slots.append((value.name, indent, False))
            return "\0"
        return super().scalar(value, indent)


class Form:
    """The text of a document but for its slots; `text` gives a copy."""

    def __init__(self, document: dict[str, Any]) -> None:
        writer = _FormWriter()
        writer.document(document)
        self._fixed = "".join(writer.pieces).split("\0")
        self._slots = writer.slots
        self._writer = Writer()

    def text(self, values: Mapping[str, Any]) -> str:
        """The document with these values in its slots, as it would have been written with them."""
        writer, pieces = self._writer, [self._fixed[0]]
        for (name, indent, whole), after in zip(self._slots, self._fixed[1:], strict=True):
            if whole:
                writer.below(values[name], indent)
                pieces += writer.pieces
                writer.pieces.clear()
            else:
                pieces.append(writer.scalar(values[name], indent))
            pieces.append(after)
        return "".join(pieces)
