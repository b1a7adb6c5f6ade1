"""The options that rules have: their names, defaults, and what they are for."""

from __future__ import annotations

from msgspec import Struct

__all__ = ["RULE_OPTIONS", "RuleOption", "rule_option"]


class RuleOption(Struct, frozen=True):
    """One option of a rule: a whole number that is at least `least`."""

    default: int
    least: int
    about: str


RULE_OPTIONS: dict[tuple[str, str], RuleOption] = {
    ("PXC402", "runs"): RuleOption(1_000, 1, "how many runs a grid may have before it is told"),
}
"""Every option, by the code of its rule and its name."""


def rule_option(given: tuple[tuple[str, str, int], ...], code: str, name: str) -> int:
    """The value of an option: the last one given, or its default."""
    for its_code, its_name, value in reversed(given):
        if (its_code, its_name) == (code, name):
            return value
    return RULE_OPTIONS[code, name].default
