"""The releases of Polyaxon whose files are read, and which of them know a part of the language."""

from __future__ import annotations

from msgspec import Struct

__all__ = ["RELEASES", "Known", "is_before", "release_fault"]

RELEASES = (
    *(f"1.{minor}" for minor in range(1, 21)),
    *(f"2.{minor}" for minor in range(19) if minor != 14),
)
"""Every release line from 1.1 to 2.18; a 2.14 was never published."""

_RANK = {release: rank for rank, release in enumerate(RELEASES)}


class Known(Struct, frozen=True, kw_only=True):
    """The first and the last release that know something; empty where there is no such bound.

    `in_component` and `in_operation` are the first releases that take a field in a document of
    that kind. A bound is the widest that the published packages allow: what no package settles
    counts as known.
    """

    since: str = ""
    until: str = ""
    in_component: str = ""
    in_operation: str = ""

    def first_in(self, kind: str) -> str:
        """The first release that knows it in a document of this kind; empty when all do."""
        own = {"component": self.in_component, "operation": self.in_operation}.get(kind, "")
        return own or self.since


def is_before(release: str, other: str) -> bool:
    """Whether a release is older than another."""
    return _RANK[release] < _RANK[other]


def release_fault(text: object) -> str | None:
    """Why this is no release, as a sentence for the user; None when it is one."""
    if isinstance(text, str):
        if text in _RANK:
            return None
        return f"there is no release `{text}`; known: {', '.join(RELEASES)}"
    return 'a release is text, since the number 1.20 is 1.2: write it in quotes, "2.18"'
