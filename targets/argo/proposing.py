"""Makes the templates by which a round asks a tuner of the author's own what to run next.

Three tasks stand where `pxc-tuner` alone proposes the runs: it looks at what the round before has
left and says what is asked; the tuner answers with its output `suggestions`; and `pxc-tuner` takes
that for the runs of this round. When the search has ended the other two are skipped.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from msgspec import Struct

from pxc.ir.expr import RunTimeRef
from pxc.ir.plan import Group, Unit
from pxc.ir.search import Search
from pxc.source import head_of
from pxc.targets._searching import SUGGESTIONS
from pxc.targets.argo.build import Build, Called
from pxc.targets.argo.expr_lang import expr_of, references
from pxc.targets.argo.expr_values import Typed, member
from pxc.targets.argo.features import tell
from pxc.targets.argo.leaf import leaf_template
from pxc.targets.argo.needs import RUN, Needs, path_of
from pxc.targets.argo.outputs import output_text
from pxc.targets.argo.run_time import refuse
from pxc.targets.argo.tags import tag
from pxc.targets.argo.task_names import parameter_name

__all__ = ["Proposing", "add_proposer", "add_proposing"]

_LOOK, _PROPOSE, _TAKE = "look", "propose", "take"
_OF_SEARCH = "search."
_OWN_RUN = "search.globals.uuid"
_ANSWERED = {
    "configs": "configs", "metrics": "metrics", "iteration": "iteration",
    "bracket_iteration": "bracket",
}  # fmt: skip
"""What is asked, and the parameter that `pxc-tuner` writes it to."""

Asking = Callable[[str, list[str], tuple[str, ...]], dict[str, Any]]
"""Gives a template of `pxc-tuner`: its name, its arguments, and the files that it writes."""


class Proposing(Struct, frozen=True):
    """The template of a tuner, and the parameters of a round with what it takes besides."""

    called: Called
    unit: Unit
    given: dict[str, str]
    in_brackets: bool


def add_proposer(search: Search, wanted: str, needs: Needs, build: Build) -> Proposing | None:
    """The template of the tuner of a search, and what it takes of others as `needs` of a round.

    None after PXC701 for a tuner that is no job.
    """
    unit = search.proposer.run if search.proposer is not None else None
    assert unit is not None
    if isinstance(unit, Group) or unit.kind == "service" or unit.sweep or unit.search:
        span = head_of(search.proposer.span if search.proposer is not None else search.span)
        tell("search.tuner.kind", "`tuner` whose component is no job", span, build.report)
        return None
    leaf = leaf_template(unit, build.template_name(f"{wanted}-tuner"), build, Needs(unit.inputs))
    if leaf is None:
        return None
    build.templates.append(leaf.template)
    build.ask_output(unit, SUGGESTIONS)
    given: dict[str, str] = {}
    for expr in leaf.needs.values.values():
        for ref in references(expr):
            if not ref.path.startswith(_OF_SEARCH):
                given[ref.path] = _passed(ref, needs)
    called = Called(leaf.template["name"], leaf.needs, leaf)
    return Proposing(called, unit, given, search.kind == "hyperband")


def _passed(ref: RunTimeRef, needs: Needs) -> str:
    """The parameter of a round with a value that its caller gives it."""
    for name, expr in needs.values.items():
        if path_of(expr) == ref.path:
            return name
    found = parameter_name(ref.path.rpartition(".")[2], (RUN, *needs.values))
    needs.values[found] = ref
    return found


def add_proposing(
    name: str, proposing: Proposing, told: tuple[str, ...], asking: Asking, build: Build
) -> None:
    """Add the template that asks, and those of its tasks; `told` are what others take of it.

    It has the inputs and outputs that a template of `pxc-tuner` alone has.
    """
    asked = ("iteration", *(("bracket",) if proposing.in_brackets else ()))
    asked = tuple(dict.fromkeys((*asked, *_asked_of(proposing))))
    look = build.template_name(f"{name}-{_LOOK}")
    take = build.template_name(f"{name}-{_TAKE}")
    build.templates.append(_asking_dag(name, look, take, proposing, told, build))
    build.templates.append(asking(look, ["ask"], (*told, *asked, "more")))
    build.templates.append(asking(take, ["take"], ("state", "items")))


def _asked_of(proposing: Proposing) -> list[str]:
    """What the tuner is asked with, as far as it takes it."""
    paths = [ref.path for e in proposing.called.needs.values.values() for ref in references(e)]
    names = [path.removeprefix(_OF_SEARCH) for path in paths if path.startswith(_OF_SEARCH)]
    return [_ANSWERED[name] for name in names if name in _ANSWERED]


def _asking_dag(
    name: str,
    look: str,
    take: str,
    proposing: Proposing,
    told: tuple[str, ...],
    build: Build,
) -> dict[str, Any]:
    """Look, propose, take; what is told comes from the last of them that ran."""
    passed = sorted(set(proposing.given.values()))
    inputs = [RUN, "state", "results", *passed]
    state = _of_look("state")
    suggested = output_text(_PROPOSE, SUGGESTIONS, tracking=build.tracking, may_lack=True)
    goes_on = {"when": f"{_of_look('more')} == true"}
    own = {each: tag(f"inputs.parameters.{each}") for each in (RUN, "state", "results")}
    propose = {"name": _PROPOSE, "depends": f"{_LOOK}.Succeeded"} | goes_on
    propose |= _calling(proposing.called.name, _arguments(proposing, build))
    if proposing.called.leaf is not None:
        proposing.called.leaf.tasks.append(propose)
    taken = {"state": state, SUGGESTIONS: tag(f"={suggested}")}
    proposed = f"{_LOOK}.Succeeded && ({_PROPOSE}.Succeeded || {_PROPOSE}.Skipped)"
    tasks = [
        {"name": _LOOK} | _calling(look, own),
        propose,
        {"name": _TAKE, "depends": proposed} | goes_on | _calling(take, taken),
    ]
    outputs = [_of_last(each) if each == "state" else _of_first(each) for each in told]
    return {
        "name": name,
        "inputs": {"parameters": [{"name": each} for each in inputs]},
        "outputs": {"parameters": [*outputs, _of_last("items", "'[]'")]},
        "dag": {"failFast": False, "tasks": tasks},
    }


def _calling(template: str, arguments: dict[str, str]) -> dict[str, Any]:
    given = [{"name": name, "value": value} for name, value in arguments.items()]
    return {"template": template} | ({"arguments": {"parameters": given}} if given else {})


def _arguments(proposing: Proposing, build: Build) -> dict[str, str]:
    """What the tuner is given: the question, and values of the workflow around."""
    needs = proposing.called.needs
    found = {}
    if needs.runs:
        places = ["iteration", *(["bracket"] if proposing.in_brackets else [])]
        end = "-".join(("tuner", *map(_of_look, places)))
        found[RUN] = f"{tag(f'inputs.parameters.{RUN}')}-{end}"
    for name, expr in needs.values.items():
        if isinstance(expr, RunTimeRef):
            said = _said(expr, proposing)
            if said is None:
                refuse(expr, build.report)
            else:
                found[name] = tag(said)
            continue

        def typed(ref: RunTimeRef) -> Typed | None:
            said = _said(ref, proposing)
            if said is None:
                return None
            first, *members = said.split(".")
            return Typed(first + "".join(map(member, members)), needs.type(ref))

        made = expr_of(expr, typed, build.report, expr.span)
        if made is not None:
            found[name] = tag(f"={made}")
    return found


def _said(ref: RunTimeRef, proposing: Proposing) -> str | None:
    """The reference of Argo for a value that the tuner takes; None for what it does not know."""
    if ref.path == _OWN_RUN:
        return f"inputs.parameters.{RUN}"
    if not ref.path.startswith(_OF_SEARCH):
        return f"inputs.parameters.{proposing.given[ref.path]}"
    known = _ANSWERED.get(ref.path.removeprefix(_OF_SEARCH))
    return None if known is None else f"tasks.{_LOOK}.outputs.parameters.{known}"


def _of_look(name: str) -> str:
    return tag(f"tasks.{_LOOK}.outputs.parameters.{name}")


def _of_first(name: str) -> dict[str, Any]:
    said = f"tasks.{_LOOK}.outputs.parameters.{name}"
    return {"name": name, "valueFrom": {"expression": said}}


def _of_last(name: str, otherwise: str = "") -> dict[str, Any]:
    last = otherwise or f"tasks.{_LOOK}.outputs.parameters.{name}"
    said = f"tasks.{_TAKE}.status == 'Succeeded' ? tasks.{_TAKE}.outputs.parameters.{name} : {last}"
    return {"name": name, "valueFrom": {"expression": said}}
