"""Turns the models of the `kubernetes` package into `kubernetes.schema.json`, our written shapes.

`python -m pxc.grammar.generate` rewrites the file, `--check` only tells whether it is current. The
package is read here alone: it takes most of a second to import and a compiler run needs none of it.
"""

from __future__ import annotations

import datetime
import json
import sys
import types
import typing
from pathlib import Path
from typing import Any

SCHEMA_FILE = Path(__file__).with_name("kubernetes.schema.json")

ROOTS = (
    "V1Affinity", "V1Container", "V1EnvFromSource", "V1EnvVar", "V1ExecAction", "V1HTTPGetAction",
    "V1HostAlias", "V1PodDNSConfig", "V1PodFailurePolicy", "V1PodSecurityContext", "V1PodSpec",
    "V1ResourceRequirements", "V1SecurityContext", "V1Toleration", "V1Volume",
)  # fmt: skip

# The models type a quantity as text; the API's own specification has a type for it.
QUANTITIES = frozenset(
    {
        "V1EmptyDirVolumeSource.sizeLimit",
        "V1PodSpec.overhead",
        "V1ResourceFieldSelector.divisor",
        "V1ResourceRequirements.limits",
        "V1ResourceRequirements.requests",
        "V1VolumeResourceRequirements.limits",
        "V1VolumeResourceRequirements.requests",
    }
)

_PULL = ("Always", "IfNotPresent", "Never")
_RESTART = ("Always", "Never", "OnFailure")
_PROFILE = ("Localhost", "RuntimeDefault", "Unconfined")
_ACCESS = ("ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod")
_SET = ("DoesNotExist", "Exists", "In", "NotIn")

# The published specification tells closed sets of words only in prose, and so the models have none.
# For a list the words are those of its items.
WORDS: dict[str, tuple[str, ...]] = {
    "V1AppArmorProfile.type": _PROFILE,
    "V1AzureDiskVolumeSource.cachingMode": ("None", "ReadOnly", "ReadWrite"),
    "V1AzureDiskVolumeSource.kind": ("Dedicated", "Managed", "Shared"),
    "V1Container.imagePullPolicy": _PULL,
    "V1Container.restartPolicy": _RESTART,
    "V1Container.terminationMessagePolicy": ("FallbackToLogsOnError", "File"),
    "V1ContainerPort.protocol": ("SCTP", "TCP", "UDP"),
    "V1ContainerResizePolicy.restartPolicy": ("NotRequired", "RestartContainer"),
    "V1ContainerRestartRuleOnExitCodes.operator": ("In", "NotIn"),
    "V1EphemeralContainer.imagePullPolicy": _PULL,
    "V1EphemeralContainer.terminationMessagePolicy": ("FallbackToLogsOnError", "File"),
    "V1HTTPGetAction.scheme": ("HTTP", "HTTPS"),
    "V1HostPathVolumeSource.type": (
        "", "BlockDevice", "CharDevice", "Directory", "DirectoryOrCreate", "File", "FileOrCreate",
        "Socket",
    ),
    "V1ImageVolumeSource.pullPolicy": _PULL,
    "V1LabelSelectorRequirement.operator": _SET,
    "V1NodeSelectorRequirement.operator": (*_SET, "Gt", "Lt"),
    "V1PersistentVolumeClaimSpec.accessModes": _ACCESS,
    "V1PersistentVolumeClaimSpec.volumeMode": ("Block", "Filesystem"),
    "V1PodFailurePolicyOnExitCodesRequirement.operator": ("In", "NotIn"),
    "V1PodFailurePolicyOnPodConditionsPattern.status": ("False", "True", "Unknown"),
    "V1PodFailurePolicyRule.action": ("Count", "FailIndex", "FailJob", "Ignore"),
    "V1PodOS.name": ("linux", "windows"),
    "V1PodSecurityContext.fsGroupChangePolicy": ("Always", "OnRootMismatch"),
    "V1PodSecurityContext.seLinuxChangePolicy": ("MountOption", "Recursive"),
    "V1PodSecurityContext.supplementalGroupsPolicy": ("Merge", "Strict"),
    "V1PodSpec.dnsPolicy": ("ClusterFirst", "ClusterFirstWithHostNet", "Default", "None"),
    "V1PodSpec.preemptionPolicy": ("Never", "PreemptLowerPriority"),
    "V1PodSpec.restartPolicy": _RESTART,
    "V1SeccompProfile.type": _PROFILE,
    "V1SecurityContext.procMount": ("Default", "Unmasked"),
    "V1Toleration.effect": ("", "NoExecute", "NoSchedule", "PreferNoSchedule"),
    "V1Toleration.operator": ("", "Equal", "Exists", "Gt", "Lt"),
    "V1TopologySpreadConstraint.nodeAffinityPolicy": ("Honor", "Ignore"),
    "V1TopologySpreadConstraint.nodeTaintsPolicy": ("Honor", "Ignore"),
    "V1TopologySpreadConstraint.whenUnsatisfiable": ("DoNotSchedule", "ScheduleAnyway"),
    "V1VolumeMount.mountPropagation": ("Bidirectional", "HostToContainer", "None"),
    "V1VolumeMount.recursiveReadOnly": ("Disabled", "Enabled", "IfPossible"),
}  # fmt: skip

# `medium` is open at one end: every size of huge pages is a medium of its own.
PATTERNS = {
    "V1EmptyDirVolumeSource.medium": {
        "pattern": "^(Memory|HugePages(-[0-9].*)?)?$",
        "examples": ["HugePages", "HugePages-2Mi", "Memory"],
    }
}

_SCALARS: dict[Any, dict[str, Any]] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    bool: {"type": "boolean"},
    datetime.datetime: {"type": "string", "format": "date-time"},
    Any: {},
}

_BASE: dict[str, dict[str, Any]] = {
    "IntOrString": {"type": ["integer", "string"]},
    "Quantity": {"type": ["integer", "number", "string"]},
}


def _shape(annotation: Any, field: str, found: list[Any]) -> dict[str, Any]:
    """The schema of a field's type; models it names are appended to `found`."""
    origin, inner = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is typing.Annotated:
        return _shape(inner[0], field, found)
    if origin in (typing.Union, types.UnionType):
        kinds = [_shape(k, field, found) for k in inner if k is not type(None)]
        if len(kinds) == 1:
            return kinds[0]
        if kinds == [{"type": "integer"}, {"type": "string"}]:
            return {"$ref": "#/$defs/IntOrString"}
    elif origin is list:
        return {"type": "array", "items": _shape(inner[0], field, found)}
    elif origin is dict:
        values = _shape(inner[1], field, found)
        return {"type": "object", "additionalProperties": values or True}
    elif hasattr(annotation, "model_fields"):
        found.append(annotation)
        return {"$ref": f"#/$defs/{annotation.__name__}"}
    elif annotation is str and field in QUANTITIES:
        return {"$ref": "#/$defs/Quantity"}
    elif annotation in _SCALARS:
        return dict(_SCALARS[annotation])
    raise TypeError(f"the kubernetes package types `{field}` in a new way: {annotation!r}")


def _definition(model: Any, found: list[Any]) -> dict[str, Any]:
    properties, required = {}, []
    for attribute, info in model.model_fields.items():
        name = info.serialization_alias or info.alias or attribute
        field = f"{model.__name__}.{name}"
        shape = _shape(info.annotation, field, found)
        words = {"enum": list(WORDS[field])} if field in WORDS else PATTERNS.get(field, {})
        shape.get("items", shape).update(words)
        properties[name] = shape
        if info.is_required():
            required.append(name)
    needs = {"required": sorted(required)} if required else {}
    return {
        "type": "object",
        "additionalProperties": False,
        **needs,
        "properties": dict(sorted(properties.items())),
    }


def schema_from_models() -> dict[str, Any]:
    """The JSON Schema of every object a Polyaxonfile may hold, from the installed models.

    Raises TypeError for a field type this generator does not know, and for a package that has
    models of another make (before release 36 they were not pydantic's).
    """
    import kubernetes

    waiting = [getattr(kubernetes.client, name) for name in ROOTS]
    if not all(hasattr(model, "model_fields") for model in waiting):
        raise TypeError(f"kubernetes {kubernetes.__version__} has models without typed fields")
    definitions = {name: dict(shape) for name, shape in _BASE.items()}
    while waiting:
        model = waiting.pop()
        if model.__name__ not in definitions:
            definitions[model.__name__] = _definition(model, waiting)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Kubernetes objects of a Polyaxonfile",
        "x-kubernetes-client": kubernetes.__version__,
        "$defs": dict(sorted(definitions.items())),
    }


def _one_line(value: Any) -> str:
    return json.dumps(value, separators=(", ", ": "))


def schema_text(schema: dict[str, Any]) -> str:
    """The bytes of the file: one line for each property, so that a new release reads as a diff."""
    head = [f"  {_one_line(k)}: {_one_line(v)}," for k, v in schema.items() if k != "$defs"]
    definitions = []
    for name, shape in schema["$defs"].items():
        rest = _one_line({k: v for k, v in shape.items() if k != "properties"})
        if "properties" in shape:
            lines = (
                f"      {_one_line(k)}: {_one_line(v)}" for k, v in shape["properties"].items()
            )
            rest = rest[:-1] + ', "properties": {\n' + ",\n".join(lines) + "\n    }}"
        definitions.append(f"    {_one_line(name)}: {rest}")
    return "\n".join(["{", *head, '  "$defs": {', ",\n".join(definitions), "  }", "}", ""])


def main(arguments: list[str]) -> int:
    """Rewrite the file; with `--check` only compare: exit 1 when it is not current."""
    if arguments not in ([], ["--check"]):
        sys.stderr.write("usage: python -m pxc.grammar.generate [--check]\n")
        return 2
    text = schema_text(schema_from_models())
    current = SCHEMA_FILE.exists() and SCHEMA_FILE.read_text("utf-8") == text
    if not arguments:
        SCHEMA_FILE.write_text(text, "utf-8")
        return 0
    if not current:
        sys.stderr.write(f"{SCHEMA_FILE.name} is stale: run `python -m pxc.grammar.generate`\n")
    return 0 if current else 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
