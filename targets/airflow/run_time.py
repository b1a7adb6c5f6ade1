"""Turns run-time values of a unit into variables of its pod, or what Airflow's Jinja fills in."""

from __future__ import annotations

from typing import Any

from pxc.diagnostics import Report
from pxc.ir.expr import Expr, RunTimeRef
from pxc.targets._data import Place, refuse_computed
from pxc.targets._paths import CONTEXT_ROOT
from pxc.targets.airflow.jinja import expression
from pxc.targets.airflow.scope import Scope

__all__ = ["AirflowRunTime"]

_UUID = "PXC_RUN_UUID"
_NAMESPACE = "PXC_NAMESPACE"

_FORMS = {
    "globals.uuid": ("", ""),
    "globals.run_artifacts_path": (f"{CONTEXT_ROOT}/", ""),
    "globals.run_outputs_path": (f"{CONTEXT_ROOT}/", "/outputs"),
    "globals.run_relative_outputs_path": ("", "/outputs"),
}
"""Text around the identity of the run."""


class AirflowRunTime:
    """Run-time values of one unit.

    The identity of the run is a variable of the pod, as on Kubernetes, so that the pod is the same
    but for what the variable holds; what other tasks left is read where Airflow renders the pod.
    """

    def __init__(self, scope: Scope, namespace: str | None) -> None:
        self.scope, self.namespace = scope, namespace

    def text(self, ref: RunTimeRef, place: Place, report: Report) -> str | None:
        """Text with a variable or an expression; PXC703 for what Airflow does not know."""
        form = _FORMS.get(ref.path)
        if form is not None:
            return f"{form[0]}{self._uuid(place)}{form[1]}"
        if ref.path == "globals.namespace":
            return self._namespace(ref, place, report)
        found = self.scope.read(ref)
        if found is None:
            refuse(ref, report)
            return None
        return expression(found)

    def computed(self, expr: Expr, place: Place, report: Report) -> str | None:
        """PXC703: nothing is computed between two tasks."""
        refuse_computed(expr.span, report)
        return None

    def tracking_uuid(self) -> str | None:
        """None: the identity is a uuid."""
        return None

    def _uuid(self, place: Place) -> str:
        found = expression(self.scope.run())
        if not place.expands:
            return found
        place.env.setdefault(_UUID, {"name": _UUID, "value": found})
        return f"$({_UUID})"

    def _namespace(self, ref: RunTimeRef, place: Place, report: Report) -> str | None:
        if self.namespace:
            return self.namespace
        if not place.expands:
            refuse(ref, report)
            return None
        place.env.setdefault(_NAMESPACE, _field(_NAMESPACE, "metadata.namespace"))
        return f"$({_NAMESPACE})"


def _field(name: str, path: str) -> dict[str, Any]:
    return {"name": name, "valueFrom": {"fieldRef": {"fieldPath": path}}}


def refuse(ref: RunTimeRef, report: Report) -> None:
    """PXC703 for a value that Airflow does not know."""
    told = "give the value by a param"
    if ref.path.startswith("runs."):
        told = "it belongs to a run outside of the dag; give the value by a param"
    report.add(
        "PXC703",
        f"`{ref.path}` is known only when the run exists, and Airflow cannot tell it",
        ref.span,
        help=told,
    )
