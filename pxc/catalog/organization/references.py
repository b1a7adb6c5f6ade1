"""Turns the names by which objects of a catalog speak of others into faults where none is meant."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec import Struct

from pxc.diagnostics import Report, allowed, nearest
from pxc.source import Span

__all__ = ["References"]

_MOST_LIKENED = 100_000
"""How many names are looked through for near ones: a catalog may be made to have any number."""

_PEOPLE = ("user", "serviceAccount")
_WORDS = {"serviceAccount": "service account", "nodePool": "node pool"}
_WHERE = {
    "preset": "write it as `presets/NAME.yaml` in the catalog",
    "namespace": "list it in `namespaces` of the cluster",
    "nodePool": "list it in `nodePools` of the cluster",
    "role": "list it in `roles` of the organization",
}


class _Reference(Struct, frozen=True):
    kind: str
    name: str
    span: Span
    within: str


class References:
    """Every name that an object uses for another one, checked when all objects are read."""

    def __init__(self) -> None:
        self._found: list[_Reference] = []

    def add(self, kind: str, name: str, span: Span, within: str = "") -> None:
        """Note that the thing of this kind and name, of the cluster `within`, is spoken of here."""
        self._found.append(_Reference(kind, name, span, within))

    def check(self, known: Mapping[tuple[str, str], Iterable[str]], report: Report) -> None:
        """PXC810 for each name that is not among those of its kind.

        `known` are names by kind and, for parts of a cluster, the cluster's name; what is of no
        such kind is not looked at.
        """
        names = {key: frozenset(each) for key, each in known.items()}
        faults = 0
        for each in self._found:
            among = names.get((each.kind, each.within))
            if among is not None and each.name not in among:
                faults += 1
                _report(each, among, report, likens=faults * len(among) <= _MOST_LIKENED)


def _report(each: _Reference, names: frozenset[str], report: Report, *, likens: bool) -> None:
    near = nearest(each.name, names) if likens else None
    if near is not None:
        hint = f"did you mean `{near}`?"
    elif each.kind in _PEOPLE:
        hint = f"add `{{{each.kind}: {each.name}}}` to the `members` of a team or the organization"
    elif names:
        hint = f"known: {allowed(sorted(names))}"
    else:
        hint = _WHERE.get(each.kind, f"declare it with `kind: {each.kind.capitalize()}`")
    what = _WORDS.get(each.kind, each.kind)
    where = f"the cluster `{each.within}`" if each.within else "the catalog"
    report.add("PXC810", f"{where} has no {what} `{each.name}`", each.span, help=hint)
