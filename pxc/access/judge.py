"""Decides which claims of a run somebody may use in a project, by the rules of the catalog.

Grants widen, restrictions narrow, a deny always wins, what the catalog lacks is denied, and so is
what nobody can know yet, unless all that it may be is allowed. The order of the steps decides the
message alone, never the outcome.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from pxc.access.decision import Decision, Settings, Verdict
from pxc.access.index import Index, holds_in
from pxc.access.principal import Principal
from pxc.access.roles import standing
from pxc.access.selectors import forms, selects, touches
from pxc.access.widening import Widening, is_open

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pxc.access.claims import Claim
    from pxc.access.index import Denied
    from pxc.access.organization import Restriction, Rules
    from pxc.access.roles import Standing
    from pxc.access.selectors import Wanted

__all__ = ["Judge", "decide"]

_STRICT = Settings()

_LEVELS = ("hard", "soft", "advisory")

OF_A_CONNECTION = frozenset(
    (
        *("secret", "configMap", "volume", "hostPath", "nfs", "csi", "bucket"),
        *("registry", "egress", "annotation", "label"),
    )
)
"""What a connection brings along, and hands out to whoever may use it."""


def decide(
    rules: Rules,
    principal: Principal,
    project: str | None,
    claims: Iterable[Claim],
    *,
    today: str,
    settings: Settings = _STRICT,
) -> Decision:
    """Decide on a run's claims; `today` is a day as `2027-03-31`, which grants with an end need.

    Without rules (`rules.declared` false) everything is allowed. Raises nothing.
    """
    return Judge(rules, today=today, settings=settings).decide(principal, project, claims)


class Judge:
    """Decides any number of times by the same rules."""

    def __init__(self, rules: Rules, *, today: str, settings: Settings = _STRICT) -> None:
        self.rules = rules
        self.today = today
        self.settings = settings
        self.index = Index(rules)
        self._overridden = frozenset(name for name, reason in settings.overrides if reason)
        self._standings: dict[tuple[Principal, str | None], Standing] = {}

    def standing(self, principal: Principal, project: str | None) -> Standing:
        """Who a principal is in a project."""
        key = (principal, project)
        if key not in self._standings:
            self._standings[key] = standing(self.rules, principal, project)
        return self._standings[key]

    def decide(
        self,
        principal: Principal,
        project: str | None,
        claims: Iterable[Claim],
        *,
        gated: bool = True,
    ) -> Decision:
        """Decide on all claims of one run; on what is no run, whether he may run or not."""
        claims = tuple(claims)
        who = [principal]
        if principal.bound_by is not None:
            acting = replace(principal, subject=principal.bound_by, groups=(), bound_by=None)
            who.append(acting)
        gate: Verdict | None = None
        verdicts: tuple[Verdict, ...] = ()
        cases: list[Case] = []
        if not self.rules.declared:
            verdicts = tuple(Verdict(claim=c, allowed=True, step="open") for c in claims)
        else:
            cases = [Case(self, one, project, claims) for one in who]
            gate = next(filter(None, map(self._gate, cases)), None) if gated else None
            if gate is None:
                for case in cases:
                    found = case.verdicts()
                    verdicts = tuple(map(_stricter, verdicts, found)) if verdicts else found
        return Decision(
            principal=principal,
            project=project,
            today=self.today,
            gate=gate,
            verdicts=verdicts,
            standings=tuple(case.who for case in cases),
        )

    def _gate(self, case: Case) -> Verdict | None:
        """Why somebody may run nothing here; None where he may."""
        who, project, claims = case.who, case.project, case.claims
        if who.sees and "run:create" in who.can:
            return None
        claim = next((c for c in claims if c.kind in ("project", "run")), None)
        if claim is None and not claims:
            return None  # whoever asks for nothing is refused nothing
        return Verdict(
            claim=claim or claims[0],
            allowed=False,
            step="gate",
            reason="run-not-permitted",
            rule=self.rules.projects.get(project) if project is not None and who.sees else None,
            whose=case.principal.subject,
        )

    def denies(self, who: Standing, project: str | None, kind: str, want: Wanted) -> list[Denied]:
        """Every deny that is about something of what is wanted, the hardest first."""
        found = [
            d
            for d in self.index.denies.touching(kind, want)
            if not who.subjects.isdisjoint(d.to)
            and who.subjects.isdisjoint(d.excepted)
            and holds_in(d.rule.projects, project)
        ]
        return sorted(found, key=self._weight) if len(found) > 1 else found

    def stops(self, denied: Denied) -> bool:
        """Whether a deny stops a run, and does not only warn."""
        level = denied.rule.level
        return level != "advisory" and not (
            level == "soft" and denied.rule.name in self._overridden
        )

    def _weight(self, denied: Denied) -> tuple[bool, int, str]:
        level = denied.rule.level
        rank = _LEVELS.index(level) if level in _LEVELS else 0
        return (not self.stops(denied), rank, denied.rule.name)


class Case:
    """The claims of one run, of one principal, in one project."""

    def __init__(
        self, judge: Judge, principal: Principal, project: str | None, claims: tuple[Claim, ...]
    ) -> None:
        self.judge = judge
        self.principal = principal
        self.project = project
        self.claims = claims
        self.who = judge.standing(principal, project)
        self.clusters = _clusters(judge.rules, claims)
        self.lenient = judge.settings.unresolved == "allow"
        self.widening = Widening(self)

    def verdicts(self) -> tuple[Verdict, ...]:
        """A verdict for each claim, in their order."""
        return tuple(self.verdict(c) for c in self.claims)

    def verdict(self, claim: Claim) -> Verdict:
        """What is decided of one claim; of several possible names each must be allowed."""
        if claim.via.startswith("connection:") and claim.kind in OF_A_CONNECTION:
            return self._brought_along(claim)
        found: Verdict | None = None
        for name, want in forms(claim):
            one = self._one(claim, name, want)
            if not one.allowed:
                return self._let_pass(self._after_its_queue(one))
            found = one if found is None else _stricter(found, one)
        if found is None:  # one of no choices: nothing is known of it
            return self._let_pass(self._denied(claim, "certainty", "unresolved-claim", claim.name))
        return found

    def _let_pass(self, denied: Verdict) -> Verdict:
        if denied.reason == "unresolved-claim" and self.lenient:
            return replace(denied, allowed=True, step="open", reason="")
        return denied

    def _after_its_queue(self, denied: Verdict) -> Verdict:
        """A cluster that nothing is against, but whose queue may not be used, is told by that."""
        if denied.claim.kind != "cluster" or denied.step != "grant":
            return denied
        for other in self.claims:
            if any(queue.cluster == denied.name for queue in self.widening.queues_of(other)):
                return replace(denied, follows=other.what)
        return denied

    def _brought_along(self, claim: Claim) -> Verdict:
        """What belongs to a connection is decided by the connection."""
        whole = self.of("connection", claim.via.partition(":")[2], claim)
        return replace(
            whole,
            claim=claim,
            step="connection" if whole.allowed else whole.step,
            follows=whole.claim.what,
        )

    def of(self, kind: str, name: str, claim: Claim) -> Verdict:
        """What is decided of the thing that brings a claim along, as it is claimed or of itself."""
        own = [c for c in self.claims if c.kind == kind and c.name == name and c.via != claim.via]
        if not own:
            own = [replace(claim, kind=kind, name=name, certainty="exact", choices=(), action="use",
                           per_pod=None, per_run=None, via="user")]  # fmt: skip
        verdicts = [self.verdict(c) for c in own]
        return next((v for v in verdicts if not v.allowed), verdicts[0])

    def _one(self, claim: Claim, name: str, want: Wanted) -> Verdict:
        kind, open_names = claim.kind, self.judge.settings.undeclared == "allow"
        certain = claim.certainty in ("exact", "oneOf")
        lacking = certain and self.widening.lacks(kind, name)
        if certain and (self.widening.hides(claim, name, want) or (lacking and not open_names)):
            return self._denied(claim, "catalog", "not-in-catalog", name)
        if claim.action == "see":
            return self._seen(claim, name, want)
        denies = self.judge.denies(self.who, self.project, kind, want)
        for denied in denies:
            if not self.judge.stops(denied):
                continue
            if certain or selects(denied.selector, kind, want):
                return self._denied(claim, "deny", "denied-by-rule", name, rule=denied.rule)
            if not self.lenient:
                return self._denied(claim, "certainty", "unresolved-claim", name, rule=denied.rule)
        warnings = tuple(dict.fromkeys(d.rule for d in denies)) if denies else ()
        for restriction in self.judge.index.restrictions(self.project, kind):
            narrowed = self._narrowed(restriction, claim, name, want)
            if narrowed is not None:
                return narrowed
        for restriction in self._of_clusters(kind):
            narrowed = self._narrowed(restriction, claim, name, want)
            if narrowed is not None:
                return narrowed
        if kind in ("connection", "serviceAccount", "priorityClass"):
            narrowed = self._refused(claim, name, want)
            if narrowed is not None:
                return narrowed
        found = self.widening.verdict(claim, name, want)
        if not found.allowed and lacking and found.step == "grant":
            found = Verdict(claim=claim, allowed=True, step="open", name=name)
        if warnings and found.allowed:
            return replace(found, warnings=warnings, reason="denied-softly")
        return found

    def _seen(self, claim: Claim, name: str, want: Wanted) -> Verdict:
        """Whether somebody may know of a component; what only narrows its use hides nothing."""
        if claim.certainty == "exact" and is_open(name):
            return Verdict(claim=claim, allowed=True, step="open", name=name)
        for denied in self.judge.denies(self.who, self.project, claim.kind, want):
            if denied.rule.level == "hard" and (
                want.form is None or selects(denied.selector, claim.kind, want)
            ):
                return self._denied(claim, "deny", "denied-by-rule", name, rule=denied.rule)
        return self.widening.verdict(claim, name, want)

    def _refused(self, claim: Claim, name: str, want: Wanted) -> Verdict | None:
        """The denial of what the thing itself, or a cluster of the run, is not for."""
        if want.form is None:
            refused = self.widening.refused(claim, name, self.clusters)
            if refused is None:
                return None
            return self._denied(claim, "restriction", "outside-restriction", name, rule=refused)
        if self.lenient:
            return None
        for listed in sorted(self.judge.index.names.get(claim.kind, ())):
            refused = self.widening.refused(claim, listed, self.clusters)
            if refused is not None and want.form.matches(listed):
                return self._denied(claim, "certainty", "unresolved-claim", name, rule=refused)
        return None

    def _of_clusters(self, kind: str) -> list[Restriction]:
        clusters = self.judge.rules.clusters
        return [
            r
            for c in self.clusters
            if c in clusters
            for r in clusters[c].restrict
            if r.kind == kind
        ]

    def _narrowed(
        self, restriction: Restriction, claim: Claim, name: str, want: Wanted
    ) -> Verdict | None:
        """The denial of what a restriction leaves out; None for what it lets through."""
        kind, selectors = claim.kind, restriction.selectors
        touching = any(touches(s, kind, want) for s in selectors)
        covering = touching and any(selects(s, kind, want) for s in selectors)
        if not touching if restriction.excludes else covering:
            return None
        if claim.certainty in ("exact", "oneOf") or (
            covering if restriction.excludes else not touching
        ):
            return self._denied(claim, "restriction", "outside-restriction", name, rule=restriction)
        if self.lenient:
            return None
        return self._denied(claim, "certainty", "unresolved-claim", name, rule=restriction)

    def _denied(
        self, claim: Claim, step: str, reason: str, name: str, rule: object = None
    ) -> Verdict:
        return Verdict(
            claim=claim,
            allowed=False,
            step=step,
            reason=reason,
            rule=rule,  # type: ignore[arg-type]
            name=name,
            whose=self.principal.subject,
        )


def _clusters(rules: Rules, claims: tuple[Claim, ...]) -> tuple[str, ...]:
    """The clusters that a run may land on, as far as its claims tell."""
    found: dict[str, None] = {}
    for claim in claims:
        if claim.kind not in ("cluster", "queue"):
            continue
        for name in claim.choices if claim.certainty == "oneOf" else (claim.name,):
            if claim.kind == "cluster":
                found[name] = None
            elif name in rules.queues and rules.queues[name].cluster is not None:
                found[rules.queues[name].cluster or ""] = None
    return tuple(found)


def _stricter(one: Verdict, other: Verdict) -> Verdict:
    """Of two verdicts on a claim the one that denies, else the first with the warnings of both."""
    if not one.allowed or (other.allowed and not other.warnings):
        return one
    if not other.allowed:
        return other
    warnings = tuple(dict.fromkeys((*one.warnings, *other.warnings)))
    return replace(one, warnings=warnings, reason="denied-softly")
