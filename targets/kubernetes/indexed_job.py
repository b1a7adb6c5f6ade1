"""Turns a unit with a sweep into one Indexed Job and the table its pods read their rows from."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from math import ceil
from typing import Any

from msgspec.structs import replace

from pxc.diagnostics import Report
from pxc.ir.node import Lit, Seq
from pxc.ir.plan import Unit
from pxc.ir.pod import Pod
from pxc.ir.stopping import FAILURE
from pxc.ir.sweep import Sweep, cells
from pxc.options import Options
from pxc.source import Span
from pxc.targets._cell_rows import Row, Rows
from pxc.targets._cells import Cells, varies, varies_in_arguments_only
from pxc.targets._container import container_order
from pxc.targets._data import Values
from pxc.targets._names import dns_label, free_name, run_name
from pxc.targets.kubernetes.cell_table import Table
from pxc.targets.kubernetes.cell_wrapper import TABLE_MOUNT, NotIndexed, Wrapper
from pxc.targets.kubernetes.run_time import KubernetesRunTime
from pxc.targets.kubernetes.unit_parts import INSTANCE
from pxc.world import World

__all__ = ["MOST_CELLS", "NotIndexed", "indexed_job"]

MOST_CELLS = 100_000
"""The completions of a Job with `backoffLimitPerIndex`."""


_MOST_AT_ONCE = 10_000
# A pod's host name is that of its Job with `-` and the index, a label of 63 characters; a CronJob
# adds eleven to the name of the Job.
_JOB_LIMIT = 50
_CRON_JOB_LIMIT = 46
Objects = Callable[[Unit, bool], list[dict[str, Any]]]


def indexed_job(unit: Unit, objects: Objects, world: World, report: Report) -> list[dict[str, Any]]:
    """ConfigMaps with the table, other objects of the unit, the Job (or CronJob) last.

    The pods differ by `JOB_COMPLETION_INDEX` alone. A wrapper in the main container reads its row
    and becomes the author's command. Raises NotIndexed.
    """
    sweep = unit.sweep
    assert sweep is not None
    _check(unit)
    filler = Cells(sweep, world.language, report)
    namespace = unit.namespace or world.options.namespace
    run_time = KubernetesRunTime(uuid=None, namespace=namespace, indexed=True)
    rows = Rows(unit, filler, Values(run_time, report))
    shapes, table = _Shapes(unit, filler), Table(unit.name, sweep)
    first = objects(filler.unit(unit, next(cells(sweep))), True)
    if report.has_errors or not first:
        return []
    script = Wrapper(unit, rows, Values(run_time, Report()), _pod(_job(first))["containers"][0])
    for index, cell in enumerate(cells(sweep)):
        row = rows.row(cell)
        if report.has_errors:
            return []
        shapes.see(row, cell)
        table.add(index, script.line(row))
    found = objects(shapes.unit(), True)
    if not found:
        return []
    job = _job(found)
    others = [document for document in found if document is not job]
    spec, pod = _spec(job), _pod(job)
    script.settle(pod["containers"][0])
    _index(spec, pod, unit, sweep, report)
    maps = table.config_maps(script.text(), job["metadata"])
    _mount(pod, [m["metadata"]["name"] for m in maps])
    _name(job, spec, unit, world.options, [*others, *maps])
    return [*others, *maps, job]


def _job(found: list[dict[str, Any]]) -> dict[str, Any]:
    return next(document for document in found if document["kind"] in ("Job", "CronJob"))


def _spec(job: dict[str, Any]) -> dict[str, Any]:
    spec: dict[str, Any] = job["spec"]
    return spec["jobTemplate"]["spec"] if job["kind"] == "CronJob" else spec


def _pod(job: dict[str, Any]) -> dict[str, Any]:
    pod: dict[str, Any] = _spec(job)["template"]["spec"]
    return pod


def _check(unit: Unit) -> None:
    """Raise NotIndexed for what pods of one template cannot differ in."""
    assert unit.sweep is not None
    main = unit.roles[0].pod.main
    if unit.kind != "job":
        raise NotIndexed(f"its runs are of kind `{unit.kind}`", unit.sweep.span,
                         "only a job is one pod")  # fmt: skip
    if not varies_in_arguments_only(unit):
        raise NotIndexed(
            "its runs differ in more than the command, the arguments and the variables of their"
            " container",
            _varying_place(unit),
            "pods of one Job have one image, one set of resources and one set of volumes; 20 runs"
            " and fewer become separate Jobs, more of them with `--matrix jobs`",
        )
    command = main.get("command")
    if command is None or (isinstance(command, Seq) and not command.items):
        raise NotIndexed(
            "its container has no `command`",
            main.span,
            "write the `command`: the row of a run is read by `sh`, which must know what to start",
        )
    policy = unit.pod.environment.restart_policy if unit.pod.environment is not None else None
    if isinstance(policy, Lit) and policy.value == "OnFailure":
        raise NotIndexed(
            "`restartPolicy: OnFailure` does not go with retries of one run",
            policy.span,
            "leave `restartPolicy` out: `termination.maxRetries` holds for every run",
        )


def _varying_place(unit: Unit) -> Span:
    """The first thing that varies outside of the arguments."""
    pod: Pod = unit.roles[0].pod
    for part in (pod.environment, *pod.init, *pod.sidecars, *pod.volumes, unit.runtime):
        if part is not None and varies(part):
            return part.span
    for key, child in pod.main.entries:
        if not (isinstance(key, Lit) and key.value in ("command", "args", "env")) and varies(child):
            found: Span = child.span
            return found
    return unit.sweep.span if unit.sweep is not None else unit.span


class _Shapes:
    """Gathers cells whose texts mention what the pod must have, one a shape."""

    def __init__(self, unit: Unit, filler: Cells) -> None:
        self._unit, self._filler = unit, filler
        self._cells: dict[tuple[str, ...], tuple[Any, ...]] = {}
        self._told: set[str] = set()

    def see(self, row: Row, cell: tuple[Any, ...]) -> None:
        """Remember a cell of a new shape."""
        if not self._told.issuperset(row.shape):
            self._told |= set(row.shape)
            self._cells[row.shape] = cell

    def unit(self) -> Unit:
        """The unit of the first cell, whose arguments mention all that any cell's do."""
        units = [self._filler.unit(self._unit, cell) for cell in self._cells.values()]
        if not units:
            units = [self._filler.unit(self._unit, next(cells(_sweep(self._unit))))]
        first = units[0]
        main = first.roles[0].pod.main
        items: list[Any] = []
        for unit in units:
            for field in ("command", "args"):
                node = unit.roles[0].pod.main.get(field)
                items += node.items if isinstance(node, Seq) else [] if node is None else [node]
            for _, variable in _entries(unit):
                items.append(variable)
        kept = [(k, v) for k, v in main.entries if not (isinstance(k, Lit) and k.value in _MOVED)]
        span = main.span
        pairs = (*kept, (Lit(span, "args"), Seq(span, tuple(items))))
        role = replace(
            first.roles[0], pod=replace(first.roles[0].pod, main=replace(main, entries=pairs))
        )
        return replace(first, roles=(role, *first.roles[1:]))


_MOVED = ("command", "args")


def _sweep(unit: Unit) -> Sweep:
    assert unit.sweep is not None
    return unit.sweep


def _entries(unit: Unit) -> Iterator[tuple[Any, Any]]:
    env = unit.roles[0].pod.main.get("env")
    for item in env.items if isinstance(env, Seq) else ():
        value = item.get("value") if hasattr(item, "get") else None
        if value is not None:
            yield item, value


def _index(
    spec: dict[str, Any], pod: dict[str, Any], unit: Unit, sweep: Sweep, report: Report
) -> None:
    """Give the Job its indexes; its limits become those of each of them."""
    most = min(sweep.count, _MOST_AT_ONCE)
    first = {
        "completions": sweep.count,
        "parallelism": min(sweep.concurrency or most, most),
        "completionMode": "Indexed",
        "backoffLimitPerIndex": spec.pop("backoffLimit", 0),
        **_most_failures(sweep),
    }
    deadline = spec.pop("activeDeadlineSeconds", None)
    if deadline is not None:
        spec["template"]["spec"] = {"activeDeadlineSeconds": deadline} | pod
        pod = spec["template"]["spec"]
        if first["backoffLimitPerIndex"]:
            report.add(
                "PXC702",
                "`termination.timeout` bounds each try of a run here, not all of them together",
                unit.limits.span,
                help="leave `maxRetries` out, or divide the time by the tries",
            )
    for rule in spec.get("podFailurePolicy", {}).get("rules", ()):
        if rule.get("action") == "FailJob":
            rule["action"] = "FailIndex"
    rest = dict(spec)
    spec.clear()
    spec.update(first | rest)


def _most_failures(sweep: Sweep) -> dict[str, int]:
    """How many runs may fail before all end: fewer than the least share that a rule names."""
    from fractions import Fraction

    shares = [r.percent for r in sweep.stopping if r.kind == FAILURE and r.percent is not None]
    if not shares or min(shares) > 100:
        return {}
    least = ceil(Fraction(str(min(shares))) * sweep.count / 100)
    return {"maxFailedIndexes": max(least - 1, 0)}


def _mount(pod: dict[str, Any], names: list[str]) -> None:
    main = pod["containers"][0]
    volume = free_name("matrix", [v["name"] for v in pod.get("volumes", ())])
    mounts = main.setdefault("volumeMounts", [])
    mounts.append({"name": volume, "mountPath": TABLE_MOUNT, "readOnly": True})
    sources = [{"configMap": {"name": name}} for name in names]
    pod.setdefault("volumes", []).append({"name": volume, "projected": {"sources": sources}})
    ordered = container_order(main)
    main.clear()
    main.update(ordered)


def _name(
    job: dict[str, Any],
    spec: dict[str, Any],
    unit: Unit,
    options: Options,
    others: list[dict[str, Any]],
) -> None:
    about, labels = job["metadata"], spec["template"]["metadata"]["labels"]
    labels.pop(INSTANCE, None)
    template = json.dumps(spec["template"], sort_keys=True)
    content = (unit.identity, template, str(spec["completions"]))
    name = run_name(unit.name, _JOB_LIMIT, options, *content)
    if "generateName" in about:
        about["generateName"] = name
        return
    if job["kind"] == "CronJob":
        name = dns_label(unit.name, _CRON_JOB_LIMIT)
        job["spec"]["jobTemplate"]["metadata"]["labels"][INSTANCE] = name
    about["name"] = about["labels"][INSTANCE] = labels[INSTANCE] = name
    for found in others:
        found["metadata"]["labels"][INSTANCE] = name
