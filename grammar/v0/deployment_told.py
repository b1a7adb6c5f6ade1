"""Turns the settings of a v0 deployment that a catalog has no place for into findings."""

from __future__ import annotations

from typing import Any

from pxc.diagnostics import Report, allowed, nearest
from pxc.grammar.v0.tree import fields_of
from pxc.ir.node import Lit, Map, Seq, is_null

__all__ = ["left_out"]

_CARRIED = frozenset({
    "namespace", "persistence", "privateRegistries", "dockerRegistries", "docker-registry",
    "dockerRegistry", "reposAccessToken", "externalRepos", "gitAccess", "integrations", "email",
    "secretRefs", "configmapRefs", "defaultPersistence",
})  # fmt: skip
"""What is read elsewhere; names of Secrets and ConfigMaps are those that files use."""

_OF_RUNS = ("experiments", "jobs", "builds", "notebooks", "tensorboards")
_CHOICES = ("nodeSelectors", "tolerations", "affinity")
_FOR_RUNS = {
    "securityContext": "write it as `environment: {securityContext: ...}` in a preset",
    "dirs": "device plugins bring drivers now: ask for `nvidia.com/gpu`",
    "mountPaths": "device plugins bring drivers now: ask for `nvidia.com/gpu`",
    "notebookBackend": "files say it themselves: the component of a notebook",
    "notebookDockerImage": "files say the image themselves",
    "tensorboardDockerImage": "files say the image themselves",
    "mountCodeInNotebooks": "files take their code by `init: [{git: ...}]`",
    "tpuTensorflowVersion": "files say it in the annotations of their pods",
    "tpuResourceKey": "files name the resource themselves",
    "buildBackend": "files choose the component that builds",
    "dns": "write it as `environment: {dnsPolicy: ...}` in a preset",
}
"""Settings that runs felt, each with what to do."""

_PLATFORM = frozenset({
    "deploymentType", "deploymentVersion", "clusterId", "rbac", "polyaxonSecret", "internalToken",
    "passwordLength", "ssl", "encryptionSecret", "serviceType", "adminViewEnabled", "timeZone",
    "environment", "ingress", "user", "nodeSelector", "limitResources", "globalReplicas",
    "globalConcurrency", "api", "streams", "scheduler", "worker", "hpsearch", "eventsHandlers",
    "k8sEventsHandlers", "beat", "crons", "eventMonitors", "resourcesDaemon", "sidecar", "init",
    "dockerizer", "kaniko", "tablesHook", "hooks", "postgresql", "redis", "rabbitmq", "rabbitmq-ha",
    "broker", "ldap", "auth", "hostName", "allowedHosts", "intervals", "cleaningIntervals", "ttl",
    "adminModels", "logLevel", "trackerBackend", "externalServices", "debugMode", "plugins",
    "types", "roles", "k8s", "queues", "cluster", "nvidia",
})  # fmt: skip
"""Settings of the platform itself: they go with it."""


def left_out(tree: Map, report: Report) -> None:
    """Report PXC966 for what is not carried: a line each for what runs felt, one for the rest."""
    platform = []
    for name, key, value in fields_of(tree):
        if name in _CARRIED or _is_empty(value):
            continue
        if name in _CHOICES and _choices(name, value, report):
            continue
        if name in _FOR_RUNS:
            _tell(key, f"`{name}` has no place in a catalog", _FOR_RUNS[name], report)
        elif name in _PLATFORM or name in _CHOICES:
            platform.append(key)
        else:
            near = nearest(name, (*_CARRIED, *_FOR_RUNS, *_PLATFORM, *_CHOICES))
            help = f"did you mean `{near}`?" if near else "carry it by hand, if runs need it"
            _tell(key, f"`{name}` is no setting that version 0 is known to have", help, report)
    if platform:
        names = allowed((key.span.text for key in platform), 6)
        report.add(
            "PXC966",
            f"settings of the platform itself are left out: {names}",
            platform[0].span,
            help="they go with the deployment",
        )
    _own_volumes(tree.get("persistence"), report)


def _own_volumes(persistence: Any, report: Report) -> None:
    for name, key, value in fields_of(persistence):
        if name not in ("data", "outputs") and not _is_empty(value):
            message = f"`persistence.{name}` was the platform's own"
            _tell(key, message, "no file can name it: keep the volume for what is on it", report)


def _choices(name: str, value: Any, report: Report) -> bool:
    """Whether a choice of nodes is one for runs; each kind of run is told."""
    kinds = [
        (kind, key)
        for kind, key, inner in fields_of(value)
        if kind in _OF_RUNS and not _is_empty(inner)
    ]
    field = "nodeSelector" if name == "nodeSelectors" else name
    for kind, key in kinds:
        _tell(
            key,
            f"`{name}.{kind}` held for all {kind} of the deployment",
            f"write `runPatch: {{environment: {{{field}: ...}}}}` in a preset, and name it in"
            " `defaults` of the project",
            report,
        )
    return bool(kinds)


def _tell(key: Any, message: str, help: str, report: Report) -> None:
    report.add("PXC966", message, key.span, help=help)


def _is_empty(value: Any) -> bool:
    """Whether a setting says nothing: null, or a map or list of nothing."""
    if is_null(value) or (isinstance(value, Lit) and value.value == ""):
        return True
    if isinstance(value, Map):
        return all(_is_empty(inner) for _, inner in value.entries)
    return isinstance(value, Seq) and not value.items
