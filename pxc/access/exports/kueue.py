"""Writes the node pools and queues of one cluster of a catalog as objects of Kueue.

A queue becomes a ClusterQueue and, in the namespace it leads to, a LocalQueue of the name by which
`--queue-as kueue` of the targets joins it. Kueue admits only what a ClusterQueue counts, so each
counts every resource that the catalog names, those without a quota up to an amount no cluster has.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from pxc.access.claims import Claim
from pxc.access.exports.admission import head
from pxc.access.exports.kubernetes import ClusterObjects, plain, quantity
from pxc.access.index import least
from pxc.access.judge import Judge
from pxc.access.questions import who_can
from pxc.ir.queues import name_in_cluster

if TYPE_CHECKING:
    from pxc.access.organization import NodePool, Queue, Rules

__all__ = ["kueue_objects"]

_API = "kueue.x-k8s.io/v1beta1"
_ANY_NODE = "pxc-any-node"
_ENDLESS = {"memory": Decimal(10) ** 18, "ephemeral-storage": Decimal(10) ** 18}
_MANY = Decimal(10) ** 9
_ALWAYS = ("cpu", "memory", "ephemeral-storage")
_MOST_RESOURCES = 16
_MOST_OF_NODES = 8
"""What Kueue takes at most of resources in a group, and of labels and taints of a flavor."""


def kueue_objects(rules: Rules, cluster: str | None) -> ClusterObjects:
    """The flavors, queues of the cluster and queues of namespaces, and what they do not say.

    A cluster that is None stands for a catalog that declares none.
    """
    writer = _Writer(rules, cluster)
    queues, local = [], []
    for queue in rules.queues.values():
        if queue.cluster in (cluster, None):
            one, places = writer.queue(queue)
            queues += one
            local += places
    writer.other_quotas()
    return ClusterObjects([*writer.flavors(), *queues, *local], tuple(writer.unsaid))


class _Writer:
    def __init__(self, rules: Rules, cluster: str | None) -> None:
        self.rules = rules
        here = rules.clusters.get(cluster or "")
        self.unsaid: dict[str, None] = {}
        self.pools: dict[str, NodePool] = {p.name: p for p in here.node_pools} if here else {}
        self.judge = Judge(rules, today="0000-00-00")
        self.of_pools = {p.name: self._flavor(p) for p in self.pools.values()}
        self.names: dict[str, str] = {}
        self.any_node = False
        self.resources = self._resources()

    def flavors(self) -> list[dict[str, Any]]:
        found = [flavor for flavor in self.of_pools.values() if flavor is not None]
        anywhere = {**head(_API, "ResourceFlavor", _ANY_NODE), "spec": {}}
        return [*found, *([anywhere] if self.any_node else [])]

    def _flavor(self, pool: NodePool) -> dict[str, Any] | None:
        if len(pool.selector) > _MOST_OF_NODES or len(pool.taints) > _MOST_OF_NODES:
            self.unsaid[f"node pool `{pool.name}`: it has more than 8 labels or taints"] = None
            return None
        if plain(pool.name) != pool.name:
            self.unsaid[f"node pool `{pool.name}`: no object can have its name"] = None
            return None
        taints = []
        for key, value, effect in pool.taints:
            if effect:
                taints.append({"key": key, **({"value": value} if value else {}), "effect": effect})
            else:
                self.unsaid[f"taint `{key}` of node pool `{pool.name}`: it has no effect"] = None
        spec = {"nodeLabels": dict(sorted(pool.selector.items())), "nodeTaints": taints}
        return {
            **head(_API, "ResourceFlavor", pool.name),
            "spec": {key: value for key, value in spec.items() if value},
        }

    def queue(self, queue: Queue) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        """The ClusterQueue of a queue, and its LocalQueues; none where it cannot have its name."""
        name = name_in_cluster(queue.name)
        if name is None or name in self.names:
            other = f"queue `{self.names[name]}` has its name there" if name else "no object can"
            said = other if name else f"{other} have its name"
            self.unsaid[f"queue `{queue.name}`: {said}"] = None
            return [], []
        self.names[name] = queue.name
        for what, value in (("priority", queue.priority), ("concurrency", queue.concurrency)):
            if value is not None:
                self.unsaid[f"the {what} of queue `{queue.name}`"] = None
        namespaces = self._namespaces(queue)
        if not namespaces:
            self.unsaid[f"queue `{queue.name}` leads to no namespace that the catalog names"] = None
        key = "kubernetes.io/metadata.name"
        where = {"matchExpressions": [{"key": key, "operator": "In", "values": namespaces}]}
        one = {
            **head(_API, "ClusterQueue", name),
            "spec": {
                # An empty selector lets every namespace in, none at all lets none.
                **({"namespaceSelector": where} if namespaces else {}),
                "resourceGroups": [self._group(queue)],
            },
        }
        local = [
            {**head(_API, "LocalQueue", name, place), "spec": {"clusterQueue": name}}
            for place in namespaces
        ]
        return [one], local

    def _group(self, queue: Queue) -> dict[str, Any]:
        quota = self._quota(queue)
        names = list(dict.fromkeys((*sorted(quota), *_ALWAYS, *self.resources)))
        for name in names[_MOST_RESOURCES:]:
            self.unsaid[f"`{name}` in queue `{queue.name}`, which counts 16 resources"] = None
        names = names[:_MOST_RESOURCES]
        resources = [
            {"name": n, "nominalQuota": quantity(quota.get(n, _ENDLESS.get(n, _MANY)))}
            for n in names
        ]
        flavor = self._flavor_of(queue)
        return {"coveredResources": names, "flavors": [{"name": flavor, "resources": resources}]}

    def _flavor_of(self, queue: Queue) -> str:
        """The flavor of the one pool of a queue; Kueue counts a quota for each flavor by itself."""
        pools = queue.node_pools or ()
        if len(pools) == 1 and self.of_pools.get(pools[0]) is not None:
            return pools[0]
        if pools:
            self.unsaid[f"on which nodes runs of queue `{queue.name}` land"] = None
        self.any_node = True
        return _ANY_NODE

    def _quota(self, queue: Queue) -> dict[str, Decimal]:
        """What all runs of a queue may ask for together: of itself, and of Quotas for it."""
        own = [q.limits for q in self.rules.quotas.values()
               if q.scope == "queue" and q.subject == queue.name]  # fmt: skip
        found: dict[str, Decimal] = {}
        for limits in (queue.quota, *own):
            for name, value in limits.items():
                if _is_resource(name):
                    found[name] = least(found.get(name), value) or Decimal(0)
                else:
                    self.unsaid[f"`{name}` of queue `{queue.name}`"] = None
        return found

    def _namespaces(self, queue: Queue) -> list[str]:
        """Where a queue leads to, else where somebody may use it."""
        if queue.namespace is not None:
            return [queue.namespace]
        claim = Claim(span=queue.span, kind="queue", name=queue.name)
        return sorted({
            project.namespace
            for project in self.rules.projects.values()
            if project.namespace is not None
            and (not self.rules.declared or who_can(self.judge, project.name, claim))
        })  # fmt: skip

    def _resources(self) -> list[str]:
        """Every resource that the catalog names, beyond those of all pods."""
        rules = self.rules
        named = [
            *(n for p in self.pools.values() for n in p.allocatable),
            *(n for q in rules.quotas.values() for n in q.limits),
            *(n for q in rules.queues.values() for n in q.quota),
            *(s.name for g in rules.grants.values() for a in g.allow for s in a.selectors
              if s.kind == "accelerator" and "*" not in s.name),
        ]  # fmt: skip
        return sorted({n for n in named if _is_resource(n) and "/" in n})

    def other_quotas(self) -> None:
        for quota in self.rules.quotas.values():
            if quota.scope != "queue":
                self.unsaid[f"quota `{quota.name}`: it is of no queue"] = None


def _is_resource(name: str) -> bool:
    """Whether pods ask for it by this name, so that Kueue counts it."""
    return name in (*_ALWAYS, "pods") or ("/" in name and not name.startswith("count/"))
