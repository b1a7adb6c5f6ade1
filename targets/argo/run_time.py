"""Turns run-time values of a unit into tags of its template, which Argo fills in."""

from __future__ import annotations

from collections.abc import Mapping

from pxc.diagnostics import Report
from pxc.ir.expr import Expr, Filter, RunTimeRef
from pxc.ir.plan import Plan
from pxc.targets._data import Place, refuse_computed
from pxc.targets._paths import CONTEXT_ROOT
from pxc.targets.argo.expr_lang import Typed, expr_of, references
from pxc.targets.argo.expr_values import BOOL, type_of
from pxc.targets.argo.needs import Needs
from pxc.targets.argo.tags import tag

__all__ = ["ArgoRunTime", "known_globals", "refuse"]

_GLOBALS = {
    "globals.namespace": "workflow.namespace",
    "globals.created_at": "workflow.creationTimestamp.RFC3339",
}
_OF_SCHEDULES = {"globals.schedule_at": "workflow.scheduledTime"}
"""What Argo tells a workflow that a CronWorkflow started."""

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
        if type_of(self.needs.type(ref)) == BOOL:
            return self.computed(ref, place, report)
        return tag(self.needs.ask(ref))

    def computed(self, expr: Expr, place: Place, report: Report) -> str | None:
        """A tag of the text that is computed; PXC703 for what Argo cannot compute.

        It is computed where the template is called: what fails there fails the task, while a
        template keeps an expression that fails as it is.
        """
        paths = [ref.path for ref in references(expr)]
        if not any(path.startswith("globals.") for path in paths):
            return tag(self.needs.ask(Filter(expr.span, expr, "string")))
        found = expr_of(expr, self._typed, report, expr.span, "text")
        if found is not None and "\\" in found and not place.expands:
            refuse_computed(expr.span, report)  # a patch would escape it once more
            return None
        return None if found is None else tag(f"={found}")

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
