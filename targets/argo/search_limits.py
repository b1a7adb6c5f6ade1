"""Says which searches an Argo workflow can run, and what of them it leaves out."""

from __future__ import annotations

from typing import Any

from pxc.ir.brackets import DEFAULT_ETA, brackets
from pxc.ir.plan import Group, Unit
from pxc.ir.search import Proposer, Search
from pxc.source import Span, head_of
from pxc.targets.argo.build import Build
from pxc.targets.argo.features import tell
from pxc.targets.argo.rounds import MOST_ROUNDS
from pxc.targets.argo.stopping import holds, is_told, tell_of_rules

__all__ = ["can_search", "rounds_of"]

_TREES = frozenset(("tpe-tuner", "hyperopt-tuner"))
_OWN = {
    "bayes": frozenset(("bayes-tuner",)),
    "hyperband": frozenset(("hyperband-tuner",)),
    "tpe": _TREES,
    "hyperopt": _TREES,
}
"""The components of Polyaxon's that a kind is proposed by where its author names none."""


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
    _tell_of_seed(search, build)
    tell_of_rules(search.stopping, "search", "search.earlyStopping", build)
    if search.proposer is not None:
        _tell_of_tuner(search.proposer, build)
    if search.kind == "iterative":
        tell("search.iterative", said, search.span, report)
    units = member.units() if isinstance(member, Group) else (member,)
    if search.resume and all(unit.pod.results is None for unit in units):
        tell("search.resume", "`resume` of runs whose results are not kept", search.span, report)
    return True


def rounds_of(search: Search) -> int:
    """How often a search asks what to try, with the time when nothing is left."""
    if search.kind == "hyperband":
        found = brackets(search.max_iterations, search.eta or DEFAULT_ETA)
        return sum(len(bracket.rungs) for bracket in found) + 1
    first = 1 if search.kind == "bayes" else 0
    return first + search.max_iterations + 1


def _component(hub_ref: str) -> str:
    """The name in a reference to a component, without its owner and its version."""
    return hub_ref.partition(":")[0].rpartition("/")[2]


def _tell_of_tuner(proposer: Proposer, build: Build) -> None:
    """PXC702 for what the author gives a tuner whose place `pxc-tuner` takes."""
    given = {
        "params": proposer.params, "presets": proposer.presets, "queue": proposer.queue,
        "namespace": proposer.namespace,
    }  # fmt: skip
    names = [f"`{name}`" for name, value in given.items() if value]
    if names:
        said = f"{', '.join(names)} of the `tuner`"
        tell("search.tuner", said, head_of(proposer.span), build.report)


def _lacking(search: Search) -> tuple[str, str, Span] | None:
    """Why a search cannot be run, what to do then, and the place."""
    span = search.span
    proposer = search.proposer
    if proposer is not None and _component(proposer.hub_ref) not in _OWN.get(search.kind, ()):
        return (
            f"`{proposer.hub_ref}` proposes its runs to Polyaxon's server",
            "leave `tuner` out: `pxc-tuner` proposes the runs then",
            head_of(proposer.span),
        )
    if search.kind == "hyperband" and search.resource is None:
        return (
            "nothing says which input its rungs grow",
            "add `resource: {name: epochs, type: int}`",
            span,
        )
    if search.kind != "iterative" and search.objective is None:
        return "nothing says which metric it looks at", "add `metric: {name: loss}`", span
    braces = next((axis for axis in search.axes if any(map(_has_braces, axis.values))), None)
    if braces is not None:
        return (
            f"Argo would fill in the braces in a value of `{braces.name}`",
            "Argo has no escape for two braces: choose between other texts",
            braces.span,
        )
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


def _tell_of_seed(search: Search, build: Build) -> None:
    if search.seed is None:
        build.report.add(
            "PXC406",
            f"the {search.kind} search has no `seed`, so it is drawn from the seed"
            f" {build.world.options.seed}",
            search.axes[0].span if search.axes else search.span,
            help="add `seed: 42`; Polyaxon draws other values each time",
        )
