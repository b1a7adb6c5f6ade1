"""Says who may do what in the engines: Argo's controller, what its installation grants; pods, what a test grants.

Whoever carries the token of the engines themselves may do everything.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from tests.engines.api_server import ApiServer
from tests.engines.environment import Object

GROUP, VERSION = "rbac.authorization.k8s.io", "rbac.authorization.k8s.io/v1"
CONTROLLER = ("argo", "argo")
"""Namespace and name of the account that Argo's installation gives its controller."""

_PAGE = Path(__file__).parent.parent.parent / "docs" / "targets" / "argo.md"
_SEE = ["get", "list", "watch"]
_CHANGE = [*_SEE, "update", "patch", "delete"]
INSTALLATION = [
    # API group, resources, verbs, as `manifests/cluster-install` of 4.0 has them
    ("", ["pods", "pods/exec"], ["create", *_CHANGE]),
    ("", ["configmaps", "namespaces"], _SEE),
    ("", ["persistentvolumeclaims", "persistentvolumeclaims/finalizers"],
     ["create", "update", "delete", "get"]),
    ("argoproj.io", ["workflows", "workflows/finalizers", "workflowtasksets",
                     "workflowtasksets/finalizers", "workflowartifactgctasks"],
     ["create", *_CHANGE]),
    ("argoproj.io", ["workflowtemplates", "workflowtemplates/finalizers",
                     "clusterworkflowtemplates", "clusterworkflowtemplates/finalizers"], _SEE),
    ("argoproj.io", ["workflowtaskresults"], ["list", "watch", "deletecollection"]),
    ("argoproj.io", ["cronworkflows", "cronworkflows/finalizers"], _CHANGE),
    ("", ["serviceaccounts"], ["get", "list"]),
    ("", ["events"], ["create", "patch"]),
    ("policy", ["poddisruptionbudgets"], ["create", "get", "delete"]),
]  # fmt: skip


def install_controller(server: ApiServer) -> None:
    """The role of Argo's installation, and its account as who has it."""
    namespace, name = CONTROLLER
    rules = [
        {"apiGroups": [group], "resources": resources, "verbs": verbs}
        for group, resources, verbs in INSTALLATION
    ]
    account = {"kind": "ServiceAccount", "namespace": namespace, "name": name}
    binding = {
        "subjects": [account],
        "roleRef": {"apiGroup": GROUP, "kind": "ClusterRole", "name": "argo-cluster-role"},
    }
    make(
        server,
        [
            {"kind": "ClusterRole", "metadata": {"name": "argo-cluster-role"}, "rules": rules},
            {"kind": "ClusterRoleBinding", "metadata": {"name": "argo-binding"}} | binding,
        ],
    )


def documented_role(name: str) -> str:
    """The objects that the page of the target `argo` shows for whom it calls so."""
    text = _PAGE.read_text("utf-8")
    return text.partition(f"```yaml fragment role={name}\n")[2].partition("```\n")[0]


def make(server: ApiServer, objects: Iterable[Object]) -> None:
    """Creates roles and bindings."""
    for each in objects:
        body = {"apiVersion": VERSION} | each
        path = server.path(VERSION, each["kind"], each["metadata"].get("namespace"))
        server.ask("POST", path, body)


def token_of(server: ApiServer, namespace: str, name: str) -> str:
    """A token of an account, as a kubelet asks for it. Refused when there is no such account."""
    path = f"{server.path('v1', 'ServiceAccount', namespace, name)}/token"
    asked = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {}}
    token: str = server.ask("POST", path, asked)["status"]["token"]
    return token
