"""Lists everybody whom the rules of a catalog name."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pxc.access.organization import Rules

__all__ = ["people"]


def people(rules: Rules) -> tuple[str, ...]:
    """Every user and service account that any rule names (`user:ana`), sorted."""
    organization = rules.organization.members if rules.organization is not None else ()
    members = chain(
        organization,
        *(t.members for t in rules.teams.values()),
        *(p.roles for p in rules.projects.values()),
    )
    named = chain(
        (m.subject for m in members),
        *(g.to for g in rules.grants.values()),
        *((*d.to, *d.excepted) for d in rules.denies.values()),
    )
    kinds = ("user", "serviceAccount")
    found = {s for s in named if s.partition(":")[0] in kinds and s.partition(":")[2]}
    return tuple(sorted(found))
