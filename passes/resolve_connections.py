"""Binds the names of connections, and of versions that lie in them, to the catalog."""

from __future__ import annotations

from typing import Any

from pxc.diagnostics import Report, allowed, nearest
from pxc.ir.node import Invalid, Lit, Seq, Template, replace
from pxc.ir.program import Connection, Program
from pxc.ir.run import Init
from pxc.passes.connection_names import (
    NAMES_OF_AN_ENTRY,
    connection_names,
    name_fields,
    with_pods,
)
from pxc.passes.contexts import build_contexts, evaluate_tree, has_template
from pxc.passes.fit_field import fit_field
from pxc.passes.free_names import free_names
from pxc.passes.provided_names import provided_names
from pxc.world import World


def resolve_connections(program: Program, world: World, report: Report) -> Program:
    """Evaluate the names of connections and versions, and look each one up.

    In: `composed` and `bindings`. Out: names without templates, paths in the place of versions, and
    `connections`, one entry a connection that the run, its init entries or its params ask for.
    PXC209 and PXC231 for a name that the catalog lacks, PXC703 for one that a matrix gives;
    without a catalog every name is taken as given. Source: specification of contexts, section 5:
    connections are chosen before anything else is rendered.
    """
    if program.composed is None or program.composed.run is None:
        return program
    program = _with_names(program, world, report)
    if world.catalog.declared:
        from pxc.passes.stored_versions import with_versions

        program = with_versions(program, world, report)
    found: dict[str, Connection] = {}
    for name in connection_names(program):
        if name.value in found:
            continue
        connection = world.catalog.connection(str(name.value))
        if connection is not None:
            found[connection.name] = connection
        elif world.catalog.declared:
            _unknown(name, world, report)
    return replace(program, connections=tuple(found.values()))


def _with_names(program: Program, world: World, report: Report) -> Program:
    """The program with templated connection names evaluated, in every role of the runtime."""
    assert program.composed is not None
    run: Any = program.composed.run
    if program.partial or not any(map(has_template, name_fields(run))):
        return program
    scope = build_contexts(program, world, report).scope(connections=False)
    varying = provided_names(program.composed).matrix

    def evaluated(node: Any, what: str = "connection") -> Any:
        if isinstance(node, Template):
            if not varying.keys().isdisjoint(free_names(node)):
                _varies(node, what, report)
                return Invalid(node.span)
            return fit_field(node, evaluate_tree(node, scope, report), world.language, report)
        if isinstance(node, Seq):
            return replace(node, items=tuple(evaluated(i) for i in node.items))
        return node

    def entry(node: Any) -> Any:
        if not isinstance(node, Init):
            return node
        fields = {
            name: evaluated(getattr(node, name), name.partition("_")[0])
            for name in NAMES_OF_AN_ENTRY
        }
        return replace(node, **fields)

    def changed(pod: Any) -> Any:
        fields: dict[str, Any] = {"connections": evaluated(pod.connections)}
        init = getattr(pod, "init", None)
        if isinstance(init, Seq):
            fields["init"] = replace(init, items=tuple(map(entry, init.items)))
        return replace(pod, **fields)

    composed = replace(program.composed, run=with_pods(run, changed))
    return replace(program, composed=composed)


def _varies(node: Template, what: str, report: Report) -> None:
    report.add(
        "PXC703",
        f"the name of a {what} cannot be a value of the matrix",
        node.span,
        help=f"{what}s are chosen once for all runs: write an operation for each {what}",
    )


def _unknown(name: Lit[Any], world: World, report: Report) -> None:
    known = world.catalog.connection_names()
    near = nearest(str(name.value), known)
    hint = f"did you mean `{near}`? " if near else ""
    report.add(
        "PXC209",
        f"connection `{name.value}` is not in the catalog",
        name.span,
        help=f"{hint}connections: {allowed(known)}" if known else "the catalog has no connections",
    )
