"""Merges one layer of nodes over another by one of Polyaxon's four patch strategies.

Source of every rule: the specification's worked table of patch strategies. Each leaf keeps the
span of the file it came from. Nodes are compared by what they say, never by where they stand.
"""

from __future__ import annotations

from typing import Any

from pxc.ir.matrix import Matrix
from pxc.ir.node import (
    Invalid,
    KObject,
    Lit,
    Map,
    Node,
    Seq,
    Table,
    Template,
    is_null,
    plain,
    replace,
)  # fmt: skip
from pxc.ir.run import Cluster, Dag, Distributed, Job, Legacy, Replica, Service
from pxc.ir.spec import Mount, Schedule

DEFAULT_STRATEGY = "post_merge"

_RUNTIMES = (Job, Service, Distributed, Cluster, Legacy, Dag)
_BY_KIND = (Matrix, Schedule, Mount)


def patch(base: Any, incoming: Any, strategy: str) -> Any:
    """`incoming` laid over `base`; either may be None (absent) or an explicit null."""
    if incoming is None:
        return base
    if base is None or is_null(base) or isinstance(base, Invalid):
        return incoming
    if is_null(incoming):
        return _patch_null(base, incoming, strategy)
    if isinstance(base, Seq) and isinstance(incoming, Seq):
        return _patch_list(base, incoming, strategy)
    if isinstance(base, KObject) and isinstance(incoming, KObject):
        return _patch_kubernetes(base, incoming, strategy)
    if isinstance(base, Table) and isinstance(incoming, Table):
        return _patch_map(base, incoming, strategy, deep=False)
    if isinstance(base, Map) and isinstance(incoming, Map):
        return _patch_map(base, incoming, strategy, deep=True)
    if isinstance(base, _RUNTIMES):
        return _patch_runtime(base, incoming, strategy)
    if isinstance(base, _BY_KIND) and type(base) is type(incoming):
        return _patch_by_kind(base, incoming, strategy)
    if _is_model(base) and type(base) is type(incoming):
        return patch_fields(base, incoming, strategy)
    return incoming if strategy in ("replace", "post_merge") else base


def patch_fields(
    base: Node, incoming: Node, strategy: str, skip: frozenset[str] = frozenset()
) -> Any:
    """Two models of one class merged field by field, but for the fields in `skip`."""
    changed: dict[str, Any] = {}
    for name in base.__struct_fields__:
        if name == "span" or name in skip:
            continue
        before = getattr(base, name)
        after = patch(before, getattr(incoming, name), strategy)
        if after is not before:
            changed[name] = after
    return replace(base, **changed) if changed else base


def _is_model(node: Any) -> bool:
    return isinstance(node, Node) and not isinstance(node, Lit | Template | Seq | Map | Invalid)


def _patch_null(base: Any, null: Any, strategy: str) -> Any:
    """An explicit null unsets scalars, lists, maps, matrix and schedule, never other objects."""
    keeps = isinstance(base, KObject) or (_is_model(base) and not isinstance(base, _BY_KIND))
    return base if keeps or strategy in ("isnull", "pre_merge") else null


def _patch_list(base: Seq, incoming: Seq, strategy: str) -> Seq:
    if strategy == "replace":
        return incoming
    if strategy == "isnull":
        return base
    first, second = (base, incoming) if strategy == "post_merge" else (incoming, base)
    have = [plain(item) for item in first.items]
    added = tuple(item for item in second.items if plain(item) not in have)
    return replace(first, items=first.items + added)


def _patch_map(base: Any, incoming: Map, strategy: str, *, deep: bool) -> Any:
    if strategy == "replace":
        return incoming
    if strategy == "isnull":
        return base
    return _merge_entries(base, incoming, incoming_wins=strategy == "post_merge", deep=deep)


def _merge_entries(base: Any, incoming: Map, *, incoming_wins: bool, deep: bool) -> Any:
    """Entries of both maps; equal keys merge when both values are maps and `deep`."""
    entries = dict[Any, tuple[Any, Any]]((plain(k), (k, v)) for k, v in base.entries)
    for key, value in incoming.entries:
        name = plain(key)
        if name not in entries:
            entries[name] = (key, value)
            continue
        old_key, old = entries[name]
        if deep and isinstance(old, Map) and isinstance(value, Map):
            merged = _merge_entries(old, value, incoming_wins=incoming_wins, deep=True)
            entries[name] = (old_key, merged)
        elif incoming_wins:
            entries[name] = (key, value)
    return replace(base, entries=tuple(entries.values()))


def _patch_kubernetes(base: KObject, incoming: KObject, strategy: str) -> KObject:
    """First-level attributes one by one; what is below an attribute merges as plain data."""
    entries = dict[Any, tuple[Any, Any]]((plain(k), (k, v)) for k, v in base.entries)
    for key, value in incoming.entries:
        name = plain(key)
        old = entries.get(name)
        if old is None or is_null(old[1]):
            entries[name] = (key, value)
        elif not is_null(value):
            entries[name] = (old[0], _patch_attribute(old[1], value, strategy))
    return replace(base, entries=tuple(entries.values()))


def _patch_attribute(base: Any, incoming: Any, strategy: str) -> Any:
    if isinstance(base, Map) and isinstance(incoming, Map):
        return _patch_map(base, incoming, strategy, deep=True)
    return patch(base, incoming, strategy)


def _patch_by_kind(base: Any, incoming: Any, strategy: str) -> Any:
    """Matrix, schedule, mount: merged only within one kind, else the whole of one side."""
    same = getattr(base, "kind", "") == getattr(incoming, "kind", "")
    if strategy == "isnull" or (strategy == "pre_merge" and not same):
        return base
    if strategy == "replace" or not same:
        return incoming
    return patch_fields(base, incoming, strategy)


def _patch_runtime(base: Any, incoming: Any, strategy: str) -> Any:
    """A runtime: one kind merges, a pod patch fans out to every role, another kind replaces."""
    if isinstance(incoming, Replica) and not isinstance(base, Replica):
        return _fan_out(base, incoming, strategy)
    if type(base) is not type(incoming) or base.kind != incoming.kind:
        return base if strategy in ("isnull", "pre_merge") else incoming
    if not isinstance(base, Distributed):
        return patch_fields(base, incoming, strategy)
    roles = dict(base.roles)
    for name, role in incoming.roles:
        roles[name] = patch(roles.get(name), role, strategy)
    merged = patch_fields(base, incoming, strategy, skip=frozenset({"roles"}))
    return replace(merged, roles=tuple(roles.items()))


def _fan_out(base: Any, incoming: Replica, strategy: str) -> Any:
    if isinstance(base, Distributed):
        roles = tuple((n, patch(role, incoming, strategy)) for n, role in base.roles)
        return replace(base, roles=roles)
    changed: dict[str, Any] = {}
    for name in ("head", "worker", "scheduler", "job"):
        role = getattr(base, name, None)
        if isinstance(role, Replica):
            changed[name] = patch(role, incoming, strategy)
    workers = getattr(base, "workers", None)
    if isinstance(workers, Map):
        entries = tuple((k, patch(v, incoming, strategy)) for k, v in workers.entries)
        changed["workers"] = replace(workers, entries=entries)
    return replace(base, **changed)
