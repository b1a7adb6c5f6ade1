"""Turns searches, and sweeps that rules may end, into rounds; says which Airflow cannot run."""

from __future__ import annotations

from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from pxc.diagnostics import Report
from pxc.ir.brackets import DEFAULT_ETA, brackets
from pxc.ir.expr import RunTimeRef
from pxc.ir.plan import Unit
from pxc.ir.search import Search
from pxc.ir.stopping import Stopping
from pxc.ir.sweep import Sweep, cells
from pxc.source import Span, head_of
from pxc.targets._search_document import search_document, table_document
from pxc.targets._search_values import SearchValues
from pxc.targets._searching import (
    given_to_tuner,
    is_proposed,
    lacking,
    looked_at,
    rounds_of,
    tell_of_seed,
)
from pxc.targets.airflow.build import Build, Draft, ResourceDraft
from pxc.targets.airflow.features import feature_of, tell
from pxc.targets.airflow.mapped import INDEX, annotations_of, mapped_draft
from pxc.targets.airflow.pod_operator import pod_draft
from pxc.targets.airflow.python_text import string
from pxc.targets.airflow.scope import RUN_UUID, Scope

__all__ = ["Rounds", "rounds_draft", "tell_of_rules"]

_MOST_ROUNDS = 200
_LARGEST = 64 * 1024
"""Half of what one argument of a program may have."""

_MOST_MAPPED = 1_024
"""Airflow maps over no more items that a task leaves, where nobody has changed that."""

_MOST_AT_ONCE = 500


class Rounds(Struct):
    """A unit that runs in rounds, before each of which `pxc-tuner` is asked.

    `count` is how often it is asked; the last time nothing is left. `document` is the search as the
    tuner reads it, `kept` are the outputs that it looks at. Where the runs are known, each round
    has a `batch` of them.
    """

    draft: Draft | ResourceDraft
    count: int
    document: dict[str, Any]
    kept: list[str]
    concurrency: int | None
    batch: int = 0


def rounds_draft(
    unit: Unit, task_id: str, scope: Scope, asked: frozenset[str] | None, build: Build
) -> Rounds | None:
    """The rounds of a search, or of a sweep that rules may end; None after PXC701.

    `asked` are the outputs that joins look at, where there are joins.
    """
    kept = looked_at(unit, asked)
    if unit.search is not None:
        found = _search(unit, unit.search, task_id, scope, build)
    else:
        assert unit.sweep is not None
        found = _table(unit, unit.sweep, task_id, scope, asked is not None, build)
    if found is None or build.report.has_errors:
        return None
    found.kept = kept
    build.asked.outputs.setdefault(task_id, {}).update(dict.fromkeys(kept))
    return found


class _TrialScope(Scope):
    """What a run of a search may refer to: values of its cell, too."""

    def __init__(self, scope: Scope, unit: Unit, task_id: str, values: SearchValues | None) -> None:
        super().__init__(scope.group, scope.ids, scope.around, scope.asked, scope.status)
        self.task_id, self.values = task_id, values
        self.told_by = annotations_of(unit)

    def run(self) -> str:
        """The identity: of a run that goes on from another, that of the other."""
        number = 'task.cell["run"]' if self.values else f'{self.told_by}["{INDEX}"]'
        return f"{RUN_UUID}(ti, {string(self.task_id)}, {number})"

    def read(self, ref: RunTimeRef, depth: int = 0) -> str | None:
        """The expression of a value; None for what Airflow cannot tell."""
        if self.values is None or not ref.path.startswith("matrix."):
            return super().read(ref, depth)
        form = self.values.form(ref)
        if form is None:
            return None
        said = f'task.cell["text"][{string(form.name)}]'
        if form.changed:
            pairs = ", ".join(f"{string(a)}: {string(b)}" for a, b in form.changed.items())
            return f"{{{pairs}}}.get({said}, {said})"
        parts = [string(form.before)] * bool(form.before) + [said]
        return " ~ ".join(parts + [string(form.after)] * bool(form.after))

    def type(self, path: str) -> str:
        """The declared type of a value; empty for none."""
        axis = self.values.axes.get(path.removeprefix("matrix.")) if self.values else None
        return axis.type if axis is not None else super().type(path)


def _search(unit: Unit, search: Search, task_id: str, scope: Scope, build: Build) -> Rounds | None:
    if not _can_search(unit, search, build):
        return None
    values = SearchValues(unit, search, build.world.language, build.report)
    bare = values.told_apart(replace(unit, search=None))
    draft = _draft(bare, task_id, _TrialScope(scope, unit, task_id, values), build)
    if draft is None:
        return None
    document = search_document(search, build.world.options.seed)
    return Rounds(draft, rounds_of(search), document, [], search.concurrency)


def _draft(unit: Unit, task_id: str, scope: Scope, build: Build) -> Draft | ResourceDraft | None:
    """What a round has runs of: a pod, or a resource."""
    if unit.runtime is None:
        making = pod_draft if unit.sweep is None else mapped_draft
        return making(unit, task_id, scope, build)
    from pxc.targets.airflow.resource import mapped_resource, resource_draft

    of_resource = resource_draft if unit.sweep is None else mapped_resource
    return of_resource(unit, task_id, scope, build)


def _table(
    unit: Unit, sweep: Sweep, task_id: str, scope: Scope, has_joins: bool, build: Build
) -> Rounds | None:
    batch = min(sweep.concurrency or sweep.count, _MOST_AT_ONCE)
    batch = max(batch, -(-sweep.count // (_MOST_ROUNDS - 1)))
    if not _holds(sweep.stopping, unit, build):
        return None
    tell_of_rules(sweep.stopping, "matrix", "matrix.rounds", build.report, batch >= sweep.count)
    draft = _draft(unit, task_id, _TrialScope(scope, unit, task_id, None), build)
    if draft is None:
        return None
    axes = [axis.name for axis in sweep.axes]
    rows: list[dict[str, Any]] = [{} for _ in range(sweep.count)]
    if has_joins:
        rows = [{"params": dict(zip(axes, cell, strict=True))} for cell in cells(sweep)]
    document = table_document(sweep, rows, batch)
    if len(str(document)) > _LARGEST:
        build.report.add(
            "PXC701",
            f"the {sweep.count:,} runs of `{unit.name}`, which a rule may end early, are more than"
            " one argument of `pxc-tuner` holds",
            sweep.span,
            help="bound it with `numRuns`, or leave `earlyStopping` out",
        )
        return None
    count = -(-sweep.count // batch) + 1
    return Rounds(draft, count, document, [], sweep.concurrency, batch)


def _can_search(unit: Unit, search: Search, build: Build) -> bool:
    """PXC701 for a search that cannot be run, PXC702 for what of it is left out."""
    report, said = build.report, f"matrix: {{kind: {search.kind}}}"
    if search.proposer is not None and is_proposed(search):
        place = head_of(search.proposer.span)
        return tell("search.own", f"`tuner: {{hubRef: {search.proposer.hub_ref}}}`", place, report)
    why = lacking(search) or _untold(unit, search, build) or _too_long(search)
    if why is not None:
        report.add("PXC701", f"`{said}` cannot be run: {why[0]}", why[2], help=why[1])
        return False
    if not _holds(search.stopping, unit, build):
        return False
    tell_of_seed(search, build.world.options.seed, report)
    tell_of_rules(search.stopping, "search", "search.earlyStopping", report, False)
    given = given_to_tuner(search)
    if given is not None:
        tell("search.tuner", *given, report)
    tell(f"search.{search.kind}", said, search.span, report)
    if search.resume and unit.pod.results is None:
        tell("search.resume", "`resume` of runs whose results are not kept", search.span, report)
    return True


def _is_told(unit: Unit, metric: str, build: Build) -> bool:
    declared = any(output.name == metric for output in unit.outputs)
    return declared or build.world.options.runtime.tracking


def _untold(unit: Unit, search: Search, build: Build) -> tuple[str, str, Span] | None:
    """Why a search cannot be run whose metric no run can tell."""
    objective = search.objective
    if objective is None or _is_told(unit, objective.name, build):
        return None
    declared = f"declare it: `outputs: [{{name: {objective.name}, type: float}}]`"
    return f"`{objective.name}` is no output of its runs", declared, objective.span


def _too_long(search: Search) -> tuple[str, str, Span] | None:
    rounds = rounds_of(search)
    if rounds > _MOST_ROUNDS:
        return (
            f"it has {rounds} rounds, each of which is two tasks of the DAG",
            f"let it have at most {_MOST_ROUNDS}: fewer of `maxIterations`, more runs in each",
            search.span,
        )
    largest = max(search.num_runs or 1, search.num_initial_runs or 1)
    if search.kind == "hyperband":
        found = brackets(search.max_iterations, search.eta or DEFAULT_ETA)
        largest = max(bracket.rungs[0].runs for bracket in found)
    if largest > _MOST_MAPPED:
        return (
            f"a round of it has {largest:,} runs, and Airflow maps over no more than"
            f" {_MOST_MAPPED:,}",
            "let it have smaller rounds",
            search.span,
        )
    return None


def _holds(rules: tuple[Stopping, ...], unit: Unit, build: Build) -> bool:
    """Whether each rule can be held to; PXC701 for a metric that no run tells."""
    for rule in rules:
        if rule.policy is None and rule.metric and not _is_told(unit, rule.metric, build):
            build.report.add(
                "PXC701",
                f"by `{rule.kind}` nothing can end: `{rule.metric}` is no output of its runs",
                head_of(rule.span),
                help=f"declare it: `outputs: [{{name: {rule.metric}, type: float}}]`",
            )
            return False
    return True


def tell_of_rules(
    rules: tuple[Stopping, ...], whole: str, feature: str, report: Report, at_once: bool
) -> None:
    """PXC702 for what is lost of each rule; `at_once` where all runs are of one round."""
    row = feature_of(feature)
    for rule in rules:
        span = head_of(rule.span)
        if rule.policy is not None:
            tell("search.policy", "`policy` of `earlyStopping`", span, report)
            continue
        said = f"by `{rule.kind}` Airflow ends the {whole} between two rounds, not the runs of one"
        told = row.reason if row is not None else None
        if at_once:
            said = f"by `{rule.kind}` Airflow ends no run of the {whole}: all of them start at once"
            told = "give it a `concurrency` of less than its runs"
        report.add("PXC702", said, span, help=told)
