"""Compares two catalogs by what people may do: the rights that somebody gains or loses."""

from __future__ import annotations

from decimal import Decimal
from itertools import chain
from typing import TYPE_CHECKING

from msgspec import Struct

from pxc.access.claims import KINDS, NAMELESS, Claim
from pxc.access.index import least
from pxc.access.judge import Judge
from pxc.access.principal import Principal
from pxc.access.questions import groups
from pxc.access.selectors import ANY_KIND
from pxc.access.subjects import people
from pxc.source import Source, whole

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pxc.access.organization import Rules

__all__ = ["Change", "difference"]

_ENDLESS = Decimal(10) ** 30
_HERE = whole(Source("a comparison", "?"))


class Change(Struct, frozen=True, order=True):
    """A right that differs: `before` and `after` are empty for none, else how much, or `yes`."""

    subject: str
    project: str
    what: str
    before: str
    after: str


def difference(base: Rules, head: Rules, *, today: str) -> list[Change]:
    """What everybody who is named may use of all that is named, where that differs; sorted.

    Names are those that either catalog has: of things that it lists, and of its grants, denies and
    restrictions, patterns as a whole. Amounts are asked at each bound that there is.
    """
    sides = (Judge(base, today=today), Judge(head, today=today))
    projects = sorted({*base.projects, *head.projects})
    asked = sorted({thing for rules in (base, head) for thing in _things(rules)})
    amounts = sorted({a for rules in (base, head) for a in _amounts(rules)})
    whom = [
        *((s, Principal(subject=s, strength="asserted"))
          for s in sorted({*people(base), *people(head)})),
        *((f"group:{g}", Principal(subject="user:(verified)", strength="verified", groups=(g,)))
          for g in sorted({*groups(base), *groups(head)})),
    ]  # fmt: skip
    found = []
    for subject, principal in whom:
        for project in projects:
            claims = [c for thing in asked for c in _claims(*thing, amounts)]
            before, after = (_allowed(judge, principal, project, claims) for judge in sides)
            for what in dict.fromkeys(_title(c) for c in claims):
                one, other = before.get(what, ""), after.get(what, "")
                if one != other:
                    found.append(Change(subject, project, what, one, other))
    return sorted(found)


def _allowed(
    judge: Judge, principal: Principal, project: str, claims: list[Claim]
) -> dict[str, str]:
    """What is allowed of claims, each decided for itself: `yes`, or the most that is."""
    if judge.rules.declared and project not in judge.rules.projects and judge.rules.projects:
        return {}
    found: dict[str, str] = {}
    for claim in claims:
        if judge.decide(principal, project, [claim]).allowed:
            amount = claim.per_run
            endless = amount is None or amount >= _ENDLESS
            found[_title(claim)] = "yes" if endless else f"at most {amount:f}"
    return found


def _claims(kind: str, name: str, amounts: list[Decimal]) -> Iterator[Claim]:
    certainty = "pattern" if "*" in name and kind not in NAMELESS else "exact"
    actions = ("read", "write") if kind == "connection" else ("use",)
    for action in actions:
        # Growing amounts: what is allowed last is the most.
        for amount in (*amounts, _ENDLESS) if kind == "accelerator" else (_ENDLESS,):
            yield Claim(
                span=_HERE, kind=kind, name=name, action=action, certainty=certainty,
                per_pod=amount, per_run=amount,
            )  # fmt: skip


def _title(claim: Claim) -> str:
    return claim.what if claim.action == "use" else f"{claim.action} {claim.what}"


def _things(rules: Rules) -> Iterator[tuple[str, str]]:
    """Each thing that a catalog names, by kind and name."""
    judge = Judge(rules, today="0000-00-00")
    for kind, names in judge.index.names.items():
        yield from ((kind, name) for name in names)
    yield ("run", "create")
    restricted = chain(
        rules.organization.restrict if rules.organization else (),
        *(p.restrict for p in rules.projects.values()),
        *(p.restrict for p in rules.policies.values()),
        *(c.restrict for c in rules.clusters.values()),
    )
    selectors = chain(
        (s for g in rules.grants.values() for a in g.allow for s in a.selectors),
        (s for d in rules.denies.values() for s in d.deny),
        (s for r in restricted for s in r.selectors),
    )
    for selector in selectors:
        kinds = KINDS if selector.kind == ANY_KIND else (selector.kind,)
        for kind in kinds:
            yield (kind, "true" if kind in NAMELESS else selector.name)


def _amounts(rules: Rules) -> Iterator[Decimal]:
    for grant in rules.grants.values():
        for allowance in grant.allow:
            for selector in allowance.selectors:
                most = allowance.most
                bounds = (most.per_pod, most.per_run) if most else (None, None)
                found = least(*bounds, selector.most)
                if found is not None:
                    yield found
    yield Decimal(1)
