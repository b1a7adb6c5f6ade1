"""Bounds the work and the size of an evaluation, before anything is allocated."""

from __future__ import annotations

from typing import Any

from pxc.passes.evaluation.faults import EvaluationFault
from pxc.source import Span

MAX_TEXT = 256 * 1024
"""Characters of one text, and leaves plus characters of one list or map."""

MAX_BITS = 4096
"""Bits of a whole number, about 1,200 digits."""

MAX_NESTING = 100

_STEP_TEXT = 256
_STEP_LEAVES = 16


class Budget:
    """Steps left for everything that is evaluated with this object.

    One step is one node, one item of a list or 256 characters of text.
    """

    __slots__ = ("steps",)

    def __init__(self, steps: int = 200_000) -> None:
        self.steps = steps

    def spend(self, steps: int, span: Span) -> None:
        """Take steps. Raises EvaluationFault (PXC315) when none are left."""
        self.steps -= steps
        if self.steps < 0:
            self.steps = 0
            raise EvaluationFault(
                "PXC315", "the expression takes too many steps", span,
                "compute the value outside and pass it as a param",
            )  # fmt: skip

    def text(self, length: int, span: Span) -> None:
        """Account for a text (or list) of this length about to be made. Raises EvaluationFault."""
        if length > MAX_TEXT:
            raise too_large("the result is larger than 256 KiB", span)
        self.spend(length // _STEP_TEXT, span)

    def room(self, length: int, span: Span) -> None:
        """Refuse a text that may need this much room, by an estimate that is never too low."""
        if length > 8 * MAX_TEXT:
            raise too_large("the result may be larger than 256 KiB", span)

    def bits(self, bits: float, span: Span) -> None:
        """Account for a whole number about to be made. Raises EvaluationFault."""
        if bits > MAX_BITS:
            raise too_large("the number has too many digits", span)

    def measure(self, value: Any, span: Span) -> int:
        """The size of a value: characters of its texts plus its leaves, shared ones every time.

        Raises EvaluationFault when that is more than one value may have.
        """
        if isinstance(value, str):
            size = len(value)
        elif isinstance(value, list | tuple | dict):
            size = self._measure(value, span, 0, MAX_TEXT)
            self.spend(size // _STEP_LEAVES, span)
        else:
            size = 1
        self.text(size, span)
        return size

    def _measure(self, value: Any, span: Span, depth: int, room: int) -> int:
        if depth > MAX_NESTING:
            raise too_large(f"the value is nested more than {MAX_NESTING} levels deep", span)
        size = 1
        for item in value:
            if isinstance(item, str):
                size += len(item) + 1
            elif isinstance(item, list | tuple | dict):
                size += self._measure(item, span, depth + 1, room - size)
            else:
                size += 1
            if size > room:
                raise too_large("the result is larger than 256 KiB", span)
        if isinstance(value, dict):
            size += self._measure(list(value.values()), span, depth, room - size)
        return size


def too_large(message: str, span: Span) -> EvaluationFault:
    """PXC315 for a value that would be too large."""
    return EvaluationFault("PXC315", message, span, "keep large data in files")
