"""Turns tags into versions that have an order, and ranges of versions into what fits them."""

from __future__ import annotations

import re
from collections.abc import Iterable

from msgspec import Struct

from pxc.hub.reference import RANGES

__all__ = ["Range", "Semver", "newest_fitting", "parse_range", "parse_version"]

_NUMBER = r"(0|[1-9]\d{0,8})"
_VERSION = re.compile(
    rf"v?{_NUMBER}(?:\.{_NUMBER})?(?:\.{_NUMBER})?(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?",
    re.ASCII,
)

_Part = tuple[bool, int, str]
"""A part of a pre-release: numbers come before words, and in their own order."""

_LAST: tuple[_Part, ...] = ((True, 1 << 62, ""),)
"""Behind every pre-release: the version itself."""


class Semver(Struct, frozen=True):
    """A version that has an order: what is not written of its number is 0.

    `written` is how many of its numbers are; `pre` are the parts of a pre-release. Source: semver
    2.0.0, section 11; a tag may begin with a `v`, and has no `+`.
    """

    numbers: tuple[int, int, int]
    written: int = 3
    pre: tuple[str, ...] = ()

    @property
    def order(self) -> tuple[tuple[int, int, int], tuple[_Part, ...]]:
        """What versions are sorted by: a pre-release comes before what it leads to."""
        return self.numbers, tuple(map(_part, self.pre)) if self.pre else _LAST


class Range(Struct, frozen=True):
    """Versions from `lowest` on and before the numbers `end`.

    A pre-release fits where `lowest` is one of the same numbers: nobody gets one unasked.
    """

    text: str
    lowest: Semver
    end: tuple[int, int, int]

    def fits(self, version: Semver) -> bool:
        """Whether a version is in the range."""
        if version.pre and not (self.lowest.pre and version.numbers == self.lowest.numbers):
            return False
        return self.lowest.order <= version.order and version.numbers < self.end


def parse_version(tag: str) -> Semver | None:
    """The version that a tag is; None for one that has no order, such as `latest`."""
    found = _VERSION.fullmatch(tag)
    if found is None:
        return None
    *said, pre = found.groups()
    numbers = [int(each or 0) for each in said]
    parts = tuple(pre.split(".")) if pre else ()
    if any(part.isdigit() and part != str(int(part)) for part in parts):
        return None
    written = sum(each is not None for each in said)
    return Semver((numbers[0], numbers[1], numbers[2]), written, parts)


def parse_range(text: str) -> Range | None:
    """The range that a text is, `~1.4` or `^2`; None for what is none.

    `~` holds the number before the last of those that are written, and the first where it stands
    alone; `^` the first that is not 0.
    """
    version = parse_version(text[1:]) if text[:1] in RANGES and text[1:2].isdigit() else None
    if version is None:
        return None
    if text[0] == "~":
        held = 0 if version.written == 1 else 1
    else:
        held = next((at for at, number in enumerate(version.numbers) if number), 2)
        held = min(held, version.written - 1)
    end = [number if at < held else 0 for at, number in enumerate(version.numbers)]
    end[held] = version.numbers[held] + 1
    return Range(text, version, (end[0], end[1], end[2]))


def newest_fitting(tags: Iterable[str], *ranges: Range) -> list[str]:
    """The tags of versions that all ranges have, the newest first.

    Of two that mean one version the more exact comes first.
    """
    known = [(parse_version(tag), tag) for tag in tags]
    fitting = [
        (version.order, version.written, tag)
        for version, tag in known
        if version is not None and all(each.fits(version) for each in ranges)
    ]
    return [tag for _, _, tag in sorted(fitting, reverse=True)]


def _part(text: str) -> _Part:
    return (False, int(text), "") if text.isdigit() else (True, 0, text)
