"""Turns conditions on objects into ValidatingAdmissionPolicies, each bound to namespaces."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pxc.access.exports.pod_rules import Check

__all__ = ["decision_policy", "head", "pod_policy"]

_LABELS = {"app.kubernetes.io/managed-by": "pxc"}
_CONTAINERS = {
    "name": "containers",
    "expression": "object.spec.containers + object.spec.?initContainers.orValue([])",
}
_ACCOUNT = "system:serviceaccount:"
_CONTROLLERS = "system:kube-controller-manager"
_KEY, _ID = "pxc.dev/decision", "^[0-9a-f]{16}$"
_NAMES_ONE = (
    f"has(object.metadata.annotations) && '{_KEY}' in object.metadata.annotations"
    f" && object.metadata.annotations['{_KEY}'].matches('{_ID}')"
)


def pod_policy(
    name: str, namespaces: list[str], checks: list[Check], message: str
) -> list[dict[str, Any]]:
    """A policy for pods, and its binding to namespaces."""
    expressions = [check.expression for check in checks]
    variables = {"variables": [dict(_CONTAINERS)]}
    return _policy(name, namespaces, expressions, message, [("", "v1", ["pods"])], variables)


def decision_policy(
    namespaces: list[str],
    resources: Sequence[tuple[str, tuple[str, ...]]],
    renderers: Sequence[str],
) -> list[dict[str, Any]]:
    """A policy by which nothing is created in namespaces that does not name the decision on it.

    `resources` are API groups with their resources, `renderers` service accounts (`NAMESPACE/NAME`)
    that are free of it. So are the cluster's own controllers: they make the Jobs of CronJobs.
    """
    accounts = [_ACCOUNT + each.replace("/", ":") for each in sorted(set(renderers))]
    free = ", ".join(f"'{name}'" for name in (_CONTROLLERS, *accounts))
    expression = (
        f"request.userInfo.username in [{free}]"
        f" || request.userInfo.username.startsWith('{_ACCOUNT}kube-system:')"
        f" || ({_NAMES_ONE})"
    )
    message = f"the annotation {_KEY} is missing: let pxc compile what is to run here"
    looked_at = [(group, "*", list(names)) for group, names in resources]
    return _policy("pxc-decision", namespaces, [expression], message, looked_at, {})


def _policy(
    name: str,
    namespaces: list[str],
    expressions: list[str],
    message: str,
    looked_at: list[tuple[str, str, list[str]]],
    variables: dict[str, Any],
) -> list[dict[str, Any]]:
    """A policy for what is created of API groups, versions and resources, and its binding."""
    rules = [
        {
            "apiGroups": [group], "apiVersions": [version], "resources": resources,
            "operations": ["CREATE"],
        }
        for group, version, resources in looked_at
    ]  # fmt: skip
    key = "kubernetes.io/metadata.name"
    where = {"matchExpressions": [{"key": key, "operator": "In", "values": namespaces}]}
    api = "admissionregistration.k8s.io/v1"
    return [
        {**head(api, "ValidatingAdmissionPolicy", name)}
        | {
            "spec": {
                "failurePolicy": "Fail",
                "matchConstraints": {"resourceRules": rules},
                **variables,
                "validations": [{"expression": e, "message": message} for e in expressions],
            }
        },
        {**head(api, "ValidatingAdmissionPolicyBinding", name)}
        | {
            "spec": {
                "policyName": name,
                "validationActions": ["Deny"],
                "matchResources": {"namespaceSelector": where},
            }
        },
    ]


def head(api: str, kind: str, name: str, namespace: str | None = None) -> dict[str, Any]:
    """What every exported object begins with."""
    place = {"namespace": namespace} if namespace is not None else {}
    return {
        "apiVersion": api,
        "kind": kind,
        "metadata": {"name": name, **place, "labels": dict(_LABELS)},
    }
