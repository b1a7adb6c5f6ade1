"""Turns the queues that runs claim into the clusters that they would use by way of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from msgspec.structs import replace

from pxc.access.claims import Claim

if TYPE_CHECKING:
    from pxc.access.organization import Rules

__all__ = ["claims_of_clusters"]


def claims_of_clusters(claims: Iterable[Claim], rules: Rules) -> Iterator[Claim]:
    """A claim of a cluster for each queue that leads to one, by whose doing the queue is.

    Of several possible queues the clusters are as possible. What only the run knows, or the catalog
    lacks, is denied as a queue, and leads nowhere that is known.
    """
    for claim in claims:
        if claim.kind != "queue" or claim.certainty not in ("exact", "oneOf"):
            continue
        names = claim.choices if claim.certainty == "oneOf" else (claim.name,)
        queues = (rules.queues.get(name) for name in names)
        clusters = tuple(dict.fromkeys(q.cluster for q in queues if q is not None and q.cluster))
        if len(clusters) == 1:
            yield replace(
                claim, kind="cluster", name=clusters[0], certainty="exact", choices=(), action="use"
            )
        elif clusters:
            yield replace(claim, kind="cluster", name="", choices=clusters, action="use")
