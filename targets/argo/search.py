"""Turns a unit with a search into a loop of templates: ask what to try, run it, ask again.

Each round is a dag template. Its first task asks `pxc-tuner`, which takes the results of the round
before and gives the runs of this one; a loop runs them; the last task is the next round, with the
results. The round in which nothing is left to try is the last one, and its tuner says what the
search has come to: it fails when the search has.
"""

from __future__ import annotations

import json
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
from pxc.targets.argo.search_document import search_document
from pxc.targets.argo.search_limits import can_search
from pxc.targets.argo.search_values import SearchValues
from pxc.targets.argo.tags import guard, tag
from pxc.targets.argo.task_names import parameter_name

__all__ = ["STATE", "search_template"]

STATE = "state"
"""The output parameter with everything that a search has tried."""

_ASK, _RUNS, _AGAIN, _ONE = "ask", "runs", "again", "run"
_STATE_FILE, _ITEMS_FILE, _HISTORY_FILE = "/tmp/pxc-state", "/tmp/pxc-items", "/tmp/pxc-history"
_NOTHING = "[]"


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
    told = (STATE,) if asked is None else (STATE, HISTORY)
    template: dict[str, Any] = {"name": build.template_name(wanted)}
    build.templates.append(template)
    inner = Needs(unit.inputs)
    leaf = leaf_template(
        replace(unit, search=None), build.template_name(f"{wanted}-run"), build, inner
    )
    if leaf is None:
        return None
    inner.run()  # what tells one run of the search from another
    values = SearchValues(unit, search, build.world.language, build.report)
    needs = Needs(unit.inputs)
    needs.runs = True
    needs.values |= {
        name: expr for name, expr in inner.values.items() if not path_of(expr).startswith("matrix.")
    }
    names = _Names(needs)
    cell = build.template_name(f"{wanted}-cell")
    ask = build.template_name(f"{wanted}-{_ASK}")
    task: dict[str, Any] = {"name": _ONE, "template": leaf.template["name"]}
    task["arguments"] = {"parameters": _given(inner, names, values)}
    leaf.tasks.append(task)
    for name in kept:
        build.ask_output(unit, name)
    build.templates.append(_cell(cell, task, kept, names, build))
    build.templates.append(leaf.template)
    build.templates.append(_asking(ask, search, kept, told, unit, build))
    template |= _round(template["name"], ask, cell, told, search, names)
    return Called(template["name"], needs) if not build.report.has_errors else None


class _Names:
    """The parameters of a round and of a cell: what is passed on, and what they have besides."""

    def __init__(self, needs: Needs) -> None:
        self.passed = [RUN, *needs.values]
        self.state = parameter_name(STATE, self.passed)
        self.results = parameter_name("results", self.passed)
        self.cell = parameter_name("cell", self.passed)

    def handed_on(self) -> list[dict[str, str]]:
        """The arguments that are the caller's own."""
        return [_argument(name, tag(f"inputs.parameters.{name}")) for name in self.passed]


def _argument(name: str, value: str) -> dict[str, str]:
    return {"name": name, "value": value}


def _watched(search: Search) -> list[str]:
    """The metrics that the search looks at."""
    rules = [rule.metric for rule in search.stopping if rule.metric]
    return [*([search.objective.name] if search.objective is not None else ()), *rules]


def _given(inner: Needs, names: _Names, values: SearchValues) -> list[dict[str, str]]:
    """The arguments of one run: its own identity, values of the search, and what is passed on."""
    found = [_argument(RUN, tag(f"inputs.parameters.{RUN}"))]
    item = f"inputs.parameters.{names.cell}"
    for name, expr in inner.values.items():
        if path_of(expr).startswith("matrix."):
            assert isinstance(expr, RunTimeRef)
            text = values.expression(expr, item)
            if text is not None:
                found.append(_argument(name, tag(f"={text}")))
        else:
            found.append(_argument(name, tag(f"inputs.parameters.{name}")))
    return found


def _round(
    name: str, ask: str, cell: str, told: tuple[str, ...], search: Search, names: _Names
) -> dict[str, Any]:
    """One round: ask, run what is to be run, go on."""
    own = f"{tag(f'inputs.parameters.{RUN}')}-{tag('item.run')}"
    state = tag(f"tasks.{_ASK}.outputs.parameters.{STATE}")
    passed = names.handed_on()
    defaults = [{"name": names.state, "value": ""}, {"name": names.results, "value": _NOTHING}]
    tasks: list[dict[str, Any]] = [
        {
            "name": _ASK,
            "template": ask,
            "arguments": {
                "parameters": [
                    passed[0],
                    _argument("state", tag(f"inputs.parameters.{names.state}")),
                    _argument("results", tag(f"inputs.parameters.{names.results}")),
                ]
            },
        },
        {
            "name": _RUNS,
            "depends": f"{_ASK}.Succeeded",
            "template": cell,
            "arguments": {
                "parameters": [
                    _argument(RUN, own), *passed[1:], _argument(names.cell, tag("item"))
                ]
            },
            "withParam": tag(f"tasks.{_ASK}.outputs.parameters.items"),
        },
        {
            "name": _AGAIN,
            "depends": f"{_RUNS}.Succeeded || {_RUNS}.Failed || {_RUNS}.Errored",
            "template": name,
            "arguments": {
                "parameters": [
                    *passed,
                    _argument(names.state, state),
                    _argument(names.results, tag(f"tasks.{_RUNS}.outputs.parameters")),
                ]
            },
        },
    ]  # fmt: skip
    found: dict[str, Any] = {
        "inputs": {"parameters": [*({"name": each} for each in names.passed), *defaults]},
        "outputs": {"parameters": [_of_last(each) for each in told]},
    }
    if search.concurrency is not None:
        found["parallelism"] = search.concurrency
    return found | {"dag": {"failFast": False, "tasks": tasks}}


def _of_last(output: str) -> dict[str, Any]:
    """An output of the last round that there was."""
    said = (
        f"tasks.{_AGAIN}.status == 'Succeeded' ? tasks.{_AGAIN}.outputs.parameters.{output}"
        f" : tasks.{_ASK}.outputs.parameters.{output}"
    )
    return {"name": output, "valueFrom": {"expression": said}}


def _cell(
    name: str, task: dict[str, Any], kept: list[str], names: _Names, build: Build
) -> dict[str, Any]:
    """One run of the search, and a record of what it left: a run that fails leaves none."""
    taken = ", ".join(
        f"{json.dumps(each)}: {output_expression(_ONE, each, tracking=build.tracking)}"
        for each in kept
    )
    index = f"jsonpath(inputs.parameters.{names.cell}, '$.index')"
    record = f"toJson({{'index': {index}, 'outputs': {{{taken}}} }})"
    inputs = [*names.passed, names.cell]
    return {
        "name": name,
        "inputs": {"parameters": [{"name": each} for each in inputs]},
        "outputs": {"parameters": [{"name": "record", "valueFrom": {"expression": record}}]},
        "dag": {"failFast": False, "tasks": [task]},
    }


def _asking(
    name: str, search: Search, kept: list[str], told: tuple[str, ...], unit: Unit, build: Build
) -> dict[str, Any]:
    """The template of the tuner."""
    seed = build.world.options.seed
    files = {STATE: _STATE_FILE, HISTORY: _HISTORY_FILE}
    outputs = [(each, files[each]) for each in told]
    args = [
        "step", "--search", json.dumps(search_document(search, seed), separators=(",", ":")),
        "--state", tag("inputs.parameters.state"),
        "--results", tag("inputs.parameters.results"),
        "--run", tag(f"inputs.parameters.{RUN}"),
        *(f"--keep={each}" for each in kept),
        *(part for each, path in outputs for part in (f"--write-{each}", path)),
        "--write-items", _ITEMS_FILE,
    ]  # fmt: skip
    outputs.append(("items", _ITEMS_FILE))
    template: dict[str, Any] = {
        "name": name,
        "inputs": {"parameters": [{"name": RUN}, {"name": "state"}, {"name": "results"}]},
        "outputs": {
            "parameters": [{"name": each, "valueFrom": {"path": path}} for each, path in outputs]
        },
        "container": {
            "image": build.world.options.runtime.images.tuner,
            "command": ["pxc-tuner"],
            "args": args,
        },
    }
    guard(template, unit.pod.main.span, build.report)
    return template
