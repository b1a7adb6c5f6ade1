"""Runs passes in order: phase by phase, stopping after a phase that reported an error."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from time import perf_counter
from typing import Any

from msgspec import Struct, field

from pxc.diagnostics import Report
from pxc.world import World

Step = Callable[[Any, World, Report], Any]

_PASSES = "pxc.passes"


def late(name: str, concerns: Callable[[Any, World], bool]) -> Step:
    """The pass of this name, loaded by the first state that concerns it: of few files does it.

    Any other state stays as it is.
    """

    def step(state: Any, world: World, report: Report) -> Any:
        return written(step)(state, world, report) if concerns(state, world) else state

    step.__name__ = name
    step.__module__ = f"{_PASSES}.{name}"
    return step


def written(step: Step) -> Step:
    """A pass as its module has it."""
    found: Step = getattr(import_module(step.__module__), step.__name__)
    return found


class Phase(Struct, frozen=True):
    """Passes that all run even when one of them reports, so that each fault is seen once."""

    name: str
    passes: tuple[Step, ...]


class Progress(Struct):
    """What a run of the pipeline left behind.

    `state` is the last program or plan; `finished` tells that every phase ran without an error;
    `dump` is the state after the pass asked for; `timings` are milliseconds by pass.
    """

    state: Any
    finished: bool = False
    dump: Any = None
    timings: list[tuple[str, float]] = field(default_factory=list)


def run_pipeline(
    state: Any,
    phases: tuple[Phase, ...],
    world: World,
    report: Report,
    *,
    dump_after: str | None = None,
    verify: Callable[[Any], None] | None = None,
) -> Progress:
    """Turn `state` into what the last pass makes of it, or stop at the first faulty phase.

    `dump_after` keeps the state after the pass of that name; `verify` is called with the state
    after every pass and raises when a pass broke a rule of the IR (our own fault, never the
    user's).
    """
    progress = Progress(state)
    for phase in phases:
        for step in phase.passes:
            start = perf_counter()
            progress.state = step(progress.state, world, report)
            progress.timings.append((step.__name__, (perf_counter() - start) * 1000))
            if verify is not None:
                verify(progress.state)
            if step.__name__ == dump_after:
                progress.dump = progress.state
        if report.has_errors:
            return progress
    progress.finished = True
    return progress
