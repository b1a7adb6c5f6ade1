"""Writes the rules of a catalog as Cedar policies and entities that decide as pxc does.

A request has the action `use`, `read`, `write`, `create`, `see`, `pull`, `push`, `stage` or
`delete`, and a resource with `kind`, `name` (of a tree with a slash behind it), `last`, its last
segment, and `up1`, `up2` and so on, what it begins with up to each slash: `resource` makes it. Its
context has `project`, `day` as 20270331, and where there are amounts `perPod` and `perRun` in
thousandths. What Cedar cannot say is named in comments at the head.
"""

from __future__ import annotations

import json
import re
from itertools import chain
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from pxc.access.exports.cedar_names import CannotSay, attribute_of, covered, met, text
from pxc.access.index import Index, holds_in, least
from pxc.access.principal import Principal
from pxc.access.roles import EVERYBODY, standing
from pxc.access.selectors import ANY_KIND, COMPONENT, TREES, wanted
from pxc.access.subjects import people
from pxc.access.widening import OF_A_ROLE, OPEN_COMPONENTS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from decimal import Decimal

    from pxc.access.claims import Claim
    from pxc.access.organization import Allowance, Deny, Grant, Restriction, Rules, Selector

__all__ = ["Cedar", "cedar", "dumps", "milli", "resource"]


class Cedar(Struct, frozen=True):
    """Policies as text, entities as JSON has them, and what neither of them says."""

    policies: str
    entities: list[dict[str, Any]]
    unsaid: tuple[str, ...]


def cedar(rules: Rules) -> Cedar:
    """The policies and entities that say what the rules say."""
    writer = _Writer(rules)
    policies = list(writer.policies())
    head = [f"// Not said here: {u}." for u in writer.unsaid]
    body = "\n\n".join(policies)
    return Cedar("\n".join([*head, "", body, ""]).lstrip(), writer.entities(), tuple(writer.unsaid))


def resource(claim: Claim) -> dict[str, Any]:
    """The entity that a claim of one exact name asks for."""
    name = claim.name.rstrip("/") + "/" if claim.kind in TREES else claim.name
    names = {"name": name}
    if claim.kind == COMPONENT:
        want = wanted(claim.kind, claim.name, certain=True, alias=claim.alias)
        found = {"name": want.text, "alias": want.alias, "bare": want.bare}
        names = {of: value for of, value in found.items() if value is not None}
    parts = {k: v for of, value in names.items() for k, v in _parts(of, value).items()}
    return {
        "uid": {"type": "Thing", "id": claim.what},
        "attrs": {"kind": claim.kind, **names, **parts},
        "parents": [],
    }


def _parts(of: str, name: str) -> dict[str, str]:
    """What is behind the last slash of a name, and what is before each of them."""
    slashes = [at for at, c in enumerate(name, 1) if c == "/"]
    above = {attribute_of(of, f"up{n}"): name[:at] for n, at in enumerate(slashes, 1)}
    return {attribute_of(of, "last"): name.rpartition("/")[2], **above}


def milli(value: Decimal) -> int:
    """An amount in thousandths, rounded down, as Cedar's whole numbers have it."""
    return int(value * 1000)


_OF_ROLES = {
    COMPONENT: (
        f'(resource.name like "{OPEN_COMPONENTS}*" || !(resource.name like "*//*"))',
        'action in [Action::"see", Action::"use", Action::"pull"]',
    )
}
"""What of a kind a role gives, where it does not give all."""


class _Writer:
    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        self.index = Index(rules)
        self.unsaid: list[str] = []

    def policies(self) -> Iterator[str]:
        rules = self.rules
        here = "principal.creates.contains(context.project)"
        yield _policy("gate", "forbid", unless=["principal has creates", here])
        for kind, names in sorted(self.index.names.items()):
            listed = f"{_set(names)}.contains(resource.name)"
            yield _policy(f"catalog:{kind}", "forbid", when=[_kind(kind)], unless=[listed])
        for deny in rules.denies.values():
            yield from self._deny(deny)
        places: list[str | None] = [*sorted(rules.projects)]
        for name in places or [None]:
            yield from self._restrictions(name)
        for kind, ability in sorted(OF_A_ROLE.items()):
            can = "creates" if ability == "run:create" else "pulls"
            here = f"principal.{can}.contains(context.project)"
            yield _policy(
                f"role:{kind}", "permit", when=[_kind(kind), here, *_OF_ROLES.get(kind, ())]
            )
        yield _policy(
            "role:project", "permit",
            when=[_kind("project"), "principal.creates.contains(resource.name)"],
        )  # fmt: skip
        yield _policy(
            "role:runs", "permit",
            when=[_kind("runs"), "principal.reads.contains(resource.name)"],
        )  # fmt: skip
        yield from self._of_projects()
        yield from self._of_owners()
        for grant in rules.grants.values():
            yield from self._grant(grant)
        if any(p is not None and p.delegates for p in rules.presets.values()):
            self.unsaid.append("what presets pass on to who may use them")
        if rules.queues:
            self.unsaid.append("that a queue leads to its namespace, cluster and nodes")
        if any(c.restrict for c in rules.clusters.values()):
            self.unsaid.append("what clusters narrow")

    def entities(self) -> list[dict[str, Any]]:
        projects = sorted(self.rules.projects)
        found: list[dict[str, Any]] = []
        for subject in people(self.rules):
            who = Principal(subject=subject, strength="asserted")
            here = {p: standing(self.rules, who, p) for p in projects}
            able = {
                name: sorted(p for p in projects if here[p].sees and ability in here[p].can)
                for name, ability in (
                    ("creates", "run:create"), ("pulls", "component:pull"), ("reads", "runs:read"),
                )
            }  # fmt: skip
            held = sorted({f"{role}@{p}" for p in projects for role in here[p].roles})
            teams = sorted(standing(self.rules, who, None).teams)
            found.append(
                {
                    "uid": _uid(subject),
                    "attrs": {**able, "holds": held},
                    "parents": [{"type": "Team", "id": t} for t in teams],
                }
            )
        for team in sorted(self.rules.teams):
            uid = {"type": "Team", "id": team}
            found.append({"uid": uid, "attrs": {}, "parents": []})
        return found

    def _deny(self, deny: Deny) -> Iterator[str]:
        if deny.level == "advisory":
            self.unsaid.append(f"deny `{deny.name}`, which only warns")
            return
        if EVERYBODY in deny.excepted:
            return
        for at, selector in enumerate(deny.deny, 1):
            when = [*self._to(deny.to), *self._in(deny.projects), *self._about(selector, met)]
            unless = self._to(deny.excepted) if deny.excepted else []
            yield _policy(f"deny:{deny.name}#{at}", "forbid", when=when, unless=unless)

    def _restrictions(self, project: str | None) -> Iterator[str]:
        here = [f"context.project == {text(project)}"] if project is not None else []
        for kind, found in sorted(self.index.restrictions_of(project).items()):
            for at, one in enumerate(found, 1):
                name = f"restrict:{project or ''}:{kind}#{at}"
                yield _policy(name, "forbid", when=[*here, _kind(kind), *self._cut(one, kind)])

    def _cut(self, one: Restriction, kind: str) -> list[str]:
        if one.excludes:
            return [_any(met(kind, s.name) for s in one.selectors)]
        return [f"!({_any(self._said(kind, s.name) for s in one.selectors)})"]

    def _said(self, kind: str, name: str) -> str:
        try:
            return covered(kind, name)
        except CannotSay:
            self.unsaid.append(f"`{kind}:{name}` of a grant or a restriction, which is left out")
            return "false"

    def _of_projects(self) -> Iterator[str]:
        organization = self.rules.organization
        if organization is not None and organization.presets:
            names = f"{_set(organization.presets)}.contains(resource.name)"
            yield _policy("organization:presets", "permit", when=[_kind("preset"), names])
        for name, project in self.rules.projects.items():
            own = {
                "queue": [project.queue] if project.queue else [],
                "namespace": [project.namespace] if project.namespace else [],
                "preset": list(project.presets),
            }
            for kind, names_of_kind in own.items():
                if names_of_kind:
                    yield _policy(
                        f"project:{name}:{kind}", "permit",
                        when=[
                            f"context.project == {text(name)}", _kind(kind),
                            f"{_set(names_of_kind)}.contains(resource.name)",
                        ],
                    )  # fmt: skip

    def _of_owners(self) -> Iterator[str]:
        rules = self.rules
        owned = chain(
            (("connection", c.name, c.owner) for c in rules.connections.values() if c is not None),
            (("preset", p.name, p.owner) for p in rules.presets.values() if p is not None),
            (("queue", q.name, q.owner) for q in rules.queues.values()),
        )
        for kind, name, owner in owned:
            if owner:
                when = [_kind(kind), f"resource.name == {text(name)}", *self._to((owner,))]
                yield _policy(f"owner:{kind}:{name}", "permit", when=when)
        for access in rules.connections.values():
            never = {"read", "write"} - access.actions if access is not None else set()
            if access is not None and never:
                actions = ", ".join(f'Action::"{a}"' for a in sorted(never))
                when = [
                    _kind("connection"), f"resource.name == {text(access.name)}",
                    f"action in [{actions}]",
                ]  # fmt: skip
                yield _policy(f"connection:{access.name}", "forbid", when=when)

    def _grant(self, grant: Grant) -> Iterator[str]:
        for at, allowance in enumerate(grant.allow, 1):
            for nth, selector in enumerate(allowance.selectors, 1):
                name = f"grant:{grant.name}#{at}.{nth}"
                terms = [
                    *self._in(grant.projects), *_until(grant), *_actions(allowance, selector.kind),
                    *self._about(selector, self._said), *_bounds(allowance, selector),
                ]  # fmt: skip
                plain = [t for t in grant.to if not self._narrowing(t)]
                if plain:
                    yield _policy(name, "permit", when=[*self._to(plain), *terms])
                for team in (t for t in grant.to if self._narrowing(t)):
                    cuts = [
                        f"!({_kind(r.kind)} && {_all(self._cut(r, r.kind))})"
                        for r in self._narrowing(team)
                    ]
                    when = [*self._to([team]), *terms, *cuts]
                    yield _policy(f"{name}:{team}", "permit", when=when)

    def _narrowing(self, subject: str) -> tuple[Restriction, ...]:
        team = self.rules.teams.get(subject[5:]) if subject.startswith("team:") else None
        policy = self.rules.policies.get(team.policy or "") if team is not None else None
        return policy.restrict if policy is not None else ()

    def _to(self, subjects: Iterable[str]) -> list[str]:
        given = list(subjects)
        if "*" in given:
            return []
        named = [s for s in given if not s.startswith("role:")]
        terms = []
        entities = [_entity_text(s) for s in named if _entity_text(s)]
        if entities:
            terms.append(f"principal in [{', '.join(entities)}]")
        for role in (s[5:] for s in given if s.startswith("role:")):
            for project in sorted(self.rules.projects):
                held = text(f"{role}@{project}")
                here = f"context.project == {text(project)}"
                terms.append(f"({here} && principal.holds.contains({held}))")
        return [f"({' || '.join(terms)})" if terms else "false"]

    def _in(self, projects: tuple[str, ...] | None) -> list[str]:
        if projects is None:
            return []
        names = [p for p in sorted(self.rules.projects) if holds_in(projects, p)]
        return [f"{_set(names)}.contains(context.project)" if names else "false"]

    def _about(self, selector: Selector, said: Any) -> list[str]:
        """What makes a resource one that a selector is about."""
        if selector.kind != ANY_KIND:
            return [_kind(selector.kind), said(selector.kind, selector.name)]
        if selector.name == "**":
            return ["true"]
        self.unsaid.append(f"`*:{selector.name}` for the kinds whose names are trees")
        return [said("", selector.name)]


def _policy(name: str, effect: str, *, when: list[str] = [], unless: list[str] = []) -> str:  # noqa: B006
    lines = [f"@id({text(name)})", f"{effect} (principal, action, resource)"]
    terms = [f"({t})" if "||" in t else t for t in when if t != "true"]
    if terms:
        lines.append(f"when {{ {_all(terms)} }}")
    if unless:
        lines.append(f"unless {{ {_all(unless)} }}")
    return "\n".join(lines) + ";"


def _kind(kind: str) -> str:
    return f"resource.kind == {text(kind)}"


def _set(names: Iterable[str]) -> str:
    return f"[{', '.join(text(n) for n in sorted(names))}]"


def _all(terms: list[str]) -> str:
    return " && ".join(terms)


def _any(terms: Iterable[str]) -> str:
    return " || ".join(f"({t})" for t in terms) or "false"


def _until(grant: Grant) -> list[str]:
    if grant.until is None:
        return []
    return [f"context.day <= {int(re.sub('[^0-9]', '', grant.until))}"]


def _actions(allowance: Allowance, kind: str) -> list[str]:
    if kind == COMPONENT:
        given = allowance.actions
        every = not given or "use" in given
        actions = {"see", *given, *(("use", "pull") if every else ())}
        return [f"action in [{', '.join(f'Action::{text(a)}' for a in sorted(actions))}]"]
    if not allowance.actions or "use" in allowance.actions:
        return []
    return [f"action in [{', '.join(f'Action::{text(a)}' for a in sorted(allowance.actions))}]"]


def _bounds(allowance: Allowance, selector: Selector) -> list[str]:
    most = allowance.most
    bounds = {
        "perPod": least(most.per_pod if most else None, selector.most),
        "perRun": least(most.per_run if most else None, selector.most),
    }
    return [
        f"context has {key} && context.{key} <= {milli(bound)}"
        for key, bound in bounds.items()
        if bound is not None
    ]


def _uid(subject: str) -> dict[str, str]:
    kind, _, name = subject.partition(":")
    return {"type": {"user": "User", "serviceAccount": "ServiceAccount"}[kind], "id": name}


def _entity_text(subject: str) -> str:
    kind, _, name = subject.partition(":")
    types = {"user": "User", "serviceAccount": "ServiceAccount", "team": "Team", "group": "Group"}
    return f"{types[kind]}::{text(name)}" if kind in types and name else ""


def dumps(entities: list[dict[str, Any]]) -> str:
    """Entities as the JSON that Cedar reads."""
    return json.dumps(entities, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
