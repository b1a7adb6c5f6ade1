"""Turns all objects of a catalog that say who may use what into one `Rules`, checked together."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from pxc.access.organization import Rules
from pxc.access.roles import BUILT_IN_ROLES
from pxc.catalog.connections import text_of
from pxc.catalog.organization import KINDS, PEOPLE
from pxc.catalog.organization.allowing import (
    read_access,
    read_deny,
    read_grant,
    read_preset_rules,
)
from pxc.catalog.organization.amounts import read_prices, read_quota
from pxc.catalog.organization.fields import Fields, Reading, ReadsAmounts
from pxc.catalog.organization.machines import read_cluster, read_queue
from pxc.catalog.organization.people import read_organization, read_team
from pxc.catalog.organization.places import read_policy, read_project
from pxc.catalog.organization.references import References
from pxc.diagnostics import Note, Report
from pxc.ir.node import Invalid, Lit, Map, is_null

if TYPE_CHECKING:
    from pxc.source import Span

__all__ = ["RulesReader"]

_Read = Callable[[Map, Lit[str], Reading], Any]

_MAY_LACK = ("namespace", "nodePool", "project")
"""Where a catalog, or a cluster of it, lists none of these, any name is taken as given."""

_READERS: dict[str, tuple[str, _Read]] = {
    "Team": ("teams", read_team),
    "Project": ("projects", read_project),
    "Policy": ("policies", read_policy),
    "Cluster": ("clusters", read_cluster),
    "Queue": ("queues", read_queue),
    "Preset": ("presets", read_preset_rules),
    "Grant": ("grants", read_grant),
    "Deny": ("denies", read_deny),
    "Quota": ("quotas", read_quota),
}


class RulesReader:
    """Takes objects one by one; `finish` has what they are together. Every fault is a PXC810."""

    def __init__(self, language: ReadsAmounts, report: Report) -> None:
        self.rules = Rules()
        self._references = References()
        self._reading = Reading(report, language, self._references)
        self._first: dict[tuple[str, str], Span] = {}
        self._prices: dict[str, Span] = {}
        self._bare: list[tuple[str, Span]] = []

    def add(self, kind: str, tree: Map) -> None:
        """Read an object of one of `KINDS`."""
        assert kind in KINDS
        if kind == "Prices":
            self.rules.prices |= read_prices(tree, self._prices, self._reading)
            return
        name = Fields(tree, f"a `{kind}`", (text_of(k) for k, _ in tree), self._reading).name(
            "name"
        )
        if name is None:
            if tree.get("name") is None or is_null(tree.get("name")):
                self._nameless(kind, tree)
            return
        if kind in PEOPLE[1:]:
            self._bare.append((kind, name.span))
        if self._is_again(kind, name):
            return
        if kind == "Organization":
            self.rules.organization = read_organization(tree, name, self._reading)
            return
        table, read = _READERS[kind]
        found = read(tree, name, self._reading)
        if found is not None:
            getattr(self.rules, table)[name.value] = found

    def add_access(self, node: Any, name: Lit[str]) -> None:
        """Read the `access` of a connection."""
        if isinstance(node, Invalid) or is_null(node):
            return
        if not isinstance(node, Map):
            message = "`access` of a connection must be a map"
            self._reading.report.add("PXC810", message, node.span, help="write `{actions: [read]}`")
            return
        self._bare.append(("Connection with `access`", node.span))
        self.rules.connections[name.value] = read_access(node, name, self._reading)

    def finish(self, connections: Iterable[str], presets: Iterable[str]) -> Rules:
        """All rules, with the names of the catalog's connections and presets among them."""
        rules = self.rules
        rules.declared = rules.organization is not None
        rules.connections = {c: rules.connections.get(c) for c in connections}
        names = tuple(presets)
        for name, queue in rules.queues.items():
            if queue.cluster not in rules.clusters:
                rules.queues[name] = replace(queue, cluster=None)
        self._references.check(_known(rules, names), self._reading.report)
        rules.presets = {p: rules.presets.get(p) for p in names}
        if not rules.declared:
            self._report_bare()
        return rules

    def _is_again(self, kind: str, name: Lit[str]) -> bool:
        """PXC810 for an object that is declared already; of organizations there is one."""
        key = (kind, "" if kind == "Organization" else name.value)
        first = self._first.setdefault(key, name.span)
        if first is name.span:
            return False
        one = kind == "Organization"
        self._reading.report.add(
            "PXC810",
            "the catalog has two organizations"
            if one
            else f"the {_word(kind)} `{name.value}` is declared twice",
            name.span,
            label="declared again",
            notes=(Note("first declared here", first),),
            help="keep one" if one else "rename or delete one",
        )
        return True

    def _nameless(self, kind: str, tree: Map) -> None:
        place = tree.key("name") or tree.key("kind") or tree
        message = f"a `{kind}` needs `name`"
        self._reading.report.add("PXC810", message, place.span, help="add `name`")

    def _report_bare(self) -> None:
        """PXC810 for the first rule of each kind: without an organization none is enforced."""
        told = set()
        for kind, span in self._bare:
            if kind not in told:
                told.add(kind)
                what = kind if " " in kind else f"`{kind}`"
                self._reading.report.add(
                    "PXC810",
                    f"a {what} means nothing without an organization",
                    span,
                    help="declare one: `kind: Organization` with a `name`",
                )


def _word(kind: str) -> str:
    return "rules of the preset" if kind == "Preset" else kind.lower()


def _known(rules: Rules, presets: tuple[str, ...]) -> dict[tuple[str, str], Iterable[str]]:
    """The names that can be spoken of, by kind and cluster; of nodes, where any are declared."""
    known: dict[tuple[str, str], Iterable[str]] = {
        ("team", ""): rules.teams,
        ("policy", ""): rules.policies,
        ("queue", ""): rules.queues,
        ("cluster", ""): rules.clusters,
        ("project", ""): rules.projects,
        ("connection", ""): rules.connections,
        ("preset", ""): presets,
        ("role", ""): _roles(rules),
        ("user", ""): _people(rules, "user"),
        ("serviceAccount", ""): _people(rules, "serviceAccount"),
    }
    if rules.organization is not None:
        known["organization", ""] = (rules.organization.name,)
    namespaces, pools = set[str](), set[str]()
    for name, cluster in rules.clusters.items():
        own = known["namespace", name] = {each.name for each in cluster.namespaces}
        namespaces |= own
        own = known["nodePool", name] = {each.name for each in cluster.node_pools}
        pools |= own
    known["namespace", ""], known["nodePool", ""] = namespaces, pools
    return {key: names for key, names in known.items() if names or key[0] not in _MAY_LACK}


def _roles(rules: Rules) -> set[str]:
    own = rules.organization.roles if rules.organization is not None else ()
    return set(BUILT_IN_ROLES).union(role.name for role in own)


def _people(rules: Rules, kind: str) -> set[str]:
    """Everybody of this kind who is a member of something."""
    groups = [team.members for team in rules.teams.values()]
    groups += [project.roles for project in rules.projects.values()]
    if rules.organization is not None:
        groups.append(rules.organization.members)
    subjects = (member.subject.partition(":") for group in groups for member in group)
    return {name for of, _, name in subjects if of == kind}
