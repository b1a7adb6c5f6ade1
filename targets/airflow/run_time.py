"""Turns run-time values of a unit into variables of its pod, or what Airflow's Jinja fills in."""

from __future__ import annotations

from typing import Any

from pxc.diagnostics import Report
from pxc.ir.expr import Expr, RunTimeRef
from pxc.ir.plan import Unit
from pxc.targets._data import Place
from pxc.targets._declared import declared_kind
from pxc.targets.airflow.computing import Functions, computed, declared_types
from pxc.targets.airflow.jinja import expression
from pxc.targets.airflow.python_filters import NUMBERS
from pxc.targets.airflow.scope import OF_THE_RUN, Scope

__all__ = ["AirflowRunTime"]

_UUID = "PXC_RUN_UUID"
_NAMESPACE = "PXC_NAMESPACE"


class AirflowRunTime:
    """Run-time values of one unit.

    The identity of the run is a variable of the pod, as on Kubernetes, so that the pod is the same
    but for what the variable holds; what other tasks left is read where Airflow renders the pod.
    """

    def __init__(
        self, unit: Unit, scope: Scope, functions: Functions, namespace: str | None
    ) -> None:
        self.unit, self.scope, self.functions = unit, scope, functions
        self.namespace = namespace

    def text(self, ref: RunTimeRef, place: Place, report: Report) -> str | None:
        """Text with a variable or an expression; PXC703 for what Airflow does not know."""
        form = OF_THE_RUN.get(ref.path)
        if form is not None:
            return f"{form[0]}{self._uuid(place)}{form[1]}"
        if ref.path == "globals.namespace":
            return self._namespace(ref, place, report)
        found = self.scope.read(ref)
        if found is None:
            refuse(ref, report)
            return None
        kind, _ = declared_kind(
            declared_types(self.unit.inputs).get(ref.path) or self.scope.type(ref.path)
        )
        is_left = ref.path.rpartition(".")[0].rpartition(".")[2] != "globals"
        return expression(_kept(found, place) if is_left and kind not in NUMBERS else found)

    def computed(self, expr: Expr, place: Place, report: Report) -> str | None:
        """The call of a function of the file; PXC703 for what Python does not compute alike."""
        made = computed(expr, self.scope, self.unit.inputs, report)
        if made is None:
            return None
        field = place.field.partition("[")[0].rpartition(".")[2]
        found = self.functions.macro(f"{self.unit.name}_{field}", made)
        return expression(found if made.kind in NUMBERS else _kept(found, place))

    def tracking_uuid(self) -> str | None:
        """None: the identity is a uuid."""
        return None

    def _uuid(self, place: Place) -> str:
        found = self.unit.own_uuid or expression(self.scope.run())
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


def _kept(found: str, place: Place) -> str:
    """A value as it is, also where the kubelet would take `$(NAME)` in it for a variable."""
    return f'{found} | replace("$", "$$")' if place.expands else found


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
