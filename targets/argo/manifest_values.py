"""Turns run-time values into tags of a manifest, so that they arrive in a pod as they are."""

from __future__ import annotations

from pxc.diagnostics import Report
from pxc.ir.expr import RunTimeRef
from pxc.targets._data import Place
from pxc.targets._resources import is_number, refuse_number
from pxc.targets.argo.run_time import ArgoRunTime

__all__ = ["ManifestRunTime"]


class ManifestRunTime(ArgoRunTime):
    """Run-time values of a unit whose pods an operator makes."""

    def text(self, ref: RunTimeRef, place: Place, report: Report) -> str | None:
        """A tag, with text around it; PXC703 for what Argo does not know or no text can hold."""
        if is_number(place.field):
            refuse_number(ref.path, place.field, ref.span, report)
            return None
        return super().text(ref, place, report)
