"""Finds the custom resource definitions of the operators that pxc writes for, by group and kind.

They come from the cache of `make engines`; what that lacks, from the reference folder. Two
operators may define the same resource in versions of their own (MPIJob v1 and v2beta1): the versions
are put into one definition, so a server can hold both.
"""

from __future__ import annotations

import os
import re
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from tests.engines.place import CACHE

Definition = dict[str, Any]


@cache
def files() -> tuple[Path, ...]:
    """Every file of definitions that is at hand, those of the cache first."""
    shared = os.environ.get("PXC_SHARED", Path(__file__).resolve().parents[3] / "shared")
    reference = Path(shared) / "crds"
    folders = ((CACHE / "crds", "*/*.yaml"), (reference, "*.yaml"), (reference / "alt", "*.yaml"))
    return tuple(path for folder, pattern in folders for path in sorted(folder.glob(pattern)))


@cache
def _index() -> dict[tuple[str, str], list[Path]]:
    """(group, kind) -> files; read by pattern, since parsing 30 MB of YAML takes a minute."""
    cached: dict[tuple[str, str], list[Path]] = {}
    reference: dict[tuple[str, str], list[Path]] = {}
    for path in files():
        text = path.read_text()
        group = re.search(r"^  group: (\S+)$", text, re.M)
        kind = re.search(r"^    kind: (\S+)$", text, re.M)
        if group and kind:
            index = cached if path.is_relative_to(CACHE) else reference
            index.setdefault((group[1].strip("\"'"), kind[1]), []).append(path)
    return reference | cached


@cache
def definition(group: str, kind: str) -> Definition | None:
    """The definition of one kind with the versions of all files that define it."""
    found = [
        document
        for path in _index().get((group, kind), ())
        for document in yaml.load_all(path.read_text(), Loader=_Loader)
        if document and document.get("kind") == "CustomResourceDefinition"
    ]
    if not found:
        return None
    merged: Definition = found[0]
    versions = merged["spec"]["versions"]
    for document in found[1:]:
        names = {version["name"] for version in versions}
        versions += [v for v in document["spec"]["versions"] if v["name"] not in names]
    for version in versions[1:]:
        version["storage"] = False
    versions[0]["storage"] = True
    # Conversion by an operator's webhook needs the operator; versions are taken as they are.
    merged["spec"]["conversion"] = {"strategy": "None"}
    merged.pop("status", None)
    return merged


def is_custom(group: str) -> bool:
    """Whether the kinds of an API group are defined by a custom resource definition."""
    known = {name for name, _ in _index()}
    return group in known or ("." in group and group not in _BUILT_IN)


_BUILT_IN = frozenset(
    f"{name}.k8s.io"
    for name in (
        "admissionregistration", "apiextensions", "authentication", "authorization", "certificates",
        "coordination", "discovery", "events", "networking", "node", "rbac.authorization",
        "resource", "scheduling", "storage",
    )
)  # fmt: skip
"""The groups of Kubernetes itself that have a dot; operators end theirs in `.k8s.io`, too."""

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
