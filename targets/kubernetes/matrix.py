"""Turns a unit with a sweep into one Job a cell, or into one Indexed Job with a table."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

from msgspec import Struct

from pxc.diagnostics import Report
from pxc.ir.plan import Plan, Unit
from pxc.ir.stopping import FAILURE
from pxc.ir.sweep import Sweep, cells
from pxc.options import Options
from pxc.targets._cell_rows import Row, Rows
from pxc.targets._cells import Cells, varies_in_arguments_only
from pxc.targets._data import Values
from pxc.targets._form import Form, Slot
from pxc.targets._names import run_name
from pxc.targets._objects import Written, as_text
from pxc.targets.kubernetes.features import tell
from pxc.targets.kubernetes.indexed_job import MOST_CELLS, NotIndexed, indexed_job
from pxc.targets.kubernetes.run_time import KubernetesRunTime
from pxc.targets.kubernetes.searches import tell_rule
from pxc.targets.kubernetes.unit_parts import INSTANCE
from pxc.world import World

__all__ = ["Objects", "sweep_texts"]

_FEW = 20
_MOST_JOBS = 10_000
_JOB_LIMIT = 57
_INDEX_LABEL = "pxc.dev/matrix-index"
_PARAMS_ANNOTATION = "pxc.dev/matrix-params"

Objects = Callable[[Unit, bool], list[dict[str, Any]]]
"""The objects of a unit without a sweep; the flag tells that its pods are of an Indexed Job."""


def sweep_texts(
    plan: Plan, unit: Unit, objects: Objects, world: World, report: Report
) -> Iterator[Written]:
    """The objects of a unit with a sweep, written one after another.

    Separate Jobs, or ConfigMaps with the table and one Indexed Job (in a CronJob where there is a
    timetable). PXC701 for a matrix of services, of too many cells, and for one that an Indexed Job
    cannot say where separate Jobs cannot either, such as one that ends when too many runs failed;
    PXC702 for a concurrency that is left out.
    """
    sweep = unit.sweep
    assert sweep is not None
    if unit.kind == "service":
        tell("service.matrix", "`matrix` of a service", sweep.span, report)
        return
    if _too_many(sweep, MOST_CELLS, "an Indexed Job", report):
        return
    form = world.options.matrix
    stops = any(rule.kind == FAILURE for rule in sweep.stopping)
    many = sweep.count > _FEW or plan.timetable is not None or stops
    if form == "indexed" or (form == "auto" and many):
        try:
            found = indexed_job(unit, objects, world, report)
        except NotIndexed as fault:
            needed = plan.timetable is not None or stops or sweep.count > _MOST_JOBS
            if form == "indexed" or needed:
                _refuse_indexed(plan, unit, fault, form, report)
                return
        else:
            yield from map(as_text, found)
            return
    if plan.timetable is not None:
        report.add(
            "PXC701",
            "`schedule` with a `matrix` cannot be said by separate Jobs",
            plan.timetable.span,
            help="use `--matrix indexed`: a CronJob makes one Job each time",
        )
        return
    if _too_many(sweep, _MOST_JOBS, "separate Jobs", report):
        return
    for rule in sweep.stopping:
        if rule.kind == FAILURE:
            tell_rule(rule, report)
    _tell_of_concurrency(sweep, report)
    yield from _jobs(unit, sweep, objects, world, report)


def _too_many(sweep: Sweep, most: int, what: str, report: Report) -> bool:
    if sweep.count <= most:
        return False
    report.add(
        "PXC701",
        f"the matrix has {sweep.count:,} runs; {what} cannot say more than {most:,}",
        sweep.span,
        help="bound it with `numRuns`, take larger steps, or draw with `kind: random`",
    )
    return True


def _refuse_indexed(plan: Plan, unit: Unit, fault: NotIndexed, form: str, report: Report) -> None:
    assert unit.sweep is not None
    if form == "indexed":
        why = "asked for by `--matrix indexed`"
    elif plan.timetable is not None:
        why = "the only way to say a `schedule` with a `matrix`"
    elif unit.sweep.stopping:
        why = "the only way to say an `earlyStopping`"
    else:
        why = f"the only way to say a matrix of {unit.sweep.count:,} runs"
    report.add(
        "PXC701",
        f"one Indexed Job, {why}, cannot say this matrix: {fault.why}",
        fault.span,
        help=fault.help,
    )


def _tell_of_concurrency(sweep: Sweep, report: Report) -> None:
    if sweep.concurrency is None or sweep.concurrency >= sweep.count:
        return
    tell("matrix.concurrency", f"`concurrency: {sweep.concurrency}`", sweep.span, report)


def _jobs(
    unit: Unit, sweep: Sweep, objects: Objects, world: World, report: Report
) -> Iterator[Written]:
    filler = Cells(sweep, world.language, report)
    writer: _ByForms | _Whole
    if varies_in_arguments_only(unit):
        run_time = KubernetesRunTime(uuid=None, namespace=unit.namespace or world.options.namespace)
        writer = _ByForms(unit, filler, objects, Rows(unit, filler, Values(run_time, report)))
    else:
        writer = _Whole(unit, filler, objects)
    told: set[tuple[str, str]] = set()
    numbers: dict[str, int] = {}
    for index, cell in enumerate(cells(sweep)):
        params = json.dumps(
            {axis.name: value for axis, value in zip(sweep.axes, cell, strict=True)},
            ensure_ascii=False,
        )
        number = numbers[params] = numbers.get(params, 0) + 1
        about = _About(unit.name, index, params, number, world.options)
        for found in writer.documents(cell, about):
            key = (found.kind, str(found.name or index))
            if key not in told:
                told.add(key)
                yield found
        if report.has_errors:
            return


class _About(Struct, frozen=True):
    """What the Job of one cell says of itself; `number` counts cells with the same values."""

    unit: str
    index: int
    params: str
    number: int
    options: Options

    def name(self, *content: str) -> str:
        """The name of the Job, or the beginning of one that the API server ends."""
        if self.options.name_policy == "generate":
            return run_name(self.unit, _JOB_LIMIT, self.options)
        if self.options.name_policy != "content":
            return run_name(f"{self.unit}-{self.index}", _JOB_LIMIT, self.options)
        again = () if self.number == 1 else (str(self.number),)
        return run_name(self.unit, _JOB_LIMIT, self.options, *content, self.params, *again)

    def put(self, job: dict[str, Any], name: Any) -> None:
        """Give the Job, and its pods, its name, its index and its params."""
        about = job["metadata"]
        if "name" in about:
            about["name"] = name
            for labels in (about["labels"], job["spec"]["template"]["metadata"]["labels"]):
                labels[INSTANCE] = name
        about["labels"] = about["labels"] | {_INDEX_LABEL: str(self.index)}
        about["annotations"] = about.get("annotations", {}) | {_PARAMS_ANNOTATION: self.params}


class _Whole:
    """Builds every Job anew: the cells change anything."""

    def __init__(self, unit: Unit, filler: Cells, objects: Objects) -> None:
        self.unit, self.filler, self.objects = unit, filler, objects

    def documents(self, cell: tuple[Any, ...], about: _About) -> Iterator[Written]:
        """The objects of a cell."""
        for document in self.objects(self.filler.unit(self.unit, cell), False):
            if document["kind"] == "Job":
                own = _content(document)
                about.put(document, about.name(self.unit.identity, own))
            else:
                document["metadata"]["labels"].pop(INSTANCE, None)  # other runs may share it
            yield as_text(document)


class _ByForms:
    """Builds a Job once a shape, and of each cell only what it changes."""

    def __init__(self, unit: Unit, filler: Cells, objects: Objects, rows: Rows) -> None:
        self.unit, self.filler, self.objects, self.rows = unit, filler, objects, rows
        self.forms: dict[tuple[str, ...], _JobForm] = {}

    def documents(self, cell: tuple[Any, ...], about: _About) -> Iterator[Written]:
        """The objects of a cell; those beside its Job with the first cell of their shape."""
        row = self.rows.row(cell)
        form = self.forms.get(row.shape)
        if form is None:
            found = self.objects(self.filler.unit(self.unit, cell), False)
            if not found:
                return
            [job] = [d for d in found if d["kind"] == "Job"]
            form = self.forms[row.shape] = _JobForm(self.unit, job, row, about)
            for document in found:
                if document is not job:
                    document["metadata"]["labels"].pop(INSTANCE, None)
                    yield as_text(document)
        yield form.job(row, about)


class _JobForm:
    """A Job with slots for what the cells of one shape change."""

    def __init__(self, unit: Unit, job: dict[str, Any], row: Row, about: _About) -> None:
        self.identity = unit.identity
        main = main_container(job, unit)
        for field in ("command", "args"):
            if getattr(row, field):
                main[field] = Slot(field)
        self.env = [
            entry["name"]
            for entry in main.get("env", ())
            if "value" in entry and entry["value"] == row.env.get(entry["name"])
        ]
        main["env"] = [
            entry | {"value": Slot(f"env {entry['name']}")} if entry["name"] in self.env else entry
            for entry in main.get("env", ())
        ]
        if not main["env"]:
            del main["env"]
        about.put(job, "")
        self.about = job["metadata"]
        self.generated = "generateName" in self.about
        self.common = _content(job)
        if not self.generated:
            self.about["name"] = Slot("name")
            for labels in (self.about["labels"], job["spec"]["template"]["metadata"]["labels"]):
                labels[INSTANCE] = Slot("name")
        self.about["labels"][_INDEX_LABEL] = Slot("index")
        self.about["annotations"][_PARAMS_ANNOTATION] = Slot("params")
        self.form = Form(job)

    def job(self, row: Row, about: _About) -> Written:
        """The Job of a cell."""
        values: dict[str, Any] = {"index": str(about.index), "params": about.params}
        for field in ("command", "args"):
            values[field] = getattr(row, field)
        values |= {f"env {name}": row.env[name] for name in self.env}
        own = json.dumps([row.command, row.args, row.env])
        name = about.name(self.identity, self.common, own)
        values["name"] = name
        known = "" if self.generated else name
        space = self.about.get("namespace", "")
        return Written("Job", space, known, self.form.text(values))


def main_container(job: dict[str, Any], unit: Unit) -> dict[str, Any]:
    """The main container in the pod of a Job."""
    spec = job["spec"]["jobTemplate"]["spec"] if job["kind"] == "CronJob" else job["spec"]
    found: dict[str, Any] = spec["template"]["spec"]["containers"][0]
    return found


def _content(job: dict[str, Any]) -> str:
    """The pod template without its name, for the hash; slots are told by their names."""
    template = job["spec"]["template"]
    labels = {k: v for k, v in template["metadata"]["labels"].items() if k != INSTANCE}
    bare = template | {"metadata": template["metadata"] | {"labels": labels}}
    return json.dumps(bare, sort_keys=True, default=lambda slot: f"\0{slot.name}")
