"""Turns objects of kind Organization and Team, and subjects of rules, into people and roles."""

from __future__ import annotations

from pxc.access.organization import Member, Organization, OrganizationRole, Team
from pxc.access.roles import BUILT_IN_ROLES, PERMISSIONS
from pxc.catalog.organization.fields import Fields, Reading, fault, unique
from pxc.catalog.organization.selectors import read_restrictions
from pxc.diagnostics import allowed, nearest
from pxc.ir.node import Lit, Map

__all__ = ["SUBJECTS", "read_members", "read_organization", "read_subjects", "read_team", "subject"]

SUBJECTS = ("user", "team", "serviceAccount", "role", "group")
"""Kinds of subjects of a rule; `*` is everybody."""

_MEMBERS = ("user", "serviceAccount")
_OWNERS = ("user", "team")


def read_organization(tree: Map, name: Lit[str], reading: Reading) -> Organization:
    """An organization: its own roles, members whose roles differ, and what holds everywhere."""
    keys = ("kind", "name", "description", "roles", "members", "restrict", "defaults")
    fields = Fields(tree, "an organization", keys, reading, ("name",))
    roles = tuple(r for r in (_role(m, reading) for m in fields.maps("roles")) if r is not None)
    unique(((r.name, r.span) for r in roles), "the role", reading)
    _check_bases(roles, reading)
    defaults = fields.map("defaults")
    presets = None
    if defaults is not None:
        inner = Fields(defaults, "`defaults`", ("presets",), reading)
        presets = inner.references("presets", "preset")
    return Organization(
        span=name.span,
        name=name.value,
        roles=roles,
        members=read_members(fields, "members"),
        restrict=read_restrictions(fields),
        presets=presets or (),
    )


def read_team(tree: Map, name: Lit[str], reading: Reading) -> Team:
    """A team: its members, the groups of elsewhere whose people belong to it, its policy."""
    keys = ("kind", "name", "description", "members", "externalGroups", "policy")
    fields = Fields(tree, "a team", keys, reading, ("name",))
    groups = fields.texts("externalGroups") or ()
    return Team(
        span=name.span,
        name=name.value,
        members=read_members(fields, "members"),
        external_groups=tuple(group.value for group in groups),
        policy=fields.reference("policy", "policy"),
    )


def read_members(
    fields: Fields, key: str, *, role_needed: bool = False, teams: bool = False
) -> tuple[Member, ...]:
    """Entries such as `{user: ana, role: admin}`, each subject once; with `teams` a team is one."""
    kinds = (*_MEMBERS, "team") if teams else _MEMBERS
    found = [_member(node, fields.reading, role_needed, kinds) for node in fields.maps(key)]
    members = tuple(member for member in found if member is not None)
    unique(((m.subject, m.span) for m in members), f"in `{key}`,", fields.reading)
    return members


def _member(
    node: Map, reading: Reading, role_needed: bool, kinds: tuple[str, ...]
) -> Member | None:
    required = ("role",) if role_needed else ()
    fields = Fields(node, "a member", (*kinds, "role"), reading, required)
    given = [kind for kind in kinds if fields.given(kind) is not None]
    if len(given) != 1:
        fault(reading, f"a member is one of {allowed(kinds)}", fields.span,
              "write `{user: NAME}`")  # fmt: skip
        return None
    name, role = fields.name(given[0]), fields.reference("role", "role")
    if name is None:
        return None
    if given[0] == "team":
        reading.references.add("team", name.value, name.span)
    return Member(name.span, f"{given[0]}:{name.value}", role or "member")


def read_subjects(fields: Fields, key: str) -> tuple[str, ...]:
    """The subjects of a rule: `team:vision`, `user:ana`, `role:admin`, `group:x`, `*`."""
    fields.nothing(key)
    found = [subject(each, fields.reading, SUBJECTS) for each in fields.texts(key) or ()]
    return tuple(each for each in found if each is not None)


def read_owner(fields: Fields) -> str:
    """Whom to ask for a thing: a user or a team; empty where nobody is named."""
    written = fields.text("owner")
    return (subject(written, fields.reading, _OWNERS) or "") if written is not None else ""


def subject(written: Lit[str], reading: Reading, kinds: tuple[str, ...]) -> str | None:
    """One subject of these kinds, `*` where they are all; None after a PXC810."""
    if written.value == "*" and kinds is SUBJECTS:
        return written.value
    kind, _, name = written.value.partition(":")
    if kind not in kinds:
        near = nearest(kind, kinds)
        fault(reading, f"`{written.value}` is nobody", written.span,
              f"did you mean `{near}:{name or 'NAME'}`?" if near
              else f"write `KIND:NAME` with a kind of {allowed(kinds)}")  # fmt: skip
        return None
    if not name or "*" in name:
        fault(reading, f"`{written.value}` names nobody", written.span, f"write `{kind}:NAME`")
        return None
    reading.references.add(kind, name, written.span)
    return written.value


def _role(node: Map, reading: Reading) -> OrganizationRole | None:
    fields = Fields(node, "a role", ("name", "extends", "can"), reading, ("name",))
    name, can = fields.name("name"), fields.texts("can") or ()
    for each in can:
        if each.value not in PERMISSIONS:
            near, known = nearest(each.value, PERMISSIONS), allowed(PERMISSIONS)
            fault(reading, f"`{each.value}` is nothing that a role can", each.span,
                  f"did you mean `{near}`?" if near else f"known: {known}")  # fmt: skip
    extends = fields.reference("extends", "role")
    if name is None:
        return None
    if name.value in BUILT_IN_ROLES:
        fault(reading, f"every organization has a role `{name.value}` already", name.span,
              "give yours another name")  # fmt: skip
    return OrganizationRole(
        span=name.span,
        name=name.value,
        extends=extends,
        can=frozenset(each.value for each in can),
    )


def _check_bases(roles: tuple[OrganizationRole, ...], reading: Reading) -> None:
    """PXC810 for a role that extends itself, by whatever way."""
    known = {role.name: role for role in roles}
    settled: set[str] = set()
    for role in roles:
        way: dict[str, OrganizationRole] = {}
        at: OrganizationRole | None = role
        while at is not None and at.name not in settled and at.name not in way:
            way[at.name] = at
            at = known.get(at.extends) if at.extends is not None else None
        if at is not None and at.name in way:
            fault(reading, f"the role `{at.name}` extends itself", at.span,
                  "leave `extends` out, or name another role")  # fmt: skip
        settled.update(way)
