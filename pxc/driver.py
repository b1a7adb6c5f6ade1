"""Turns a request into files and diagnostics: the only module that knows every room."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field, structs
from msgspec.structs import replace

from pxc.codes import CODES
from pxc.contracts import OutFile
from pxc.diagnostics import Report
from pxc.ir.characters import unfit_character, unfit_message
from pxc.ir.node import Lit
from pxc.ir.program import Program
from pxc.ir.spec import Operation
from pxc.language import PolyaxonLanguage
from pxc.lint.trace import Trace
from pxc.pipeline import Phase, Progress, run_pipeline
from pxc.releases import is_before
from pxc.request import Request, SourceText
from pxc.source import Source, Span
from pxc.world import Catalog, Options, World

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from pxc.access.cases import AccessCase
    from pxc.access.claims import Claim
    from pxc.access.decision import Decision, Verdict
    from pxc.access.decision import Settings as AccessSettings
    from pxc.access.messages import Said
    from pxc.access.organization import Rules
    from pxc.catalog.agent import Agent
    from pxc.ir.plan import Plan

STYLE = ("PXC912", "PXC930")
"""What is told of a text's layout alone; most settings do not ask for it."""


class Outcome(Struct):
    """What came of a request: diagnostics always; files only when there was no error."""

    report: Report
    files: tuple[OutFile, ...] = ()
    dump: str | None = None
    timings: tuple[tuple[str, float], ...] = ()
    plan: Any = field(default=None)
    decision: Decision | None = None
    """What was decided on access, where a request asks for it and there are rules."""


def compile_request(request: Request) -> Outcome:
    """Compile the files of a request for its target. Never raises for a user's mistake."""
    from pxc.passes import PIPELINE

    report = Report()
    world = _world(request, report)
    progress = _run(request, PIPELINE, world, report, partial=False)
    outcome = _outcome(request, progress, report)
    if request.audit and progress is not None:
        outcome.decision = _decision(progress.state, world)
    if progress is not None and progress.finished:
        from pxc.targets import target

        outcome.plan = progress.state
        files = target(request.target).emit(progress.state, world, report)
        if files and not report.has_errors:
            _hold_to_claims(progress.state, files, world)
        if not report.has_errors:
            outcome.files = files
    return outcome


def _decision(state: Any, world: World) -> Decision | None:
    """What is decided on a plan, None where the pipeline did not come that far or nobody asks."""
    from pxc.ir.plan import Plan
    from pxc.passes.check_access import decision_on, is_enforced

    return decision_on(state, world) if isinstance(state, Plan) and is_enforced(world) else None


class BeyondClaims(Exception):
    """A target wrote what the plan has not claimed, so nobody decided on it: a fault of pxc."""


def _hold_to_claims(plan: Plan, files: Iterable[OutFile], world: World) -> None:
    """Raise BeyondClaims where emitted files use more than was decided on."""
    from pxc.passes.check_access import is_enforced

    if not is_enforced(world):
        return
    found = _beyond(plan, files, world)
    if found:
        raise BeyondClaims(", ".join(sorted({claim.what for claim in found})))


def claims_beyond(request: Request, outcome: Outcome) -> list[Claim]:
    """What emitted files would use that the claims of their plan do not have: nothing, or a fault.

    Raises ValueError for a file that cannot be read back.
    """
    world = _world(request, Report())
    return _beyond(outcome.plan, outcome.files, world)


def _beyond(plan: Plan, files: Iterable[OutFile], world: World) -> list[Claim]:
    from pxc.access.emitted import beyond, claim_objects, made_here
    from pxc.access.emitted_python import calls_in
    from pxc.access.gathering import Gathering
    from pxc.grammar.manifests import manifests_in
    from pxc.passes.check_access import claims_under_rules, pools_of

    emitted = Gathering(world.language.quantity, pools_of(world.catalog.rules, plan))
    own: frozenset[str] = frozenset()
    for file in files:
        span = Span(Source(file.path, ""), 0, 0)
        is_program = file.path.endswith(".py")
        read = [calls_in(file.text, span)] if is_program else list(manifests_in(file.text))
        own |= made_here(read)
        claim_objects(read, manifests_in, span, emitted)
    images = frozenset(structs.asdict(world.options.runtime.images).values())
    return list(beyond(emitted, claims_under_rules(plan, world), images, own))


def plan_request(request: Request) -> tuple[Report, Plan | None]:
    """What a request comes to for any target; None when there was an error."""
    report, plan, _ = _planned(request)
    return report, plan


def _planned(request: Request) -> tuple[Report, Plan | None, World]:
    from pxc.passes import PLANNING

    report = Report()
    world = _world(request, report)
    progress = _run(request, PLANNING, world, report, partial=False)
    done = progress is not None and progress.finished and not report.has_errors
    return report, progress.state if progress is not None and done else None, world


def claims_request(request: Request) -> tuple[Report, tuple[Claim, ...]]:
    """Everything that the runs of a request would use; nothing when there was an error."""
    from pxc.passes.check_access import claims_under_rules

    report, plan, world = _planned(request)
    return report, () if plan is None else claims_under_rules(plan, world)


def check_request(request: Request) -> Report:
    """What is wrong with a request, and what whoever asks may not run of it, for any target."""
    from pxc.passes import PIPELINE

    report = Report()
    _run(request, PIPELINE, _world(request, report), report, partial=False)
    return report


class Decided(Struct):
    """What was decided of a request, and what puts it into words."""

    decision: Decision
    rules: Rules
    settings: AccessSettings

    def said(self, verdict: Verdict) -> Said:
        """What is told of a denial."""
        from pxc.access.explanation import Explainer
        from pxc.access.judge import Judge
        from pxc.access.messages import say

        judge = Judge(self.rules, today=self.decision.today, settings=self.settings)
        return say(Explainer(judge, self.decision), verdict)


def decision_request(request: Request) -> tuple[Report, Decided | None]:
    """What the rules say of everything in a request; None when there was an error."""
    from pxc.passes.check_access import access_settings, decision_on

    report, plan, world = _planned(request)
    if plan is None:
        return report, None
    decision = decision_on(plan, world)
    return report, Decided(decision, world.catalog.rules, access_settings(world))


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
    world = _world(request, report, trace)
    read: list[Source] = []
    progress = _run(request, ANALYSIS, world, report, partial=True, read=read)
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
        if codes:
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
    world = _world(request, report)
    progress = _run(request, ANALYSIS, world, report, partial=True)
    composed = progress.state.composed if progress is not None and progress.finished else None
    schedule = composed.schedule if composed is not None else None
    if not isinstance(schedule, Schedule) or report.has_errors or not is_known(schedule):
        return report, None
    return report, tuple(islice(next_runs(schedule, world.language, after), count))


def read_rules(catalog: tuple[Path, ...], root: Path | None, report: Report) -> Rules:
    """The rules of the files and folders of a catalog; without one nothing is declared."""
    from pxc.catalog.files import FileCatalog

    return FileCatalog(catalog, PolyaxonLanguage(), report, root=root).rules


def read_access_cases(catalog: tuple[Path, ...], report: Report) -> list[AccessCase]:
    """The questions to the rules that a catalog has as tests of them."""
    from pxc.catalog import access_cases

    return access_cases.read_access_cases(catalog, PolyaxonLanguage(), report)


def _run(
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
        origin=_origin(request),
        partial=partial,
    )
    check = None
    if request.verify:
        from pxc.ir.verify import verify

        check = verify
        verify(program)
    return run_pipeline(program, phases, world, report, dump_after=request.dump_after, verify=check)


def _origin(request: Request) -> str:
    """The main file's path from the root, so that output is the same from every directory."""
    name = request.files[0].name
    if name.startswith(("-", "<")):
        return ""
    path = Path(name).resolve()
    root = (request.root or Path()).resolve()
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else path.name


def _read(
    given: SourceText, world: World, report: Report, read: list[Source] | None, *, preset: bool
) -> Operation | None:
    from pxc.grammar.yaml_tree import load_source

    source = load_source(given.name, given.data, report)
    if source is None:
        return None
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


def _world(request: Request, report: Report, trace: Trace | None = None) -> World:
    from pxc.workspace import Workspace

    catalog: Catalog
    options = _options(request)
    if options.project_of:
        from pxc.project_options import of_place

        options = of_place(options, _origin(request))
    language = PolyaxonLanguage(options.spec_version)
    places = None
    if request.catalog:
        from pxc.catalog.files import FileCatalog

        catalog = FileCatalog(request.catalog, language, report, root=request.root)
        options = _with_agent(options, request.target, catalog.agent)
        places = catalog.rules if catalog.has_places else None
        if places is not None:
            from pxc.project_options import in_project

            options = in_project(options, places)
    else:
        from pxc.catalog import EmptyCatalog

        catalog = EmptyCatalog()
    if options.organization:
        from pxc.project_options import check_organization

        check_organization(options.organization, places, request.root, report)
    files = Workspace(
        request.root or Path(), overlays={text.name: text.data for text in request.overlays}
    )
    return World(
        options=options,
        language=language,
        files=files if trace is None else trace.over(files),
        catalog=catalog,
        principal=request.principal,
        today=request.today,
        overrides=request.overrides,
    )


def _with_agent(options: Options, target: str, agent: Agent) -> Options:
    """The options with what an agent's configuration gives where nobody chose otherwise.

    A workflow has one account for all of its pods.
    """
    options = replace(options, namespace=options.namespace or agent.namespace or None)
    if target != "airflow":  # no other engine asks for what it is to run with
        options = replace(options, airflow=replace(options.airflow, params=()))
    if target != "argo":
        return replace(options, service_account=agent.service_account)
    account = options.argo.service_account or agent.service_account
    return replace(options, argo=replace(options.argo, service_account=account))


def _options(request: Request) -> Options:
    """The options with what the settings add; before 2.18 releases refused undeclared params."""
    options, settings = request.options, request.settings
    asking = request.principal.subject if request.principal is not None else ""
    release = options.spec_version or settings.spec_version
    old = release is not None and is_before(release, "2.18")
    return replace(
        options,
        user=options.user or asking.partition(":")[2],
        spec_version=release,
        strict_params=options.strict_params or old,
        rule_options=(*settings.options, *options.rule_options),
        allowed_registries=settings.allowed_registries,
    )


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
        (phase.name, step.__name__, (step.__doc__ or "").strip().splitlines()[0])
        for phase in PIPELINE
        for step in phase.passes
    )


def read_plain_yaml(name: str, data: bytes, report: Report) -> Any:
    """The bare data of a YAML file that is no Polyaxonfile; None when it cannot be read."""
    from pxc.grammar.yaml_tree import load_source, read_yaml
    from pxc.ir.node import plain

    source = load_source(name, data, report)
    tree = read_yaml(source, report) if source is not None else None
    return plain(tree) if tree is not None else None


def read_settings_yaml(path: Path) -> Any:
    """The bare data of a settings file. Raises ValueError with the first thing that is wrong."""
    from pxc.workspace import read_bytes

    try:
        data = read_bytes(path)
    except OSError as fault:
        raise ValueError((fault.strerror or "cannot be opened").lower()) from fault
    report = Report()
    tree = read_plain_yaml(str(path), data, report)
    for found in report:
        if report.has_errors:
            raise ValueError(f"line {found.span.line}: {found.message}")
    return tree


def compile_file(
    path: str | Path, *, params: dict[str, Any] | None = None, target: str = "kubernetes"
) -> Outcome:
    """Compile one file from disk under its workspace's pxc.yaml.

    `params` values that are not text are passed as JSON. Raises ValueError for a pxc.yaml that is
    at fault, or whose names end in a revision that only the command line gives.
    """
    from pxc.defaults import revision_fault

    request = _file_request(path, params or {}, target)
    fault = revision_fault(request.options)
    if fault is not None:
        raise ValueError(fault)
    return compile_request(request)


def lint_file(path: str | Path) -> Outcome:
    """Lint one file from disk under its workspace's pxc.yaml, as `compile_file` does."""
    return lint_request(_file_request(path, {}, "kubernetes"))


def _file_request(path: str | Path, params: dict[str, Any], target: str) -> Request:
    import json

    from pxc.defaults import read_defaults
    from pxc.workspace import find_root

    file = Path(path)
    pairs = tuple((k, v if isinstance(v, str) else json.dumps(v)) for k, v in params.items())
    given = SourceText(str(path).replace("\\", "/"), file.read_bytes())
    root = find_root(file)
    defaults = read_defaults(root, read_settings_yaml)
    return Request(
        files=(given,),
        params=pairs,
        target=target,
        options=defaults.options,
        root=root,
        catalog=defaults.catalog,
    )


__all__ = [
    "Outcome",
    "Request",
    "SourceText",
    "collisions",
    "compile_file",
    "compile_request",
    "lint_file",
    "lint_request",
    "pass_list",
    "plan_request",
    "read_plain_yaml",
    "schedule_request",
    "target_names",
]
