"""Says who somebody is to the rules: subjects by which rules name them, roles, and what those can.

Roles include one another: whoever is an `admin` is a `member`, too. In a project somebody has the
role that the project gives (else the one of the organization) and those of his teams there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pxc.access.organization import Project, Rules
    from pxc.access.principal import Principal

__all__ = [
    "BUILT_IN_ROLES",
    "EVERYBODY",
    "PERMISSIONS",
    "Standing",
    "abilities",
    "included",
    "organization_role",
    "standing",
]

EVERYBODY = "*"

BUILT_IN_ROLES: dict[str, tuple[str | None, frozenset[str]]] = {
    "owner": ("manager", frozenset()),
    "manager": ("admin", frozenset(("policy:edit",))),
    "admin": ("contributor", frozenset(("project:edit",))),
    "contributor": ("member", frozenset()),
    "member": ("viewer", frozenset(("run:create", "component:pull"))),
    "viewer": (None, frozenset(("runs:read",))),
    "outsider": (None, frozenset()),
    "billing": (None, frozenset()),
}
"""Each role of Polyaxon's: the one that it includes, and what it can besides."""

PERMISSIONS = tuple(sorted(set[str]().union(*(can for _, can in BUILT_IN_ROLES.values()))))
"""Everything that a role can be given."""

_EVERYWHERE = frozenset(("owner", "manager", "admin"))
"""Roles whose holders reach every project."""


class Standing(Struct, frozen=True, kw_only=True):
    """Who somebody is in a project, or, without one, in the organization.

    `subjects` are all by which a rule can mean him; `teams` those he is in; `roles` include what
    they include; `can` is what they allow. `sees` tells that the project is visible to him.
    """

    subjects: frozenset[str]
    teams: frozenset[str]
    roles: frozenset[str]
    can: frozenset[str]
    sees: bool
    outside: bool


def included(rules: Rules, role: str) -> tuple[str, ...]:
    """A role and those that it includes, the highest first; one that nobody declared is itself."""
    own = {r.name: r for r in rules.organization.roles} if rules.organization else {}
    found: list[str] = []
    following: str | None = role
    while following is not None and following not in found:
        found.append(following)
        if following in own:
            following = own[following].extends
        else:
            following = BUILT_IN_ROLES.get(following, (None, frozenset[str]()))[0]
    return tuple(found)


def abilities(rules: Rules, roles: Iterable[str]) -> frozenset[str]:
    """What roles can: `run:create`, `component:pull`, `runs:read`, `policy:edit`, ..."""
    own = {r.name: r.can for r in rules.organization.roles} if rules.organization else {}
    built_in = BUILT_IN_ROLES
    return frozenset(
        ability
        for role in roles
        for ability in (own[role] if role in own else built_in.get(role, (None, ()))[1])
    )


def organization_role(rules: Rules, subject: str, teams: Iterable[str]) -> str:
    """The role of a subject in the organization."""
    if rules.organization is not None:
        for member in rules.organization.members:
            if member.subject == subject:
                return member.role
    return "member" if any(True for _ in teams) else "outsider"


def standing(rules: Rules, principal: Principal, project: str | None) -> Standing:
    """Who a principal is in a project, or in the organization where there is none.

    External groups count for a verified identity alone. `bound_by` is not looked at: it is a
    principal of its own.
    """
    subject = principal.subject
    known = subject.partition(":")[2] != ""
    groups = frozenset(principal.groups) if principal.strength == "verified" else frozenset[str]()
    team_roles = _team_roles(rules, subject, groups) if known else {}
    in_organization = organization_role(rules, subject, team_roles) if known else "outsider"
    roles = {in_organization}
    sees = project is None
    if project is not None:
        place = rules.projects.get(project)
        if place is None:
            sees = not rules.projects and in_organization != "outsider"
        else:
            reaches = not _EVERYWHERE.isdisjoint(included(rules, in_organization))
            roles, sees = _roles_in(place, subject, in_organization, team_roles, reaches)
    held = frozenset(name for role in roles for name in included(rules, role))
    subjects = {EVERYBODY}
    if known:
        subjects |= {subject}
        subjects |= {f"team:{team}" for team in team_roles}
        subjects |= {f"role:{role}" for role in held}
        subjects |= {f"group:{group}" for group in groups}
    return Standing(
        subjects=frozenset(subjects),
        teams=frozenset(team_roles),
        roles=held,
        can=abilities(rules, held),
        sees=sees,
        outside=in_organization == "outsider",
    )


def _team_roles(rules: Rules, subject: str, groups: frozenset[str]) -> dict[str, str]:
    """The teams that somebody is in, with his role in each."""
    found: dict[str, str] = {}
    for name, team in rules.teams.items():
        role = next((m.role for m in team.members if m.subject == subject), None)
        if role is None and not groups.isdisjoint(team.external_groups):
            role = "member"
        if role is not None:
            found[name] = role
    return found


def _roles_in(
    place: Project,
    subject: str,
    in_organization: str,
    team_roles: dict[str, str],
    reaches: bool,
) -> tuple[set[str], bool]:
    """The roles that somebody has in a project, and whether it is visible to him."""
    given = [m.role for m in place.roles if m.subject == subject]
    belongs = in_organization not in ("outsider", "billing")
    roles = set(given)
    if not given and (place.teams is None or reaches):
        roles.add(in_organization)
    for team in place.teams or ():
        if team in team_roles:
            roles.add(team_roles[team])
    for member in place.roles:
        if member.subject.startswith("team:") and member.subject[5:] in team_roles:
            roles.add(member.role)
    if not roles and belongs and place.visibility == "public":
        roles.add("viewer")
    roles -= {"outsider", "billing"}
    return (roles, True) if roles else ({"outsider"}, False)
