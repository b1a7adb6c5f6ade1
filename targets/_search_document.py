"""Turns a search or a table of the plan into the document that `pxc-tuner` reads."""

from __future__ import annotations

from typing import Any

from pxc.ir.search import Search, Utility
from pxc.ir.stopping import Stopping
from pxc.ir.sweep import Axis, Sweep

__all__ = ["search_document", "table_document"]

_VERSION = 1


def search_document(search: Search, seed: int) -> dict[str, Any]:
    """The document; `seed` is that of a search whose author gave none.

    What a policy compares are runs that go on, of which a loop tells nothing: rules with one are
    left out.
    """
    objective, resource = search.objective, search.resource
    return {"version": _VERSION, "kind": search.kind} | _said(
        axes=[_axis(axis) for axis in search.axes],
        metric=objective and {"name": objective.name, "optimization": objective.optimization},
        seed=search.seed if search.seed is not None else seed,
        algorithm=search.algorithm,
        numRuns=search.num_runs,
        maxIterations=search.max_iterations,
        numInitialRuns=search.num_initial_runs,
        eta=search.eta,
        resource=resource and {"name": resource.name, "type": resource.type},
        resume=search.resume or None,
        utilityFunction=search.utility and _utility(search.utility),
        earlyStopping=_rules(search.stopping),
    )


def table_document(sweep: Sweep, rows: list[dict[str, Any]], batch: int) -> dict[str, Any]:
    """The document of runs that are known, `batch` of which are started at a time."""
    return {"version": _VERSION, "kind": "table"} | _said(
        rows=rows, numRuns=batch, earlyStopping=_rules(sweep.stopping)
    )


def _rules(stopping: tuple[Stopping, ...]) -> list[dict[str, Any]] | None:
    return [_rule(rule) for rule in stopping if rule.policy is None] or None


def _axis(axis: Axis) -> dict[str, Any]:
    return {"name": axis.name, "kind": axis.kind} | _said(
        values=list(axis.values) or None,
        weights=list(axis.weights) or None,
        numbers=list(axis.numbers) or None,
        whole=axis.whole or None,
        type=axis.type or None,
    )


def _utility(utility: Utility) -> dict[str, Any]:
    process = utility.process
    return {"acquisitionFunction": utility.acquisition} | _said(
        kappa=utility.kappa,
        eps=utility.eps,
        numWarmup=utility.warmup,
        numIterations=utility.iterations,
        gaussianProcess=process
        and _said(
            kernel=process.kernel,
            lengthScale=process.length_scale,
            nu=process.nu,
            numRestartsOptimizer=process.restarts,
        ),
    )


def _rule(rule: Stopping) -> dict[str, Any]:
    return {"kind": rule.kind} | _said(
        metric=rule.metric or None,
        value=rule.value,
        optimization=rule.optimization or None,
        percent=rule.percent,
    )


def _said(**fields: Any) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}
