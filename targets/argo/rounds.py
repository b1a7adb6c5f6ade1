"""Makes the templates of a loop that asks `pxc-tuner` between its rounds what to run next.

Each round is a dag template. Its first task asks the tuner, which takes the results of the round
before and gives the runs of this one; a loop runs them; the last task is the next round, with the
results. The round in which nothing is left to try is the last one, and its tuner says what the
whole has come to: it fails when that has.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from msgspec import Struct, field

from pxc.source import Span
from pxc.targets._data import unexpanded
from pxc.targets._searching import SUGGESTIONS
from pxc.targets.argo.build import Build
from pxc.targets.argo.needs import RUN, Needs
from pxc.targets.argo.proposing import Proposing, add_proposing
from pxc.targets.argo.tags import guard, tag, unread
from pxc.targets.argo.task_names import parameter_name

__all__ = [
    "MOST_ROUNDS",
    "STATE",
    "Names",
    "Rounds",
    "Run",
    "add_rounds",
    "argument",
    "cell_template",
    "plain",
]

STATE = "state"
"""The output parameter with everything that was tried."""

MOST_ROUNDS = 85
"""Argo's controller refuses templates that are nested more than 100 deep; each round is in the one
before, and what is around and inside of them needs some, too."""

_ASK, _RUNS, _AGAIN = "ask", "runs", "again"
_NOTHING = "[]"


class Names:
    """The parameters of a round and of a cell: what is passed on, and what they have besides."""

    def __init__(self, needs: Needs) -> None:
        self.passed = [RUN, *needs.values]
        self.state = parameter_name(STATE, self.passed)
        self.results = parameter_name("results", self.passed)
        self.cell = parameter_name("cell", self.passed)

    @property
    def item(self) -> str:
        """The expression of the item of a cell, as JSON text."""
        return f"inputs.parameters.{self.cell}"

    def text(self, key: str) -> str:
        """The expression of a text of the item."""
        place = f"$.text[{json.dumps(key, ensure_ascii=False)}]"
        return f"jsonpath({self.item}, {plain(place)})"

    def handed_on(self) -> list[dict[str, str]]:
        """The arguments that are the caller's own."""
        return [argument(name, tag(f"inputs.parameters.{name}")) for name in self.passed]


class Run(Struct):
    """A task that a cell may be, and what its run leaves: an expression for each output.

    `when` says of which cells it is; it is empty where there is no other.
    """

    task: dict[str, Any]
    outputs: dict[str, str] = field(default_factory=dict)
    when: str = ""


class Rounds(Struct):
    """What one loop of rounds is made of.

    `document` is the search as the tuner reads it, `kept` are the outputs that it looks at, `told`
    those of its own that others take. `wanted` begins the names of its templates. `proposing` is
    there where a tuner of the author's own proposes the runs.
    """

    wanted: str
    document: dict[str, Any]
    runs: Sequence[Run]
    names: Names
    kept: list[str]
    told: tuple[str, ...]
    concurrency: int | None
    span: Span
    proposing: Proposing | None = None


def add_rounds(template: dict[str, Any], rounds: Rounds, build: Build) -> None:
    """Complete the template of a round, which has a name already, and add those of its parts."""
    cell = build.template_name(f"{rounds.wanted}-cell")
    ask = build.template_name(f"{rounds.wanted}-{_ASK}")
    build.templates.append(cell_template(cell, rounds.runs, rounds.names))
    _add_asking(ask, rounds, build)
    template |= _round(template["name"], ask, cell, rounds)


def argument(name: str, value: str) -> dict[str, str]:
    """One argument of a task."""
    return {"name": name, "value": value}


def plain(text: str) -> str:
    """A text in an expression: no two braces in a row, which would end the tag."""
    pieces = json.dumps(text, ensure_ascii=False)
    return pieces.replace("}}", '}" + "}').replace("{{", '{" + "{')


def _round(name: str, ask: str, cell: str, rounds: Rounds) -> dict[str, Any]:
    """One round: ask, run what is to be run, go on."""
    names = rounds.names
    own = f"{tag(f'inputs.parameters.{RUN}')}-{tag('item.run')}"
    passed = names.handed_on()
    given = [
        passed[0],
        argument("state", tag(f"inputs.parameters.{names.state}")),
        argument("results", tag(f"inputs.parameters.{names.results}")),
    ]
    runs = [argument(RUN, own), *passed[1:], argument(names.cell, tag("item"))]
    later = [
        *passed,
        argument(names.state, tag(f"tasks.{_ASK}.outputs.parameters.{STATE}")),
        argument(names.results, tag(f"tasks.{_RUNS}.outputs.parameters")),
    ]
    if rounds.proposing is not None:
        taken = sorted(set(rounds.proposing.given.values()))
        given += [argument(each, tag(f"inputs.parameters.{each}")) for each in taken]
    ended = f"{_RUNS}.Succeeded || {_RUNS}.Failed || {_RUNS}.Errored"
    tasks = [
        _task(_ASK, ask, given),
        _task(_RUNS, cell, runs, f"{_ASK}.Succeeded")
        | {"withParam": tag(f"tasks.{_ASK}.outputs.parameters.items")},
        _task(_AGAIN, name, later, ended),
    ]
    defaults = [argument(names.state, ""), argument(names.results, _NOTHING)]
    found: dict[str, Any] = {
        "inputs": {"parameters": [*({"name": each} for each in names.passed), *defaults]},
        "outputs": {"parameters": [_of_last(each) for each in rounds.told]},
    }
    if rounds.concurrency is not None:
        found["parallelism"] = rounds.concurrency
    return found | {"dag": {"failFast": False, "tasks": tasks}}


def _task(
    name: str, template: str, arguments: list[dict[str, str]], depends: str = ""
) -> dict[str, Any]:
    found = {"name": name} | ({"depends": depends} if depends else {})
    return found | {"template": template, "arguments": {"parameters": arguments}}


def _of_last(output: str) -> dict[str, Any]:
    """An output of the last round that there was."""
    said = (
        f"tasks.{_AGAIN}.status == 'Succeeded' ? tasks.{_AGAIN}.outputs.parameters.{output}"
        f" : tasks.{_ASK}.outputs.parameters.{output}"
    )
    return {"name": output, "valueFrom": {"expression": said}}


def cell_template(name: str, runs: Sequence[Run], names: Names) -> dict[str, Any]:
    """One run, and a record of what it left: a run that fails leaves none."""
    left = ""
    for run in runs:
        pairs = (f"{json.dumps(each)}: {said}" for each, said in run.outputs.items())
        outputs = f"{{{', '.join(pairs)}}}"
        left += f"{run.when} ? {outputs} : " if run.when else outputs
    left = f"({left}{{}})" if runs[-1].when else left
    index = f"jsonpath({names.item}, '$.index')"
    record = f"toJson({{'index': {index}, 'outputs': {left} }})"
    for run in runs:
        if run.when:
            run.task["when"] = tag(f"={run.when}")
    return {
        "name": name,
        "inputs": {"parameters": [{"name": each} for each in (*names.passed, names.cell)]},
        "outputs": {"parameters": [{"name": "record", "valueFrom": {"expression": record}}]},
        "dag": {"failFast": False, "tasks": [run.task for run in runs]},
    }


def _add_asking(name: str, rounds: Rounds, build: Build) -> None:
    """Add the template that asks what to run next."""
    if rounds.proposing is None:
        build.templates.append(_asking(name, ["step"], (*rounds.told, "items"), rounds, build))
        return

    def asking(own: str, command: list[str], outputs: tuple[str, ...]) -> dict[str, Any]:
        return _asking(own, command, outputs, rounds, build)

    add_proposing(name, rounds.proposing, rounds.told, asking, build)


def _asking(
    name: str, command: list[str], outputs: tuple[str, ...], rounds: Rounds, build: Build
) -> dict[str, Any]:
    """A template of `pxc-tuner`, with a command that takes results, or what a tuner suggests."""
    said = json.dumps(rounds.document, ensure_ascii=False, separators=(",", ":"))
    args = [
        *command, "--search", unexpanded(said), "--state", tag("inputs.parameters.state"),
    ]  # fmt: skip
    inputs = ["state", SUGGESTIONS]
    if command == ["take"]:
        args += ["--suggestions", unread(SUGGESTIONS)]
    else:
        inputs = [RUN, "state", "results"]
        args += ["--results", unread("results"), "--run", tag(f"inputs.parameters.{RUN}")]
        args += [f"--keep={each}" for each in rounds.kept]
    files = {each: f"/tmp/pxc-{each}" for each in outputs}
    args += [part for each, file in files.items() for part in (f"--write-{each}", file)]
    parameters = [{"name": each, "valueFrom": {"path": file}} for each, file in files.items()]
    template: dict[str, Any] = {
        "name": name,
        "inputs": {"parameters": [{"name": each} for each in inputs]},
        "outputs": {"parameters": parameters},
        "container": {
            "image": build.world.options.runtime.images.tuner,
            "command": ["pxc-tuner"],
            "args": args,
        },
    }
    guard(template, rounds.span, build.report)
    return template
