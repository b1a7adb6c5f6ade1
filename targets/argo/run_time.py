"""Turns run-time values of a unit into tags of its template, which Argo fills in."""

from __future__ import annotations

import re
from collections.abc import Mapping

from pxc.diagnostics import Report
from pxc.ir.expr import Expr, Filter, RunTimeRef
from pxc.ir.plan import Plan
from pxc.targets._data import Place, refuse_computed
from pxc.targets._paths import CONTEXT_ROOT
from pxc.targets.argo.expr_lang import Typed, expr_of, references, type_of_expr
from pxc.targets.argo.expr_values import BOOL, Type, type_of
from pxc.targets.argo.needs import Needs
from pxc.targets.argo.tags import tag, unread

__all__ = ["ArgoRunTime", "known_globals", "refuse"]

_GLOBALS = {
    "globals.namespace": "workflow.namespace",
    "globals.created_at": "workflow.creationTimestamp.RFC3339",
}
_OF_SCHEDULES = {"globals.schedule_at": "workflow.scheduledTime"}
"""What Argo tells a workflow that a CronWorkflow started."""

_OURS = re.compile(r"(?:dag\.)*matrix\..*|(?:run\.)+status|(?:.*\.)?globals\.\w+")

_FORMS = {
    "globals.uuid": ("", ""),
    "globals.run_artifacts_path": (f"{CONTEXT_ROOT}/", ""),
    "globals.run_outputs_path": (f"{CONTEXT_ROOT}/", "/outputs"),
    "globals.run_relative_outputs_path": ("", "/outputs"),
}
"""Text around the identity of the run."""


def known_globals(plan: Plan) -> Mapping[str, str]:
    """Values that Argo knows wherever a template of a plan is, with its words for them."""
    return _GLOBALS if plan.timetable is None else _GLOBALS | _OF_SCHEDULES


class ArgoRunTime:
    """Run-time values of one unit: what is not the template's own becomes a parameter of it."""

    def __init__(self, needs: Needs, plan: Plan) -> None:
        self.needs, self.known = needs, known_globals(plan)

    def text(self, ref: RunTimeRef, place: Place, report: Report) -> str | None:
        """A tag, with text around it; PXC703 for what Argo does not know."""
        form = _FORMS.get(ref.path)
        if form is not None:
            return f"{form[0]}{tag(self.needs.run())}{form[1]}"
        known = self.known.get(ref.path)
        if known is not None:
            return tag(known)
        if ref.path.startswith("globals."):
            refuse(ref, report)
            return None
        type = type_of(self.needs.type(ref))
        if type == BOOL:
            return self.computed(ref, place, report)
        parameter = self.needs.name(ref)
        if place.expands and _is_left(ref.path) and not _is_of_numbers(type):
            return unread(parameter)
        return tag(f"inputs.parameters.{parameter}")

    def computed(self, expr: Expr, place: Place, report: Report) -> str | None:
        """A tag of the text that is computed; PXC703 for what Argo cannot compute.

        It is computed where the template is called: what fails there fails the task, while a
        template keeps an expression that fails as it is.
        """
        paths = [ref.path for ref in references(expr)]
        is_read = place.expands and any(map(_is_left, paths)) and not self._is_number(expr)
        if not any(path.startswith("globals.") for path in paths):
            parameter = self.needs.name(Filter(expr.span, expr, "string"))
            return unread(parameter) if is_read else tag(f"inputs.parameters.{parameter}")
        found = expr_of(expr, self._typed, report, expr.span, "text")
        if found is not None and "\\" in found and not place.expands:
            refuse_computed(expr.span, report)  # a patch would escape it once more
            return None
        if found is None:
            return None
        return tag(f"=replace({found}, '$', '$$')" if is_read else f"={found}")

    def _is_number(self, expr: Expr) -> bool:
        """Whether what is computed has nothing but numbers in it, whatever the run leaves."""
        found = type_of_expr(expr, lambda ref: Typed("value", self.needs.type(ref)))
        return found is not None and _is_of_numbers(found)

    def _typed(self, ref: RunTimeRef) -> Typed | None:
        path = ref.path
        form = _FORMS.get(path)
        if form is not None:
            before, after = (f"'{text}'" for text in form)
            words = [before, self.needs.run(), after]
            return Typed(" + ".join(word for word in words if word != "''"), "str")
        if path in self.known:
            return Typed(self.known[path], "str")
        if path.startswith(("globals.", "runs.")) or "artifacts" in path.split("."):
            return None
        return self.needs.typed(ref)

    def tracking_uuid(self) -> str | None:
        """One made of the run's identity, which ends in names of tasks."""
        return tag(f"=sprig.trunc(32, sprig.sha256sum({self.needs.run()}))")


def _is_of_numbers(type: Type) -> bool:
    """Whether it is a number, or a boolean, or a list of such."""
    return type.is_number or (type.name == "list" and type.item is not None and type.item.is_number)


def _is_left(path: str) -> bool:
    """Whether a value is what a program left, and so may be any text.

    Identities and statuses are our own; what a cell is given is known when the file is compiled,
    and is as its author wrote it.
    """
    return not _OURS.fullmatch(path)


def refuse(ref: RunTimeRef, report: Report) -> None:
    """PXC703 for a value that Argo does not know."""
    if ref.path.startswith("runs."):
        told = "it belongs to a run outside of the workflow; give the value by a param"
    elif "artifacts" in ref.path.split("."):
        told = "files go from one run to another by a store: name their path by a param"
    else:
        told = "give the value by a param"
    report.add(
        "PXC703",
        f"`{ref.path}` is known only when the run exists, and Argo cannot tell it",
        ref.span,
        help=told,
    )
