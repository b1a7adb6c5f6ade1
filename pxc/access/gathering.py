"""Gathers claims: one for each thing, its origin and its operation, with the most that is asked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

from msgspec.structs import replace

from pxc.access.claims import Claim
from pxc.access.known import Choices, known, spans_of, via_of
from pxc.access.organization import NodePool
from pxc.ir.node import Lit
from pxc.source import Span

__all__ = ["Amount", "Gathering"]

Amount = Callable[[str], Decimal | None]
"""The number of a Kubernetes quantity; None for a text that is none."""

_Key = tuple[Any, ...]


class Gathering:
    """Claims as they are found.

    `via` is the origin of everything that is added, empty where places tell it; `owner` the
    operation. `choices` gives the values of what waits for the run, where they are known. `pools`
    are the node pools of the catalog. A node of a class in `models` is handed to what stands there
    instead of being looked into.
    """

    def __init__(self, amount: Amount, pools: tuple[NodePool, ...] = ()) -> None:
        self.amount = amount
        self.pools = pools
        self.models: dict[type, Callable[[Any], None]] = {}
        self.via = ""
        self.owner = ""
        self.choices: Choices | None = None
        self._found: dict[_Key, Claim] = {}

    def add(
        self,
        kind: str,
        *parts: Any,
        action: str = "use",
        span: Span | None = None,
        also: tuple[Span, ...] = (),
        per_pod: Decimal | None = None,
        per_run: Decimal | None = None,
        alias: str = "",
    ) -> None:
        """Claim the thing of a kind whose name the texts and fields make.

        `also` are places of fields that decide on the claim and are no part of the name.
        """
        name = known(parts, self.choices)
        places = spans_of(parts)
        where = span or places[0]
        self.put(
            Claim(
                span=where,
                kind=kind,
                name=name.name,
                action=action,
                per_pod=per_pod,
                per_run=per_run,
                certainty=name.certainty,
                choices=name.choices,
                via=self.via or via_of((*(places or (where,)), *also)),
                owner=self.owner,
                alias=alias,
            )
        )

    def flag(self, kind: str, value: Any) -> None:
        """Claim a thing of which there is one, where a field says yes or may say it."""
        if isinstance(value, Lit):
            if value.value is True:
                self.add(kind, "true", span=value.span)
        elif value is not None:
            self.unknown(kind, value)

    def unknown(self, kind: str, node: Any) -> None:
        """Claim something of a kind that only the run knows."""
        self.put(
            Claim(
                span=node.span,
                kind=kind,
                name=getattr(node, "text", "?"),
                certainty="unknown",
                via=self.via or "user",
                owner=self.owner,
            )
        )

    def put(self, claim: Claim) -> None:
        """Keep a claim; of one thing the largest amounts."""
        key = (claim.kind, claim.name, claim.choices, claim.certainty, claim.action, claim.via,
               claim.owner)  # fmt: skip
        first = self._found.get(key)
        if first is not None:
            claim = replace(
                first,
                per_pod=_most(first.per_pod, claim.per_pod),
                per_run=_most(first.per_run, claim.per_run),
            )
        self._found[key] = claim

    def __iter__(self) -> Iterator[Claim]:
        return iter(self._found.values())


def _most(one: Decimal | None, other: Decimal | None) -> Decimal | None:
    if one is None or other is None:
        return other if one is None else one
    return max(one, other)
