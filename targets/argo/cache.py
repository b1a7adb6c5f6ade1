"""Turns the cache of a unit into the memory that Argo keeps of what its template gave."""

from __future__ import annotations

from typing import Any

from pxc.ir.plan import Cache
from pxc.targets._endless import never_ends
from pxc.targets._names import dns_label
from pxc.targets.argo.build import Build, Leaf
from pxc.targets.argo.features import tell
from pxc.targets.argo.tags import tag

__all__ = ["memory_of"]

_FOR_EVER = "87600h"
_NAME_LIMIT = 200
_WITH_KEY = ("3.6", "3.7")
"""Releases whose full schema asks for a key that Argo never reads, and that 4.0 refuses."""


def memory_of(leaf: Leaf, build: Build) -> dict[str, Any]:
    """`memoize` of a template; nothing for a unit without a cache.

    The key is the plan's digest of what is known, with a digest of what comes with the run: the
    parameters that count. It is hex, since Argo takes letters, digits and `-` alone.
    """
    cache = leaf.unit.cache
    if cache is None or cache.disabled:
        return {}
    if never_ends(leaf.unit):
        tell("service.cache", "`cache` of a service", cache.span, build.report)
        return {}
    names = [*_counted(leaf, cache), *leaf.added]
    key = cache.key
    if names:
        texts = [f"inputs.parameters['{name}']" for name in names]
        text = texts[0] if len(texts) == 1 else f"toJson([{', '.join(texts)}])"
        key += f"-{tag(f'=sprig.sha256sum({text})')}"
    store = f"{dns_label(build.plan.name, _NAME_LIMIT)}-cache"
    age = _FOR_EVER if cache.ttl is None else f"{cache.ttl}s"
    shown = {"name": store}
    if build.world.options.argo.version in _WITH_KEY:
        shown["key"] = "runs"
    return {"memoize": {"key": key, "maxAge": age, "cache": {"configMap": shown}}}


def _counted(leaf: Leaf, cache: Cache) -> list[str]:
    """The parameters that count: all but those that hold an input which `io` leaves out.

    What is computed of inputs counts whatever it is computed of: a run more is no wrong result.
    """
    needs = leaf.needs
    if cache.io is None:
        return list(needs.values)
    return [name for name in needs.values if needs.input_of(name) in (None, *cache.inputs)]
