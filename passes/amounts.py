"""Turns amounts and names of resources into the words of messages."""

from __future__ import annotations

from decimal import Decimal

__all__ = ["bare", "shown"]

_PREFIXES = ("requests.", "limits.")


def bare(name: str) -> str:
    """A resource without what ResourceQuota writes before it."""
    for prefix in _PREFIXES:
        name = name.removeprefix(prefix)
    return name


def shown(amount: Decimal) -> str:
    """An amount without an exponent, and without zeros at its end."""
    return f"{amount.normalize():f}"
