"""Turns a unit with a sweep into one mapped task: what all cells share, and what each has alone.

Where cells change only what the operator has arguments for (image, command, arguments, variables,
resources of the main container), each cell has these, and the pod is said once.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from msgspec.structs import replace

from pxc.diagnostics import Report
from pxc.ir.plan import Unit
from pxc.ir.sweep import Sweep, cells
from pxc.targets._cell_rows import Row, Rows
from pxc.targets._cells import Cells, varies_in_arguments_only
from pxc.targets._data import Values
from pxc.targets._searching import goes_in_rounds
from pxc.targets.airflow.build import Build, Draft, ResourceDraft
from pxc.targets.airflow.features import tell
from pxc.targets.airflow.jinja import rendered
from pxc.targets.airflow.pod_operator import pod_arguments, pod_draft
from pxc.targets.airflow.python_text import Call
from pxc.targets.airflow.run_time import AirflowRunTime
from pxc.targets.airflow.scope import Scope

__all__ = [
    "INDEX", "MOST_BUILT", "PARAMS", "annotations_of", "can_be_listed", "mapped_arguments",
    "mapped_draft", "mapping_arguments", "params_of",
]  # fmt: skip

_MOST = 20_000
MOST_BUILT = 2_000
"""How many runs a file can have of which each is said by itself."""

_MANY = 1_024
"""Airflow's own bound for lists that tasks leave to map over."""

_NAME_LIMIT = 250
"""Airflow's column for the name of a mapped task."""

INDEX = "pxc.dev/matrix-index"
"""The annotation of a pod with the place of its cell in the table."""

PARAMS = "pxc.dev/matrix-params"
"""The annotation of a pod with the values of its cell, by which Airflow calls it, too."""

_FIELDS = {
    "image": "image",
    "cmds": "command",
    "arguments": "args",
    "container_resources": "resources",
    "node_selector": "nodeSelector",
}
"""What the operator calls the fields of a pod that its arguments replace as a whole."""


def mapped_draft(unit: Unit, task_id: str, scope: Scope, build: Build) -> Draft | None:
    """The pod that the cells share, with what each has of its own; None after PXC701."""
    sweep = unit.sweep
    assert sweep is not None
    fast = unit.runtime is None and varies_in_arguments_only(unit)
    if not can_be_listed(sweep, _MOST if fast else MOST_BUILT, build.report):
        return None
    filler = Cells(sweep, build.world.language, build.report)
    draft = None
    if fast:
        draft = _of_rows(unit, filler, task_id, scope, build)
    if draft is None and not build.report.has_errors:
        drafts = []
        for cell in cells(sweep):
            drafts.append(pod_draft(filler.unit(unit, cell), task_id, scope, build))
            if build.report.has_errors:
                return None
        draft = _hoisted(drafts)
    if draft is None or build.report.has_errors:
        return None
    draft.unit = replace(draft.unit, sweep=sweep)
    draft.params = list(params_of(sweep))
    return draft


def can_be_listed(sweep: Sweep, most: int, report: Report) -> bool:
    """Whether a file can say all cells; PXC701 above the most of them, PXC702 for many."""
    if sweep.count > most:
        report.add(
            "PXC701",
            f"the matrix has {sweep.count:,} runs; a DAG file cannot say more than {most:,}",
            sweep.span,
            help="bound it with `numRuns`, take larger steps, or draw with `kind: random`",
        )
        return False
    if sweep.count > _MANY:
        tell("matrix.many", f"a matrix of {sweep.count:,} runs", sweep.span, report)
    return True


def mapped_arguments(
    draft: Draft, build: Build
) -> tuple[list[tuple[str, Any]], list[dict[str, Any]]]:
    """The arguments that all cells share, and those of each cell; of a pod alone its own."""
    if not draft.cells:
        return pod_arguments(draft, build), []
    if draft.each:
        found = [dict(pod_arguments(each, build)) for each in draft.each]
    else:
        shared = dict(pod_arguments(draft, build))
        found = [shared | _said(own) for own in draft.cells]
    about = found[0].get("annotations", {})
    in_rounds = goes_in_rounds(draft.unit)
    for number, (own, params) in enumerate(zip(found, draft.params, strict=True)):
        told = {INDEX: str(number)} if in_rounds else {}
        own["annotations"] = own.get("annotations", about) | told | {PARAMS: rendered(params)}
    common = [
        (key, value)
        for key, value in found[0].items()
        if all(each.get(key) == value for each in found)
    ]
    known = {key for key, _ in common}
    return common, [{k: own[k] for k in _ordered(own) if k not in known} for own in found]


def _ordered(own: dict[str, Any]) -> list[str]:
    return sorted(own, key="annotations".__ne__)


def _said(own: dict[str, Any]) -> dict[str, Any]:
    """What a cell has of its own, as the operator takes it."""
    found: dict[str, Any] = rendered(own)
    if "container_resources" in found:
        parts = tuple(found["container_resources"].items())
        found["container_resources"] = Call("k8s.V1ResourceRequirements", (), parts)
    return found


def annotations_of(unit: Unit) -> str:
    """The expression of the annotations of a run of a mapped task, of its pod or its resource."""
    return (
        "task.annotations" if unit.runtime is None else "task.resource['metadata']['annotations']"
    )


def mapping_arguments(draft: Draft | ResourceDraft) -> list[tuple[str, Any]]:
    """How the mapped tasks are called, and how many of them run at once."""
    about = annotations_of(draft.unit)
    cut = f" | truncate({_NAME_LIMIT})" if len(max(draft.params, key=len)) > _NAME_LIMIT else ""
    name = f"{{{{ {about}['{PARAMS}']{cut} }}}}"
    found: list[tuple[str, Any]] = [("map_index_template", name)]
    sweep = draft.unit.sweep
    if sweep is not None and sweep.concurrency is not None:
        found.append(("max_active_tis_per_dagrun", sweep.concurrency))
    return found


def _of_rows(unit: Unit, filler: Cells, task_id: str, scope: Scope, build: Build) -> Draft | None:
    """The draft of a unit whose cells change nothing but arguments; None where pods differ."""
    namespace = unit.namespace or build.world.options.namespace
    run_time = AirflowRunTime(unit, scope, build.functions, namespace)
    rows = Rows(unit, filler, Values(run_time, build.report))
    assert unit.sweep is not None
    found: list[Row] = []
    for cell in cells(unit.sweep):
        row = rows.row(cell)
        if build.report.has_errors or (found and row.shape != found[0].shape):
            return None
        found.append(row)
    first = next(cells(unit.sweep))
    draft = pod_draft(filler.unit(unit, first), task_id, scope, build)
    main = draft.spec["containers"][0]
    if any(value is None for value in found[0].env.values()):
        return None
    moved = _moved([main.get("env", [])], set(found[0].env))
    if moved is None:
        return None
    for key, given in (("command", found[0].command), ("args", found[0].args)):
        if given is not None:
            main.pop(key, None)
    texts = {entry["name"]: entry.get("value") for entry in main.get("env", ())}
    _take_out(draft, moved)
    same = {name: texts[name] for name in moved}
    draft.cells = [_own(row, same) for row in found]
    return draft


def _take_out(draft: Draft, moved: list[str]) -> None:
    """Leave the pod only the other variables."""
    main = draft.spec["containers"][0]
    if moved:
        main["env"] = [entry for entry in main["env"] if entry["name"] not in moved]
        draft.whole = bool(main["env"])
        if not main["env"]:
            del main["env"]


def _moved(envs: list[list[dict[str, Any]]], varied: set[str]) -> list[str] | None:
    """The variables that differ and those that mention them; None where some cannot be said.

    They stand behind those that all cells have, which `envs` have in the same order.
    """
    found: list[str] = []
    for at, entry in enumerate(envs[0]):
        name = entry["name"]
        told = json.dumps([env[at] for env in envs])
        if name in varied or any(f"$({each})" in told for each in found):
            if any(env[at].keys() != {"name", "value"} for env in envs):
                return None
            found.append(name)
    names = [entry["name"] for entry in envs[0]]
    fine = len(set(names)) == len(names) and all(isinstance(rendered(name), str) for name in found)
    return found if fine else None


def _own(row: Row, same: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if row.command is not None:
        found["cmds"] = row.command
    if row.args is not None:
        found["arguments"] = row.args
    if same:
        found["env_vars"] = {name: row.env.get(name, text) for name, text in same.items()}
    return found


def _hoisted(drafts: list[Draft]) -> Draft:
    """One draft for all: the first, where the rest of the pods is the same, else all of them."""
    moved = _varying([draft.spec["containers"][0].get("env", []) for draft in drafts])
    parted = [_parted(draft.spec, moved) for draft in drafts]
    said = [own for own, _ in parted]
    bare = {
        json.dumps([rest, draft.metadata, sorted(own)])
        for draft, (own, rest) in zip(drafts, parted, strict=True)
    }
    first = drafts[0]
    if len(bare) > 1:
        return replace(first, each=drafts, cells=[{}] * len(drafts))
    varied = [key for key in said[0] if any(own[key] != said[0][key] for own in said)]
    main = first.spec["containers"][0]
    for key in varied:
        if key == "env_vars":
            _take_out(first, moved)
        else:
            (first.spec if key == "node_selector" else main).pop(_FIELDS[key])
    return replace(first, cells=[{key: own[key] for key in varied} for own in said])


def _varying(envs: list[list[dict[str, Any]]]) -> list[str]:
    """The variables that some cells have another value of, and those behind them."""
    names = [[entry["name"] for entry in env] for env in envs]
    if any(each != names[0] for each in names):
        return []
    columns = zip(*envs, strict=True)
    varied = {column[0]["name"] for column in columns if any(e != column[0] for e in column)}
    return _moved(envs, varied) or []


def _parted(spec: dict[str, Any], moved: list[str]) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the operator has arguments for that take the place of what a template says; the rest."""
    main, *others = spec["containers"]
    own = {name: main[field] for name, field in _FIELDS.items() if field in main}
    if own.get("container_resources", {}).keys() - {"limits", "requests"}:
        del own["container_resources"]
    said = {_FIELDS[name] for name in own}
    kept = {key: value for key, value in main.items() if key not in said}
    if moved:
        texts = {entry["name"]: entry["value"] for entry in main["env"] if entry["name"] in moved}
        own["env_vars"] = texts
        kept["env"] = [entry for entry in main["env"] if entry["name"] not in moved]
    if "nodeSelector" in spec:
        own["node_selector"] = spec["nodeSelector"]
    rest = {key: value for key, value in spec.items() if key != "nodeSelector"}
    return own, rest | {"containers": [kept, *others]}


def params_of(sweep: Sweep) -> Iterator[str]:
    """The values of each cell by their names, as JSON."""
    axes = [axis.name for axis in sweep.axes]
    for cell in cells(sweep):
        yield json.dumps(dict(zip(axes, cell, strict=True)), ensure_ascii=False)
