"""Turns the `components` of a dag into composed bases, one for every `dagRef` that names them."""

from __future__ import annotations

from typing import Any

from pxc.diagnostics import Note, Report, allowed, nearest
from pxc.ir.node import Lit, Seq, replace, walk
from pxc.ir.run import Dag
from pxc.ir.spec import Operation
from pxc.passes.compose_layers import compose, is_unresolved
from pxc.source import head_of
from pxc.world import World

_SET_BY_NODE = (
    "name", "dependencies", "trigger", "conditions", "joins", "skip_on_upstream_skip", "schedule",
)  # fmt: skip
"""What an operation of a dag never takes from the component that its `dagRef` names."""


_MOST_VALUES = 1_000_000


class Size:
    """What may still be copied out of components, in values, over all dags of one file."""

    def __init__(self, values: int = _MOST_VALUES) -> None:
        self.left = values

    def take(self, values: int) -> bool:
        """Whether there is room for so many more."""
        self.left -= values
        return self.left >= 0


class Components:
    """The components of one dag. Each is composed once, however many operations name it.

    PXC104 and PXC426 for a missing or a second name, PXC221 for components that name each other,
    PXC428 for a name that the dag lacks, PXC447 for copies without end.
    Source: specification of dags, sections 3 and 4.
    """

    def __init__(self, dag: Dag, size: Size, world: World, report: Report) -> None:
        self.size = size
        self.sizes: dict[str, int] = {}
        self.world = world
        self.report = report
        self.entries = named(dag.components, "component", report)
        self.done: dict[str, Operation | None] = {}
        self.bases: dict[str, Operation] = {}
        self.used: set[str] = set()

    def base(self, ref: Lit[Any]) -> Operation | None:
        """What a `dagRef` means, composed; None when that is not known here."""
        name = str(ref.value)
        if name not in self.entries:
            self.report_unknown(ref)
            return None
        self.used.add(name)
        composed = self.composed(name)
        if composed is None or not self.has_room(name, ref):
            return None
        if name not in self.bases:
            self.bases[name] = replace(composed, **dict.fromkeys(_SET_BY_NODE))
        return self.bases[name]

    def composed(self, name: str) -> Operation | None:
        """A component of the dag with those it builds on beneath it."""
        chain: list[str] = []
        current: str | None = name
        while current is not None and current not in self.done:
            if current in chain:
                self.report_cycle(chain[chain.index(current) :])
                self.done |= dict.fromkeys(chain)
                return None
            chain.append(current)
            current = self.next(self.entries[current])
        for link in reversed(chain):
            done = self.compose(self.entries[link])
            self.done[link] = done
            self.sizes[link] = sum(1 for _ in walk(done)) if done is not None else 0
        return self.done[name]

    def has_room(self, name: str, ref: Lit[Any]) -> bool:
        """Whether one more copy of a composed component is within bounds; PXC447 once."""
        had_room = self.size.left >= 0
        if self.size.take(self.sizes[name]):
            return True
        if had_room:
            self.report.add(
                "PXC447",
                f"the components of dags have more than {_MOST_VALUES:,} values when each"
                " operation has its copy",
                ref.span,
                help="split the file, or let fewer operations name a large component",
            )
        return False

    def next(self, entry: Operation) -> str | None:
        """The component that a component builds on, when the dag has it."""
        ref = dag_ref(entry)
        if ref is None:
            return None
        if ref.value not in self.entries:
            self.report_unknown(ref)
            return None
        return str(ref.value)

    def compose(self, entry: Operation) -> Operation | None:
        """A component over the base it names, which is composed already."""
        ref = dag_ref(entry)
        if ref is not None:
            self.used.add(str(ref.value))
            base = self.done.get(str(ref.value))
            if base is None or not self.has_room(str(ref.value), ref):
                return None
            return compose(entry, self.world, self.report, base)
        return None if is_unresolved(entry) else compose(entry, self.world, self.report)

    def report_unknown(self, ref: Lit[Any]) -> None:
        """Say that a `dagRef` names no component."""
        near = nearest(str(ref.value), self.entries)
        meant = f"did you mean `{near}`? " if near else ""
        self.report.add(
            "PXC428",
            f"the dag has no component `{ref.value}`",
            ref.span,
            help=f"{meant}components: {allowed(self.entries)}"
            if self.entries
            else "the dag has no `components`; an inner dag does not see those of an outer one",
        )

    def report_cycle(self, names: list[str]) -> None:
        """Say that components build on each other, from the one that is written first."""
        first = next(i for i in self.entries if i in names)
        at = names.index(first)
        path = [*names[at:], *names[:at], first]
        ref = dag_ref(self.entries[first])
        assert ref is not None
        self.report.add(
            "PXC221",
            "the reference leads back to itself: " + " -> ".join(f"`{n}`" for n in path),
            ref.span,
        )


def dag_ref(operation: Operation) -> Lit[Any] | None:
    """The `dagRef` that says what an operation is; an inline component goes before it."""
    ref = operation.dag_ref
    if operation.component is not None or not isinstance(ref, Lit) or ref.value is None:
        return None
    return ref


def named(field: Any, what: str, report: Report) -> dict[str, Operation]:
    """The entries of `operations` or `components` by name; of two with one name the first."""
    found: dict[str, Operation] = {}
    for entry in field.items if isinstance(field, Seq) else ():
        if not isinstance(entry, Operation):
            continue
        name = entry.name
        if not isinstance(name, Lit) or not isinstance(name.value, str):
            if name is None or isinstance(name, Lit):
                report.add(
                    "PXC104",
                    f"the {what} has no `name`, by which the others of the dag know it",
                    head_of(entry.span),
                    help="add `name`",
                )
            continue
        if name.value in found:
            first = found[name.value].name
            assert first is not None
            report.add(
                "PXC426",
                f"two {what}s of the dag are named `{name.value}`",
                name.span,
                notes=(Note("the first is here", first.span),),
                help="rename one of them",
            )
            continue
        found[name.value] = entry
    return found
