"""Reads the files of a request into a program, and runs phases over it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pxc.diagnostics import Report
from pxc.driver.worlds import origin_of, world_of
from pxc.ir.characters import unfit_character, unfit_message
from pxc.ir.node import Lit
from pxc.ir.program import Program
from pxc.ir.spec import Operation
from pxc.pipeline import Phase, Progress, run_pipeline
from pxc.request import Request, SourceText
from pxc.source import Source, Span
from pxc.world import World

if TYPE_CHECKING:
    from pxc.ir.plan import Plan


__all__ = ["planned", "run_phases"]


def planned(request: Request) -> tuple[Report, Plan | None, World]:
    """What a request comes to for any target, None when there was an error; and its world."""
    from pxc.passes import PLANNING

    report = Report()
    world = world_of(request, report)
    progress = run_phases(request, PLANNING, world, report, partial=False)
    done = progress is not None and progress.finished and not report.has_errors
    return report, progress.state if progress is not None and done else None, world


def run_phases(
    request: Request,
    phases: tuple[Phase, ...],
    world: World,
    report: Report,
    *,
    partial: bool,
    read: list[Source] | None = None,
) -> Progress | None:
    """Read the files and run the phases over them; None when the main file cannot be read.

    The source of every file that is text is added to `read`.
    """
    operations = []
    for i, given in enumerate(request.files):
        operation = _read(given, world, report, read, preset=i > 0)
        if operation is not None:
            operations.append(operation)
    if len(operations) < len(request.files) or report.has_errors:
        return None
    main = operations[0]
    if request.params:
        main = _with_params(main, request, world, report)
    program = Program(
        main.span,
        main,
        tuple(operations[1:]),
        origin=origin_of(request),
        partial=partial,
    )
    check = None
    if request.verify:
        from pxc.ir.verify import verify

        check = verify
        verify(program)
    return run_pipeline(program, phases, world, report, dump_after=request.dump_after, verify=check)


def _read(
    given: SourceText, world: World, report: Report, read: list[Source] | None, *, preset: bool
) -> Operation | None:
    from pxc.grammar.yaml_tree import load_source

    source = load_source(given.name, given.data, report)
    if source is None:
        return None
    source.authored = given.authored
    if read is not None:
        read.append(source)
    return world.language.read_operation(source, report, preset=preset)


def _with_params(main: Operation, request: Request, world: World, report: Report) -> Operation:
    """The operation with `-P` values in it; a component is wrapped first, as Polyaxon does."""
    from pxc.passes.overlay_params import overlay_params

    if main.kind == "component":
        main = Operation(main.span, kind="operation", component=main)
    pairs = []
    for name, value in request.params:
        source = Source(f"-P {name}", value)
        span = Span(source, 0, len(value))
        if unfit := unfit_character(name + value):
            report.add("PXC024", unfit_message(unfit), span, help="leave it out")
        pairs.append((Lit(span, name), Lit(span, value)))
    return overlay_params(main, tuple(pairs), world.language, report)
