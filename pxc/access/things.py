"""Turns each field that names a thing, by what Kubernetes calls the field, into claims."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from pxc.access.gathering import Gathering
from pxc.access.known import known
from pxc.access.volumes import BY_SOURCE, VOLUME_KINDS
from pxc.ir.node import Lit, Map, Seq, Template, is_null

__all__ = [
    "HANDLERS", "PROTECTED", "SECTIONS", "claim_image", "claim_secret", "is_accelerator",
]  # fmt: skip

PROTECTED = (
    "iam.", "eks.amazonaws.com/", "azure.workload.identity/", "vault.hashicorp.com/",
    "sidecar.istio.io/", "argocd.argoproj.io/", "kueue.x-k8s.io/", "volcano.sh/",
    "scheduling.volcano.sh/", "scheduling.k8s.io/",
    "container.apparmor.security.beta.kubernetes.io/",
    "seccomp.security.alpha.kubernetes.io/", "pxc.dev/",
)  # fmt: skip
"""How labels and annotations begin that others than people read: they give rights, or take them."""


_QUEUES = ("kueue.x-k8s.io/queue-name", "volcano.sh/queue-name", "scheduling.volcano.sh/queue-name")


_PRIORITIES = ("kueue.x-k8s.io/priority-class",)


SECTIONS: dict[str, tuple[str, ...]] = {
    "env": ("secret", "configMap"),
    "envFrom": ("secret", "configMap"),
    "valueFrom": ("secret", "configMap"),
    "volumes": VOLUME_KINDS,
    "securityContext": ("privileged", "capability", "runAsRoot"),
    "resources": ("accelerator", "resource"),
    "limits": ("accelerator", "resource"),
    "requests": ("accelerator", "resource"),
    "environment": ("serviceAccount", "nodePool", "hostNetwork", "hostPID", "priorityClass",
                    "annotation", "label"),
    "containers": ("image", "secret", "accelerator", "privileged"),
}  # fmt: skip
"""What a section can hold, where only the run knows it."""


def _text(kind: str, *, but: tuple[Any, ...] = ()) -> Callable[[Any, Gathering], None]:
    """A field that is the name of a thing; `but` are those that ask for nothing."""

    def claim(value: Any, into: Gathering) -> None:
        if isinstance(value, Template) or (
            isinstance(value, Lit) and value.value not in ("", *but) and value.value is not False
        ):
            into.add(kind, value)

    return claim


def _flag(kind: str) -> Callable[[Any, Gathering], None]:
    def claim(value: Any, into: Gathering) -> None:
        if isinstance(value, Lit | Template):
            into.flag(kind, value)

    return claim


def _named(kind: str, *keys: str) -> Callable[[Any, Gathering], None]:
    """A map that has the name under the first of these keys, and perhaps one of its `key`s."""

    def claim(value: Any, into: Gathering) -> None:
        if not isinstance(value, Map):
            return
        name = next((f for f in map(value.get, keys) if f is not None and not is_null(f)), None)
        if name is None:
            return
        key = value.get("key")
        if key is None or is_null(key):
            into.add(kind, name)
        else:
            into.add(kind, name, "/", key)

    return claim


claim_secret = _named("secret", "secretName", "name")


def _pull_secrets(value: Any, into: Gathering) -> None:
    """A list of names, as Polyaxon writes them, or of objects with names, as Kubernetes does."""
    if isinstance(value, Template):
        into.unknown("secret", value)
    for item in value.items if isinstance(value, Seq) else ():
        name = item.get("name") if isinstance(item, Map) else item
        if isinstance(name, Lit | Template) and not is_null(name):
            into.add("secret", name)


def claim_image(value: Any, into: Gathering) -> None:
    """An image and the registry that it comes from."""
    if isinstance(value, Map):  # a volume that is an image
        value = value.get("reference")
    if not isinstance(value, Lit | Template) or is_null(value) or getattr(value, "value", 1) == "":
        return
    into.add("image", value)
    image = known((value,), into.choices)
    head, star, _ = image.name.partition("*")
    if image.certainty == "unknown" or (star and "/" not in head):
        into.unknown("registry", value)
        return
    for text in dict.fromkeys(map(_registry, image.choices or (head,))):
        into.add("registry", text, span=value.span)


def _registry(image: str) -> str:
    """The host of an image; that of Docker for a name without one."""
    host, slash, _ = image.partition("/")
    if slash and ("." in host or ":" in host or host == "localhost"):
        return host
    return "docker.io"


def _capabilities(value: Any, into: Gathering) -> None:
    added = value.get("add") if isinstance(value, Map) else value
    for item in added.items if isinstance(added, Seq) else ():
        if isinstance(item, Lit | Template):
            text = str(item.value).upper().removeprefix("CAP_") if isinstance(item, Lit) else item
            into.add("capability", text, span=item.span)
    if isinstance(added, Template):
        into.unknown("capability", added)


def _run_as_user(value: Any, into: Gathering) -> None:
    if isinstance(value, Template):
        every = into.choices(value) if into.choices is not None else None
        if every is None or "0" in every:
            into.unknown("runAsRoot", value)
    elif isinstance(value, Lit) and str(value.value) == "0":
        into.add("runAsRoot", "true", span=value.span)


def _sysctls(value: Any, into: Gathering) -> None:
    for item in value.items if isinstance(value, Seq) else ():
        name = item.get("name") if isinstance(item, Map) else item
        if isinstance(name, Lit | Template) and not is_null(name):
            into.add("sysctl", name)


def _profile(head: str) -> Callable[[Any, Gathering], None]:
    """A profile whose `type` takes the confinement away, or that only a node has."""

    def claim(value: Any, into: Gathering) -> None:
        kind = value.get("type") if isinstance(value, Map) else None
        if isinstance(kind, Template) or (
            isinstance(kind, Lit) and kind.value not in (None, "RuntimeDefault")
        ):
            into.add("seccomp", *((head,) if head else ()), kind)

    return claim


def _marks(kind: str) -> Callable[[Any, Gathering], None]:
    """Labels or annotations: those with a prefix that others read, and queues named by one."""

    def claim(value: Any, into: Gathering) -> None:
        if isinstance(value, Template):
            into.unknown(kind, value)
        for key, said in value.entries if isinstance(value, Map) else ():
            if isinstance(key, Template):
                into.unknown(kind, key)
                continue
            text = str(key.value)
            if text in _QUEUES:
                into.add("queue", said)
            elif text in _PRIORITIES:
                into.add("priorityClass", said)
            if text.startswith(PROTECTED):
                into.add(kind, key, also=(said.span,))

    return claim


def is_accelerator(resource: str) -> bool:
    """Whether a resource is one that a device plugin brings, as every name with a domain is."""
    return "/" in resource and not resource.startswith("kubernetes.io/")


def _resources(value: Any, into: Gathering) -> None:
    """The extended resources of one container, and claims of dynamic allocation."""
    for side in ("limits", "requests"):
        asked = value.get(side) if isinstance(value, Map) else None
        for key, amount in asked.entries if isinstance(asked, Map) else ():
            if isinstance(key, Template):
                into.unknown("accelerator", key)
            elif is_accelerator(str(key.value)):
                _claim_amount(str(key.value), key, amount, into)
    claims = value.get("claims") if isinstance(value, Map) else None
    for item in claims.items if isinstance(claims, Seq) else ():
        name = item.get("name") if isinstance(item, Map) else None
        if isinstance(name, Lit | Template):
            into.add("accelerator", "resourceClaim/", name)


def _claim_amount(resource: str, key: Any, amount: Any, into: Gathering) -> None:
    """So much of a resource in one pod; `unknown` where only the run knows how much."""
    texts: tuple[str, ...] | None = None
    if isinstance(amount, Lit):
        texts = (str(amount.value),)
    elif isinstance(amount, Template) and into.choices is not None:
        texts = into.choices(amount)
    numbers = [into.amount(text) for text in texts or ()]
    told = [number for number in numbers if number is not None]
    if not told or len(told) < len(numbers):
        into.unknown("accelerator", amount)
        return
    most = max(told)
    if most > 0:
        into.add("accelerator", resource, span=amount.span, per_pod=most, also=(key.span,))


def _resource_claims(value: Any, into: Gathering) -> None:
    for item in value.items if isinstance(value, Seq) else ():
        for key in ("resourceClaimName", "resourceClaimTemplateName"):
            name = item.get(key) if isinstance(item, Map) else None
            if isinstance(name, Lit | Template) and not is_null(name):
                into.add("accelerator", "resourceClaim/", name)


def _metadata(value: Any, into: Gathering) -> None:
    namespace = value.get("namespace") if isinstance(value, Map) else None
    if isinstance(namespace, Lit | Template) and not is_null(namespace):
        into.add("namespace", namespace)


def _token(value: Any, into: Gathering) -> None:
    """A volume with a token of the account, whatever the pod says of mounting one."""
    if isinstance(value, Map):
        into.add("automountToken", "true", span=value.span)


def _spark_conf(value: Any, into: Gathering) -> None:
    """What Spark itself turns into pods: secrets, volumes, accounts, images and more."""
    for key, _ in value.entries if isinstance(value, Map) else ():
        if isinstance(key, Template):
            into.unknown("resource", key)
        elif re.match(r"spark\.kubernetes\.|spark\.[a-z]+\.resource\.", str(key.value)):
            into.add("resource", "sparkConf/", key)


HANDLERS: dict[str, Callable[[Any, Gathering], None]] = BY_SOURCE | {
    "image": claim_image,
    "secret": claim_secret,
    "secretKeyRef": claim_secret,
    "secretRef": claim_secret,
    "secretName": _text("secret"),
    "imagePullSecrets": _pull_secrets,
    "configMap": _named("configMap", "name"),
    "configMapKeyRef": _named("configMap", "name"),
    "configMapRef": _named("configMap", "name"),
    "sparkConfigMap": _text("configMap"),
    "hadoopConfigMap": _text("configMap"),
    "nodeName": _text("node"),
    "serviceAccountName": _text("serviceAccount"),
    "serviceAccount": _text("serviceAccount"),
    "automountServiceAccountToken": _flag("automountToken"),
    "serviceAccountToken": _token,
    "priorityClassName": _text("priorityClass"),
    "priorityClass": _text("priorityClass"),
    "runtimeClassName": _text("runtimeClass"),
    "schedulerName": _text("scheduler", but=("default-scheduler",)),
    "privileged": _flag("privileged"),
    "hostProcess": _flag("privileged"),
    "hostNetwork": _flag("hostNetwork"),
    "hostPort": _text("hostPort", but=(0,)),
    "hostPID": _flag("hostPID"),
    "hostPid": _flag("hostPID"),
    "hostIPC": _flag("hostIPC"),
    "hostIpc": _flag("hostIPC"),
    "capabilities": _capabilities,
    "runAsUser": _run_as_user,
    "sysctls": _sysctls,
    "procMount": _text("procMount", but=("Default",)),
    "seccompProfile": _profile(""),
    "appArmorProfile": _profile("appArmor/"),
    "annotations": _marks("annotation"),
    "labels": _marks("label"),
    "resources": _resources,
    "resourceClaims": _resource_claims,
    "metadata": _metadata,
    "queue": _text("queue"),
    "sparkConf": _spark_conf,
}
