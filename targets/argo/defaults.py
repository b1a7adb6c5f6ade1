"""Moves what all pods of a large workflow have to one place, which Argo merges into templates."""

from __future__ import annotations

from typing import Any

from pxc.targets.argo.size import size_of

__all__ = ["size_together", "with_defaults"]

_OF_POD = (
    "metadata", "nodeSelector", "tolerations", "affinity", "schedulerName", "priorityClassName",
    "serviceAccountName", "hostAliases", "securityContext", "volumes", "initContainers",
    "podSpecPatch",
)  # fmt: skip
"""Fields of a template that say something of a pod, and nothing where there is none."""

_OWN = frozenset(("image", "command", "args"))
"""What makes the container of a template what it is."""

_ANY = {"image": ""}
"""The definitions of Argo ask for an image of any container; that of a template wins."""

_WORTH = 2048
"""Bytes to be saved before a reader has to look in two places."""


def with_defaults(spec: dict[str, Any]) -> dict[str, Any]:
    """The spec of a workflow with `templateDefaults`, where that saves enough.

    Only what is the same in every pod is moved, as a whole: a template has all of a field or none
    of it, so nothing depends on how Argo merges two lists.
    """
    templates = spec["templates"]
    pods = [each for each in templates if "container" in each or "resource" in each]
    mains = [each["container"] for each in pods if "container" in each]
    if len(mains) < 2:
        return spec
    of_pod = {key: pods[0][key] for key in _OF_POD if _is_shared(key, pods)}
    of_main = {key: mains[0][key] for key in mains[0] if key not in _OWN and _is_shared(key, mains)}
    if (size_of(of_pod) + size_of(of_main)) * (len(mains) - 1) < _WORTH:
        return spec
    rest = {key: value for key, value in spec.items() if key != "templates"}
    return rest | {
        "templateDefaults": of_pod | ({"container": _ANY | of_main} if of_main else {}),
        "templates": [_without(each, of_pod, of_main) for each in templates],
    }


def size_together(templates: list[dict[str, Any]]) -> int:
    """The bytes of the templates of one workflow, and of what stands once for all of them."""
    return size_of(with_defaults({"templates": templates}))


def _is_shared(key: str, maps: list[dict[str, Any]]) -> bool:
    first = maps[0].get(key)
    return first is not None and all(each.get(key) == first for each in maps)


def _without(
    template: dict[str, Any], of_pod: dict[str, Any], of_main: dict[str, Any]
) -> dict[str, Any]:
    found = {key: value for key, value in template.items() if key not in of_pod}
    if "container" in found:
        main = found["container"]
        found["container"] = {key: value for key, value in main.items() if key not in of_main}
    return found
