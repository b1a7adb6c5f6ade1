"""Turns objects of kind Cluster and Queue into where runs go, and what fits there."""

from __future__ import annotations

from pxc.access.organization import Cluster, Namespace, NodePool, Queue
from pxc.catalog.organization.amounts import LIMITS, read_amounts
from pxc.catalog.organization.fields import Fields, Reading, unique
from pxc.catalog.organization.people import read_owner
from pxc.catalog.organization.selectors import read_restrictions
from pxc.ir.node import Lit, Map

__all__ = ["read_cluster", "read_queue"]

_EFFECTS = ("", "NoSchedule", "PreferNoSchedule", "NoExecute")


def read_cluster(tree: Map, name: Lit[str], reading: Reading) -> Cluster:
    """A cluster: its namespaces and node pools, and which accounts and priorities it knows."""
    keys = (
        "kind", "name", "description", "namespaces", "nodePools", "serviceAccounts",
        "priorityClasses", "restrict",
    )  # fmt: skip
    fields = Fields(tree, "a cluster", keys, reading, ("name",))
    namespaces = [_namespace(node, reading) for node in fields.maps("namespaces")]
    pools = [_pool(node, reading) for node in fields.maps("nodePools")]
    accounts, priorities = fields.texts("serviceAccounts"), fields.texts("priorityClasses")
    found = Cluster(
        span=name.span,
        name=name.value,
        namespaces=tuple(each for each in namespaces if each is not None),
        node_pools=tuple(each for each in pools if each is not None),
        service_accounts=None if accounts is None else tuple(a.value for a in accounts),
        priority_classes=None if priorities is None else tuple(p.value for p in priorities),
        restrict=read_restrictions(fields),
    )
    unique(((each.name, each.span) for each in found.namespaces), "the namespace", reading)
    unique(((each.name, each.span) for each in found.node_pools), "the node pool", reading)
    return found


def _namespace(node: Map, reading: Reading) -> Namespace | None:
    fields = Fields(node, "a namespace", ("name", "quota"), reading, ("name",))
    name, quota = fields.name("name"), read_amounts(fields, "quota")
    return Namespace(name.span, name.value, quota) if name is not None else None


def _pool(node: Map, reading: Reading) -> NodePool | None:
    keys = ("name", "selector", "taints", "allocatable", "count", "pricePerHour")
    fields = Fields(node, "a node pool", keys, reading, ("name",))
    name, count = fields.name("name"), fields.map("count")
    most = None
    if count is not None:
        most = Fields(count, "`count`", ("max",), reading, ("max",)).count("max")
    taints = tuple(_taint(each, reading) for each in fields.maps("taints"))
    allocatable = read_amounts(fields, "allocatable")
    price = fields.amount("pricePerHour")
    if name is None:
        return None
    return NodePool(
        span=name.span,
        name=name.value,
        selector=fields.strings("selector"),
        taints=taints,
        allocatable=allocatable,
        most=most,
        price_per_hour=price,
    )


def _taint(node: Map, reading: Reading) -> tuple[str, str, str]:
    fields = Fields(node, "a taint", ("key", "value", "effect"), reading, ("key",))
    return fields.prose("key"), fields.prose("value"), fields.choice("effect", _EFFECTS)


def read_queue(tree: Map, name: Lit[str], reading: Reading) -> Queue:
    """A queue: the cluster and the namespace it leads to, and what all in it may ask for."""
    keys = (
        "kind", "name", "description", "cluster", "namespace", "nodePools", "priority",
        "concurrency", "quota", "owner",
    )  # fmt: skip
    fields = Fields(tree, "a queue", keys, reading, ("name",))
    # as in Polyaxon, where queues are named after their agents
    cluster = fields.reference("cluster", "cluster") or name.value.rpartition("/")[0]
    return Queue(
        span=name.span,
        name=name.value,
        cluster=cluster or None,
        namespace=fields.reference("namespace", "namespace", within=cluster),
        node_pools=fields.references("nodePools", "nodePool", within=cluster),
        priority=fields.count("priority"),
        concurrency=fields.count("concurrency", least=1),
        quota=read_amounts(fields, "quota", LIMITS),
        owner=read_owner(fields),
    )
