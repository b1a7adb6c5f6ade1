"""Turns a search into rounds, between which `pxc-tuner` chooses what to try."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from pxc.ir.expr import Expr, RunTimeRef
from pxc.ir.plan import Group, Unit
from pxc.ir.search import Search
from pxc.source import head_of
from pxc.targets._search_document import search_document
from pxc.targets._search_values import SearchValues
from pxc.targets._searching import is_proposed
from pxc.targets.argo.build import Build, Called
from pxc.targets.argo.dag_outputs import kept_outputs
from pxc.targets.argo.joined import HISTORY
from pxc.targets.argo.leaf import leaf_template
from pxc.targets.argo.needs import RUN, Needs, path_of
from pxc.targets.argo.outputs import output_expression
from pxc.targets.argo.proposing import add_proposer
from pxc.targets.argo.rounds import STATE, Names, Rounds, Run, add_rounds, argument
from pxc.targets.argo.search_limits import can_search
from pxc.targets.argo.search_values import value_expression
from pxc.targets.argo.tags import tag

__all__ = ["group_search", "search_template"]

_ONE = "run"


def search_template(
    unit: Unit, wanted: str, build: Build, asked: frozenset[str] | None = None
) -> Called | None:
    """The template of the first round, after which those of its parts are added.

    `asked` are outputs of the runs that joins look at, where there are joins: then the history is
    an output. None after PXC701 or PXC703.
    """
    search = unit.search
    assert search is not None
    if not can_search(unit, search, build):
        return None
    template: dict[str, Any] = {"name": build.template_name(wanted)}
    build.templates.append(template)
    inner = Needs(unit.inputs)
    values = SearchValues(unit, search, build.world.language, build.report)
    bare = values.told_apart(replace(unit, search=None))
    leaf = leaf_template(bare, build.template_name(f"{wanted}-run"), build, inner)
    if leaf is None:
        return None
    build.templates.append(leaf.template)
    inner.run()  # what tells one run of the search from another
    for name in kept_outputs(unit, asked):
        build.ask_output(unit, name)
    called = Called(leaf.template["name"], inner, leaf)
    return _rounds(unit, search, wanted, template, called, values, asked, build)


def group_search(
    group: Group,
    wanted: str,
    called: Called,
    template: dict[str, Any],
    build: Build,
    asked: frozenset[str] | None = None,
) -> Called | None:
    """Make a template rounds of the runs of a group, whose own template is `called`."""
    assert group.search is not None
    values = SearchValues(group, group.search, build.world.language, build.report)
    return _rounds(group, group.search, wanted, template, called, values, asked, build)


def _rounds(
    member: Unit | Group,
    search: Search,
    wanted: str,
    template: dict[str, Any],
    called: Called,
    values: SearchValues,
    asked: frozenset[str] | None,
    build: Build,
) -> Called | None:
    """Rounds of what is `called` in each run."""
    kept = kept_outputs(member, asked)
    needs = Needs(member.inputs)
    needs.runs = True
    needs.values |= {n: e for n, e in called.needs.values.items() if not is_of_search(e)}
    proposing = None
    if is_proposed(search):
        proposing = add_proposer(search, wanted, needs, build)
        if proposing is None:
            return None
    names = Names(needs)
    task: dict[str, Any] = {"name": _ONE, "template": called.name}
    given = _given(called.needs, names, values)
    if given:
        task["arguments"] = {"parameters": given}
    if called.leaf is not None:
        called.leaf.tasks.append(task)
    tracking = build.tracking and isinstance(member, Unit)
    left = {each: output_expression(_ONE, each, tracking=tracking) for each in kept}
    rounds = Rounds(
        wanted,
        search_document(search, build.world.options.seed),
        [Run(task, left)],
        names,
        kept,
        (STATE,) if asked is None else (STATE, HISTORY),
        search.concurrency,
        head_of(search.span),
        proposing,
    )
    add_rounds(template, rounds, build)
    return Called(template["name"], needs) if not build.report.has_errors else None


def is_of_search(expr: Expr) -> bool:
    """Whether a value is one that the search gives a run."""
    return path_of(expr).startswith("matrix.")


def _given(inner: Needs, names: Names, values: SearchValues) -> list[dict[str, str]]:
    """The arguments of one run: its own identity, values of the search, and what is passed on."""
    found = [argument(RUN, tag(f"inputs.parameters.{RUN}"))] if inner.runs else []
    for name, expr in inner.values.items():
        if is_of_search(expr):
            assert isinstance(expr, RunTimeRef)
            text = value_expression(values, expr, names)
            if text is not None:
                found.append(argument(name, tag(f"={text}")))
        else:
            found.append(argument(name, tag(f"inputs.parameters.{name}")))
    return found
