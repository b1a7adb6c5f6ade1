"""Says how much of a machine a program may use, as data that both sides of a pipe know."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["GAPS", "LIMITS", "Limits"]

GAPS = {
    "network": "reach the network",
    "programs": "start programs",
    "files": "read and change files outside of its workspace",
    "memory": "use more memory than it should",
}
"""What a system may be unable to keep a program from."""


class Limits(NamedTuple):
    """Seconds, bytes of memory, bytes of an answer, bytes of text that is printed."""

    seconds: int = 30
    memory: int = 1 << 30
    answer: int = 33 << 20
    printed: int = 1 << 20


LIMITS = Limits()
