"""Runs the questions of a catalog's own tests, and says which of its rules no question needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from pxc.access.judge import Judge
from pxc.access.organization import Deny, Grant
from pxc.access.questions import as_subject, question

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pxc.access.claims import Claim
    from pxc.access.decision import Decision, Settings
    from pxc.access.organization import Rules
    from pxc.access.principal import Principal
    from pxc.source import Span

__all__ = ["REASONS", "AccessCase", "Result", "rule_names", "run_cases", "unneeded"]

REASONS = (
    "run-not-permitted", "not-in-catalog", "denied-by-rule", "outside-restriction",
    "access-denied", "above-bound", "unresolved-claim", "denied-softly",
)  # fmt: skip
"""Why something is denied, by the slugs of the codes that tell it."""


class AccessCase(Struct, frozen=True, kw_only=True):
    """One question with its answer: may `who` use a thing, or run a file, in a project.

    `what` is the thing, or empty with a `file`, whose `claims` are what it would use once somebody
    has compiled it; `fault` is why nobody can. `allowed` is what is expected; `by` the grant or
    deny that decides, `reason` why it is denied, each empty where any will do.
    """

    span: Span
    who: str
    what: str
    allowed: bool
    project: str | None = None
    action: str = "use"
    by: str = ""
    reason: str = ""
    file: str = ""
    claims: tuple[Claim, ...] = ()
    fault: str = ""


class Result(Struct, frozen=True):
    """What came of a case: `fault` is empty where all was as expected; `decided_by` are rules."""

    case: AccessCase
    fault: str
    decided_by: tuple[str, ...] = ()


def run_cases(
    rules: Rules, cases: Iterable[AccessCase], *, today: str, settings: Settings
) -> list[Result]:
    """Ask every question. A case that names nobody, nothing or no rule there is has a fault."""
    asked = _Asked(Judge(rules, today=today, settings=settings))
    return [_run(asked, case) for case in cases]


def rule_names(rules: Rules) -> tuple[str, ...]:
    """Every grant and deny, sorted; those of one name are one."""
    return tuple(sorted({*rules.grants, *rules.denies}))


def unneeded(
    rules: Rules, cases: Iterable[AccessCase], *, today: str, settings: Settings
) -> list[str]:
    """The rules without which every case comes out as before: nothing tests that they are there."""
    right = run_cases(rules, cases, today=today, settings=settings)
    found = []
    for name, mutant in _mutants(rules):
        asked = _Asked(Judge(mutant, today=today, settings=settings))
        # Whoever a rule has decided for notices first that it is gone.
        results = sorted(right, key=lambda r: name not in (*r.decided_by, r.case.by))
        if all(bool(_run(asked, r.case).fault) == bool(r.fault) for r in results):
            found.append(name)
    return found


def _mutants(rules: Rules) -> Iterator[tuple[str, Rules]]:
    for name in sorted(rules.grants):
        yield name, replace(rules, grants={k: v for k, v in rules.grants.items() if k != name})
    for name in sorted(rules.denies):
        yield name, replace(rules, denies={k: v for k, v in rules.denies.items() if k != name})


class _Asked:
    """One judge for all the cases of somebody: a team asks by rules in which somebody is in it."""

    def __init__(self, judge: Judge) -> None:
        self.judge = judge
        self._found: dict[str, tuple[Judge, Principal]] = {}

    def of(self, who: str) -> tuple[Judge, Principal]:
        """Who asks, and by what it is decided. Raises ValueError for nobody."""
        if who not in self._found:
            judge = self.judge
            joined, principal = as_subject(judge.rules, who)
            if joined is not judge.rules:
                judge = Judge(joined, today=judge.today, settings=judge.settings)
            self._found[who] = (judge, principal)
        return self._found[who]


def _run(asked: _Asked, case: AccessCase) -> Result:
    rules = asked.judge.rules
    if case.by and case.by not in rules.grants and case.by not in rules.denies:
        return Result(case, f"there is no grant and no deny `{case.by}`")
    if case.fault:
        return Result(case, case.fault)
    try:
        judge, who = asked.of(case.who)
        claims = case.claims if case.file or case.claims else (question(case.what, case.action),)
    except ValueError as fault:
        return Result(case, str(fault))
    return _compare(case, judge.decide(who, case.project, claims))


def _compare(case: AccessCase, decision: Decision) -> Result:
    """Of a denied file the denials count, of one that is allowed everything."""
    verdicts = [decision.gate] if decision.gate else decision.denied or decision.verdicts
    rules = [v.rule.name if isinstance(v.rule, Grant | Deny) else "" for v in verdicts]
    named = tuple(dict.fromkeys(name for name in rules if name))
    decided = ", ".join(
        dict.fromkeys(f"`{rule or v.step}`" for rule, v in zip(rules, verdicts, strict=True))
    )
    if decision.allowed is not case.allowed:
        came = "allowed" if decision.allowed else "denied"
        return Result(case, f"it is {came}, by {decided}", named)
    if case.by and case.by not in named:
        return Result(case, f"it is decided by {decided}, not by `{case.by}`", named)
    reasons = tuple(dict.fromkeys(v.reason or "none" for v in verdicts))
    if case.reason and case.reason not in reasons:
        told = ", ".join(f"`{reason}`" for reason in reasons)
        return Result(case, f"the reason is {told}, not `{case.reason}`", named)
    return Result(case, "", named)
