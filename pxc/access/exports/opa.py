"""Writes the rules of a catalog as data that policies in Rego read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pxc.access.principal import Principal
from pxc.access.roles import standing
from pxc.access.subjects import people

if TYPE_CHECKING:
    from decimal import Decimal

    from pxc.access.organization import Bound, Deny, Grant, Policy, Project, Restriction, Rules

__all__ = ["opa_data"]


def opa_data(rules: Rules) -> dict[str, Any]:
    """The rules as plain data under `pxc`, each object by its name.

    `standings` says for each person and project what teams and roles make of him: the subjects
    that rules may mean him by, what he can, and whether he may run anything there.
    """
    return {
        "pxc": {
            "standings": _standings(rules),
            "connections": {
                name: {
                    "actions": sorted(c.actions) if c else ["read", "write"],
                    "clusters": list(c.clusters) if c and c.clusters is not None else None,
                    "owner": c.owner if c else "",
                    "sensitivity": c.sensitivity if c else "",
                }
                for name, c in rules.connections.items()
            },
            "projects": {n: _project(rules, p) for n, p in rules.projects.items()},
            "queues": {
                n: {"cluster": q.cluster, "namespace": q.namespace, "owner": q.owner}
                for n, q in rules.queues.items()
            },
            "grants": {n: _grant(g) for n, g in rules.grants.items()},
            "denies": {n: _deny(d) for n, d in rules.denies.items()},
            "quotas": {
                n: {
                    "scope": q.scope,
                    "subject": q.subject,
                    "limits": {k: _number(v) for k, v in sorted(q.limits.items())},
                }
                for n, q in rules.quotas.items()
            },
        }
    }


def _standings(rules: Rules) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for subject in people(rules):
        who = Principal(subject=subject, strength="asserted")
        places = {}
        for project in rules.projects:
            here = standing(rules, who, project)
            places[project] = {
                "subjects": sorted(here.subjects),
                "can": sorted(here.can),
                "runs": here.sees and "run:create" in here.can,
            }
        found[subject] = places
    return found


def _project(rules: Rules, project: Project) -> dict[str, Any]:
    organization = rules.organization.restrict if rules.organization is not None else ()
    policy: Policy | None = rules.policies.get(project.policy or "")
    all_of_them = (*organization, *project.restrict, *(policy.restrict if policy else ()))
    return {
        "namespace": project.namespace,
        "queue": project.queue,
        "presets": list(project.presets),
        "restrict": [_restriction(r) for r in all_of_them],
    }


def _restriction(one: Restriction) -> dict[str, Any]:
    names = [s.name for s in one.selectors]
    return {"kind": one.kind, "exclude" if one.excludes else "only": names}


def _grant(grant: Grant) -> dict[str, Any]:
    return {
        "to": list(grant.to),
        "projects": list(grant.projects) if grant.projects is not None else None,
        "until": grant.until,
        "allow": [
            {
                "use": [
                    {"kind": s.kind, "name": s.name, "most": _number(s.most)} for s in a.selectors
                ],
                "actions": sorted(a.actions),
                "max": _bound(a.most),
            }
            for a in grant.allow
        ],
    }


def _deny(deny: Deny) -> dict[str, Any]:
    return {
        "to": list(deny.to),
        "except": list(deny.excepted),
        "deny": [{"kind": s.kind, "name": s.name} for s in deny.deny],
        "projects": list(deny.projects) if deny.projects is not None else None,
        "level": deny.level,
        "because": deny.because,
    }


def _bound(most: Bound | None) -> dict[str, Any] | None:
    if most is None:
        return None
    return {"perPod": _number(most.per_pod), "perRun": _number(most.per_run)}


def _number(value: Decimal | None) -> int | str | None:
    """A whole number as one, any other as text: what reads JSON must not round it."""
    if value is None:
        return None
    return int(value) if value == value.to_integral_value() else str(value)
