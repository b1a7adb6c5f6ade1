"""Who asks, and how surely that is known."""

from __future__ import annotations

from msgspec import Struct

__all__ = ["Principal"]


class Principal(Struct, frozen=True, kw_only=True):
    """Somebody who compiles: `subject` is `user:ana` or `serviceAccount:ci`.

    `strength` is `verified` for a token whose signature was checked, `asserted` for what anybody
    can say, `anonymous` where nobody is named (then the subject is `user:` with no name).
    `groups` are the external ones of a verified token. `bound_by` is a second subject that must be
    allowed, too: the service account that acts for the first. `source` tells where it is from.
    """

    subject: str = "user:"
    strength: str = "anonymous"
    groups: tuple[str, ...] = ()
    bound_by: str | None = None
    source: str = ""
