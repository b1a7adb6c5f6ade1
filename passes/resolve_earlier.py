"""Binds the earlier run that the command line names, where a run is to begin from one."""

from __future__ import annotations

import re
from typing import Any

from pxc.diagnostics import Report
from pxc.ir.node import replace
from pxc.ir.plan import Earlier
from pxc.ir.program import Program
from pxc.ir.run import Dag
from pxc.ir.spec import Operation
from pxc.options import EarlierRun
from pxc.passes.stores import artifacts_store, store_of
from pxc.source import Source, Span, head_of
from pxc.world import World

__all__ = ["resolve_earlier"]

_TOLD = {"resume": "resumed", "restart": "restarted", "copy": "copied"}
_LONGEST = 200

# What targets, and Polyaxon's server, call a run: 32 digits, a uuid, or a uuid and what leads on
# from it. None of it is more than one part of a path.
_RUN = re.compile(
    r"[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?:-[A-Za-z0-9][A-Za-z0-9_.-]*)?"
)

# The kubelet, Argo and Airflow each read some of these as the name of a value.
_READ = ("$", "{{", "{%", "{#")


def resolve_earlier(program: Program, world: World, report: Report) -> Program:
    """Bind the run that this one begins from.

    In: `composed`. Out: `earlier`, and `composed` without what starts runs: one run begins once.
    PXC530 for what is no uuid of a run, PXC531 where no artifacts store keeps what runs leave,
    PXC532 for a dag or a matrix, whose runs are each of their own, PXC533 for a schedule or events
    that are left out, PXC534 for a path that leads out of the run. Source: specification of
    contexts, section 4, and of runtimes, section 4; a run of a schedule has none of its own.
    """
    given, composed = world.options.earlier, program.composed
    if given is None or composed is None or composed.run is None:
        return program
    source = Source(f"--{given.kind}", given.run)
    span = Span(source, 0, len(given.run))
    _check_run(given, span, report)
    for option, paths in (("--copy-dir", given.dirs), ("--copy-file", given.files)):
        for path in paths:
            _check_path(option, path, report)
    _check_operation(given, composed, report)
    if given.kind != "restart":
        _check_store(given, span, world, report)
    earlier = Earlier(
        span,
        given.kind,
        given.run,
        given.iteration,
        tuple(path.strip("/") for path in given.dirs),
        tuple(path.strip("/") for path in given.files),
    )
    return replace(program, composed=_once(given, composed, report), earlier=earlier)


def _check_run(given: EarlierRun, span: Span, report: Report) -> None:
    """PXC530 for a text that no engine calls a run; it becomes a part of a path in the store."""
    if _RUN.fullmatch(given.run) and len(given.run) <= _LONGEST:
        return
    lower = given.run.strip().lower()
    near = f"did you mean `{lower}`? " if _RUN.fullmatch(lower) else ""
    report.add(
        "PXC530",
        f"`{given.run}` is no uuid of a run",
        span,
        help=f"{near}give what `globals.uuid` was in that run: the name of its directory in the"
        " artifacts store",
    )


def _check_path(option: str, path: str, report: Report) -> None:
    """PXC534 for a path that is not below the earlier run's directory."""
    span = Span(Source(option, path), 0, len(path))
    parts = path.strip("/").split("/")
    if path.startswith("/") or not all(parts) or not {".", ".."}.isdisjoint(parts):
        why = "does not lead to anything below the directory of the earlier run"
    elif any(text in path for text in _READ) or not path.isprintable():
        why = "has characters that an engine would read as a value"
    else:
        return
    report.add(
        "PXC534",
        f"`{path}` {why}",
        span,
        help="write a plain path that is relative to the run's own directory, such as"
        " `outputs/checkpoints`",
    )


def _check_operation(given: EarlierRun, composed: Operation, report: Report) -> None:
    """PXC532 for an operation of which no single run begins from the earlier one."""
    told = _TOLD[given.kind]
    if given.kind == "restart":
        return
    run: Any = composed.run
    if isinstance(run, Dag):
        _refuse_many(f"a dag is not {told} as a whole", head_of(run.span), given, report)
    elif composed.matrix is not None:
        span = head_of(composed.matrix.span)
        _refuse_many(f"a matrix is not {told} as a whole", span, given, report)


def _once(given: EarlierRun, composed: Operation, report: Report) -> Operation:
    """The operation without what starts it again and again; PXC533 tells of each."""
    for name in ("schedule", "events"):
        section: Any = getattr(composed, name)
        if section is not None:
            report.add(
                "PXC533",
                f"`{name}` is left out: one run is {_TOLD[given.kind]}, and starts at once",
                head_of(section.span),
                help="what starts the other runs stays as it is where it was compiled before",
            )
    return replace(composed, schedule=None, events=None)


def _refuse_many(message: str, span: Span, given: EarlierRun, report: Report) -> None:
    instead = {
        "resume": "what is left of a pipeline is run by its engine (`argo retry`, or clearing the"
        " failed tasks in Airflow), or give the uuid of one of its runs, with a file that has that"
        " operation alone",
        "copy": "give the uuid of one of its runs, with a file that has that operation alone; or"
        " bring its files by `init: [{artifacts: {dirs: [UUID/outputs]}}]` of an operation",
    }
    note = "each of its runs has a uuid and a directory of its own"
    report.add("PXC532", f"{message}: {note}", span, help=instead[given.kind])


def _check_store(given: EarlierRun, span: Span, world: World, report: Report) -> None:
    """PXC531 where nothing keeps what runs leave."""
    connection = artifacts_store(world)
    if connection is not None and store_of(connection) is not None:
        return
    report.add(
        "PXC531",
        f"nothing is there to be {_TOLD[given.kind]}: no artifacts store keeps what runs leave",
        span,
        help="declare `artifactsStore` in the catalog: `--catalog PATH`, or `catalog` of pxc.yaml",
    )
