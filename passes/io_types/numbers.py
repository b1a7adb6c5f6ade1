"""Exact answers about numbers as their authors wrote them: digits, decimal places, multiples."""

from __future__ import annotations

import math
from typing import Any

_LONGEST = 5_000


def digits(value: Any) -> int | None:
    """How many digits a number, or a text, has; signs and the point are none of them."""
    written = _written(value)
    return None if written is None else sum(char.isdigit() for char in written)


def decimal_places(value: Any) -> int | None:
    """How many digits stand after the point; none in a whole number."""
    written = _written(value)
    if written is None:
        return None
    fraction = written.partition(".")[2]
    return 0 if isinstance(value, float) and fraction == "0" else len(fraction)


def is_multiple(value: int | float, step: int | float) -> bool:
    """Whether a number is a multiple, with decimal fractions taken as they are written."""
    if not math.isfinite(value) or not math.isfinite(step):
        return False
    if isinstance(value, int) and isinstance(step, int):
        return value % step == 0
    from fractions import Fraction

    left, right = (Fraction(n if isinstance(n, int) else repr(n)) for n in (value, step))
    return left % right == 0


def _written(value: Any) -> str | None:
    if isinstance(value, str):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value) if value.bit_length() < _LONGEST else "0" * (value.bit_length() * 3 // 10)
    if isinstance(value, float) and math.isfinite(value):
        from decimal import Decimal

        return format(Decimal(repr(value)), "f")
    return None
