"""Answers questions of people by the rules: may somebody use a thing, who may, and what may he."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from pxc.access.claims import ACTIONS, KINDS, NAMELESS, Claim
from pxc.access.principal import Principal
from pxc.access.selectors import ANY_KIND
from pxc.access.subjects import people
from pxc.source import Source, whole

if TYPE_CHECKING:
    from pxc.access.decision import Verdict
    from pxc.access.judge import Judge
    from pxc.access.organization import Rules

__all__ = [
    "ACTIONS",
    "Holder",
    "Usable",
    "as_subject",
    "groups",
    "question",
    "usable",
    "who_can",
]

_QUESTION = whole(Source("the question", "?"))


class Holder(Struct, frozen=True):
    """Somebody who may use a thing: `subject`, and the verdict that says by what."""

    subject: str
    verdict: Verdict


class Usable(Struct, frozen=True):
    """Something that may be used: kind, a name or a pattern of names, by what, and bounds."""

    kind: str
    name: str
    by: str
    per_pod: Decimal | None = None
    per_run: Decimal | None = None
    until: str | None = None


def question(text: str, action: str = "use") -> Claim:
    """The claim that `connection:imagenet`, `accelerator:nvidia.com/gpu=8` or `privileged` is.

    An amount is that of a pod and of the whole run; an accelerator without one is a single one.
    Raises ValueError with a sentence for what is none.
    """
    kind, colon, name = text.partition(":")
    if kind not in KINDS:
        from pxc.diagnostics import nearest

        near = nearest(kind, KINDS)
        hint = f", did you mean `{near}`?" if near else f": {', '.join(KINDS)}"
        raise ValueError(f"`{kind}` is no kind of thing{hint}")
    if kind in NAMELESS:
        if name not in ("", "true"):
            raise ValueError(f"`{kind}` has no names")
        return Claim(span=_QUESTION, kind=kind, name="true", action=action)
    if not colon or not name:
        raise ValueError(f"`{text}` names no {kind}: write `{kind}:NAME`")
    if kind == "component" and action == "use":
        action = "pull"
    name, amount = _amount(name) if kind in ("accelerator", "resource") else (name, None)
    return Claim(
        span=_QUESTION, kind=kind, name=name, action=action, per_pod=amount, per_run=amount
    )


def as_subject(rules: Rules, text: str) -> tuple[Rules, Principal]:
    """Who `ana`, `user:ana`, `serviceAccount:ci` or `team:vision` is; asserted, not verified.

    A team asks as somebody who is in it and in nothing else. Raises ValueError with a sentence.
    """
    kind, colon, name = text.partition(":")
    if not colon:
        kind, name = "user", text
    if not name or kind not in ("user", "serviceAccount", "team"):
        raise ValueError(
            f"`{text}` is nobody: write `user:NAME`, `serviceAccount:NAME`, `team:NAME`"
        )
    if kind != "team":
        return rules, Principal(subject=f"{kind}:{name}", strength="asserted", source="--as")
    if name not in rules.teams:
        from pxc.diagnostics import nearest

        near = nearest(name, rules.teams)
        hint = f", did you mean `{near}`?" if near else ""
        raise ValueError(f"there is no team `{name}`{hint}")
    from pxc.access.organization import Member

    somebody = f"user:(somebody of {name})"
    team = rules.teams[name]
    joined = replace(team, members=(*team.members, Member(team.span, somebody)))
    rules = replace(rules, teams={**rules.teams, name: joined})
    return rules, Principal(subject=somebody, strength="asserted", source="--as")


def groups(rules: Rules) -> tuple[str, ...]:
    """Every external group that teams or rules name, sorted."""
    found = {g for t in rules.teams.values() for g in t.external_groups}
    named = [*(s for g in rules.grants.values() for s in g.to)]
    named += [s for d in rules.denies.values() for s in d.to]
    found |= {s[6:] for s in named if s.startswith("group:")}
    return tuple(sorted(found))


def who_can(judge: Judge, project: str | None, claim: Claim) -> list[Holder]:
    """Everybody of the catalog who may use a thing in a project, and by what, in order of names.

    A verified member of an external group is `group:NAME`.
    """
    asked = [
        (subject, Principal(subject=subject, strength="asserted"))
        for subject in people(judge.rules)
    ] + [
        (f"group:{g}", Principal(subject="user:(verified)", strength="verified", groups=(g,)))
        for g in groups(judge.rules)
    ]  # fmt: skip
    found = []
    for subject, principal in asked:
        decision = judge.decide(principal, project, [claim])
        if decision.allowed:
            found.append(Holder(subject, decision.verdicts[0]))
    return found


def usable(judge: Judge, principal: Principal, project: str | None) -> list[Usable]:
    """Everything that somebody may use in a project.

    Of the kinds that the catalog lists each name that is allowed; of others the patterns of the
    grants that he holds, where some of what they cover is not denied.
    """
    if judge.decide(principal, project, [question("run:create")]).gate is not None:
        return []
    index, found = judge.index, []
    for kind, names in sorted(index.names.items()):
        for name in sorted(names):
            verdict = _verdict(judge, principal, project, kind, name)
            if verdict is not None:
                found.append(_usable(kind, name, verdict))
    who = judge.standing(principal, project)
    for kind in KINDS:
        if kind in index.names:
            continue
        for entry in index.grants.of(kind):
            name = "true" if kind in NAMELESS else entry.selector.name
            if entry.selector.kind == ANY_KIND or who.subjects.isdisjoint(entry.to):
                continue
            amounts = (entry.per_pod, entry.per_run)
            verdict = _verdict(judge, principal, project, kind, name, amounts)
            if verdict is not None:
                found.append(_usable(kind, name, verdict, amounts))
    return sorted(dict.fromkeys(found), key=lambda u: (KINDS.index(u.kind), u.name, u.by))


def _verdict(
    judge: Judge,
    principal: Principal,
    project: str | None,
    kind: str,
    name: str,
    amounts: tuple[Decimal | None, Decimal | None] = (None, None),
) -> Verdict | None:
    """The verdict on a name, or on a pattern; None where it is denied."""
    certainty = "pattern" if "*" in name else "exact"
    for action in ("pull",) if kind == "component" else ("use", "read", "write"):
        claim = Claim(
            span=_QUESTION, kind=kind, name=name, action=action, certainty=certainty,
            per_pod=amounts[0], per_run=amounts[1] if amounts[1] is not None else amounts[0],
        )  # fmt: skip
        decision = judge.decide(principal, project, [claim])
        if decision.allowed:
            return decision.verdicts[0]
    return None


def _usable(
    kind: str,
    name: str,
    verdict: Verdict,
    amounts: tuple[Decimal | None, Decimal | None] = (None, None),
) -> Usable:
    from pxc.access.organization import Grant

    grant = verdict.rule if isinstance(verdict.rule, Grant) else None
    by = f"grant `{grant.name}`" if grant is not None else verdict.step
    return Usable(kind, name, by, *amounts, grant.until if grant is not None else None)


def _amount(text: str) -> tuple[str, Decimal]:
    name, equals, amount = text.rpartition("=")
    if not equals:
        return text, Decimal(1)
    try:
        value = Decimal(amount)
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite() or value <= 0:
        raise ValueError(f"`{amount}` is no amount")
    return name, value
