"""Writes what a cluster can hold of the rules of a catalog: rights, quotas and admission of pods.

A cluster sees who creates a run, and pods that controllers create; it does not see for whom a pod
is, nor connections, presets and queues. So of denies those become admission policies that hold for
everybody, and the rest is named.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from pxc.access.exports.admission import decision_policy, head, pod_policy
from pxc.access.exports.limit_ranges import limit_range, most_of_accelerators
from pxc.access.exports.pod_rules import check_of_deny, check_of_images
from pxc.access.index import holds_in
from pxc.access.principal import Principal
from pxc.access.questions import groups
from pxc.access.roles import EVERYBODY, standing
from pxc.access.subjects import people

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from pxc.access.organization import Restriction, Rules

__all__ = ["ClusterObjects", "cluster_objects", "plain", "quantity"]

_OF_RUNS = (
    ("", ("services", "configmaps"), ("create", "delete", "get", "list", "patch", "watch")),
    ("", ("pods", "pods/log", "events"), ("get", "list", "watch")),
    ("apps", ("deployments",), ("create", "delete", "get", "list", "patch", "watch")),
    ("batch", ("jobs", "cronjobs"), ("create", "delete", "get", "list", "patch", "watch")),
    ("jobset.x-k8s.io", ("jobsets",), ("create", "delete", "get", "list", "patch", "watch")),
    ("argoproj.io", ("workflows", "workflowtemplates", "cronworkflows"),
     ("create", "delete", "get", "list", "patch", "watch")),
)  # fmt: skip
"""What whoever may run something in a namespace needs there: API group, resources, verbs."""


class ClusterObjects(Struct, frozen=True):
    """Objects for a cluster, in the order to apply them, and what they do not say."""

    objects: list[dict[str, Any]]
    unsaid: tuple[str, ...]


def cluster_objects(rules: Rules, renderers: Sequence[str] | None = None) -> ClusterObjects:
    """A role and a binding for each namespace of a project, quotas, bounds, and policies for pods.

    With `renderers`, which may be none, what runs must name the decision on it; those service
    accounts (`NAMESPACE/NAME`) are free of that.
    """
    writer = _Writer(rules)
    found = [*writer.rights(), *writer.quotas(), *writer.bounds(), *writer.policies()]
    if renderers is not None and writer.projects_of:
        runs = [(group, resources) for group, resources, _ in _OF_RUNS if group]
        found += decision_policy(sorted(writer.projects_of), runs, renderers)
    return ClusterObjects(found, tuple(writer.unsaid))


class _Writer:
    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        self.unsaid: list[str] = []
        self.projects_of: dict[str, list[str]] = {}
        for name, project in sorted(rules.projects.items()):
            if project.namespace is not None:
                self.projects_of.setdefault(project.namespace, []).append(name)

    def rights(self) -> list[dict[str, Any]]:
        """Who may create runs in a namespace: whoever may do so in one of its projects."""
        found = []
        for namespace, projects in sorted(self.projects_of.items()):
            subjects = self._subjects(projects)
            if not subjects:
                continue
            rules = [
                {"apiGroups": [group], "resources": list(resources), "verbs": list(verbs)}
                for group, resources, verbs in _OF_RUNS
            ]
            found.append(
                {**head("rbac.authorization.k8s.io/v1", "Role", "pxc-runs", namespace)}
                | {"rules": rules}
            )
            reference = {
                "apiGroup": "rbac.authorization.k8s.io",
                "kind": "Role",
                "name": "pxc-runs",
            }
            found.append(
                {**head("rbac.authorization.k8s.io/v1", "RoleBinding", "pxc-runs", namespace)}
                | {"subjects": subjects, "roleRef": reference}
            )
        return found

    def quotas(self) -> list[dict[str, Any]]:
        """The quota of each namespace of a cluster."""
        found: dict[str, dict[str, Decimal]] = {}
        for cluster in self.rules.clusters.values():
            for namespace in cluster.namespaces:
                if namespace.quota:
                    if namespace.name in found and found[namespace.name] != namespace.quota:
                        self.unsaid.append(f"the quota of `{namespace.name}` on several clusters")
                    found.setdefault(namespace.name, namespace.quota)
        self.unsaid += [
            f"quota `{name}`: it is of no namespace" for name in sorted(self.rules.quotas)
        ]
        return [
            {**head("v1", "ResourceQuota", "pxc-quota", namespace)}
            | {"spec": {"hard": {_hard(k): quantity(v) for k, v in sorted(quota.items())}}}
            for namespace, quota in sorted(found.items())
        ]

    def bounds(self) -> list[dict[str, Any]]:
        """The most of accelerators that anybody may have in a namespace."""
        self.unsaid += [
            f"the bounds of grant `{grant.name}` for whom it is: a cluster does not see for whom a"
            " pod is, only the most that any grant gives is held"
            for grant in self.rules.grants.values()
            if any(
                allowance.most is not None or any(s.most is not None for s in allowance.selectors)
                for allowance in grant.allow
            )
        ]
        found = [
            (namespace, most_of_accelerators(self.rules, projects))
            for namespace, projects in sorted(self.projects_of.items())
        ]
        return [limit_range(namespace, most) for namespace, most in found if most]

    def policies(self) -> list[dict[str, Any]]:
        """Policies that pods must pass, each bound to the namespaces that it holds in."""
        found = []
        for deny in self.rules.denies.values():
            if deny.level != "hard" or deny.excepted or EVERYBODY not in deny.to:
                self.unsaid.append(f"deny `{deny.name}`, which does not hold for everybody")
                continue
            namespaces = self._namespaces(deny.projects)
            for at, selector in enumerate(deny.deny, 1):
                check = check_of_deny(selector)
                if check is None:
                    self.unsaid.append(
                        f"`{selector.kind}:{selector.name}` of deny `{deny.name}`: no pod shows it"
                    )
                elif namespaces:
                    message = deny.because or f"deny {deny.name} forbids it"
                    name = f"pxc-deny-{plain(deny.name)}-{at}"
                    found += pod_policy(name, namespaces, [check], message)
        for namespace, projects in sorted(self.projects_of.items()):
            patterns = self._images(projects)
            if patterns is not None:
                message = f"the images of namespace {namespace} are narrowed"
                check = check_of_images(patterns)
                found += pod_policy(f"pxc-images-{plain(namespace)}", [namespace], [check], message)
        return found

    def _subjects(self, projects: list[str]) -> list[dict[str, Any]]:
        found = []
        for subject in people(self.rules):
            who = Principal(subject=subject, strength="asserted")
            if self._runs(who, projects):
                found.append(self._subject(subject))
        for group in groups(self.rules):
            who = Principal(subject="user:(verified)", strength="verified", groups=(group,))
            if self._runs(who, projects):
                found.append(_rbac("Group", group))
        return [s for s in found if s is not None]

    def _runs(self, who: Principal, projects: list[str]) -> bool:
        here = [standing(self.rules, who, project) for project in projects]
        return any(h.sees and "run:create" in h.can for h in here)

    def _subject(self, subject: str) -> dict[str, Any] | None:
        kind, _, name = subject.partition(":")
        if kind == "user":
            return _rbac("User", name)
        namespace, slash, account = name.partition("/")
        if not slash:
            self.unsaid.append(f"service account `{name}`: write NAMESPACE/NAME")
            return None
        return {"kind": "ServiceAccount", "namespace": namespace, "name": account}

    def _namespaces(self, projects: tuple[str, ...] | None) -> list[str]:
        """The namespaces where a rule of these projects holds for all projects that share them."""
        found = []
        for namespace, names in sorted(self.projects_of.items()):
            held = [holds_in(projects, name) for name in names]
            if all(held):
                found.append(namespace)
            elif any(held):
                self.unsaid.append(f"what holds for some projects of namespace `{namespace}` alone")
        return found

    def _images(self, projects: list[str]) -> list[list[str]] | None:
        """For each project the patterns of its images; None where one of them is free."""
        rules = self.rules
        found: list[list[str]] = []
        for name in projects:
            place = rules.projects[name]
            policy = rules.policies.get(place.policy or "")
            narrowing: list[Restriction] = [
                r
                for part in (rules.organization, place, policy)
                for r in (part.restrict if part is not None else ())
                if r.kind == "image"
            ]
            if len(narrowing) > 1 or any(r.excludes for r in narrowing):
                self.unsaid.append(f"the images of project `{name}`, narrowed more than once")
                return None
            if not narrowing:
                return None
            found.append([s.name for s in narrowing[0].selectors])
        return found


def _rbac(kind: str, name: str) -> dict[str, Any]:
    return {"apiGroup": "rbac.authorization.k8s.io", "kind": kind, "name": name}


def _hard(resource: str) -> str:
    """The key of a quota: extended resources are bounded by their requests."""
    return f"requests.{resource}" if "/" in resource else resource


def quantity(value: Decimal) -> str:
    """An amount as Kubernetes writes it: thousandths where it is no whole number."""
    if value == value.to_integral_value():
        return f"{int(value)}"
    return f"{int(value * 1000)}m"


def plain(name: str) -> str:
    """A name as objects of Kubernetes have it."""
    return re.sub(r"[^a-z0-9-]+", "-", name.lower()).strip("-")[:40] or "x"
