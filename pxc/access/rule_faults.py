"""Finds rules that do not do what was meant: ended, shadowed, doubled, too wide, for nobody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pxc.access.claims import KINDS
from pxc.access.index import holds_in
from pxc.access.messages import Said
from pxc.access.roles import BUILT_IN_ROLES
from pxc.access.selectors import ANY_KIND, selects, wanted
from pxc.access.widening import covers_action
from pxc.diagnostics import Note

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pxc.access.organization import Allowance, Deny, Grant, Rules, Selector

__all__ = ["rule_faults"]

_REASON = "rule-lint"


def rule_faults(rules: Rules, *, today: str) -> list[Said]:
    """What is odd about the rules of a catalog, in the order of their names."""
    found: list[Said] = []
    for _, grant in sorted(rules.grants.items()):
        found.extend(_of_grant(rules, grant, today))
    for _, deny in sorted(rules.denies.items()):
        found.extend(_of_deny(rules, deny))
    for name, team in sorted(rules.teams.items()):
        if not team.members and not team.external_groups:
            help = "add members, or remove it and what is granted to it"
            found.append(_said(f"team `{name}` has nobody in it", team.span, help))
    found.extend(_of_organization(rules))
    found.extend(_open_projects(rules))
    return found


def _of_grant(rules: Rules, grant: Grant, today: str) -> Iterator[Said]:
    if grant.until is not None and grant.until < today:
        message = f"grant `{grant.name}` ended with {grant.until}"
        yield _said(message, grant.span, "remove it, or give it another end")
        return
    yield from _nowhere(rules, "grant", grant)
    everything = _everything(grant)
    if everything is not None and "*" in grant.to:
        message = f"grant `{grant.name}` gives everything to everybody"
        yield _said(message, everything.span, "name whom, or what")
        return
    for allowance in grant.allow:
        for selector in allowance.selectors:
            deny = _shadow(rules, grant, selector)
            if deny is not None:
                message = (
                    f"grant `{grant.name}` gives what deny `{deny.name}` forbids to all of them"
                )
                note = Note("the deny always wins", deny.span)
                yield _said(message, selector.span, "remove one of them", note)
                continue
            wider = _wider(rules, grant, allowance, selector, today)
            if wider is not None:
                message = f"grant `{grant.name}` gives nothing that grant `{wider.name}` does not"
                note = Note("the wider one", wider.span)
                yield _said(message, selector.span, "remove it", note)


def _everything(grant: Grant) -> Selector | None:
    """The selector by which a grant gives each kind of thing, in any amount."""
    free = [s for a in grant.allow if a.most is None for s in a.selectors if s.name == "**"]
    kinds = {s.kind for s in free}
    return free[0] if ANY_KIND in kinds or kinds.issuperset(KINDS) else None


def _of_deny(rules: Rules, deny: Deny) -> Iterator[Said]:
    yield from _nowhere(rules, "deny", deny)
    for selector in deny.deny:
        if selector.most is not None:
            message = f"deny `{deny.name}` has a bound: a deny forbids any amount"
            help = "bound the grants instead: `max` of their entries"
            yield _said(message, selector.span, help)
    if deny.to and set(deny.to) <= set(deny.excepted):
        message = f"deny `{deny.name}` excepts everybody that it is for"
        yield _said(message, deny.span, "remove it, or the exception")


def _nowhere(rules: Rules, what: str, rule: Grant | Deny) -> Iterator[Said]:
    if rule.projects is None or not rules.projects:
        return
    for pattern in rule.projects:
        if not any(holds_in((pattern,), p) for p in rules.projects):
            message = f"{what} `{rule.name}` is for `{pattern}`, and there is no such project"
            yield _said(message, rule.span, "correct the pattern, or remove it")


def _shadow(rules: Rules, grant: Grant, selector: Selector) -> Deny | None:
    """A deny that forbids all that a selector of a grant gives, to all that it is given to."""
    for deny in rules.denies.values():
        whom = "*" in deny.to or set(grant.to) <= set(deny.to)
        where = deny.projects is None or deny.projects == grant.projects
        if deny.level != "hard" or deny.excepted or not whom or not where:
            continue
        if any(_all_of(s, selector) for s in deny.deny):
            return deny
    return None


def _wider(
    rules: Rules, grant: Grant, allowance: Allowance, selector: Selector, today: str
) -> Grant | None:
    """Another grant that gives all that a selector of a grant gives, to all of them."""
    for other in rules.grants.values():
        if other is grant or (other.until is not None and other.until < today):
            continue
        whom = "*" in other.to or set(grant.to) <= set(other.to)
        where = other.projects is None or other.projects == grant.projects
        lasts = other.until is None or (grant.until is not None and grant.until <= other.until)
        if not (whom and where and lasts):
            continue
        for entry in other.allow:
            free = entry.most is None or entry.most == allowance.most
            actions = all(covers_action(entry.actions, a) for a in allowance.actions or ("use",))
            for wide in entry.selectors:
                bounded = wide.most is None or wide.most == selector.most
                same = _all_of(selector, wide) and other.name > grant.name
                if free and actions and bounded and _all_of(wide, selector) and not same:
                    return other
    return None


def _of_organization(rules: Rules) -> Iterator[Said]:
    organization = rules.organization
    if organization is None:
        return
    held = {m.role for m in organization.members}
    if not held & {"owner", "manager"}:
        message = f"organization `{organization.name}` has no owner or manager"
        help = "give somebody the role: nobody may change its rules"
        yield _said(message, organization.span, help)
    for role in organization.roles:
        if role.name in BUILT_IN_ROLES:
            message = f"role `{role.name}` stands in the place of the role of this name"
            yield _said(message, role.span, "give it a name of its own")


def _open_projects(rules: Rules) -> Iterator[Said]:
    """Projects that everybody is let in to, where sensitive connections may be used."""
    from pxc.access.judge import Judge
    from pxc.access.principal import Principal
    from pxc.access.questions import question
    from pxc.access.subjects import people

    sensitive = [c for c in rules.connections.values() if c is not None and c.sensitivity]
    if not sensitive:
        return
    judge = Judge(rules, today="0000-00-00")
    users = [Principal(subject=s, strength="asserted") for s in people(rules)]
    for name, project in sorted(rules.projects.items()):
        if project.teams is not None:
            continue
        for access in sensitive:
            claim = question(f"connection:{access.name}", "read")
            if any(judge.decide(u, name, [claim]).allowed for u in users):
                what = f"connection `{access.name}` is {access.sensitivity}"
                message = f"project `{name}` is open to every member, and {what}"
                note = Note("the connection", access.span)
                help = "give the project `teams`, or narrow its `connections`"
                yield _said(message, project.span, help, note, reason="open-project")
                break


def _all_of(wide: Selector, narrow: Selector) -> bool:
    """Whether a selector is about all that another is about."""
    if narrow.kind == ANY_KIND:
        return wide.kind == ANY_KIND and wide.name == "**"
    return selects(wide, narrow.kind, wanted(narrow.kind, narrow.name, certain=False))


def _said(message: str, span: object, help: str, *notes: Note, reason: str = _REASON) -> Said:
    return Said(reason=reason, message=message, span=span, notes=notes, help=help)  # type: ignore[arg-type]
