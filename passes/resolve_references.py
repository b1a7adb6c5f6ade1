"""Turns references to components into the components themselves."""

from __future__ import annotations

import re
from operator import is_

from pxc.diagnostics import Note, Report, allowed, nearest
from pxc.ir.node import Lit, Seq, replace
from pxc.ir.program import Program
from pxc.ir.run import Dag
from pxc.ir.spec import Operation
from pxc.source import Source, head_of
from pxc.world import World

_MAX_CHAIN = 32
_DEEPEST_COMPONENT = 10
"""How many components of hubs, one naming the next, a reference may lead through."""

_MOST_OPERATIONS = 20_000
_DEEPEST_DAG = 24
_PYTHON = re.compile(r"\.py(?::[^/]*)?$")


def resolve_references(program: Program, world: World, report: Report) -> Program:
    """Bind `pathRef` to its file, `hubRef` to the catalog's, and all references of these in turn.

    In: a program whose `main` is as written. Out: `main.component` holds what the reference
    names, at any depth, and so have the operations and components of a dag. An inline component
    wins over a reference. PXC212 for a path that cannot be read, PXC221 for a cycle and for
    references that are too deep, PXC447 for files that make dags without end, PXC045 for one that
    is Python, PXC213 for a component that is nowhere, PXC242 for what is none, and PXC220 for a URL
    whose host is not allowed; when a file is only linted the last is no finding, and neither is a
    component that is not at hand. Source: specification section 6.
    """
    resolving = Resolving(world, report, program.partial)
    return replace(program, main=resolving.resolve(program.main, ()))


class Resolving:
    """The references of one program. Each file is read once, however many name it."""

    def __init__(self, world: World, report: Report, partial: bool) -> None:
        self.world = world
        self.report = report
        self.partial = partial
        self.read: dict[str, Operation | None] = {}
        self.of_hub: set[str] = set()
        self.left = _MOST_OPERATIONS

    def resolve(self, operation: Operation, chain: tuple[str, ...], dags: int = 0) -> Operation:
        """An operation with what its references name; `dags` is how many dags are around it."""
        if isinstance(operation.run, Dag):
            run = self.resolve_dag(operation.run, chain, dags + 1)
            operation = operation if run is operation.run else replace(operation, run=run)
        if operation.component is not None:
            _report_without_effect(operation, self.report)
            if not isinstance(operation.component, Operation):
                return operation
            return replace(operation, component=self.resolve(operation.component, chain, dags))
        if isinstance(operation.path_ref, Lit) and operation.path_ref.value is not None:
            return self.resolve_path(operation, operation.path_ref, chain, dags)
        if isinstance(operation.hub_ref, Lit) and operation.hub_ref.value is not None:
            found = self.component_of(operation.hub_ref, chain, dags)
            if found is not None:
                return replace(operation, component=found)
        if isinstance(operation.url_ref, Lit) and operation.url_ref.value is not None:
            found = self.component_at(operation.url_ref, chain, dags)
            if found is not None:
                return replace(operation, component=found)
        if not self.partial and not (dags and operation.dag_ref is not None):
            _report_remote(operation, self.world, self.report)
        return operation

    def component_of(
        self, ref: Lit[str], chain: tuple[str, ...] = (), dags: int = 0
    ) -> Operation | None:
        """The component of the catalog, else of the hub, that a reference names; None for none."""
        faults = Report()
        source = self.world.catalog.component(ref.value, faults)
        if source is None and self.world.hub is not None and not faults.has_errors:
            source = self.world.hub.component(ref, faults)
        for fault in faults:
            self.report.keep(fault)
        if source is None:
            return Operation(ref.span) if faults.has_errors else None
        self.of_hub.add(source.name)
        component = self.read_component(source, ref, chain, dags)
        if component is None:
            return Operation(ref.span)
        if component.kind == "operation":
            message = f"`{ref.value}` is an operation, and a hub has components"
            help = "give its component a file of its own"
            self.report.add("PXC242", message, ref.span, help=help)
        return component

    def component_at(self, url: Lit[str], chain: tuple[str, ...], dags: int) -> Operation | None:
        """The component at a URL whose host is allowed; None for any other."""
        if self.world.hub is None:
            return None
        faults = Report()
        source = self.world.hub.component_at(url, faults)
        for fault in faults:
            self.report.keep(fault)
        if source is None:
            return Operation(url.span) if faults.has_errors else None
        self.of_hub.add(source.name)
        return self.read_component(source, url, chain, dags) or Operation(url.span)

    def resolve_dag(self, dag: Dag, chain: tuple[str, ...], dags: int) -> Dag:
        """The dag with the references of its operations and components resolved."""
        changed: dict[str, Seq] = {}
        for name in ("operations", "components"):
            listed = getattr(dag, name)
            if not isinstance(listed, Seq) or not self.has_room(dag, len(listed.items), dags):
                continue
            items = tuple(
                self.resolve(item, chain, dags) if isinstance(item, Operation) else item
                for item in listed.items
            )
            if not all(map(is_, items, listed.items)):
                changed[name] = replace(listed, items=items)
        return replace(dag, **changed) if changed else dag

    def has_room(self, dag: Dag, count: int, dags: int) -> bool:
        """Whether a dag may have so many more entries; PXC447 once where all become too many."""
        if self.left < 0:
            return False
        self.left -= count
        if self.left >= 0 and dags <= _DEEPEST_DAG:
            return True
        self.left = -1
        self.report.add(
            "PXC447",
            f"there are more than {_MOST_OPERATIONS:,} operations and components in all dags"
            if dags <= _DEEPEST_DAG
            else f"dags lie more than {_DEEPEST_DAG} deep in each other",
            head_of(dag.span),
            help="split the file; one that several operations name counts each time",
        )
        return False

    def resolve_path(
        self, operation: Operation, ref: Lit[str], chain: tuple[str, ...], dags: int
    ) -> Operation:
        """An operation with the component that a path names; PXC212 when it cannot be read."""
        here = ref.span.source.name
        if here.startswith("<") and ref.span.source.via.startswith("component:"):
            message = f"a component of a hub cannot read the file `{ref.value}`"
            self.report.add("PXC212", message, ref.span, help="name a component by `hubRef`")
            return operation
        if _PYTHON.search(ref.value):
            message = f"`{ref.value}` is Python, and what a file refers to is never executed"
            help = "import it into a Python file, or refer to what it compiles to"
            self.report.add("PXC045", message, ref.span, help=help)
            return operation
        try:
            source = self.world.files.read(ref.value, beside=here)
        except (OSError, ValueError) as fault:
            reason = getattr(fault, "strerror", None) or str(fault)
            self.report.add(
                "PXC212",
                f"cannot read `{ref.value}`: {_sentence(reason)}",
                ref.span,
                help="the path is relative to the folder of this file",
            )
            return operation
        source.via = f"component:{ref.value}"
        component = self.read_component(source, ref, chain, dags)
        return operation if component is None else replace(operation, component=component)

    def read_component(
        self, source: Source, ref: Lit[str], chain: tuple[str, ...], dags: int
    ) -> Operation | None:
        """The component in a file, with what it refers to; None after PXC221."""
        names, name = (*chain, ref.span.source.name), source.name
        if name in names:
            way = _way((*names[names.index(name) :], name))
            self.report.add("PXC221", f"the reference leads back to itself: {way}", ref.span)
            return None
        is_far = len(self.of_hub.intersection((*names, name))) > _DEEPEST_COMPONENT
        if is_far or len(names) > _MAX_CHAIN:
            most = _DEEPEST_COMPONENT if is_far else _MAX_CHAIN
            what = "components of a hub" if is_far else "files"
            message = f"references lead through more than {most} {what}: {_way((*names, name))}"
            help = "refer directly to what stands at the end"
            self.report.add("PXC221", message, ref.span, help=help)
            return None
        if name not in self.read:
            self.read[name] = self.world.language.read_operation(source, self.report, preset=False)
        component = self.read[name]
        return None if component is None else self.resolve(component, names, dags)


def _report_without_effect(operation: Operation, report: Report) -> None:
    for key, ref in (
        ("hubRef", operation.hub_ref),
        ("pathRef", operation.path_ref),
        ("urlRef", operation.url_ref),
        ("dagRef", operation.dag_ref),
    ):
        if isinstance(ref, Lit) and ref.value is not None:
            report.add(
                "PXC125",
                f"`{key}` has no effect beside an inline `component`",
                ref.span,
                help=f"remove `{key}` or the `component`",
            )


def _way(names: tuple[str, ...]) -> str:
    return " -> ".join(f"`{name}`" for name in names)


def _sentence(reason: str) -> str:
    """The words of the system (`No such file...`) as our messages are written."""
    return reason[:1].lower() + reason[1:]


def _with_nearest(name: str, world: World) -> str:
    known = world.catalog.component_names()
    near = nearest(name, known)
    if known:
        return (f"did you mean `{near}`? " if near else "") + f"components: {allowed(known)}"
    return "save the component beside this file and use `pathRef`, or put it into the catalog"


def _report_remote(operation: Operation, world: World, report: Report) -> None:
    hub, url, dag = operation.hub_ref, operation.url_ref, operation.dag_ref
    if isinstance(hub, Lit) and hub.value is not None:
        report.add(
            "PXC213",
            f"component `{hub.value}` is not in the catalog",
            hub.span,
            help=_with_nearest(str(hub.value), world),
        )
    elif isinstance(url, Lit) and url.value is not None:
        report.add(
            "PXC220",
            f"`{url.value}` is not fetched: pxc.yaml does not allow its host",
            url.span,
            help="save the component beside this file and use `pathRef`, or allow its host by"
            " `hub: {policy: {urlHosts: [...]}}` of pxc.yaml",
        )
    elif isinstance(dag, Lit) and dag.value is not None:
        report.add(
            "PXC219",
            f"`dagRef: {dag.value}` has no enclosing dag here",
            dag.span,
            notes=(Note("a `dagRef` names a component of the dag the operation is in"),),
        )
