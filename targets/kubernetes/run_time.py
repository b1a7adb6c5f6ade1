"""Turns run-time values into the downward API and `$(NAME)` in the fields that expand it."""

from __future__ import annotations

from typing import Any

from pxc.diagnostics import Report
from pxc.ir.expr import Expr, RunTimeRef
from pxc.targets._data import Place, refuse_computed
from pxc.targets._paths import CONTEXT_ROOT

__all__ = ["UUID_LABEL", "KubernetesRunTime"]

UUID_LABEL = "batch.kubernetes.io/controller-uid"
"""The label that the Job controller puts on a Job's pods: the uid of the Job (since 1.27)."""

_UUID = "PXC_RUN_UUID"
_NAMESPACE = "PXC_NAMESPACE"

_UUID_CHARS = 36

_JOB = "PXC_JOB_UID"
_INDEX = "PXC_JOB_INDEX"

_FIELDS = {
    _UUID: f"metadata.labels['{UUID_LABEL}']",
    _NAMESPACE: "metadata.namespace",
    _JOB: f"metadata.labels['{UUID_LABEL}']",
    _INDEX: "metadata.annotations['batch.kubernetes.io/job-completion-index']",
}

# Values that are a variable with constant text around it.
_FORMS = {
    "globals.uuid": ("", _UUID, ""),
    "globals.run_artifacts_path": (f"{CONTEXT_ROOT}/", _UUID, ""),
    "globals.run_outputs_path": (f"{CONTEXT_ROOT}/", _UUID, "/outputs"),
    "globals.run_relative_outputs_path": ("", _UUID, "/outputs"),
    "globals.namespace": ("", _NAMESPACE, ""),
}


class KubernetesRunTime:
    """Run-time values of one unit.

    `constants` are those that are known after all: the namespace where one was chosen, the uuid
    of a service, which is made from its content. `indexed` tells that the pods of one Job are runs
    of their own: the uid of the Job and the index make the uuid of each.
    """

    def __init__(self, *, uuid: str | None, namespace: str | None, indexed: bool = False) -> None:
        self.indexed = indexed
        given = {_UUID: uuid, _NAMESPACE: namespace}
        self.constants = {name: value for name, value in given.items() if value}

    def text(self, ref: RunTimeRef, place: Place, report: Report) -> str | None:
        """Constant text, or `$(NAME)` with the variable put into the container; PXC703 else."""
        form = _FORMS.get(ref.path)
        if form is None:
            _refuse_value(ref, report)
            return None
        before, name, after = form
        constant = self.constants.get(name)
        if constant is not None:
            return f"{before}{constant}{after}"
        if not place.expands:
            _refuse_place(ref, place, report)
            return None
        for variable in self._variables(name):
            place.env.setdefault(variable["name"], variable)
        return f"{before}$({name}){after}"

    def computed(self, expr: Expr, place: Place, report: Report) -> str | None:
        """Nothing: the kubelet puts texts together and computes nothing."""
        refuse_computed(expr.span, report)
        return None

    def tracking_uuid(self) -> str | None:
        """None: the uid of an object is a uuid. A run of an Indexed Job that is resumed has none.

        Its number stands in the place of the end, as in the Job that it was of.
        """
        job, number = self.constants.get(_UUID, "")[:_UUID_CHARS], self._number()
        return f"{job[: -len(number)]}{number}" if number else None

    def _number(self) -> str:
        """The number of the run in its Indexed Job, as long as the end of a uuid."""
        number = self.constants.get(_UUID, "")[_UUID_CHARS + 1 :]
        return number.zfill(12) if number else ""

    def _variables(self, name: str) -> list[dict[str, Any]]:
        if not self.indexed or name != _UUID:
            return [_variable(name)]
        parts = [_variable(part) for part in (_JOB, _INDEX)]
        return [*parts, {"name": name, "value": f"$({_JOB})-$({_INDEX})"}]


def _variable(name: str) -> dict[str, Any]:
    return {"name": name, "valueFrom": {"fieldRef": {"fieldPath": _FIELDS[name]}}}


def _refuse_place(ref: RunTimeRef, place: Place, report: Report) -> None:
    report.add(
        "PXC703",
        f"`{ref.path}` is known only when the run exists and cannot stand in `{place.field}`",
        ref.span,
        help="Kubernetes fills such a value in `command`, `args`, the value of an `env` entry and"
        " the `subPath` of a mount: write it there",
    )


def _refuse_value(ref: RunTimeRef, report: Report) -> None:
    if ref.path.startswith(("ops.", "runs.", "dag.")):
        told = "objects of Kubernetes pass no values from one run to another"
    else:
        told = "Kubernetes offers a pod its uid, its namespace and nothing else of the run"
    report.add(
        "PXC703",
        f"`{ref.path}` is known only when the run exists, and Kubernetes cannot tell it",
        ref.span,
        help=f"{told}; give the value by a param",
    )
