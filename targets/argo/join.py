"""Turns the joins of a member of a dag into tasks that gather values of runs that have ended.

The runs are those of a search or of a loop beside the member. The task waits for them, asks
`pxc-tuner` with the query, and its outputs are the lists that the member takes.
"""

from __future__ import annotations

import json
from typing import Any as Anything

from msgspec import Struct, field

from pxc.ir.expr import RunTimeRef
from pxc.ir.join import Join
from pxc.ir.plan import Group, Unit
from pxc.targets._data import unexpanded
from pxc.targets._joined import items_of, query_text
from pxc.targets.argo.batches import goes_in_rounds
from pxc.targets.argo.build import Build
from pxc.targets.argo.depends import may_skip
from pxc.targets.argo.expr_values import member as member_of
from pxc.targets.argo.join_limits import can_join
from pxc.targets.argo.joined import HISTORY, RESULTS
from pxc.targets.argo.needs import RUN
from pxc.targets.argo.scope import Scope
from pxc.targets.argo.tags import guard, tag, unread
from pxc.targets.argo.task_names import free, parameter_name

__all__ = ["Joined", "join_tasks"]

_FILE = "/tmp/pxc-values-"


class Joined(Struct):
    """The tasks that gather for one member, and the tag of each list by its name."""

    tasks: list[dict[str, Anything]] = field(default_factory=list)
    values: dict[str, str] = field(default_factory=dict)


def join_tasks(member: Unit | Group, wanted: str, waits: str, scope: Scope, build: Build) -> Joined:
    """The tasks of all joins of a member, which `waits` for others; PXC701 where Argo cannot."""
    found = Joined()
    for number, join in enumerate(member.joins, 1):
        if not can_join(member, join, scope.members, scope.group, build):
            found.values |= {each.name: each.name for each in join.fields}
            continue
        end = "-join" if len(member.joins) == 1 else f"-join-{number}"
        name = free(f"{scope.names[member.name]}{end}", scope.taken)
        scope.taken.add(name)
        _add(found, join, member, name, f"{wanted}{end}", waits, scope, build)
    return found


def _add(
    found: Joined,
    join: Join,
    member: Unit | Group,
    name: str,
    wanted: str,
    waits: str,
    scope: Scope,
    build: Build,
) -> None:
    upstream, source = scope.names[join.member], scope.members[join.member]
    has_history = source.search is not None or goes_in_rounds(source)
    output = HISTORY if has_history else RESULTS
    places = ((edge.upstream, edge.downstream) for edge in scope.group.edges)
    is_awaited = (join.member, member.name) in places
    lets_in = member.start is not None and member.start.skip_on_upstream_skip
    skips = may_skip(source.start) or (is_awaited and lets_in)
    given = {output: tag(_results(upstream, output, may_be_skipped=skips))}
    if not has_history:
        given[RUN] = scope.run_of(join.member)
    tree = query_text(join.query, lambda ref: _value(ref, given, scope))
    args = ["join", *_runs(source, output), "--query", tree]
    if join.order:
        orders = (f"{'-' if each.descending else ''}{each.field}" for each in join.order)
        args += ["--sort", ",".join(orders)]
    args += ["--limit", str(join.limit), "--offset", str(join.offset)]
    outputs: list[dict[str, Anything]] = []
    for at, each in enumerate(join.fields, 1):
        parameter = parameter_name(each.name, [str(one["name"]) for one in outputs])
        place = f"{each.section}.{each.key}" if each.key else each.section
        args += ["--pick", f"{each.name}={place}", "--write", f"values.{each.name}={_FILE}{at}"]
        outputs.append({"name": parameter, "valueFrom": {"path": f"{_FILE}{at}"}})
        found.values[each.name] = tag(f"tasks.{name}.outputs.parameters.{parameter}")
    template: dict[str, Anything] = {
        "name": build.template_name(wanted),
        "inputs": {"parameters": [{"name": each} for each in given]},
        **({"outputs": {"parameters": outputs}} if outputs else {}),
        "container": {
            "image": build.world.options.runtime.images.tuner,
            "command": ["pxc-tuner"],
            "args": args,
        },
    }
    guard(template, join.span, build.report)
    build.templates.append(template)
    arguments = [{"name": each, "value": text} for each, text in given.items()]
    task = {
        "name": name,
        "depends": waits if is_awaited else _after(waits, upstream, skips),
        "template": template["name"],
    }
    found.tasks.append(task | {"arguments": {"parameters": arguments}})


def _results(upstream: str, output: str, *, may_be_skipped: bool) -> str:
    """What the runs have left, for a tag; nothing where they were skipped.

    Argo tries an expression also before the task has run, which comes to nothing without its
    status.
    """
    if not may_be_skipped:
        return f"tasks.{upstream}.outputs.parameters.{output}"
    task = member_of(upstream, "tasks")
    left = f"{task}?.outputs?.parameters?.{output} ?? ''"
    return f"={task}.status == '' ? '' : ({left})"


def _after(waits: str, upstream: str, may_be_skipped: bool) -> str:
    """What the member waits for, and the runs themselves, which may be skipped."""
    clause = f"{upstream}.Succeeded"
    if may_be_skipped:
        clause = f"({clause} || {upstream}.Skipped)"
    if clause in waits.split(" && "):
        return waits
    return " && ".join(
        part for part in (f"({waits})" if " || " in waits else waits, clause) if part
    )


def _runs(source: Unit | Group, output: str) -> list[str]:
    """The options that say which runs there are."""
    said = unread(output)
    if output == HISTORY:
        return ["--history", said]
    assert source.sweep is not None
    items = json.dumps(items_of(source.sweep), ensure_ascii=False, separators=(",", ":"))
    uuid = f"{tag(f'inputs.parameters.{RUN}')}-{{index}}"
    return ["--suggestions", unexpanded(items), "--parameters", said, "--uuid", uuid]


def _value(ref: RunTimeRef, given: dict[str, str], scope: Scope) -> str:
    """A value of the run in a query, by way of a parameter of the template that asks."""
    name = parameter_name("value", given)
    text = scope.text(ref)
    given[name] = text if text is not None else ""
    return tag(f"=replace(toJson(inputs.parameters['{name}']), '$', '$$')")
