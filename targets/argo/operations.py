"""Turns what the operations of a dag say of themselves into what their one workflow can say."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from pxc.ir.plan import Group, Unit
from pxc.targets.argo.build import Build
from pxc.targets.argo.features import tell

__all__ = ["check_namespaces", "told_operations"]

_OPERATIONS = "pxc.dev/operations"


def told_operations(group: Group) -> dict[str, str]:
    """The annotation with the descriptions and tags of operations, as JSON by name.

    Nothing of it is in the spec, whose content names the workflow: words change no run.
    """
    found: dict[str, dict[str, Any]] = {}
    for path, member in _members(group, ""):
        told: dict[str, Any] = {"description": member.description, "tags": list(member.tags)}
        if any(told.values()):
            found[path] = {key: value for key, value in told.items() if value}
    return {_OPERATIONS: json.dumps(found, ensure_ascii=False)} if found else {}


def check_namespaces(group: Group, build: Build) -> None:
    """PXC701 for an operation whose namespace is not that of the workflow."""
    options = build.world.options
    taken = (None, options.namespace, group.namespace or options.namespace)
    for _, member in _members(group, ""):
        if member.namespace not in taken:
            what = f"`namespace: {member.namespace}` of an operation"
            tell("dag.namespace", what, member.span, build.report)


def _members(group: Group, prefix: str) -> Iterator[tuple[str, Unit | Group]]:
    """Every operation of a dag and of those inside of it, with the names on the way to it."""
    for member in group.members:
        path = f"{prefix}{member.name}"
        yield path, member
        if isinstance(member, Group):
            yield from _members(member, f"{path}/")
