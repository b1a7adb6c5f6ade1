"""Says which searches an Argo workflow can run, and what of them it leaves out."""

from __future__ import annotations

from typing import Any

from pxc.ir.plan import Group, Unit
from pxc.ir.search import Search
from pxc.source import Span
from pxc.targets._searching import given_to_tuner, is_proposed, lacking, rounds_of, tell_of_seed
from pxc.targets.argo.build import Build
from pxc.targets.argo.features import tell
from pxc.targets.argo.rounds import MOST_ROUNDS
from pxc.targets.argo.stopping import holds, is_told, tell_of_rules

__all__ = ["can_search"]


def can_search(member: Unit | Group, search: Search, build: Build) -> bool:
    """Whether a search can be run; PXC701 for one that cannot, PXC702 for what is left out.

    PXC406 for a search without a seed: it is then drawn from that of the options.
    """
    report, said = build.report, f"matrix: {{kind: {search.kind}}}"
    if member.kind == "service":
        return tell("service.matrix", "`matrix` of a service", search.span, report)
    metric = search.objective
    if isinstance(member, Group) and metric is not None and not is_told(member, metric.name, build):
        return tell("search.dag", said, metric.span, report)
    why = _lacking(search) or _untold(member, search, build)
    if why is not None:
        report.add("PXC701", f"`{said}` cannot be run: {why[0]}", why[2], help=why[1])
        return False
    if not holds(search.stopping, member, build):
        return False
    tell_of_seed(search, build.world.options.seed, report)
    tell_of_rules(search.stopping, "search", "search.earlyStopping", build)
    given = given_to_tuner(search)
    if given is not None:
        tell("search.tuner", *given, build.report)
    if search.kind == "iterative" and not is_proposed(search):
        tell("search.iterative", said, search.span, report)
    units = tuple(member.units()) if isinstance(member, Group) else (member,)
    if search.resume and all(unit.pod.results is None for unit in units):
        tell("search.resume", "`resume` of runs whose results are not kept", search.span, report)
    elif search.resume and any(u.cache is not None and not u.cache.disabled for u in units):
        tell("search.cached", "`resume` of runs with a `cache`", search.span, report)
    return True


def _lacking(search: Search) -> tuple[str, str, Span] | None:
    """Why a search cannot be run, what to do then, and the place."""
    why = lacking(search)
    if why is not None:
        return why
    braces = next((axis for axis in search.axes if any(map(_has_braces, axis.values))), None)
    if braces is not None:
        return (
            f"Argo would fill in the braces in a value of `{braces.name}`",
            "Argo has no escape for two braces: choose between other texts",
            braces.span,
        )
    span = search.span
    rounds = rounds_of(search)
    if rounds > MOST_ROUNDS:
        return (
            f"it has {rounds} rounds, and Argo nests at most 100 templates",
            f"let it have at most {MOST_ROUNDS}: fewer of `maxIterations`, more runs in each",
            span,
        )
    return None


def _untold(member: Unit | Group, search: Search, build: Build) -> tuple[str, str, Span] | None:
    """The same for a metric that no run can tell."""
    objective = search.objective
    if objective is None or is_told(member, objective.name, build):
        return None
    declared = f"declare it: `outputs: [{{name: {objective.name}, type: float}}]`"
    return f"`{objective.name}` is no output of its runs", declared, objective.span


def _has_braces(value: Any) -> bool:
    return "{{" in str(value)
