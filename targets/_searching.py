"""Says what every engine must know of a search: how long it goes on, what it needs and looks at."""

from __future__ import annotations

from pxc.diagnostics import Report
from pxc.ir.brackets import DEFAULT_ETA, brackets
from pxc.ir.plan import Group, Unit
from pxc.ir.search import Search, is_own
from pxc.source import Span, head_of

__all__ = [
    "SUGGESTIONS", "given_to_tuner", "goes_in_rounds", "is_proposed", "lacking", "looked_at",
    "rounds_of", "tell_of_seed",
]  # fmt: skip

SUGGESTIONS = "suggestions"
"""The output with which a tuner of the author's own answers."""


def rounds_of(search: Search) -> int:
    """How often a search asks what to try, with the time when nothing is left."""
    if search.kind == "hyperband":
        found = brackets(search.max_iterations, search.eta or DEFAULT_ETA)
        return sum(len(bracket.rungs) for bracket in found) + 1
    first = 1 if search.kind == "bayes" else 0
    return first + search.max_iterations + 1


def given_to_tuner(search: Search) -> tuple[str, Span] | None:
    """What the author gives a tuner whose place `pxc-tuner` takes, and where; None for nothing."""
    proposer = search.proposer
    if proposer is None or proposer.run is not None:
        return None
    given = {
        "params": proposer.params, "presets": proposer.presets, "queue": proposer.queue,
        "namespace": proposer.namespace,
    }  # fmt: skip
    names = [f"`{name}`" for name, value in given.items() if value]
    return (f"{', '.join(names)} of the `tuner`", head_of(proposer.span)) if names else None


def lacking(search: Search) -> tuple[str, str, Span] | None:
    """Why a search cannot be run, what to do then, and the place."""
    span = search.span
    proposer = search.proposer
    if proposer is not None and proposer.run is None and not is_own(search.kind, proposer.hub_ref):
        return (
            f"the component of its tuner, `{proposer.hub_ref}`, is not known",
            "put it into the catalog, or leave `tuner` out: `pxc-tuner` proposes the runs then",
            head_of(proposer.span),
        )
    if is_proposed(search):
        return _lacking_of_proposed(search)
    if search.kind == "hyperband" and search.resource is None:
        return (
            "nothing says which input its rungs grow",
            "add `resource: {name: epochs, type: int}`",
            span,
        )
    if search.kind != "iterative" and search.objective is None:
        return "nothing says which metric it looks at", "add `metric: {name: loss}`", span
    return None


def _lacking_of_proposed(search: Search) -> tuple[str, str, Span] | None:
    """The same for a search whose tuner is known."""
    assert search.proposer is not None
    unit, hub_ref, place = search.proposer.run, search.proposer.hub_ref, search.proposer.span
    if isinstance(unit, Unit) and all(output.name != SUGGESTIONS for output in unit.outputs):
        return (
            f"its tuner, `{hub_ref}`, does not declare the output `{SUGGESTIONS}`",
            f"declare it in the component: `outputs: [{{name: {SUGGESTIONS}, type: dict, isList: "
            "true}]`",
            head_of(place),
        )
    if search.resume:
        return (
            f"`{hub_ref}` does not tell which run another one goes on from",
            "leave `resume` out",
            search.span,
        )
    return None


def is_proposed(search: Search) -> bool:
    """Whether a component of the author's own proposes the runs."""
    return search.proposer is not None and search.proposer.run is not None


def looked_at(member: Unit | Group, asked: frozenset[str] | None) -> list[str]:
    """The outputs of its runs that a search, rules, or joins (`asked`) look at when they ended."""
    found = set(asked or ())
    search = member.search
    if search is not None and search.objective is not None:
        found.add(search.objective.name)
    repeated = search or member.sweep
    for rule in repeated.stopping if repeated is not None else ():
        if rule.metric and rule.policy is None:
            found.add(rule.metric)
    return sorted(found)


def goes_in_rounds(member: Unit | Group) -> bool:
    """Whether its next runs depend on the results of earlier ones."""
    if member.search is not None:
        return True
    return member.sweep is not None and any(rule.policy is None for rule in member.sweep.stopping)


def tell_of_seed(search: Search, seed: int, report: Report) -> None:
    """PXC406 for a search without a seed: it is then drawn from this one, if by `pxc-tuner`."""
    if search.seed is None and not is_proposed(search):
        report.add(
            "PXC406",
            f"the {search.kind} search has no `seed`, so it is drawn from the seed {seed}",
            search.axes[0].span if search.axes else search.span,
            help="add `seed: 42`; Polyaxon draws other values each time",
        )
