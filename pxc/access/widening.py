"""Finds what lets somebody use a thing: a grant, a role, ownership, or what brings it along."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pxc.access.claims import PUBLISHING
from pxc.access.decision import Verdict
from pxc.access.index import holds_in
from pxc.access.roles import standing
from pxc.access.selectors import selects, touches

if TYPE_CHECKING:
    from decimal import Decimal

    from pxc.access.case import Case
    from pxc.access.claims import Claim
    from pxc.access.index import Allowed
    from pxc.access.organization import (
        Cluster,
        ConnectionAccess,
        PresetRules,
        Queue,
        Restriction,
    )
    from pxc.access.selectors import Wanted

__all__ = ["OF_A_ROLE", "OPEN_COMPONENTS", "Widening", "covers_action", "is_open"]

OF_A_ROLE: dict[str, str] = {
    "run": "run:create",
    "runtime": "run:create",
    "image": "run:create",
    "registry": "run:create",
    "resource": "run:create",
    "path": "run:create",
    "egress": "run:create",
    "component": "component:pull",
}
"""Kinds that need no grant, only what a role can. Restrictions and denies hold for them, too.

Of components only those of the catalog itself and of the registry `public`, to pull them.
"""

OPEN_COMPONENTS = "public//"
"""What the names of components begin with that are no secret of the organization."""


class Widening:
    """What widens the rights of one principal in one project."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.judge = case.judge
        self.rules = case.judge.rules
        self.who = case.who
        self._preset_rules: dict[str, bool] = {}

    def lacks(self, kind: str, name: str) -> bool:
        """Whether the catalog lists things of this kind, and not this one."""
        names = self.judge.index.names.get(kind)
        return names is not None and name not in names

    def hides(self, claim: Claim, name: str, want: Wanted) -> bool:
        """Whether a connection is one whose name is not told to whom it is not granted."""
        if claim.kind != "connection":
            return False
        access = self.rules.connections.get(name)
        if access is None or not access.hidden or access.owner in self.who.subjects:
            return False
        return not any(self.held(e) for e in self.judge.index.grants.covering("connection", want))

    def refused(
        self, claim: Claim, name: str, clusters: tuple[str, ...]
    ) -> ConnectionAccess | Cluster | None:
        """What says that a thing is not for this action, or not on a cluster of the run."""
        if claim.kind == "connection":
            access = self.rules.connections.get(name)
            if access is None:
                return None
            if claim.action in ("read", "write") and claim.action not in access.actions:
                return access
            elsewhere = access.clusters is not None and any(
                c not in access.clusters for c in clusters
            )
            return access if elsewhere else None
        for cluster in clusters:
            there = self.rules.clusters.get(cluster)
            if there is None:
                continue
            accounts = claim.kind == "serviceAccount"
            names = there.service_accounts if accounts else there.priority_classes
            if names is not None and name not in names:
                return there
        return None

    def held(self, entry: Allowed) -> bool:
        """Whether an entry of a grant is this principal's, here and today."""
        grant = entry.grant
        return (
            not self.who.subjects.isdisjoint(entry.to)
            and (grant.until is None or grant.until >= self.judge.today)
            and (grant.projects is None or holds_in(grant.projects, self.case.project))
        )

    def verdict(self, claim: Claim, name: str, want: Wanted) -> Verdict:
        """The first thing that covers a claim, or the denial of what nothing covers."""
        too_little: Allowed | None = None
        for entry in self.judge.index.grants.covering(claim.kind, want):
            if not self.held(entry) or not covers_action(entry.allowance.actions, claim.action):
                continue
            if not self._through_a_team(entry, claim, want):
                continue
            if within(claim, entry.per_pod, entry.per_run):
                return Verdict(
                    claim=claim, allowed=True, step="grant", rule=entry.grant,
                    allowance=entry.allowance, name=name, whose=self.case.principal.subject,
                )  # fmt: skip
            if too_little is None or more(entry, too_little):
                too_little = entry
        other = self._otherwise(claim, name, want)
        if other is not None:
            return other
        step, reason = "grant", "access-denied"
        if too_little is not None:
            step, reason = "bound", "above-bound"
        if claim.certainty == "unknown" or (
            claim.certainty == "pattern" and too_little is None and self._partly(claim, want)
        ):
            step, reason = "certainty", "unresolved-claim"
        return Verdict(
            claim=claim, allowed=False, step=step, reason=reason, name=name,
            rule=too_little.grant if too_little else None,
            allowance=too_little.allowance if too_little else None,
            whose=self.case.principal.subject,
        )  # fmt: skip

    def _partly(self, claim: Claim, want: Wanted) -> bool:
        return any(self.held(e) for e in self.judge.index.grants.touching(claim.kind, want))

    def _through_a_team(self, entry: Allowed, claim: Claim, want: Wanted) -> bool:
        """Whether what is held by a team alone is let through by the policy of one such team."""
        holders = self.who.subjects & entry.to
        if any(not h.startswith("team:") for h in holders):
            return True
        for holder in holders:
            policy = self.rules.teams[holder[5:]].policy
            narrowing = (
                self.rules.policies[policy].restrict if policy in self.rules.policies else ()
            )
            if all(_lets_through(r, claim, want) for r in narrowing if r.kind == claim.kind):
                return True
        return False

    def _otherwise(self, claim: Claim, name: str, want: Wanted) -> Verdict | None:
        """What covers a claim without a grant."""
        kind, known = claim.kind, claim.certainty in ("exact", "oneOf")
        rule: Queue | ConnectionAccess | PresetRules | None
        if kind in OF_A_ROLE:
            by_role = OF_A_ROLE[kind] in self.who.can and (kind != "component" or _may(claim, name))
            return self._by("role", claim, name) if by_role else None
        if known and kind in ("project", "runs"):
            return self._by("role", claim, name) if self._reaches(claim, name) else None
        if known and self._of_the_project(kind, name):
            return self._by("project", claim, name)
        if known and kind in ("connection", "preset", "queue"):
            rule = self._owned(kind, name)
            if rule is not None:
                return self._by("owner", claim, name, rule)
        if known and kind in ("cluster", "namespace", "nodePool"):
            rule = self._queue_of(claim, name)
            if rule is not None:
                return self._by("queue", claim, name, rule)
        if claim.via.startswith("preset:"):
            rule = self._delegated(claim, want)
            if rule is not None:
                return self._by("preset", claim, name, rule)
        if claim.is_implied:
            return self._by("default", claim, name)
        return self._by("compiler", claim, name) if claim.via == "compiler" else None

    def _by(
        self, step: str, claim: Claim, name: str,
        rule: Queue | ConnectionAccess | PresetRules | None = None,
    ) -> Verdict:  # fmt: skip
        whose = self.case.principal.subject
        return Verdict(claim=claim, allowed=True, step=step, rule=rule, name=name, whose=whose)

    def _reaches(self, claim: Claim, name: str) -> bool:
        """Whether somebody's roles in another project let him run there, or read what ran."""
        needed = "run:create" if claim.kind == "project" else "runs:read"
        if name == self.case.project:
            return needed in self.who.can
        there = standing(self.rules, self.case.principal, name)
        return there.sees and needed in there.can

    def _of_the_project(self, kind: str, name: str) -> bool:
        """Whether an administrator gave the project this queue, namespace or preset."""
        organization, project = self.rules.organization, self.case.project
        if kind == "preset" and organization is not None and name in organization.presets:
            return True
        place = self.rules.projects.get(project) if project is not None else None
        if place is None:
            return False
        return {
            "queue": name == place.queue,
            "namespace": name == place.namespace,
            "preset": name in place.presets,
        }.get(kind, False)

    def _owned(self, kind: str, name: str) -> Queue | ConnectionAccess | PresetRules | None:
        rule: Queue | ConnectionAccess | PresetRules | None = None
        if kind == "connection":
            rule = self.rules.connections.get(name)
        elif kind == "preset":
            rule = self.rules.presets.get(name)
        elif kind == "queue":
            rule = self.rules.queues.get(name)
        return rule if rule is not None and rule.owner in self.who.subjects else None

    def _queue_of(self, claim: Claim, name: str) -> Queue | None:
        """A queue that the run may use and that leads to this cluster, namespace or nodes."""
        for other in self.case.claims:
            for queue in self.queues_of(other):
                leads = {
                    "cluster": (queue.cluster,),
                    "namespace": (queue.namespace,),
                    "nodePool": queue.node_pools or (),
                }
                if name in leads[claim.kind] and self.case.verdict(other).allowed:
                    return queue
        return None

    def queues_of(self, claim: Claim) -> list[Queue]:
        """The queues of the catalog that a claim names, as the one or as one of several."""
        if claim.kind != "queue" or claim.certainty not in ("exact", "oneOf"):
            return []
        names = claim.choices if claim.certainty == "oneOf" else (claim.name,)
        return [self.rules.queues[name] for name in names if name in self.rules.queues]

    def _delegated(self, claim: Claim, want: Wanted) -> PresetRules | None:
        """The preset of the catalog that set this value, where it passes on the right to it."""
        preset = claim.via.partition(":")[2]
        rule = self.rules.presets.get(preset)
        if rule is None or claim.kind == "preset":
            return None
        for selector in rule.delegates:
            if selects(selector, claim.kind, want) and within(claim, selector.most, selector.most):
                return rule if self.case.of("preset", preset, claim).allowed else None
        return None


def covers_action(actions: frozenset[str], action: str) -> bool:
    """Whether actions of a rule are about an action; none means all, and `use` is all, too.

    But to publish is only what names it, and whoever may do anything with a component sees it.
    """
    if action in PUBLISHING:
        return action in actions
    return not actions or action in actions or "use" in actions or action == "see"


def is_open(component: str) -> bool:
    """Whether a component is no secret: one of the catalog itself, or of the public registry."""
    return "//" not in component or component.startswith(OPEN_COMPONENTS)


def _may(claim: Claim, component: str) -> bool:
    """Whether what is done with a component needs a role alone."""
    certain = claim.certainty in ("exact", "oneOf")
    return certain and claim.action not in PUBLISHING and is_open(component)


def within(claim: Claim, per_pod: Decimal | None, per_run: Decimal | None) -> bool:
    """Whether the amounts of a claim are within bounds; an amount that nobody knows is not."""
    if per_pod is not None and (claim.per_pod is None or claim.per_pod > per_pod):
        return False
    return per_run is None or (claim.per_run is not None and claim.per_run <= per_run)


def more(one: Allowed, other: Allowed) -> bool:
    """Whether an entry gives more than another: first of a run, then of a pod."""
    if one.per_run != other.per_run:
        return one.per_run is None or (other.per_run is not None and one.per_run > other.per_run)
    return other.per_pod is not None and (one.per_pod is None or one.per_pod > other.per_pod)


def _lets_through(restriction: Restriction, claim: Claim, want: Wanted) -> bool:
    """Whether a restriction leaves a claim as it is."""
    selectors = restriction.selectors
    if restriction.excludes:
        return not any(touches(s, claim.kind, want) for s in selectors)
    return any(selects(s, claim.kind, want) for s in selectors)
