"""Decides which claims of a run somebody may use in a project, by the rules of the catalog.

Grants widen, restrictions narrow, a deny always wins, what the catalog lacks is denied, and so is
what nobody can know yet, unless all that it may be is allowed. The order of the steps decides the
message alone, never the outcome.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from pxc.access.case import Case, stricter
from pxc.access.decision import Decision, Settings, Verdict
from pxc.access.index import Index, holds_in
from pxc.access.principal import Principal
from pxc.access.roles import standing

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pxc.access.claims import Claim
    from pxc.access.index import Denied
    from pxc.access.organization import Rules
    from pxc.access.roles import Standing
    from pxc.access.selectors import Wanted

__all__ = ["Judge", "decide"]

_STRICT = Settings()

_LEVELS = ("hard", "soft", "advisory")


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
                    verdicts = tuple(map(stricter, verdicts, found)) if verdicts else found
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
