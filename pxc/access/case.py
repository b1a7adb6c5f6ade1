"""Decides on the claims of one run, of one principal, in one project, step by step."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from pxc.access.decision import Verdict
from pxc.access.selectors import forms, selects, touches
from pxc.access.widening import Widening, is_open

if TYPE_CHECKING:
    from pxc.access.claims import Claim
    from pxc.access.judge import Judge
    from pxc.access.organization import Restriction, Rules
    from pxc.access.principal import Principal
    from pxc.access.selectors import Wanted

__all__ = ["OF_A_CONNECTION", "Case", "stricter"]

OF_A_CONNECTION = frozenset(
    (
        *("secret", "configMap", "volume", "hostPath", "nfs", "csi", "bucket"),
        *("registry", "egress", "annotation", "label"),
    )
)
"""What a connection brings along, and hands out to whoever may use it."""


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
            found = one if found is None else stricter(found, one)
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


def stricter(one: Verdict, other: Verdict) -> Verdict:
    """Of two verdicts on a claim the one that denies, else the first with the warnings of both."""
    if not one.allowed or (other.allowed and not other.warnings):
        return one
    if not other.allowed:
        return other
    warnings = tuple(dict.fromkeys((*one.warnings, *other.warnings)))
    return replace(one, warnings=warnings, reason="denied-softly")
