"""Turns the `env`, `envFrom` and `$(NAME)` of a container into the variables its process gets."""

from __future__ import annotations

import base64
import math
import re
from collections.abc import Callable, Mapping
from typing import Any

Object = dict[str, Any]
Read = Callable[[str, str], Object | None]
"""(kind, name) -> an object of the pod's namespace, None when there is none."""

_UNITS = {"m": 1e-3, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12, "P": 1e15, "": 1.0}
_UNITS |= {f"{unit}i": 1024.0**power for power, unit in enumerate("KMGTP", 1)}


class NotReady(Exception):
    """Something that the container needs is not there yet; the kubelet tries again."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


def expand(text: str, variables: Mapping[str, str]) -> str:
    """`$(NAME)` replaced where NAME is known; `$$` is one dollar sign."""

    def put(found: re.Match[str]) -> str:
        if found[0] == "$$":
            return "$"
        return variables.get(found[1], found[0])

    return re.sub(r"\$\$|\$\(([^)]*)\)", put, text)


def variables(container: Object, pod: Object, read: Read) -> dict[str, str]:
    """The variables in the order of the kubelet: `envFrom`, then `env`, each seeing those before."""
    made: dict[str, str] = {}
    for source in container.get("envFrom", ()):
        for kind, field in (("ConfigMap", "configMapRef"), ("Secret", "secretRef")):
            if field in source:
                texts = contents(kind, source[field], read)
                prefix = source.get("prefix", "")
                made |= {prefix + key: value.decode() for key, value in texts.items()}
    for entry in container.get("env", ()):
        if "valueFrom" not in entry:
            made[entry["name"]] = expand(entry.get("value", ""), made)
        elif (value := _from(entry["valueFrom"], container, pod, read)) is not None:
            made[entry["name"]] = value
    return made


def _from(source: Object, container: Object, pod: Object, read: Read) -> str | None:
    if "fieldRef" in source:
        return field(pod, source["fieldRef"]["fieldPath"])
    if "resourceFieldRef" in source:
        return resource(source["resourceFieldRef"], pod, container)
    for kind, name in (("ConfigMap", "configMapKeyRef"), ("Secret", "secretKeyRef")):
        if name in source:
            reference = source[name]
            found = contents(kind, reference, read)
            if reference["key"] in found:
                return found[reference["key"]].decode()
            if reference.get("optional"):
                return None
            raise NotReady(
                "CreateContainerConfigError",
                f"couldn't find key {reference['key']} in {kind} {reference['name']}",
            )
    raise NotReady("CreateContainerConfigError", f"unknown source {sorted(source)}")


def contents(kind: str, reference: Object, read: Read) -> dict[str, bytes]:
    """The entries of a ConfigMap or Secret; none when it is optional and absent."""
    name = reference.get("name") or reference["secretName"]
    found = read(kind, name)
    if found is None:
        if reference.get("optional"):
            return {}
        raise NotReady("CreateContainerConfigError", f'{kind.lower()} "{name}" not found')
    if kind == "Secret":
        return {k: base64.b64decode(v) for k, v in (found.get("data") or {}).items()}
    made = {k: v.encode() for k, v in (found.get("data") or {}).items()}
    return made | {k: base64.b64decode(v) for k, v in (found.get("binaryData") or {}).items()}


def field(pod: Object, path: str) -> str:
    """What the downward API says of a pod's field."""
    if found := re.fullmatch(r"metadata\.(labels|annotations)\['(.*)'\]", path):
        return str(pod["metadata"].get(found[1], {}).get(found[2], ""))
    if path in ("metadata.labels", "metadata.annotations"):
        entries = pod["metadata"].get(path.partition(".")[2], {})
        return "".join(f'{key}="{value}"\n' for key, value in sorted(entries.items()))
    if path == "status.podIPs":
        path = "status.podIP"
    value: Any = pod
    for key in path.split("."):
        value = value.get(key, "default" if key == "serviceAccountName" else "")
    return str(value)


def resource(reference: Object, pod: Object, container: Object | None) -> str:
    """What the downward API says of a container's limit or request, in units of the divisor."""
    if name := reference.get("containerName"):
        container = next(c for c in pod["spec"]["containers"] if c["name"] == name)
    part, _, which = reference["resource"].partition(".")
    value = ((container or {}).get("resources", {}).get(part) or {}).get(which, "0")
    divisor = quantity(reference.get("divisor", "1")) or 1.0
    return str(math.ceil(quantity(value) / divisor))


def quantity(text: str) -> float:
    """A quantity of Kubernetes as a number."""
    found = re.fullmatch(r"([0-9.]+)([a-zA-Z]*)", str(text))
    assert found, text
    return float(found[1]) * _UNITS[found[2]]
