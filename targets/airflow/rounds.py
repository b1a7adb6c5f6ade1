"""Turns a unit that runs in rounds into the lines of its group of tasks."""

from __future__ import annotations

import json
from typing import Any

from pxc.targets._data import unexpanded
from pxc.targets._names import dns_label
from pxc.targets.airflow.build import Build, Draft, ResourceDraft
from pxc.targets.airflow.jinja import expression, rendered
from pxc.targets.airflow.mapped import mapped_arguments, mapping_arguments
from pxc.targets.airflow.pod_operator import outputs_of
from pxc.targets.airflow.pool import pool_arguments
from pxc.targets.airflow.python_text import Call, Code, Entries, behind, names, shown, string
from pxc.targets.airflow.searches import Rounds
from pxc.targets.airflow.variables import OPS

__all__ = ["LOCALS", "rounds_lines", "runs_of"]

LOCALS = ("cells", "number")
"""The variables of the loop that makes rounds."""


_STEP = 4
_LEFT = "/airflow/xcom/return.json"
_NAME_LIMIT = 54


def runs_of(path: str) -> str:
    """What the ids of the tasks begin with whose failure is for the tuner to judge."""
    return f"{path}.trials_"


def rounds_lines(rounds: Rounds, path: str, rule: str, indent: int, build: Build) -> list[str]:
    """A group whose tasks are made in a loop: ask, run, ask; its end tells what it came to."""
    build.used |= {"TaskGroup", "EmptyOperator", "TunerOperator"}
    inner, pad = indent + _STEP, " " * (indent + _STEP)
    end = f"{OPS}[{string(f'{path}.end')}]"
    ask, runs = _at(path, "ask", "number"), _at(path, "trials", "number")
    group = Call("TaskGroup", (), (("group_id", rounds.draft.unit.name),))
    marker = Call(
        "EmptyOperator", (), (("task_id", "end"), ("trigger_rule", "none_failed_min_one_success"))
    )
    found = [
        f"{' ' * indent}with {shown(group, indent, len('with '), 1)}:",
        f"{pad}{end} = {shown(marker, inner, len(end) + 3)}",
    ]
    shared, own = _said(rounds.draft, build)
    if rounds.batch:
        build.used |= {name for each in own for name in names(each)}
        found.append(f"{pad}cells = {shown(Entries(tuple(own)), inner, len('cells = '))}")
    last = rounds.count
    loop, body = f"{pad}for number in range(1, {last + 1}):", " " * (inner + _STEP)
    asking = _asking(rounds, path, rule, build)
    trials = _trials(rounds, shared, ask, inner + 2 * _STEP, runs, build)
    before = _at(path, "trials", "number - 1")
    return [
        *found,
        loop,
        f"{body}{ask} = {shown(asking, inner + _STEP, len(ask) + 3)}",
        behind(ask, end, inner + _STEP),
        f"{body}if number > 1:",
        behind(before, ask, inner + 2 * _STEP),
        f"{body}if number < {last}:",
        *trials,
    ]


def _at(path: str, task: str, number: str) -> str:
    return f'{OPS}[f"{path}.{task}_{{{number}}}"]'


def _asking(rounds: Rounds, path: str, rule: str, build: Build) -> Call:
    unit = rounds.draft.unit
    said = json.dumps(rounds.document, ensure_ascii=False, separators=(",", ":"))
    run = f"uuid5:{expression('ti.dag_id')}/{expression('ti.run_id')}/{path}"
    arguments = [
        "step", "--search", unexpanded(said), "--run", run,
        *(f"--keep={each}" for each in rounds.kept),
        "--output", _LEFT,
    ]  # fmt: skip
    named: list[tuple[str, Any]] = [
        ("task_id", Code('f"ask_{number}"')),
        ("name", dns_label(f"{unit.name}-ask", _NAME_LIMIT)),
    ]
    namespace = unit.namespace or build.world.options.namespace
    if namespace:
        named.append(("namespace", rendered(namespace)))
    named += [
        ("image", build.world.options.runtime.images.tuner),
        ("cmds", ["pxc-tuner"]),
        ("arguments", rendered(arguments)),
        ("do_xcom_push", True),
        ("trigger_rule", Code(f'"none_skipped" if number > 1 else {string(rule)}')),
    ]
    build.used |= {name for _, value in named for name in names(value)}
    return Call("TunerOperator", (), tuple(named), is_open=True)


def _trials(
    rounds: Rounds, shared: list[tuple[str, Any]], ask: str, indent: int, runs: str, build: Build
) -> list[str]:
    """The runs of a round: of a search what the tuner suggests, else the next of the cells."""
    draft, pad = rounds.draft, " " * indent
    named: list[tuple[str, Any]] = [("task_id", Code('f"trials_{number}"'))]
    named += shared
    if rounds.batch:
        named += mapping_arguments(draft)
        slice = _slice(rounds.batch)
        mapping = Call("expand_kwargs", (Code(f"cells[{slice}]"),))
    else:
        cut = "task.cell['text'].items() | map('join', '=') | join(', ') | truncate(250)"
        named.append(("map_index_template", f"{{{{ {cut} }}}}"))
        if rounds.concurrency is not None:
            named.append(("max_active_tis_per_dagrun", rounds.concurrency))
        mapping = Call("expand", (), (("cell", Code(f"{ask}.output")),))
    named += pool_arguments(draft.unit, build)
    operator = "TrialSparkOperator" if draft.unit.kind == "spark" else "TrialResourceOperator"
    if isinstance(draft, Draft):
        operator = "TrialExitCodeOperator" if draft.exit_codes else "TrialOperator"
        build.used.add("OutputsOperator")
        if not outputs_of(draft, build):
            named += [("do_xcom_push", True), ("outputs", [])]
    build.used |= {operator} | {name for _, value in named for name in names(value)}
    call = Call(f"{operator}.partial", (), tuple(named), is_open=True)
    before = f"{runs} = "
    text = f"{shown(call, indent, len(before))}.{shown(mapping, indent, 2)}"
    found = [f"{pad}{before}{text}"]
    if rounds.batch:
        found.append(f"{pad}{ask} >> {runs}")
    return found


def _said(
    draft: Draft | ResourceDraft, build: Build
) -> tuple[list[tuple[str, Any]], list[dict[str, Any]]]:
    """What the operator of the runs is told of all of them, and of each."""
    if isinstance(draft, Draft):
        return mapped_arguments(draft, build)
    from pxc.targets.airflow.resource import resource_arguments

    return resource_arguments(draft, build)


def _slice(batch: int) -> str:
    if batch == 1:
        return "number - 1 : number"
    return f"{batch} * number - {batch} : {batch} * number"
