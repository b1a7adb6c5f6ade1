"""Turns a matrix whose next runs depend on the results of earlier ones into a search."""

from __future__ import annotations

from typing import Any

from pxc.ir.brackets import DEFAULT_ETA, MOST_BRACKETS, brackets, resource_value
from pxc.ir.matrix import GaussianProcess, Matrix, Metric, Tuner, UtilityFunction
from pxc.ir.matrix import Resource as AuthoredResource
from pxc.ir.node import Invalid, Lit, Map, Seq, is_null, plain
from pxc.ir.search import Kernel, Objective, Proposer, Resource, Search, Utility
from pxc.ir.stopping import MINIMIZE
from pxc.passes.io_types.settle import is_true, settle_value
from pxc.passes.lowering import text_of
from pxc.passes.matrix_axes import MatrixAxes, seed_of
from pxc.passes.spaces import MOST_VALUES
from pxc.passes.stopping_rules import number_of, stopping_rules
from pxc.source import head_of

__all__ = ["search_of"]

_BATCHED = ("tpe", "hyperopt")
_COUNTS = {
    "concurrency": "concurrency",
    "num_runs": "numRuns",
    "num_initial_runs": "numInitialRuns",
    "max_iterations": "maxIterations",
}


def search_of(matrix: Matrix, axes: MatrixAxes) -> Search | None:
    """The search of a matrix whose templates are evaluated; None when a part of it is faulty.

    None, too, for a hyperband without `maxIterations` and for batches without `numRuns`: a file
    need not say them, but nothing can run it then. What `MatrixAxes` reports; PXC116 for an `eta`
    of 1 or less, and for too many runs at once; PXC206 and PXC214 for a resource that does not fit
    the input it is for.
    Source: specification of matrices, sections 1 and 4.
    """
    counts: dict[str, Any] = {}
    for field, what in _COUNTS.items():
        counts[field], sound = axes.count(getattr(matrix, field), what)
        if not sound:
            return None
    found = axes.axes(matrix)
    if found is None or not _has_counts(matrix, counts):
        return None
    if not _is_bounded(counts, matrix, axes):
        return None
    eta = number_of(matrix.eta)
    if matrix.kind == "hyperband" and not _fits(matrix, counts["max_iterations"], eta, axes):
        return None
    counts["max_iterations"] = counts["max_iterations"] or 1
    return Search(
        head_of(matrix.span),
        matrix.kind,
        found,
        seed_of(matrix),
        **counts,
        eta=eta if eta is not None or matrix.kind != "hyperband" else float(DEFAULT_ETA),
        resource=_resource(matrix.resource),
        objective=_objective(matrix.metric),
        resume=is_true(matrix.resume),
        algorithm=text_of(matrix.algorithm),
        utility=_utility(matrix.utility_function),
        proposer=_proposer(matrix.tuner),
        stopping=stopping_rules(matrix.early_stopping) or (),
    )


def _has_counts(matrix: Matrix, counts: dict[str, Any]) -> bool:
    """Whether the search says how long it goes on, which is optional where nothing runs."""
    if matrix.kind == "hyperband":
        return counts["max_iterations"] is not None
    return matrix.kind not in _BATCHED or counts["num_runs"] is not None


def _is_bounded(counts: dict[str, Any], matrix: Matrix, axes: MatrixAxes) -> bool:
    """Whether no engine is asked for more runs at once than one has ever had."""
    for field, what in _COUNTS.items():
        if counts[field] is not None and counts[field] > MOST_VALUES:
            axes.report.add(
                "PXC116",
                f"`{what}` of a {matrix.kind} search must be at most {MOST_VALUES:,}",
                getattr(matrix, field).span,
            )
            return False
    return True


def _fits(matrix: Matrix, budget: int, eta: float | None, axes: MatrixAxes) -> bool:
    """Whether there are brackets, and every amount of the resource fits its input."""
    try:
        found = brackets(budget, eta if eta is not None else DEFAULT_ETA)
    except ValueError:
        assert matrix.eta is not None
        axes.report.add(
            "PXC116",
            f"`eta` of a hyperband search must be more than 1, with at most {MOST_BRACKETS}"
            " brackets",
            matrix.eta.span,
            help="one run of so many goes on to the next rung: write `eta: 3`",
        )
        return False
    resource = _resource(matrix.resource)
    if resource is None:
        return True
    facts = axes.facts(resource.name)
    amounts = {rung.resource for bracket in found for rung in bracket.rungs}
    for amount in sorted(amounts):
        value = Lit(resource.span, resource_value(amount, resource.type))
        if isinstance(settle_value(facts, value, axes.report, "PXC206"), Invalid):
            return False
    return True


def _resource(node: Any) -> Resource | None:
    if not isinstance(node, AuthoredResource):
        return None
    name = text_of(node.name)
    return Resource(node.span, name, text_of(node.type) or "") if name else None


def _objective(node: Any) -> Objective | None:
    """The metric; as in Polyaxon less of it is better unless its author says otherwise."""
    if not isinstance(node, Metric):
        return None
    name = text_of(node.name)
    return Objective(node.span, name, text_of(node.optimization) or MINIMIZE) if name else None


def _utility(node: Any) -> Utility | None:
    if not isinstance(node, UtilityFunction):
        return None
    process = node.gaussian_process
    return Utility(
        node.span,
        text_of(node.acquisition_function) or "ucb",
        kappa=number_of(node.kappa),
        eps=number_of(node.eps),
        warmup=_whole(node.num_warmup),
        iterations=_whole(node.num_iterations),
        process=_kernel(process) if isinstance(process, GaussianProcess) else None,
    )


def _kernel(node: GaussianProcess) -> Kernel:
    return Kernel(
        node.span,
        kernel=text_of(node.kernel),
        length_scale=number_of(node.length_scale),
        nu=number_of(node.nu),
        restarts=_whole(node.num_restarts_optimizer),
    )


def _proposer(node: Any) -> Proposer | None:
    if not isinstance(node, Tuner):
        return None
    hub_ref = text_of(node.hub_ref)
    if not hub_ref:
        return None
    presets = node.presets.items if isinstance(node.presets, Seq) else ()
    return Proposer(
        node.span,
        hub_ref,
        params=node.params if isinstance(node.params, Map) else None,
        presets=tuple(str(plain(item)) for item in presets if not is_null(item)),
        queue=text_of(node.queue),
        namespace=text_of(node.namespace),
    )


def _whole(node: Any) -> int | None:
    number = number_of(node)
    return int(number) if number is not None else None
