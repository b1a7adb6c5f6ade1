"""Turns the rules of a catalog into tables by kind and name, in which a claim finds its few."""

from __future__ import annotations

from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Generic, TypeVar

from msgspec import Struct

from pxc.access.patterns import Pattern, pattern
from pxc.access.selectors import ANY_KIND, named_in, selects, touches

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal

    from pxc.access.organization import (
        Allowance,
        Deny,
        Grant,
        Restriction,
        Rules,
        Selector,
    )
    from pxc.access.selectors import Wanted

__all__ = ["Allowed", "Denied", "Index", "Table", "holds_in", "least"]


class Allowed(Struct, frozen=True):
    """One selector of a grant, with the least of the bounds that hold for it."""

    grant: Grant
    allowance: Allowance
    selector: Selector
    to: frozenset[str]
    per_pod: Decimal | None
    per_run: Decimal | None


class Denied(Struct, frozen=True):
    """One selector of a deny."""

    rule: Deny
    selector: Selector
    to: frozenset[str]
    excepted: frozenset[str]


_Entry = TypeVar("_Entry", Allowed, Denied)


class Table(Generic[_Entry]):
    """Entries by the kind and the name that their selectors are about."""

    def __init__(self) -> None:
        self._exact: dict[tuple[str, str], list[_Entry]] = {}
        self._wild: dict[str, list[tuple[Pattern, _Entry]]] = {}
        self._kinds: dict[str, list[_Entry]] = {}

    def add(self, entry: _Entry) -> None:
        """Put an entry where claims of its kind find it."""
        kind, name = entry.selector.kind, entry.selector.name
        self._kinds.setdefault(kind, []).append(entry)
        form = named_in(kind, name)
        if form.literal is not None and kind != ANY_KIND:
            self._exact.setdefault((kind, form.literal), []).append(entry)
        else:
            self._wild.setdefault(kind, []).append((form, entry))

    def covering(self, kind: str, want: Wanted) -> Iterator[_Entry]:
        """Those whose selectors cover everything that is wanted."""
        if want.text is None:
            yield from (e for e in self.of(kind) if selects(e.selector, kind, want))
            return
        yield from self._exact.get((kind, want.text), ())
        if want.alias is not None:
            yield from self._exact.get((kind, want.alias), ())
        for form, entry in self._wild.get(kind, ()):
            if form.matches(want.text) or (want.alias is not None and form.matches(want.alias)):
                yield entry
        if ANY_KIND in self._kinds:
            yield from (e for e in self._kinds[ANY_KIND] if selects(e.selector, kind, want))

    def touching(self, kind: str, want: Wanted) -> Iterator[_Entry]:
        """Those whose selectors are about something of what is wanted."""
        if want.text is not None and want.bare is None:
            yield from self.covering(kind, want)
        else:
            yield from (e for e in self.of(kind) if touches(e.selector, kind, want))

    def of(self, kind: str) -> Iterator[_Entry]:
        """Those about this kind of thing."""
        yield from self._kinds.get(kind, ())
        yield from self._kinds.get(ANY_KIND, ())


class Index:
    """The rules of a catalog as tables. Made once for any number of decisions."""

    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        self.grants: Table[Allowed] = Table()
        self.denies: Table[Denied] = Table()
        for grant in rules.grants.values():
            for allowance in grant.allow:
                for selector in allowance.selectors:
                    self.grants.add(_allowed(grant, allowance, selector))
        for deny in rules.denies.values():
            for selector in deny.deny:
                to, excepted = frozenset(deny.to), frozenset(deny.excepted)
                self.denies.add(Denied(deny, selector, to, excepted))
        self._restrictions: dict[str | None, dict[str, tuple[Restriction, ...]]] = {}

    @cached_property
    def names(self) -> dict[str, frozenset[str]]:
        """The names of the kinds that the catalog lists, of those that it has any of."""
        rules = self.rules
        clusters = rules.clusters.values()
        namespaces = {n.name for c in clusters for n in c.namespaces}
        if namespaces:
            namespaces |= {q.namespace for q in rules.queues.values() if q.namespace}
            namespaces |= {p.namespace for p in rules.projects.values() if p.namespace}
        found = {
            "connection": frozenset(rules.connections),
            "preset": frozenset(rules.presets),
            "queue": frozenset(rules.queues),
            "cluster": frozenset(rules.clusters),
            "namespace": frozenset(namespaces),
            "nodePool": frozenset(p.name for c in clusters for p in c.node_pools),
        }
        if clusters and all(c.service_accounts is not None for c in clusters):
            found["serviceAccount"] = frozenset(
                n for c in clusters for n in c.service_accounts or ()
            )
        if clusters and all(c.priority_classes is not None for c in clusters):
            found["priorityClass"] = frozenset(
                n for c in clusters for n in c.priority_classes or ()
            )
        listed = ("serviceAccount", "priorityClass")
        return {kind: names for kind, names in found.items() if names or kind in listed}

    def restrictions(self, project: str | None, kind: str) -> tuple[Restriction, ...]:
        """What narrows this kind of thing in a project."""
        return self.restrictions_of(project).get(kind, ())

    def restrictions_of(self, project: str | None) -> dict[str, tuple[Restriction, ...]]:
        """What narrows each kind of thing in a project: of the organization, itself, its policy."""
        if project not in self._restrictions:
            self._restrictions[project] = self._narrowing(project)
        return self._restrictions[project]

    def _narrowing(self, project: str | None) -> dict[str, tuple[Restriction, ...]]:
        rules = self.rules
        found = list(rules.organization.restrict) if rules.organization else []
        place = rules.projects.get(project) if project is not None else None
        if place is not None:
            found.extend(place.restrict)
            policy = rules.policies.get(place.policy) if place.policy else None
            found.extend(policy.restrict if policy else ())
        by_kind: dict[str, tuple[Restriction, ...]] = {}
        for one in found:
            by_kind[one.kind] = (*by_kind.get(one.kind, ()), one)
        return by_kind


@lru_cache(maxsize=65_536)
def holds_in(projects: tuple[str, ...] | None, project: str | None) -> bool:
    """Whether a rule of these projects holds in a project; None are all of them, or no project."""
    if projects is None:
        return True
    return project is not None and any(pattern(p).matches(project) for p in projects)


def least(*amounts: Decimal | None) -> Decimal | None:
    """The least of the amounts that there are; None where there is none."""
    return min((a for a in amounts if a is not None), default=None)


def _allowed(grant: Grant, allowance: Allowance, selector: Selector) -> Allowed:
    most = allowance.most
    return Allowed(
        grant,
        allowance,
        selector,
        frozenset(grant.to),
        least(most.per_pod if most else None, selector.most),
        least(most.per_run if most else None, selector.most),
    )
