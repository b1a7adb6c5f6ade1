"""Turns a unit with a search into rounds, between which `pxc-tuner` chooses what to try."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from pxc.ir.expr import RunTimeRef
from pxc.ir.plan import Unit
from pxc.ir.search import Search
from pxc.targets.argo.build import Build, Called
from pxc.targets.argo.joined import HISTORY
from pxc.targets.argo.leaf import leaf_template
from pxc.targets.argo.needs import RUN, Needs, path_of
from pxc.targets.argo.outputs import output_expression
from pxc.targets.argo.rounds import STATE, Names, Rounds, Run, add_rounds, argument
from pxc.targets.argo.search_document import search_document
from pxc.targets.argo.search_limits import can_search
from pxc.targets.argo.search_values import SearchValues
from pxc.targets.argo.tags import tag

__all__ = ["search_template"]

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
    kept = sorted({*_watched(search), *(asked or ())})
    template: dict[str, Any] = {"name": build.template_name(wanted)}
    build.templates.append(template)
    inner = Needs(unit.inputs)
    leaf = leaf_template(
        replace(unit, search=None), build.template_name(f"{wanted}-run"), build, inner
    )
    if leaf is None:
        return None
    build.templates.append(leaf.template)
    inner.run()  # what tells one run of the search from another
    values = SearchValues(unit, search, build.world.language, build.report)
    needs = Needs(unit.inputs)
    needs.runs = True
    needs.values |= {
        name: expr for name, expr in inner.values.items() if not path_of(expr).startswith("matrix.")
    }
    names = Names(needs)
    task: dict[str, Any] = {"name": _ONE, "template": leaf.template["name"]}
    task["arguments"] = {"parameters": _given(inner, names, values)}
    leaf.tasks.append(task)
    for name in kept:
        build.ask_output(unit, name)
    tracking = build.tracking
    left = {each: output_expression(_ONE, each, tracking=tracking) for each in kept}
    rounds = Rounds(
        wanted,
        search_document(search, build.world.options.seed),
        [Run(task, left)],
        names,
        kept,
        (STATE,) if asked is None else (STATE, HISTORY),
        search.concurrency,
        unit.pod.main.span,
    )
    add_rounds(template, rounds, build)
    return Called(template["name"], needs) if not build.report.has_errors else None


def _watched(search: Search) -> list[str]:
    """The metrics that the search looks at."""
    rules = [rule.metric for rule in search.stopping if rule.metric]
    return [*([search.objective.name] if search.objective is not None else ()), *rules]


def _given(inner: Needs, names: Names, values: SearchValues) -> list[dict[str, str]]:
    """The arguments of one run: its own identity, values of the search, and what is passed on."""
    found = [argument(RUN, tag(f"inputs.parameters.{RUN}"))]
    for name, expr in inner.values.items():
        if path_of(expr).startswith("matrix."):
            assert isinstance(expr, RunTimeRef)
            text = values.expression(expr, names)
            if text is not None:
                found.append(argument(name, tag(f"={text}")))
        else:
            found.append(argument(name, tag(f"inputs.parameters.{name}")))
    return found
