"""Turns references to components into the components themselves."""

from __future__ import annotations

from operator import is_

from pxc.diagnostics import Note, Report
from pxc.ir.node import Lit, Seq, replace
from pxc.ir.program import Program
from pxc.ir.run import Dag
from pxc.ir.spec import Operation
from pxc.world import World

_MAX_CHAIN = 32


def resolve_references(program: Program, world: World, report: Report) -> Program:
    """Bind `pathRef` to the file it names, and every reference of that file in turn.

    In: a program whose `main` is as written. Out: `main.component` holds what the reference
    names, at any depth, and so have the operations and components of a dag. An inline component
    wins over a reference. PXC212 for a path that cannot
    be read, PXC221 for a cycle, PXC213 and PXC220 for hub and URL references, which are not
    fetched; when a file is only linted these two are no finding. Source: specification section 6.
    """
    main = _resolve(program.main, world, report, (), program.partial)
    return replace(program, main=main)


def _resolve(
    operation: Operation,
    world: World,
    report: Report,
    chain: tuple[str, ...],
    partial: bool,
    *,
    in_dag: bool = False,
) -> Operation:
    if isinstance(operation.run, Dag):
        run = _resolve_dag(operation.run, world, report, chain, partial)
        operation = operation if run is operation.run else replace(operation, run=run)
    if operation.component is not None:
        _report_without_effect(operation, report)
        if not isinstance(operation.component, Operation):
            return operation
        component = _resolve(operation.component, world, report, chain, partial)
        return replace(operation, component=component)
    if isinstance(operation.path_ref, Lit) and operation.path_ref.value is not None:
        return _resolve_path(operation, operation.path_ref, world, report, chain, partial)
    if not partial and not (in_dag and operation.dag_ref is not None):
        _report_remote(operation, report)
    return operation


def _resolve_dag(
    dag: Dag, world: World, report: Report, chain: tuple[str, ...], partial: bool
) -> Dag:
    """The dag with the references of its operations and components resolved."""
    changed: dict[str, Seq] = {}
    for name in ("operations", "components"):
        listed = getattr(dag, name)
        if not isinstance(listed, Seq):
            continue
        items = tuple(
            _resolve(i, world, report, chain, partial, in_dag=True)
            if isinstance(i, Operation)
            else i
            for i in listed.items
        )
        if not all(map(is_, items, listed.items)):
            changed[name] = replace(listed, items=items)
    return replace(dag, **changed) if changed else dag


def _resolve_path(
    operation: Operation,
    ref: Lit[str],
    world: World,
    report: Report,
    chain: tuple[str, ...],
    partial: bool,
) -> Operation:
    here = ref.span.source.name
    try:
        source = world.files.read(ref.value, beside=here)
    except (OSError, ValueError) as fault:
        reason = getattr(fault, "strerror", None) or str(fault)
        report.add(
            "PXC212",
            f"cannot read `{ref.value}`: {_sentence(reason)}",
            ref.span,
            help="the path is relative to the folder of this file",
        )
        return operation
    names = (*chain, here)
    if source.name in names or len(names) > _MAX_CHAIN:
        cycle = (*names[names.index(source.name) :], source.name) if source.name in names else names
        report.add(
            "PXC221",
            "the reference leads back to itself: " + " -> ".join(f"`{n}`" for n in cycle),
            ref.span,
        )
        return operation
    component = world.language.read_operation(source, report, preset=False)
    if component is None:
        return operation
    return replace(operation, component=_resolve(component, world, report, names, partial))


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


def _sentence(reason: str) -> str:
    """The words of the system (`No such file...`) as our messages are written."""
    return reason[:1].lower() + reason[1:]


def _report_remote(operation: Operation, report: Report) -> None:
    hub, url, dag = operation.hub_ref, operation.url_ref, operation.dag_ref
    if isinstance(hub, Lit) and hub.value is not None:
        report.add(
            "PXC213",
            f"component `{hub.value}` is on a hub, and hubs are not resolved yet",
            hub.span,
            help="save the component beside this file and use `pathRef`",
        )
    elif isinstance(url, Lit) and url.value is not None:
        report.add(
            "PXC220",
            f"`{url.value}` is not fetched: a compilation uses no network",
            url.span,
            help="save the component beside this file and use `pathRef`",
        )
    elif isinstance(dag, Lit) and dag.value is not None:
        report.add(
            "PXC219",
            f"`dagRef: {dag.value}` has no enclosing dag here",
            dag.span,
            notes=(Note("a `dagRef` names a component of the dag the operation is in"),),
        )
