"""Lays the fields of one section over those of another, by the strategies of `patchStrategy`.

Source of the rules: the specification's table of patch strategies; `pxc.passes.patch` does the same
to what is compiled.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any

from pxc.polyaxon.section import Section

__all__ = ["STRATEGIES", "patch_section"]

STRATEGIES = ("replace", "isnull", "post_merge", "pre_merge")

_LATER_WINS = ("replace", "post_merge")
_BY_KIND = frozenset({"matrix", "schedule", "mount", "run"})
_NEVER_MERGED = frozenset({"cmd"})

_LEFT = frozenset(
    ("kind", "version", "isPreset", "hubRef", "dagRef", "urlRef", "pathRef", "component",
     "patchStrategy")
)  # fmt: skip
"""What a document keeps as it is, whatever is laid over it."""


def patch_section(base: Section, values: Any, strategy: Any = None) -> None:
    """Lay `values`, a section or a dict of its fields, over `base`, in place.

    Raises ValueError for a strategy that there is not.
    """
    if isinstance(strategy, Enum):
        strategy = strategy.value
    how = strategy or "post_merge"
    if how not in STRATEGIES:
        raise ValueError(f"`{how}` is no strategy: there are {', '.join(STRATEGIES)}")
    incoming = values if isinstance(values, Section) else type(base).from_dict(values)
    if base._IDENTIFIER.startswith("V1"):
        _patch_kubernetes(base, incoming, how)
        return
    # a patch of a runtime goes by the runtime, which is laid over the other before it
    for name in sorted(incoming._given, key="runPatch".__eq__):
        if base.pxc_is_document and name in _LEFT:
            continue
        value = _of(incoming, name)
        current = _of(base, name)
        if base.pxc_is_document and name == "runPatch" and current and value is not None:
            _set(base, name, _run_patch(_runtime(base), current, value, how))
        elif current is None:
            _set(base, name, value)
        elif isinstance(current, Section) and name in _BY_KIND:
            _set(base, name, _by_kind(current, value, how, whole=name != "run"))
        elif isinstance(current, Section):
            if value is not None:
                patch_section(current, value, how)
        elif name in _NEVER_MERGED:
            _set(base, name, value if how in _LATER_WINS else current)
        else:
            _set(base, name, _merged(current, value, how))


def _runtime(document: Section) -> Any:
    """The runtime of a document, or of the component in it."""
    run = _of(document, "run")
    component = _of(document, "component")
    return run if run is not None or component is None else _of(component, "run")


def _run_patch(run: Any, current: Any, value: Any, how: str) -> Any:
    """Two patches of a runtime: merged by its kind, where that is known; else one of them."""
    if not isinstance(run, Section):
        return value if how == "replace" else current
    laid = type(run).from_dict(current)
    patch_section(laid, value, how)
    return laid.to_dict(exclude_none=False)


def _of(section: Section, name: str) -> Any:
    return getattr(section, name) if name in section._shapes else section._given.get(name)


def _set(section: Section, name: str, value: Any) -> None:
    section._given[name] = value
    section._words.pop(name, None)


def _by_kind(current: Section, value: Any, how: str, *, whole: bool) -> Any:
    """A section that only one of its kind is merged with; `whole` where `replace` takes all."""
    if isinstance(value, dict) and "kind" not in value:
        value = type(current).from_dict(value)
    if not isinstance(value, Section) or type(value) is not type(current):
        return value if how in _LATER_WINS and (whole or value is not None) else current
    if whole and how in ("replace", "isnull"):
        return value if how == "replace" else current
    patch_section(current, value, how)
    return current


def _merged(current: Any, value: Any, how: str) -> Any:
    if how == "isnull":
        return current
    if how == "replace" or value is None:
        return value if how in _LATER_WINS else current
    first, last = (current, value) if how == "post_merge" else (value, current)
    if isinstance(current, list) and isinstance(value, list):
        return first + [each for each in last if each not in first]
    if isinstance(current, Mapping) and isinstance(value, Mapping):
        sections = any(isinstance(each, Section) for each in (*current.values(), *value.values()))
        return {**first, **last} if sections else _deep(first, last)
    return last


def _deep(base: Mapping[Any, Any], over: Mapping[Any, Any]) -> dict[Any, Any]:
    """A map under another: maps in maps are merged, all else is of the one above."""
    merged = dict(base)
    for key, value in over.items():
        inner = merged.get(key)
        both = isinstance(inner, Mapping) and isinstance(value, Mapping)
        merged[key] = _deep(inner or {}, value) if both else value
    return merged


def _patch_kubernetes(base: Section, incoming: Section, how: str) -> None:
    """An object of Kubernetes, attribute by attribute; a null changes none."""
    for name in incoming._given:
        value, current = _of(incoming, name), _of(base, name)
        if value is None:
            continue
        if current is None:
            _set(base, name, value)
        elif isinstance(current, Section) and isinstance(value, Section) and "merge" in how:
            first, last = (current, value) if how == "post_merge" else (value, current)
            _set(base, name, _deep(first.to_dict(), last.to_dict()))
        elif isinstance(current, Section):
            _set(base, name, value if how == "replace" else current)
        else:
            _set(base, name, _merged(current, value, how))
