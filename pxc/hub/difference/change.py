"""What differs between two versions of a component, as data."""

from __future__ import annotations

from msgspec import Struct

__all__ = ["BREAKING", "NOTICE", "WEIGHTS", "WIDENING", "Change"]

BREAKING, WIDENING, NOTICE = WEIGHTS = ("breaking", "widening", "notice")
"""How much a change means: what worked may fail, more is asked for, anything else."""


class Change(Struct, frozen=True):
    """One difference: its weight, what it is of, and a sentence for people.

    `kind` is a word such as `input-added`; `subject` the name or the path of what has changed.
    `before` and `after` are empty for what is not there.
    """

    weight: str
    kind: str
    subject: str
    message: str
    before: str = ""
    after: str = ""
