"""Finds why a claim is denied and what to do: grants that nearly cover it, whom to ask, ways out.

Nothing is named to somebody who may not see it: hidden connections only where they are granted, and
to outsiders nothing but what they may use.
"""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from pxc.access.case import Case
from pxc.access.index import holds_in
from pxc.access.selectors import forms
from pxc.access.widening import covers_action

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pxc.access.claims import Claim
    from pxc.access.decision import Decision, Verdict
    from pxc.access.index import Allowed
    from pxc.access.judge import Judge
    from pxc.access.organization import Grant
    from pxc.access.principal import Principal
    from pxc.source import Span

__all__ = ["Explainer", "Near", "Ways"]

_MOST_NEAR = 3


class Near(Struct, frozen=True):
    """A grant that does not cover a claim: what it lacks, and its place."""

    grant: Grant
    lacks: str
    span: Span


class Ways(Struct, frozen=True):
    """What to do about a denial: `instead` names that are allowed, whom to ask (`team:data`).

    `instead` are the best first. `meant` is the visible name that is most like a missing one.
    """

    near: tuple[Near, ...] = ()
    owner: str = ""
    instead: tuple[str, ...] = ()
    meant: str | None = None


class Explainer:
    """Explains what was decided of one run."""

    def __init__(self, judge: Judge, decision: Decision) -> None:
        self.judge = judge
        self.decision = decision
        claims = tuple(v.claim for v in decision.verdicts)
        who = decision.principal
        self._cases = {who.subject: Case(judge, who, decision.project, claims)}
        if who.bound_by is not None:
            acting = replace(who, subject=who.bound_by, groups=(), bound_by=None)
            self._cases[acting.subject] = Case(judge, acting, decision.project, claims)

    def principal(self, verdict: Verdict) -> Principal:
        """Whom a verdict is about."""
        return self._case(verdict).principal

    def ways(self, verdict: Verdict) -> Ways:
        """What explains a denial, and what leads out of it."""
        if verdict.step == "gate":
            return Ways()
        instead = self._instead(verdict)
        if verdict.reason == "not-in-catalog":
            return Ways(instead=instead, meant=self._meant(verdict))
        near = self.near(verdict) if verdict.step in ("grant", "certainty") else ()
        return Ways(near=near, owner=self._owner(verdict), instead=instead)

    def near(self, verdict: Verdict) -> tuple[Near, ...]:
        """The grants that come nearest to covering a claim, the nearest first."""
        case, claim = self._case(verdict), verdict.claim
        if case.who.outside:
            return ()
        found: list[tuple[tuple[float, str], Near]] = []
        for _, want in (f for f in forms(claim) if f[0] == verdict.name):
            for entry in case.judge.index.grants.covering(claim.kind, want):
                distance, lacks = self._lacking(case, claim, entry)
                near = Near(entry.grant, lacks, entry.grant.span)
                found.append(((distance, entry.grant.name), near))
        for entry in case.judge.index.grants.of(claim.kind):
            if case.widening.held(entry) and self._visible(case, claim.kind, entry.selector.name):
                likeness = _likeness(entry.selector.name, verdict.name)
                lacks = f"allows `{claim.kind}:{entry.selector.name}`, another name"
                near = Near(entry.grant, lacks, entry.selector.span)
                found.append(((10.0 - likeness, entry.grant.name), near))
        nearest: dict[str, Near] = {}
        for _, near in sorted(found, key=lambda f: f[0]):
            nearest.setdefault(near.grant.name, near)
        return tuple(nearest.values())[:_MOST_NEAR]

    def _lacking(self, case: Case, claim: Claim, entry: Allowed) -> tuple[float, str]:
        """How far a grant about the very thing is from covering a claim, and what it lacks."""
        grant = entry.grant
        if not case.who.subjects.isdisjoint(entry.to):
            if grant.until is not None and grant.until < self.decision.today:
                return 1.0, f"ended with {grant.until}"
            if not covers_action(entry.allowance.actions, claim.action):
                actions = sorted(entry.allowance.actions) or ["use"]
                return 2.0, f"is for {' and '.join(actions)} alone"
            if not holds_in(grant.projects, self.decision.project):
                return 3.0, "is for other projects"
            return 4.0, "is narrowed by the policy of the team"
        return 5.0, f"is to {', '.join(f'`{t}`' for t in grant.to)}"

    def _instead(self, verdict: Verdict) -> tuple[str, ...]:
        """Names of the same kind that are allowed, most like the denied one first."""
        case, claim = self._case(verdict), verdict.claim
        names = self.judge.index.names.get(claim.kind)
        if names is None:
            return ()
        allowed = [n for n in sorted(names) if n != verdict.name and self._may(case, claim, n)]
        return tuple(sorted(allowed, key=lambda n: (-_likeness(n, verdict.name), n)))

    def _may(self, case: Case, claim: Claim, name: str) -> bool:
        one = replace(claim, name=name, certainty="exact", choices=(), via="user")
        return case.verdict(one).allowed

    def _meant(self, verdict: Verdict) -> str | None:
        """The name that somebody may have meant, of those that he may see."""
        from pxc.diagnostics import nearest

        case, kind = self._case(verdict), verdict.claim.kind
        names = self.judge.index.names.get(kind, frozenset())
        return nearest(verdict.name, (n for n in names if self._visible(case, kind, n)))

    def _visible(self, case: Case, kind: str, name: str) -> bool:
        """Whether the name of something may be told."""
        if kind == "connection":
            access = self.judge.rules.connections.get(name)
            if access is not None and access.hidden:
                one = replace(self._any_claim(), kind=kind, name=name, certainty="exact")
                (form,) = forms(one)
                if case.widening.hides(one, name, form[1]):
                    return False
        if case.who.outside and kind in self.judge.index.names:
            one = replace(self._any_claim(), kind=kind, name=name, certainty="exact")
            return case.verdict(one).allowed
        return True

    def _any_claim(self) -> Claim:
        claim = self.decision.verdicts[0].claim
        return replace(claim, action="use", choices=(), via="user", per_pod=None, per_run=None)

    def _owner(self, verdict: Verdict) -> str:
        """Whom to ask for a thing."""
        rules, name = self.judge.rules, verdict.name
        if verdict.claim.kind == "connection":
            access = rules.connections.get(name)
            return access.owner if access is not None else ""
        if verdict.claim.kind == "preset":
            preset = rules.presets.get(name)
            return preset.owner if preset is not None else ""
        if verdict.claim.kind == "queue" and name in rules.queues:
            return rules.queues[name].owner
        return ""

    def _case(self, verdict: Verdict) -> Case:
        return self._cases.get(verdict.whose) or next(iter(self._cases.values()))


def _likeness(one: str, other: str) -> float:
    return SequenceMatcher(None, one, other).ratio()


def names_of(names: Iterable[str], most: int = 3) -> str:
    """Names for a sentence, cut after a few."""
    given = list(names)
    shown = ", ".join(f"`{n}`" for n in given[:most])
    return f"{shown} and {len(given) - most} more" if len(given) > most else shown
