"""Turns what was emitted back into claims, and finds those that the plan does not have."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from pxc.access.claims import Claim
from pxc.access.fields import claim_fields
from pxc.access.gathering import Gathering
from pxc.access.patterns import pattern
from pxc.access.selectors import TREES
from pxc.ir.node import Lit, Map, Node, Seq, Template
from pxc.source import Span

__all__ = ["ReadObjects", "beyond", "claim_objects", "made_here", "node_of"]

ReadObjects = Callable[[str], Iterable[Any]]
"""Reads the objects of a text of YAML or JSON."""

_TEXTS = frozenset(("manifest", "podSpecPatch"))
"""Fields whose text is an object again."""

_NOT_OF_PODS = frozenset(("memoize", "withItems"))
"""Fields of a workflow that no pod has: where the engine remembers results, and rows of values."""

_WAITS = re.compile(r"\{\{.*?\}\}", re.S)
_LATER = "-known-in-the-run-"
_OURS = ("pxc.dev/",)
_QUEUED = ("kueue.x-k8s.io/", "volcano.sh/", "scheduling.volcano.sh/", "scheduling.k8s.io/")


def claim_objects(objects: Iterable[Any], read: ReadObjects, span: Span, into: Gathering) -> None:
    """Claim everything that emitted objects name, as plain data or already as nodes."""
    for found in objects:
        claim_fields(node_of(found, read, span), into)


def node_of(data: Any, read: ReadObjects, span: Span, key: str = "") -> Node:
    """Plain data as nodes; a text with an expression of the engine waits for the run."""
    if isinstance(data, Node):
        return data
    if isinstance(data, dict):
        pairs = [(k, v) for k, v in data.items() if k not in _NOT_OF_PODS]
        return Map(span, tuple((Lit(span, k), node_of(v, read, span, str(k))) for k, v in pairs))
    if isinstance(data, list | tuple):
        return Seq(span, tuple(node_of(each, read, span) for each in data))
    if isinstance(data, str) and key in _TEXTS:
        objects = read(_WAITS.sub(_LATER, data))
        return Seq(span, tuple(node_of(each, read, span) for each in objects))
    if isinstance(data, str) and ("{{" in data or _LATER in data):
        return Template(span, data, (), statements=True)
    return Lit(span, data if isinstance(data, str | int | float | bool) else None)


def made_here(objects: Iterable[Any]) -> frozenset[str]:
    """The names of ConfigMaps that are among emitted objects, or inside of the text of one."""
    found = set()
    for each in objects:
        if isinstance(each, dict) and each.get("kind") == "ConfigMap":
            found.add(str(each.get("metadata", {}).get("name", "")))
    return frozenset(found)


def beyond(
    emitted: Iterable[Claim], claims: Iterable[Claim], images: frozenset[str], own: frozenset[str]
) -> Iterator[Claim]:
    """Emitted claims that no claim of the plan covers.

    `images` are those of the steps that pxc adds, `own` the ConfigMaps that it makes. A value that
    the engine fills in is covered by any claim of its kind: the plan has those of all values.
    """
    known: dict[str, list[Claim]] = {}
    for claim in claims:
        known.setdefault(claim.kind, []).append(claim)
    for claim in emitted:
        if _is_ours(claim, images, own, "queue" in known):
            continue
        if not any(_covers(each, claim) for each in known.get(claim.kind, ())):
            yield claim


def _is_ours(claim: Claim, images: frozenset[str], own: frozenset[str], has_queue: bool) -> bool:
    """Whether pxc adds such a thing of itself to any run."""
    if claim.kind == "image":
        return claim.name in images
    if claim.kind == "registry":
        return any(_begins(image, claim.name) for image in images)
    if claim.kind == "configMap":
        return claim.name.partition("/")[0] in own
    if claim.kind in ("label", "annotation"):
        return claim.name.startswith(_OURS) or (has_queue and claim.name.startswith(_QUEUED))
    return claim.kind == "scheduler" and has_queue and claim.name == "volcano"


def _begins(image: str, registry: str) -> bool:
    host = image.partition("/")[0]
    return host == registry or registry == "docker.io"


def _covers(claim: Claim, emitted: Claim) -> bool:
    """Whether a claim of a plan says what an emitted one says."""
    if emitted.certainty != "exact" or claim.certainty == "unknown":
        return True
    if (
        emitted.per_pod is not None
        and claim.per_pod is not None
        and emitted.per_pod > claim.per_pod
    ):
        return False
    names = claim.choices if claim.certainty == "oneOf" else (claim.name,)
    if claim.certainty == "pattern":
        return pattern(claim.name).matches(emitted.name)
    return any(_is_name(claim.kind, name, emitted.name) for name in names)


def _is_name(kind: str, name: str, emitted: str) -> bool:
    if kind == "queue":  # in a cluster it is the last part of its name
        return re.sub(r"[^a-z0-9]+", "-", name.lower().rpartition("/")[2]) == re.sub(
            r"[^a-z0-9]+", "-", emitted.lower().rpartition("/")[2]
        )
    if kind in TREES and emitted.startswith(f"{name.rstrip('/')}/"):
        return True
    return name == emitted
