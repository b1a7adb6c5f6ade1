"""Turns the drafts of a file into its text: imports, definitions, the DAG, its tasks in order."""

from __future__ import annotations

from typing import Any

from pxc.ir.plan import Group, Unit
from pxc.targets._names import free_name
from pxc.targets.airflow.assets import asset_schedule
from pxc.targets.airflow.build import Build
from pxc.targets.airflow.constants import said_once
from pxc.targets.airflow.flow import WHOLE, Flow
from pxc.targets.airflow.params import param
from pxc.targets.airflow.preamble import NAMES, preamble
from pxc.targets.airflow.python_text import WIDTH, Call, Code, Statement, names, shown, string
from pxc.targets.airflow.rounds import LOCALS, runs_of
from pxc.targets.airflow.scope import RUN_UUID, STATUS
from pxc.targets.airflow.tasks import bound_ids, edge, group_lines, hook_ids, unit_lines
from pxc.targets.airflow.timetable import schedule_arguments
from pxc.targets.airflow.variables import OPS, variables
from pxc.version import VERSION

__all__ = ["dag_file"]

_INDENT = 4
_TAG_LIMIT = 100


def dag_file(build: Build, flow: Flow | None) -> str:
    """The text of the file; `flow` is that of a dag, None for a run of its own."""
    body: list[str | Statement]
    variables_of: dict[str, str] = {}
    if flow is None:
        [task_id] = build.drafts
        body = unit_lines(task_id, "all_success", _INDENT, {}, build)
    else:
        variables_of = variables([*bound_ids(flow), *_hooks_id(flow)], _taken(build))
        body = group_lines(flow, "", _INDENT, variables_of, build)
        if any(name.startswith(f"{OPS}[") for name in variables_of.values()):
            body.insert(0, f"{' ' * _INDENT}{OPS} = {{}}")
        if build.fails_fast:
            body += _early_end(body, build)
        elif flow.hides_failures:
            body += _watcher(flow, variables_of, build)
    constants, body = said_once(body, variables_of.values())
    text = "\n".join(map(_text, body))
    named = "".join(f"{constant.text()}\n" for constant in constants)
    build.used |= {name for name in (RUN_UUID, STATUS) if f"{name}(ti" in text + named}
    head = _dag(text + named, build)
    source = build.plan.source
    made_from = f" from {source}" if source not in ("", "-", "<stdin>") else ""
    top = f"# Written by pxc {VERSION}{made_from}: change that file, not this one.\n"
    functions = build.functions.text()
    for name in ("is_true", "json", "reached"):
        if any(f" {name}{'.' if name == 'json' else '('}" in each for each in functions):
            build.used.add(name)
    release = build.world.options.airflow.release
    defined = "".join(f"\n\n{each}" for each in functions)
    above = preamble(build.used, release) + defined
    # behind mere imports stands one line
    gap = "\n\n" if "\ndef " in above or "\nclass " in above or "\ntry:" in above else "\n"
    if named:
        above, gap = f"{above}{gap}{named}", "\n\n"
    return f"{top}{above}{gap}{head}\n{text}\n"


def _taken(build: Build) -> set[str]:
    """The names in a file that no variable of a task may hide."""
    return {*NAMES, *build.functions.bodies, *(LOCALS if build.rounds else ())}


def _text(line: str | Statement) -> str:
    return line if isinstance(line, str) else line.text()


def _early_end(body: list[str | Statement], build: Build) -> list[str]:
    """What ends the DAG with its first failure; the lines behind all tasks, those before go in.

    Airflow skips what is left then, and a run whose last tasks were skipped has ended well to it:
    so the last one is a teardown, which is always run, and counts.
    """
    build.used.add("ended_well")
    if build.world.options.airflow.release == "both":
        line = "dag.fail_fast = dag.fail_stop = True  # as Airflow 3 and Airflow 2 name it"
        body.insert(0, f"{' ' * _INDENT}{line}")
    tasks = "list(dag.tasks) >> ended_well().as_teardown(on_failure_fail_dagrun=True)"
    return [f"{' ' * _INDENT}{tasks}"]


def _watcher(flow: Flow, variables: dict[str, str], build: Build) -> list[str]:
    """The task that fails the run when a task has failed, whatever ran after it.

    A gate skips whatever is right behind it, so the watcher is behind none. What becomes of hooks
    is nothing to it, nor to the run, whose last tasks they would be: one that always succeeds is
    behind them. What runs of a round mean is for the tuner to say, which is asked next.
    """
    build.used.add("watcher")
    found: list[str] = []
    but = [f"not each.task_id.startswith({string(runs_of(path))})" for path in build.rounds]
    if "ShortCircuitOperator" in build.used:
        but.append('each.task_type != "ShortCircuitOperator"')
    pad = " " * _INDENT
    for task_id in _hooks_id(flow):
        build.used.add("EmptyOperator")
        end = variables[task_id]
        call = Call("EmptyOperator", (), (("task_id", task_id), ("trigger_rule", "all_done")))
        found.append(f"{pad}{end} = {shown(call, _INDENT, len(end) + 3)}")
        found.append(edge([variables[each] for each in hook_ids(flow)], end, _INDENT))
        but.append(f"each.task_id not in {end}.upstream_task_ids")
    tasks = _chosen(but) if but else "list(dag.tasks)"
    return [*found, f"{pad}{tasks} >> watcher()"]


def _chosen(conditions: list[str]) -> str:
    """The tasks that fulfil conditions: on one line where that has room."""
    line = f"[each for each in dag.tasks if {' and '.join(conditions)}]"
    if _INDENT + len(line) + len(" >> watcher()") <= WIDTH:
        return line
    pad = " " * 2 * _INDENT
    if len(pad) + len(line) - 2 <= WIDTH:
        return f"[\n{pad}{line[1:-1]}\n{' ' * _INDENT}]"
    test = f"\n{pad}and ".join(conditions)
    return f"[\n{pad}each\n{pad}for each in dag.tasks\n{pad}if {test}\n{' ' * _INDENT}]"


def _hooks_id(flow: Flow) -> list[str]:
    """The id of the task behind all hooks, where there are any."""
    inner = flow.inner.values() if flow.group.kind == WHOLE else ()
    taken = [member.name for each in (flow, *inner) for member in each.group.members]
    return [free_name("hooks", taken)] if hook_ids(flow) else []


def _dag(text: str, build: Build) -> str:
    plan = build.plan
    subject: Unit | Group = plan.group if plan.group is not None else plan.units[0]
    build.used.add("DAG")
    named: list[tuple[str, Any]] = [("dag_id", _dag_id(plan.name))]
    if subject.description:
        named.append(("description", subject.description))
    if subject.earlier is not None and subject.earlier.own_uuid:
        named.append(("max_active_runs", 1))
    if plan.events:
        named += asset_schedule(plan.events, build)
    else:
        named += schedule_arguments(plan.timetable, build)
    if isinstance(subject, Group) and subject.concurrency and subject.sweep is None:
        named.append(("max_active_tasks", subject.concurrency))
    if isinstance(subject, Group) and subject.limits is not None and subject.limits.timeout:
        named.append(("dagrun_timeout", Code(f"timedelta(seconds={subject.limits.timeout})")))
    release = build.world.options.airflow.release
    if build.fails_fast and release != "both":
        named.append(("fail_fast" if release == "3" else "fail_stop", True))
    if plan.params:
        named.append(("params", {each.name: param(each) for each in plan.params}))
        build.used.add("Param")
    if subject.tags:
        named.append(("tags", [tag[:_TAG_LIMIT] for tag in subject.tags]))
    defaults = {"retries": 0, "retry_delay": Code("timedelta(seconds=10)")}
    named.append(("default_args", defaults))
    macros = [name for name in (RUN_UUID, STATUS) if f"{name}(ti" in text]
    macros += sorted(build.functions.macros)
    if macros:
        named.append(("user_defined_macros", {name: Code(name) for name in macros}))
    build.used |= {name for _, value in named for name in names(value)}
    call = Call("DAG", (), tuple(named), is_open=True)
    bound = " as dag" if build.used & {"watcher", "ended_well"} else ""
    return f"with {shown(call, 0, len('with '), 1)}{bound}:"


def _dag_id(name: str) -> str:
    """An id of the letters that Airflow takes."""
    return "".join(c if c.isascii() and (c.isalnum() or c in "_-.") else "-" for c in name)
