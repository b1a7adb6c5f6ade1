"""Lists what everybody whom the rules name may do: each right with the rule it is by."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from pxc.access.claims import KINDS, NAMELESS, PUBLISHING, Claim
from pxc.access.judge import Judge
from pxc.access.organization import Grant
from pxc.access.principal import Principal
from pxc.access.questions import groups
from pxc.access.subjects import people
from pxc.access.widening import OF_A_ROLE, OPEN_COMPONENTS
from pxc.source import Source, whole

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal

    from pxc.access.decision import Settings, Verdict
    from pxc.access.organization import Restriction, Rules

__all__ = ["Right", "Rights", "rights"]

_HERE = whole(Source("the rights", "?"))
_FROM_THE_FIRST = "0000-00-00"
_AFTER = "~"
"""What makes a day one that sorts behind it, and before the next."""

_OF_COMPONENTS = ("see", "pull", *PUBLISHING)


class Right(Struct, frozen=True, order=True):
    """Somebody may do something, by a rule: `grant:NAME`, or what else gives it, as `role`.

    `name` can be a pattern, all of which is allowed. `until` is empty where it does not end, and so
    is a bound that there is not. A project is empty in a catalog that has none.
    """

    subject: str
    action: str
    kind: str
    name: str
    project: str
    rule: str
    until: str = ""
    per_pod: Decimal | None = None
    per_run: Decimal | None = None

    @property
    def what(self) -> str:
        """The thing as rules write it."""
        return f"{self.kind}:{self.name}"


class Rights(Struct, frozen=True):
    """Rights in order, and what they do not say."""

    rights: list[Right]
    unsaid: tuple[str, ...]


def rights(rules: Rules, settings: Settings) -> Rights:
    """What everybody may do in each project, whatever the day is: a right that ends has its end.

    One that goes on by another rule after its end is there again with that rule.
    """
    reader = _Reader(rules, settings)
    whom = [
        *((s, Principal(subject=s, strength="asserted")) for s in people(rules)),
        *((f"group:{g}", Principal(subject="user:(verified)", strength="verified", groups=(g,)))
          for g in groups(rules)),
    ]  # fmt: skip
    places: list[str | None] = [*sorted(rules.projects)]
    for subject, principal in whom:
        for project in places or [None]:
            reader.read(subject, principal, project)
    return Rights(sorted(reader.found, key=_order), (*reader.unsaid, *_unsaid(rules)))


class _Reader:
    def __init__(self, rules: Rules, settings: Settings) -> None:
        self.rules, self.settings = rules, settings
        self.found: dict[Right, None] = {}
        self.unsaid: dict[str, None] = {}
        self._judges: dict[str, Judge] = {}
        self._asked: dict[str | None, list[Claim]] = {}
        self._granted: dict[str | None, set[tuple[str, str]]] = {}

    def judge(self, day: str) -> Judge:
        if day not in self._judges:
            self._judges[day] = Judge(self.rules, today=day, settings=self.settings)
        return self._judges[day]

    def read(self, subject: str, principal: Principal, project: str | None) -> None:
        """Add the rights of somebody in a project."""
        if project not in self._asked:
            self._granted[project] = set()
            self._asked[project] = list(dict.fromkeys(self._claims(project)))
        judge = self.judge(_FROM_THE_FIRST)
        runs = judge.decide(principal, project, [_claim("run", "create")]).gate is None
        for claim in self._asked[project]:
            # Components are seen and published without a run.
            if runs or claim.kind == "component":
                self._read(subject, principal, project, claim)

    def _read(self, subject: str, who: Principal, project: str | None, claim: Claim) -> None:
        """Add the rights to one thing, of each time that there is one."""
        day = _FROM_THE_FIRST
        while True:
            gated = claim.kind != "component"
            decision = self.judge(day).decide(who, project, [claim], gated=gated)
            [verdict] = decision.verdicts
            if not verdict.allowed:
                self._left_out(verdict, day)
                return
            grant = verdict.rule if isinstance(verdict.rule, Grant) else None
            if grant is None and (claim.kind, claim.name) in self._granted[project]:
                return  # what a role gives has a row of its own
            if grant is None or (claim.per_pod, claim.per_run) in _bounds(self.judge(day), verdict):
                right = _right(subject, project, claim, verdict, grant)
                self.found[right] = None
            if grant is None or grant.until is None:
                return
            day = grant.until + _AFTER

    def _left_out(self, verdict: Verdict, day: str) -> None:
        if verdict.reason == "unresolved-claim" and day == _FROM_THE_FIRST:
            self.unsaid[f"`{verdict.claim.what}`, of which some is allowed and some is not"] = None

    def _claims(self, project: str | None) -> Iterator[Claim]:
        """What is asked in a project: what the catalog lists, and the patterns of its rules."""
        index = self.judge(_FROM_THE_FIRST).index
        narrowed = index.restrictions_of(project)
        yield _claim("run", "create")
        for kind in ("project", "runs") if project is not None else ():
            yield _claim(kind, project or "")
        for kind in KINDS:
            if kind in index.names:
                for name in sorted(index.names[kind]):
                    yield from _each(kind, name)
                continue
            of_a_role = _of_a_role(kind, narrowed.get(kind, ()))
            for name in of_a_role:
                yield from _each(kind, name)
            for entry in index.grants.of(kind):
                name = "true" if kind in NAMELESS else entry.selector.name
                if of_a_role and name not in of_a_role:
                    self._granted[project].add((kind, name))
                yield from _each(kind, name, entry.per_pod, entry.per_run)


def _of_a_role(kind: str, narrowed: tuple[Restriction, ...]) -> list[str]:
    """The patterns of what a role gives of a kind, as far as restrictions let it."""
    if kind not in OF_A_ROLE or kind == "run":
        return []
    if kind == "component":
        return [f"{OPEN_COMPONENTS}**"]
    return [s.name for r in narrowed if not r.excludes for s in r.selectors] or ["**"]


def _each(
    kind: str, name: str, per_pod: Decimal | None = None, per_run: Decimal | None = None
) -> Iterator[Claim]:
    actions = {"connection": ("read", "write"), "component": _OF_COMPONENTS}.get(kind, ("use",))
    for action in actions:
        yield _claim(kind, name, action, per_pod, per_run)


def _claim(
    kind: str,
    name: str,
    action: str = "use",
    per_pod: Decimal | None = None,
    per_run: Decimal | None = None,
) -> Claim:
    certainty = "pattern" if "*" in name else "exact"
    return Claim(
        span=_HERE, kind=kind, name=name, action=action, certainty=certainty,
        per_pod=per_pod, per_run=per_run,
    )  # fmt: skip


def _bounds(judge: Judge, verdict: Verdict) -> set[tuple[Decimal | None, Decimal | None]]:
    """The bounds of the entries that a verdict is by: a lesser amount has its row by another."""
    kind = verdict.claim.kind
    if kind in judge.index.names:
        return {(None, None)}
    return {
        (e.per_pod, e.per_run)
        for e in judge.index.grants.of(kind)
        if e.grant is verdict.rule and e.allowance is verdict.allowance
    }


def _right(
    subject: str, project: str | None, claim: Claim, verdict: Verdict, grant: Grant | None
) -> Right:
    return Right(
        subject,
        claim.action,
        claim.kind,
        claim.name,
        project or "",
        f"grant:{grant.name}" if grant is not None else verdict.step,
        (grant.until or "") if grant is not None else "",
        claim.per_pod if grant is not None else None,
        claim.per_run if grant is not None else None,
    )


def _order(right: Right) -> tuple[str, ...]:
    fields = (right.subject, right.project, right.kind, right.name, right.action, right.rule)
    return (*fields, right.until, str(right.per_pod), str(right.per_run))


def _unsaid(rules: Rules) -> Iterator[str]:
    yield "people whom the catalog does not name"
    for deny in rules.denies.values():
        if deny.level != "hard":
            yield f"deny `{deny.name}`, which only warns or can be overridden"
    if any(p is not None and p.delegates for p in rules.presets.values()):
        yield "what presets pass on to who may use them"
    if rules.queues:
        yield "that a queue leads to its namespace, cluster and nodes"
    if any(c.restrict for c in rules.clusters.values()):
        yield "what clusters narrow"
    if rules.quotas or any(q.quota for q in rules.queues.values()):
        yield "quotas"
