"""Turns a unit with a sweep into a dag template whose tasks loop over its cells.

The cells of one shape share a template. What tells one cell from another are parameters of it, and
the items of the loop hold their texts.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from msgspec import Struct, field

from pxc.ir.plan import Unit
from pxc.ir.sweep import Sweep, cells
from pxc.targets._cell_rows import Row, Rows
from pxc.targets._cells import Cells, varies_in_arguments_only
from pxc.targets._data import Values, text_of
from pxc.targets._endless import never_ends
from pxc.targets._paths import OUTPUTS_MOUNT
from pxc.targets._searching import looked_at
from pxc.targets.argo.batches import KIND, Kin, add_batches, can_end_early, goes_in_rounds
from pxc.targets.argo.build import Build, Called, Leaf
from pxc.targets.argo.columns import Columns, Path
from pxc.targets.argo.features import tell
from pxc.targets.argo.gathered import add_gathering
from pxc.targets.argo.joined import CELL
from pxc.targets.argo.leaf import leaf_template, patch_resources
from pxc.targets.argo.looping import INDEX, finish_loop, loop_over, tell_results
from pxc.targets.argo.needs import RUN, Needs
from pxc.targets.argo.run_time import ArgoRunTime
from pxc.targets.argo.shape import shape_of, varying
from pxc.targets.argo.stopping import tell_of_rules
from pxc.targets.argo.tags import BRACE, guarded, parts, tag

__all__ = ["loop_template"]

_MOST = 20_000
_MOST_BUILT = 2_000


class _Group(Struct):
    """The cells that share a template: their numbers, and their texts by place."""

    leaf: Leaf
    numbers: list[int] = field(default_factory=list)
    cells: list[tuple[Any, ...]] = field(default_factory=list)
    columns: dict[Path, list[str]] = field(default_factory=dict)


def loop_template(
    unit: Unit, wanted: str, build: Build, asked: frozenset[str] | None = None
) -> Called | None:
    """The template of the loop, after which those of its runs are added; None after PXC701.

    `asked` are outputs of the runs that joins look at: then what they left is an output.
    """
    sweep = unit.sweep
    assert sweep is not None
    if never_ends(unit):
        tell("service.matrix", f"`matrix` of a `{unit.kind}`", sweep.span, build.report)
        return None
    name = build.template_name(wanted)
    template: dict[str, Any] = {"name": name}
    build.templates.append(template)
    inner = Needs(unit.inputs)
    fast = unit.runtime is None and varies_in_arguments_only(unit)
    most = _MOST if fast else _MOST_BUILT
    if sweep.count > most:
        _refuse_count(sweep, most, build)
        return None
    groups = (_rows if fast else _built)(unit, sweep, inner, f"{wanted}-run", build)
    if groups is None:
        return None
    needs = Needs(unit.inputs)
    needs.values |= inner.values
    needs.runs = inner.runs
    if goes_in_rounds(unit) or (asked is not None and len(groups) > 1):
        _with_records(unit, wanted, template, groups, inner, needs, asked, build)
        return Called(name, needs)
    tasks = []
    for at, group in enumerate(groups):
        title = "run" if len(groups) == 1 else f"run-{at + 1}"
        tasks.append(_task(title, group, sweep, inner))
    finish_loop(template, tasks, sweep, needs)
    tell_of_rules(sweep.stopping, "matrix", "matrix.rounds", build)
    if asked is not None:
        _tell_results(unit, asked, template, groups[0], build)
    return Called(name, needs)


def _with_records(
    unit: Unit,
    wanted: str,
    template: dict[str, Any],
    groups: list[_Group],
    inner: Needs,
    needs: Needs,
    asked: frozenset[str] | None,
    build: Build,
) -> None:
    """Make a loop whose runs leave records, which rules of early stopping and joins look at."""
    sweep = unit.sweep
    assert sweep is not None
    in_rounds = goes_in_rounds(unit)
    if in_rounds and not can_end_early(unit, build):
        return
    inner.run()
    for name in looked_at(unit, asked):
        build.ask_output(unit, name)
    kin = []
    for at, group in enumerate(groups):
        title = "run" if len(groups) == 1 else f"run-{at + 1}"
        task = {"name": title, "template": group.leaf.template["name"]}
        group.leaf.tasks.append(task)
        kin.append(Kin(task, *_items(group, sweep, needs)))
    if in_rounds:
        add_batches(template, wanted, unit, kin, needs, asked, build)
        return
    assert asked is not None
    tell_of_rules(sweep.stopping, "matrix", "matrix.rounds", build)
    add_gathering(template, wanted, unit, kin, needs, asked, build)


def _tell_results(
    unit: Unit, asked: frozenset[str], template: dict[str, Any], group: _Group, build: Build
) -> None:
    """Make what the runs left an output of the loop: each says its own number."""
    for name in asked:
        build.ask_output(unit, name)
    [task] = template["dag"]["tasks"]
    group.leaf.added.append(INDEX)
    number = tag(f"inputs.parameters.{INDEX}")
    left = {"path": f"{OUTPUTS_MOUNT}/{CELL}", "default": number}  # there is no such file
    group.leaf.told.append({"name": CELL, "valueFrom": left})
    parameters = task.setdefault("arguments", {}).setdefault("parameters", [])
    parameters.append({"name": INDEX, "value": tag(f"item.{INDEX}")})
    tell_results(template, task["name"])


def _refuse_count(sweep: Sweep, most: int, build: Build) -> None:
    build.report.add(
        "PXC701",
        f"the matrix has {sweep.count:,} runs; a loop of Argo cannot say more than {most:,}",
        sweep.span,
        help="bound it with `numRuns`, take larger steps, or draw with `kind: random`",
    )


def _rows(unit: Unit, sweep: Sweep, needs: Needs, wanted: str, build: Build) -> list[_Group] | None:
    """The groups of a unit whose cells change arguments alone: one pod is made for each."""
    filler = Cells(sweep, build.world.language, build.report)
    rows = Rows(unit, filler, Values(ArgoRunTime(needs, build.plan), build.report))
    groups: dict[Any, _Group] = {}
    for number, cell in enumerate(cells(sweep)):
        row = rows.row(cell)
        if build.report.has_errors:
            return None
        texts = dict(_texts(row))
        guards = any(BRACE in text for text in texts.values())
        key = (row.shape, guards, *((place, *parts(text)[1::2]) for place, text in texts.items()))
        group = groups.get(key)
        if group is None:
            leaf = _leaf(filler.unit(unit, cell), needs, wanted, build)
            if leaf is None:
                return None
            group = groups[key] = _Group(leaf, columns={_place(p, leaf): [] for p in texts})
        group.numbers.append(number)
        group.cells.append(cell)
        for column, text in zip(group.columns.values(), texts.values(), strict=True):
            column.append(text)
    return list(groups.values())


def _texts(row: Row) -> Iterator[tuple[Path, str]]:
    for name, texts in (("command", row.command), ("args", row.args)):
        for at, text in enumerate(texts or ()):
            yield ("container", name, at), guarded(text)
    for variable, value in row.env.items():
        if value is not None:
            yield ("container", "env", variable, "value"), guarded(value)


def _place(path: Path, leaf: Leaf) -> Path:
    """A place with the number of a variable for its name."""
    if path[1] != "env":
        return path
    names = [entry["name"] for entry in leaf.template["container"]["env"]]
    return ("container", "env", names.index(path[2]), "value")


def _built(
    unit: Unit, sweep: Sweep, needs: Needs, wanted: str, build: Build
) -> list[_Group] | None:
    """The groups of a unit whose cells change more: every pod is made, most are forgotten."""
    filler = Cells(sweep, build.world.language, build.report)
    groups: dict[bytes, _Group] = {}
    shapes: dict[bytes, list[Any]] = {}
    for number, cell in enumerate(cells(sweep)):
        leaf = _leaf(filler.unit(unit, cell), needs, wanted, build)
        if leaf is None or build.report.has_errors:
            return None
        shape = shape_of(leaf.template)
        group = groups.get(shape.key)
        if group is None:
            group = groups[shape.key] = _Group(leaf)
        else:
            build.forget(leaf)
        group.numbers.append(number)
        group.cells.append(cell)
        shapes.setdefault(shape.key, []).append(shape)
    for key, group in groups.items():
        group.columns = dict(varying(shapes[key]))
    return list(groups.values())


def _leaf(unit: Unit, needs: Needs, wanted: str, build: Build) -> Leaf | None:
    leaf = leaf_template(unit, build.template_name(wanted), build, needs)
    if leaf is not None:
        build.templates.append(leaf.template)
    return leaf


def _task(title: str, group: _Group, sweep: Sweep, needs: Needs) -> dict[str, Any]:
    """The task that loops over the cells of a group."""
    names, items = _items(group, sweep, needs)
    found: dict[str, Any] = {"name": title, "template": group.leaf.template["name"]}
    loop_over(found, names, [{INDEX: str(number)} | texts for number, texts in items], needs)
    group.leaf.tasks.append(found)
    return found


def _items(
    group: _Group, sweep: Sweep, needs: Needs
) -> tuple[list[str], list[tuple[int, dict[str, str]]]]:
    """The parameters that tell the cells of a group apart, and what each cell gives them."""
    columns = Columns(group.leaf.template, (RUN, INDEX, KIND, *needs.values))
    for at, axis in enumerate(sweep.axes):
        values = [cell[at] for cell in group.cells]
        columns.suggest(axis.name, [text_of(value) for value in values])
        columns.suggest(axis.name, [str(value) for value in values])
    columns.put(group.columns.items())
    patch_resources(group.leaf.template)
    group.leaf.added = list(columns.values)
    names, texts_of = list(columns.values), list(columns.values.values())
    items = [
        (number, dict(zip(names, (texts[at] for texts in texts_of), strict=True)))
        for at, number in enumerate(group.numbers)
    ]
    return names, items
