"""Turns a request into files and diagnostics: the only package that knows every room."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field

from pxc.codes import CODES
from pxc.contracts import OutFile
from pxc.diagnostics import Diagnostic, Report
from pxc.driver.running import planned, run_phases
from pxc.driver.worlds import for_target, world_of
from pxc.lint.trace import Trace
from pxc.pipeline import Progress, written
from pxc.request import Request, SourceText
from pxc.source import Source

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from pxc.access.audit import Asked
    from pxc.access.decision import Decision
    from pxc.ir.plan import Plan


__all__ = [
    "Outcome",
    "Request",
    "SourceText",
    "as_stream",
    "collisions",
    "compile_request",
    "lint_request",
    "pass_list",
    "plan_request",
    "schedule_request",
    "target_names",
]

STYLE = ("PXC912", "PXC930")
"""What is told of a text's layout alone; most settings do not ask for it."""


_YAML = (".yaml", ".yml", ".json")


class Outcome(Struct):
    """What came of a request: diagnostics always; files only when there was no error."""

    report: Report
    files: tuple[OutFile, ...] = ()
    dump: str | None = None
    timings: tuple[tuple[str, float], ...] = ()
    plan: Any = field(default=None)
    decision: Decision | None = None
    """What was decided on access, where a request asks for it and there are rules."""
    asked: Asked | None = None
    """What that decision was made of."""

    @property
    def ok(self) -> bool:
        """Whether there is no error among the findings."""
        return not self.report.has_errors

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """The findings, by place."""
        return tuple(self.report)

    @property
    def text(self) -> str:
        """All files as one text: YAML documents with `---` between them.

        Raises ValueError for several files that are not all YAML.
        """
        return as_stream(self.files)

    def checked(self) -> Outcome:
        """The outcome itself. Raises DiagnosticError where there is an error among the findings."""
        if self.report.has_errors:
            from pxc.driver.failure import DiagnosticError

            raise DiagnosticError(self.report)
        return self

    def __repr__(self) -> str:
        counts = Counter(found.severity.name.lower() for found in self.report)
        counts["file"] = len(self.files)
        words = ("file", "error", "warning", "info")
        found = ((word, counts[word]) for word in words if counts[word] or word == "file")
        said = [f"{n} {word}{'' if n == 1 else 's'}" for word, n in found]
        return f"<Outcome: {', '.join(said)}>"

    def __str__(self) -> str:
        from pxc.render.text import render_text

        return render_text(self.report)


def as_stream(files: Sequence[OutFile]) -> str:
    """Several files as one text: YAML documents with `---` between them.

    Raises ValueError with the path of the first that cannot stand in one text with others.
    """
    if len(files) < 2:
        return "".join(f.text for f in files)
    other = next((f.path for f in files if not f.path.endswith(_YAML)), None)
    if other is not None:
        raise ValueError(f"'{other}' and the other files cannot go into one")
    texts = [f.text if f.text.endswith("\n") else f.text + "\n" for f in files]
    rest = (t if t.startswith("---\n") else f"---\n{t}" for t in texts[1:])
    return texts[0] + "".join(rest)


def compile_request(request: Request) -> Outcome:
    """Compile the files of a request for its target. Never raises for a user's mistake."""
    from pxc.passes import PIPELINE

    report = Report()
    world = for_target(world_of(request, report), request.target)
    progress = run_phases(request, PIPELINE, world, report, partial=False)
    outcome = _outcome(request, progress, report)
    annotate = request.options.acl.annotate
    if progress is not None and (request.audit or annotate):
        from pxc.driver.access import asked_of, decision_of

        outcome.decision = decision_of(progress.state, world)
        outcome.asked = asked_of(request) if outcome.decision is not None else None
    if progress is not None and progress.finished:
        from pxc.targets import target

        outcome.plan = plan = progress.state
        if annotate:
            from pxc.driver.access import decided_plan

            plan = decided_plan(plan, outcome)
        files = target(request.target).emit(plan, world, report)
        if files and not report.has_errors and world.catalog.has_rules:
            from pxc.driver.access import hold_to_claims

            hold_to_claims(progress.state, files, world)
        if not report.has_errors:
            outcome.files = files
    return outcome


def plan_request(request: Request) -> tuple[Report, Plan | None]:
    """What a request comes to for any target; None when there was an error."""
    report, plan, _ = planned(request)
    return report, plan


def collisions(outcomes: Iterable[Outcome]) -> Report:
    """PXC710 for objects of one name in the files of several requests that go to one place.

    A file that was compiled twice is one file.
    """
    from pxc.collisions import check_collisions

    report = Report()
    files = {(f.path, f.text): f for outcome in outcomes for f in outcome.files}
    check_collisions((each for file in files.values() for each in file.made), report)
    return report


def lint_request(request: Request, *, trace: Trace | None = None) -> Outcome:
    """Check the files of a request without choosing a target or needing every param.

    A `trace` learns which further files are read.
    """
    from pxc.passes import ANALYSIS

    report = Report()
    world = world_of(request, report, trace, may_fetch=False)
    read: list[Source] = []
    progress = run_phases(request, ANALYSIS, world, report, partial=True, read=read)
    outcome = _outcome(request, progress, report)
    if progress is not None:
        _check_style(request, read, report)
    if read:
        from pxc.lint.filter import filtered

        all_ran = progress is not None and progress.finished
        outcome.report = filtered(report, request.settings, read, all_ran=all_ran)
    return outcome


def _check_style(request: Request, read: list[Source], report: Report) -> None:
    """Look at the layout of the files, when somebody wants to know."""
    for source in read:
        codes = [c for c in STYLE if request.settings.holds(CODES[c], source.name)]
        if codes and source.authored is None and not source.rewritten:
            from pxc.grammar.style import check_style

            check_style(source, codes, report)


def schedule_request(
    request: Request, after: datetime, count: int
) -> tuple[Report, tuple[datetime, ...] | None]:
    """The first runs that the schedule of a request starts from a moment on.

    None when there is no schedule, or when it is not known without further params.
    """
    from itertools import islice

    from pxc.ir.spec import Schedule
    from pxc.passes import ANALYSIS
    from pxc.passes.schedule_times import is_known, next_runs

    report = Report()
    world = world_of(request, report, may_fetch=False)
    progress = run_phases(request, ANALYSIS, world, report, partial=True)
    composed = progress.state.composed if progress is not None and progress.finished else None
    schedule = composed.schedule if composed is not None else None
    if not isinstance(schedule, Schedule) or report.has_errors or not is_known(schedule):
        return report, None
    return report, tuple(islice(next_runs(schedule, world.language, after), count))


def _outcome(request: Request, progress: Progress | None, report: Report) -> Outcome:
    outcome = Outcome(report)
    if progress is None:
        return outcome
    if progress.dump is not None:
        from pxc.ir.dump import dump_text

        outcome.dump = dump_text(progress.dump)
    if request.timing:
        outcome.timings = tuple(progress.timings)
    return outcome


def target_names() -> tuple[str, ...]:
    """The names of the targets, as `Request.target` takes them."""
    from pxc.targets import TARGETS

    return tuple(TARGETS)


def pass_list() -> tuple[tuple[str, str, str], ...]:
    """Every pass as (phase, name, first line of its docstring), in the order they run."""
    from pxc.passes import PIPELINE

    return tuple(
        (phase.name, step.__name__, (written(step).__doc__ or "").strip().splitlines()[0])
        for phase in PIPELINE
        for step in phase.passes
    )
