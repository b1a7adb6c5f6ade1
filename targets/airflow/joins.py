"""Turns joins over the runs of a matrix of the same dag into tasks that gather before their member.

The task is a member of its own in the group: it waits for the runs, and the member for it.
"""

from __future__ import annotations

import json
from typing import Any as Anything

from msgspec.structs import replace

from pxc.ir.expr import RunTimeRef
from pxc.ir.join import Join
from pxc.ir.plan import Edge, Group, Limits, Start, Unit
from pxc.source import head_of
from pxc.targets._data import unexpanded
from pxc.targets._joined import (
    DEFAULT_TRIGGER,
    items_of,
    query_text,
    starts_after_success,
    unkept,
)
from pxc.targets._names import dns_label
from pxc.targets._searching import goes_in_rounds
from pxc.targets.airflow.build import Build
from pxc.targets.airflow.jinja import expression, rendered
from pxc.targets.airflow.python_text import Code, string
from pxc.targets.airflow.scope import STATUS, Scope

__all__ = ["GATHERS", "JoinScope", "join_arguments", "with_joins"]

GATHERS = "gathers"
"""The kind of a member that this module makes."""

_LARGEST = 64 * 1024
_NAME_LIMIT = 54
_LEFT = "/airflow/xcom/join/outputs"
_COMMAND = ["sh", "-c", f'mkdir -p {_LEFT} && exec pxc-tuner "$@"', "pxc-tuner"]


def with_joins(group: Group) -> Group:
    """The group, and those inside of it, with a member before each that gathers."""
    members: list[Unit | Group] = []
    edges = list(group.edges)
    for member in group.members:
        for number, join in enumerate(member.joins, 1):
            name = _task_name(member, number)
            limits = Limits(join.span)
            members.append(Unit(join.span, name, GATHERS, (), limits, joins=(join,)))
            edges += [Edge(join.span, join.member, name), Edge(join.span, name, member.name)]
        members.append(with_joins(member) if isinstance(member, Group) else member)
    return replace(group, members=tuple(members), edges=tuple(edges))


def _task_name(member: Unit | Group, number: int) -> str:
    end = "" if len(member.joins) == 1 else f"_{number}"
    return f"{member.name}.join{end}"


class JoinScope(Scope):
    """What a member may refer to that has joins: the lists that these gather, too."""

    def __init__(self, scope: Scope, member: Unit | Group) -> None:
        super().__init__(scope.group, scope.ids, scope.around, scope.asked, scope.status)
        self.lists = {
            each.name: scope.ids[_task_name(member, number)]
            for number, join in enumerate(member.joins, 1)
            for each in join.fields
        }

    def read(self, ref: RunTimeRef, depth: int = 0) -> str | None:
        """The expression of a value; None for what Airflow cannot tell."""
        head, _, name = ref.path.partition(".")
        task_id = self.lists.get(name) if head == "joins" else None
        if task_id is None:
            return super().read(ref, depth)
        return f'(ti.xcom_pull({string(task_id)}) or {{}}).get({string(name)}, "")'


def join_arguments(
    task: Unit, task_id: str, scope: Scope, build: Build
) -> list[tuple[str, Anything]] | None:
    """The arguments of the task that gathers; None after PXC701."""
    [join] = task.joins
    source = scope.members[join.member]
    if not _can_join(task.name.partition(".join")[0], join, source, scope, build):
        return None
    path = scope.ids[join.member]
    tree = query_text(join.query, lambda ref: _value(ref, scope))
    args = ["join", "--query", tree]
    more: list[tuple[str, Anything]] = [("runs_of", path)]
    if not goes_in_rounds(source):
        assert source.sweep is not None
        items = json.dumps(items_of(source.sweep), ensure_ascii=False, separators=(",", ":"))
        run = f"{expression('ti.dag_id')}/{expression('ti.run_id')}"
        args += ["--suggestions", unexpanded(items), "--uuid", f"uuid5:{run}/{path}/{{index}}"]
        more.append(("count", source.sweep.count))
        if _may_skip(source.start):
            more.append(("came", Code(STATUS)))
            build.used.add(STATUS)
    if join.order:
        orders = (f"{'-' if each.descending else ''}{each.field}" for each in join.order)
        args += ["--sort", ",".join(orders)]
    args += ["--limit", str(join.limit), "--offset", str(join.offset)]
    for each in join.fields:
        place = f"{each.section}.{each.key}" if each.key else each.section
        args += ["--pick", f"{each.name}={place}"]
        args += ["--write", f"values.{each.name}={_LEFT}/{each.name}"]
    namespace = build.world.options.namespace
    return [
        ("name", dns_label(task_id.replace(".", "-").replace("_", "-"), _NAME_LIMIT)),
        *((("namespace", namespace),) if namespace else ()),
        ("image", build.world.options.runtime.images.tuner),
        ("cmds", _COMMAND),
        ("arguments", rendered(args)),
        ("do_xcom_push", True),
        ("outputs", [each.name for each in join.fields]),
        *more,
    ]


def _can_join(name: str, join: Join, source: Unit | Group, scope: Scope, build: Build) -> bool:
    member = scope.members[name]
    why = unkept(join)
    trigger = member.start.trigger if member.start is not None else DEFAULT_TRIGGER
    if why is None and isinstance(source, Group):
        said = "gather what one operation of the dag leaves, without the matrix around it"
        why = f"`{source.name}` is a dag", said, join.span
    elif why is None and trigger != DEFAULT_TRIGGER:
        why = (
            f"by `trigger: {trigger}` it may start when `{source.name}` has failed, and runs that"
            " failed give no results",
            "leave the trigger out",
            join.span,
        )
    elif why is None and not _starts_after(name, join, scope):
        why = (
            f"it may start when `{source.name}` has failed, and runs that failed give no results",
            f"let it wait for the success of `{source.name}`",
            join.span,
        )
    elif why is None and _is_too_much(source):
        what = f"the runs of `{source.name}` are more than one argument of `pxc-tuner` holds"
        why = what, "gather from fewer runs", join.span
    if why is None:
        return True
    said = f"this join of `{name}` cannot be run on Airflow: {why[0]}"
    build.report.add("PXC701", said, head_of(why[2]), help=why[1])
    return False


def _is_too_much(source: Unit | Group) -> bool:
    if source.sweep is None or goes_in_rounds(source):
        return False
    return len(json.dumps(items_of(source.sweep))) > _LARGEST


def _may_skip(start: Start | None) -> bool:
    return start is not None and (start.skip_on_upstream_skip or start.condition is not None)


def _starts_after(name: str, join: Join, scope: Scope) -> bool:
    """Whether a member starts only when the runs have not failed, whatever gathers them."""
    group = scope.group
    assert group is not None
    members = {n: m for n, m in scope.members.items() if m.kind != GATHERS}
    edges = tuple(e for e in group.edges if {e.upstream, e.downstream} <= members.keys())
    return starts_after_success(name, join.member, members, replace(group, edges=edges))


def _value(ref: RunTimeRef, scope: Scope) -> str:
    """A value of the run in a query."""
    said = scope.read(ref) or "''"
    return expression(f"({said}) | string | tojson | replace('$', '$$')")
