"""Turns `kubernetes.schema.json` and what Polyaxon loosens in it into tables and a schema.

The file holds what Kubernetes says. A Polyaxonfile is freer: any value may be a template, numbers
stand where text is meant, a container needs no name. The tables of that freedom are here, for the
checker (`kubernetes.py`) and for the authors' schema alike.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

Shape = dict[str, Any]

OPTIONAL = frozenset({"V1Container.name", "V1EphemeralContainer.name"})
"""Fields Kubernetes needs and an author may leave out, because a run gives them."""

ONE_TEXT = frozenset({"V1Container.args", "V1Container.command"})
"""Lists that may be written as one text (spec: run-kinds section 2)."""

ANY_SCALAR = ONE_TEXT | {
    "V1EnvVar.value",
    "V1EphemeralContainer.args",
    "V1EphemeralContainer.command",
    "V1ExecAction.command",
    "V1HTTPHeader.value",
    "V1LabelSelectorRequirement.values",
    "V1NodeSelectorRequirement.values",
    "V1PodDNSConfigOption.value",
    "V1PodFailurePolicyOnPodConditionsPattern.status",
    "V1Sysctl.value",
    "V1Toleration.value",
}
"""Text that people write as a number or a boolean, and mean its text; so is the text of a map."""

_HANDLERS = ("exec", "grpc", "httpGet", "sleep", "tcpSocket")
_SOURCES = frozenset({"V1EnvVarSource", "V1Volume", "V1VolumeProjection"})
_ONE_OF = {
    "V1DownwardAPIVolumeFile": ("fieldRef", "resourceFieldRef"),
    "V1EnvFromSource": ("configMapRef", "secretRef"),
    "V1EnvVar": ("value", "valueFrom"),
    "V1LifecycleHandler": _HANDLERS,
    "V1PodFailurePolicyRule": ("onExitCodes", "onPodConditions"),
    "V1Probe": _HANDLERS,
}

_POD_FIELDS = (
    "affinity", "annotations", "dnsConfig", "dnsPolicy", "hostAliases", "hostNetwork", "hostPID",
    "imagePullSecrets", "labels", "nodeName", "nodeSelector", "priority", "priorityClassName",
    "schedulerName", "serviceAccountName", "tolerations",
)  # fmt: skip
_RUN_FIELDS = ("connections", "init", "kind", "plugins", "replicas", "sidecars", "volumes")
_VOLUME_SOURCES = ("configMap", "emptyDir", "hostPath", "nfs", "persistentVolumeClaim", "secret")
CONTAINER_SECURITY = (
    "allowPrivilegeEscalation", "capabilities", "privileged", "procMount", "readOnlyRootFilesystem",
)  # fmt: skip
ENVIRONMENT_SECURITY = "EnvironmentSecurityContext"
"""`securityContext` of an environment: a pod's, with fields of a container's (spec: surprises)."""

_POD_SECURITY = (
    "fsGroup", "fsGroupChangePolicy", "supplementalGroups", "supplementalGroupsPolicy", "sysctls",
)  # fmt: skip
_COUNTS = "put it under `limits` or `requests`"

MOVED: dict[str, dict[str, str]] = {
    "V1Container": {
        **dict.fromkeys(_POD_FIELDS, "it is a field of `environment`"),
        **dict.fromkeys(_RUN_FIELDS, "it is a field of `run`, beside the container"),
        "cmd": "in a container the field is `command`; `cmd` stands at the root of the file",
        "environment": "variables are listed in `env`, pod settings are `run.environment`",
        "gpu": "ask for it in `resources.limits`, as `nvidia.com/gpu`",
        "gpus": "ask for it in `resources.limits`, as `nvidia.com/gpu`",
    },
    "V1PodSecurityContext": dict.fromkeys(
        CONTAINER_SECURITY, "it is a field of `container.securityContext`"
    ),
    "V1ResourceRequirements": dict.fromkeys(
        ("cpu", "ephemeral-storage", "gpu", "memory", "nvidia.com/gpu"), _COUNTS
    ),
    "V1SecurityContext": dict.fromkeys(
        _POD_SECURITY, "it is a field of `environment.securityContext`"
    ),
    "V1Volume": dict.fromkeys(
        ("mountPath", "subPath"), "mounts are listed in `volumeMounts` of a container"
    ),
    "V1VolumeMount": dict.fromkeys(_VOLUME_SOURCES, "what a volume holds is told in `volumes`"),
}
"""Keys that are right elsewhere: definition -> key -> where it belongs."""

RENAMED: dict[str, dict[str, str]] = {
    "V1Container": {
        "cwd": "workingDir",
        "entrypoint": "command",
        "mounts": "volumeMounts",
        "pullPolicy": "imagePullPolicy",
        "workdir": "workingDir",
    },
    "V1EnvVar": {"key": "name"},
    "V1VolumeMount": {"path": "mountPath"},
}
"""Names other tools have for a field: definition -> key -> the field."""


@cache
def definitions() -> dict[str, Shape]:
    """Kubernetes' own definitions under their model names, as the file has them."""
    text = Path(__file__).with_name("kubernetes.schema.json").read_bytes()
    found: dict[str, Shape] = msgspec.json.decode(text)["$defs"]
    pod = found["V1PodSecurityContext"]
    container = found["V1SecurityContext"]["properties"]
    further = {name: container[name] for name in CONTAINER_SECURITY}
    found[ENVIRONMENT_SECURITY] = {**pod, "properties": {**pod["properties"], **further}}
    return found


def definition_fields(definition: str) -> tuple[str, ...]:
    """The field names of a definition (`V1Container`), sorted. Raises KeyError for no such one."""
    return tuple(definitions()[definition]["properties"])


def required_fields(definition: str) -> tuple[str, ...]:
    """The fields an author must write."""
    needed = definitions()[definition].get("required", ())
    return tuple(name for name in needed if f"{definition}.{name}" not in OPTIONAL)


def exclusive_fields(definition: str) -> tuple[str, ...]:
    """Fields of which an object may have one; empty when all go together."""
    if definition in _SOURCES:
        return tuple(name for name in definition_fields(definition) if name != "name")
    return _ONE_OF.get(definition, ())


def reference(shape: Shape) -> str:
    """The name of the definition a shape refers to, empty when it refers to none."""
    return str(shape.get("$ref", ""))[len("#/$defs/") :]


@cache
def schema_defs() -> dict[str, Shape]:
    """The definitions as authors may write them, to stand under `$defs` of a Polyaxonfile's schema.

    They refer to one definition that is not theirs, `template`: text with expressions.
    """
    return {name: _authored(name, shape) for name, shape in definitions().items()}


_TEMPLATE: Shape = {"$ref": "#/$defs/template"}
_NULL: Shape = {"type": "null"}
_TEXT: Shape = {"type": "string"}
_SCALAR: Shape = {"type": ["string", "number", "boolean"]}


def _authored(definition: str, shape: Shape) -> Shape:
    if "properties" not in shape:
        return shape
    needed = required_fields(definition)
    properties: dict[str, Shape] = {}
    for name, value in shape["properties"].items():
        null = () if name in needed else (_NULL,)
        properties[name] = _authored_field(f"{definition}.{name}", value, null)
        if snake(name) != name:
            properties[snake(name)] = {**properties[name], "deprecated": True}
    body: Shape = {"type": "object", "additionalProperties": False, "properties": properties}
    if needed:
        body["allOf"] = [
            {"anyOf": [{"required": [spelling]} for spelling in dict.fromkeys((n, snake(n)))]}
            for n in needed
        ]
    return body


def _authored_field(field: str, shape: Shape, null: tuple[Shape, ...]) -> Shape:
    """A field's shape, or a template for it, or null, or a scalar where its text is meant."""
    if not shape:
        return shape
    options = [_loosened(field, shape), *null]
    if field in ONE_TEXT:
        options.append(_TEXT)
    elif options[0].get("type") != "string" or "enum" in shape or "pattern" in shape:
        options.append(_TEMPLATE)
    return {"anyOf": options} if len(options) > 1 else options[0]


def _loosened(field: str, shape: Shape) -> Shape:
    if "items" in shape:
        item = _loosened(field, shape["items"])
        options = [item, _NULL] if field in ONE_TEXT else [item, _TEMPLATE]
        return {**shape, "items": {"anyOf": options}}
    values = shape.get("additionalProperties")
    if isinstance(values, dict):
        scalar = {"anyOf": [_SCALAR, _NULL]}
        return {**shape, "additionalProperties": scalar if values == _TEXT else values}
    if field in ANY_SCALAR:
        return {**_SCALAR, **({"enum": [*shape["enum"], True, False]} if "enum" in shape else {})}
    return shape


def snake(name: str) -> str:
    """The snake_case of a field name, as the models of the Python client spell most of them."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()
