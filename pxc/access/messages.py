"""Turns a decision into what a person is told: for each denial a message, notes and help."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from pxc.access.explanation import Explainer, Ways, names_of
from pxc.access.judge import Judge
from pxc.access.organization import (
    Cluster,
    ConnectionAccess,
    Deny,
    Project,
    Restriction,
)
from pxc.access.wording import amount, doing, person, thing, whose_doing
from pxc.diagnostics import Note

if TYPE_CHECKING:
    from pxc.access.claims import Claim
    from pxc.access.decision import Decision, Settings, Verdict
    from pxc.access.organization import Rules
    from pxc.source import Span

__all__ = ["MOST_TOLD", "Said", "denials", "say"]

MOST_TOLD = 20
"""How many denials are told one by one; the last says how many more there are."""


class Said(Struct, frozen=True, kw_only=True):
    """A diagnostic to be: what `Report.add` takes."""

    reason: str
    message: str
    span: Span
    label: str = ""
    notes: tuple[Note, ...] = ()
    help: str | None = None


def denials(rules: Rules, decision: Decision, settings: Settings) -> list[Said]:
    """What is told of a decision: every denial once, then the warnings of denies that let pass.

    At most `MOST_TOLD` denials, the last of which has a note with the count of the rest.
    """
    judge = Judge(rules, today=decision.today, settings=settings)
    explainer = Explainer(judge, decision)
    told: dict[tuple[str, str, str], Verdict] = {}
    for verdict in decision.denied:
        # The same thing at several places of a run is one fault, told at the first.
        told.setdefault((verdict.reason, verdict.claim.kind, verdict.name), verdict)
    said = [say(explainer, v) for v in list(told.values())[:MOST_TOLD]]
    rest = len(told) - len(said)
    if rest > 0:
        more = Note(f"{rest:,} more {'is' if rest == 1 else 'are'} denied and not told")
        said[-1] = Said(
            reason=said[-1].reason,
            message=said[-1].message,
            span=said[-1].span,
            label=said[-1].label,
            notes=(*said[-1].notes, more),
            help=said[-1].help,
        )
    said.extend(
        _warning(explainer, v, d) for v in decision.verdicts if v.allowed for d in v.warnings
    )
    return said


def say(explainer: Explainer, verdict: Verdict) -> Said:
    """What is told of one denial."""
    if verdict.reason == "run-not-permitted":
        return _gate(explainer, verdict)
    ways = explainer.ways(verdict)
    make = {
        "access-denied": _no_grant,
        "not-in-catalog": _not_in_catalog,
        "denied-by-rule": _by_rule,
        "outside-restriction": _outside,
        "above-bound": _above,
        "unresolved-claim": _unknown,
    }[verdict.reason]
    return make(explainer, verdict, ways)


def _gate(explainer: Explainer, verdict: Verdict) -> Said:
    who = explainer.decision.principal
    who = who if who.subject == verdict.whose else explainer.principal(verdict)
    project = explainer.decision.project
    standing = explainer.judge.standing(who, project)
    if project is None:
        message = f"{person(who)} may not create runs in the organization"
    elif not standing.sees:
        message = f"project `{project}` is not there, or not visible to {person(who)}"
    else:
        message = f"{person(who)} may not create runs in project `{project}`"
    notes: tuple[Note, ...] = ()
    if standing.sees and standing.roles:
        roles = sorted(standing.roles)
        notes = (Note(f"the roles of {person(who)} here are {names_of(roles)}"),)
    if isinstance(verdict.rule, Project):
        notes = (*notes, Note("the project is declared here", verdict.rule.span))
    help = f"ask {_administrators(explainer)} for a role that can `run:create`"
    if not who.subject.partition(":")[2]:
        help = "say who compiles: `--as-user NAME`, or a token that can be verified"
    return Said(
        reason=verdict.reason, message=message, span=verdict.claim.span, notes=notes, help=help
    )


def _no_grant(explainer: Explainer, verdict: Verdict, ways: Ways) -> Said:
    notes = [Note(f"grant `{n.grant.name}` {n.lacks}", n.span) for n in ways.near]
    if not notes:
        notes = [Note("no grant covers it")]
    return _said(explainer, verdict, _may_not(explainer, verdict), notes, _way_out(explainer, ways))


def _not_in_catalog(explainer: Explainer, verdict: Verdict, ways: Ways) -> Said:
    what = thing(verdict.claim.kind, verdict.name)
    message = f"{what} is not in the catalog, or not visible to {_whom(explainer, verdict)}"
    if ways.meant is not None:
        help = f"did you mean `{ways.meant}`?"
    elif ways.instead:
        help = f"allowed are {names_of(ways.instead)}"
    else:
        help = f"ask {_administrators(explainer)} to declare it"
    return _said(explainer, verdict, message, [], help)


def _by_rule(explainer: Explainer, verdict: Verdict, ways: Ways) -> Said:
    rule = verdict.rule
    assert isinstance(rule, Deny)
    message = _may_not(explainer, verdict)
    because = f": {rule.because}" if rule.because else ""
    notes = [Note(f"deny `{rule.name}` forbids it{because}", rule.span)]
    if ways.instead:
        help = f"use {names_of(ways.instead, 1)}, which is allowed"
    elif rule.level == "soft":
        help = f"who has a reason gives it: `--override {rule.name}=REASON`"
    else:
        help = f"do without it, or ask {_administrators(explainer)} for an exception"
    return _said(explainer, verdict, message, notes, rule.help or help)


def _outside(explainer: Explainer, verdict: Verdict, ways: Ways) -> Said:
    rule, claim = verdict.rule, verdict.claim
    what = doing(claim, verdict.name)
    help = _way_out(explainer, ways)
    if isinstance(rule, ConnectionAccess):
        if claim.action in ("read", "write") and claim.action not in rule.actions:
            actions = " and ".join(sorted(rule.actions)) or "nothing"
            message = (
                f"connection `{verdict.name}` is for {actions} alone, this would {claim.action}"
            )
        else:
            names = names_of(rule.clusters or ())
            message = f"connection `{verdict.name}` is for clusters {names} alone"
        return _said(explainer, verdict, message, [Note("it is declared here", rule.span)], help)
    if isinstance(rule, Cluster):
        message = f"cluster `{rule.name}` has no {thing(claim.kind, verdict.name)}"
        return _said(explainer, verdict, message, [Note("it is declared here", rule.span)], help)
    assert isinstance(rule, Restriction)
    message = f"nobody may {what}{_place(explainer)}, whatever is granted"
    names = names_of([s.name for s in rule.selectors], 6) or "nothing"
    limits = f"all but {names}" if rule.excludes else names
    notes = [Note(f"what may be used is narrowed here to {limits}", rule.span)]
    return _said(explainer, verdict, message, notes, help)


def _above(explainer: Explainer, verdict: Verdict, ways: Ways) -> Said:
    claim, allowance = verdict.claim, verdict.allowance
    assert allowance is not None
    selectors = [s.most for s in allowance.selectors if s.most is not None]
    bounds = []
    for word, bound, asked in (
        ("pod", allowance.most.per_pod if allowance.most else None, claim.per_pod),
        ("run", allowance.most.per_run if allowance.most else None, claim.per_run),
        ("run", min(selectors, default=None), claim.per_run),
    ):
        if bound is not None and (asked is None or asked > bound):
            shown = "an amount that is not known" if asked is None else amount(asked)
            bounds.append(f"at most {amount(bound)} a {word}, this asks for {shown}")
    message = f"{_may_not(explainer, verdict)} in this amount: {', '.join(dict.fromkeys(bounds))}"
    name = verdict.rule.name if verdict.rule is not None and hasattr(verdict.rule, "name") else ""
    notes = [Note(f"the most generous grant is `{name}`", allowance.span)]
    return _said(explainer, verdict, message, notes, "ask for less, or use several smaller runs")


def _unknown(explainer: Explainer, verdict: Verdict, ways: Ways) -> Said:
    claim = verdict.claim
    shown = claim.name or "nothing"
    known = "which" if claim.certainty == "unknown" else "exactly which"
    message = f"{known} {_bare(claim)} is used is only known at run time: `{shown}`"
    notes = []
    if isinstance(verdict.rule, Deny):
        notes = [
            Note(f"deny `{verdict.rule.name}` forbids some of what it may be", verdict.rule.span)
        ]
    elif isinstance(verdict.rule, Restriction):
        notes = [Note("what may be used is narrowed here", verdict.rule.span)]
    help = "name it, or declare the choices: `options` of the input or output that it comes from"
    return _said(explainer, verdict, message, notes, help)


def _warning(explainer: Explainer, verdict: Verdict, rule: Deny) -> Said:
    reason = dict(explainer.judge.settings.overrides).get(rule.name)
    overridden = rule.level == "soft" and reason
    told = f"overridden: {reason}" if overridden else "which only warns"
    message = f"deny `{rule.name}` is against it to {doing(verdict.claim, verdict.name)}, {told}"
    notes = [Note(rule.because or "it is declared here", rule.span)]
    return _said(explainer, verdict, message, notes, rule.help or None, reason="denied-softly")


def _said(
    explainer: Explainer,
    verdict: Verdict,
    message: str,
    notes: list[Note],
    help: str | None,
    reason: str = "",
) -> Said:
    who = explainer.decision.principal
    if verdict.claim.is_implied and not (isinstance(verdict.rule, Deny) and verdict.rule.help):
        help = "name another account: `environment: {serviceAccountName: NAME}`"
        notes = [*notes, Note("a pod that names no service account has `default`")]
    if verdict.whose != who.subject and verdict.whose:
        notes = [*notes, Note(f"it acts for {person(who)}, and both must be allowed")]
    return Said(
        reason=reason or verdict.reason,
        message=message,
        span=verdict.claim.span,
        label=whose_doing(verdict.claim),
        notes=tuple(notes),
        help=help,
    )


def _may_not(explainer: Explainer, verdict: Verdict) -> str:
    what = doing(verdict.claim, verdict.name)
    return f"{_whom(explainer, verdict)} may not {what}{_place(explainer)}"


def _whom(explainer: Explainer, verdict: Verdict) -> str:
    return person(explainer.principal(verdict))


def _place(explainer: Explainer) -> str:
    project = explainer.decision.project
    return f" in project `{project}`" if project is not None else ""


def _way_out(explainer: Explainer, ways: Ways) -> str:
    ask = f"ask `{ways.owner}`, whose it is" if ways.owner else f"ask {_administrators(explainer)}"
    return f"use {names_of(ways.instead, 1)}, which is allowed, or {ask}" if ways.instead else ask


def _administrators(explainer: Explainer) -> str:
    organization = explainer.judge.rules.organization
    return f"a manager of `{organization.name}`" if organization else "who keeps the catalog"


def _bare(claim: Claim) -> str:
    return thing(claim.kind, "").replace(" ``", "").replace("``", claim.kind)
