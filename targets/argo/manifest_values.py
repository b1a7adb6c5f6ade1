"""Turns run-time values into tags of a manifest, so that they arrive in a pod as they are."""

from __future__ import annotations

import re

from pxc.diagnostics import Report
from pxc.ir.expr import Expr, RunTimeRef
from pxc.targets._data import Place
from pxc.targets._resources import is_number, refuse_number
from pxc.targets.argo.needs import RUN
from pxc.targets.argo.run_time import ArgoRunTime
from pxc.targets.argo.tags import as_expression, tag, unread

__all__ = ["ManifestRunTime"]

_VALUE = re.compile(re.escape(tag("?")).replace(r"\?", r"inputs\.parameters\.([-\w]+)"))


class ManifestRunTime(ArgoRunTime):
    """Run-time values of a unit whose pods an operator makes.

    Where the kubelet expands `$(NAME)`, a value must not be taken for one.
    """

    def text(self, ref: RunTimeRef, place: Place, report: Report) -> str | None:
        """A tag, with text around it; PXC703 for what Argo does not know or no text can hold."""
        if is_number(place.field):
            refuse_number(ref.path, place.field, ref.span, report)
            return None
        return _literal(super().text(ref, place, report), place)

    def computed(self, expr: Expr, place: Place, report: Report) -> str | None:
        """A tag of the text that is computed; PXC703 for what Argo cannot compute."""
        said = super().computed(expr, place, report)
        if said is None or not place.expands or _VALUE.fullmatch(said):
            return _literal(said, place)
        return tag(f"=replace({as_expression(said)}, '$', '$$')")


def _literal(said: str | None, place: Place) -> str | None:
    """A parameter as the kubelet leaves it; our own ones have nothing that it would expand."""
    found = _VALUE.fullmatch(said or "")
    if found is None or found[1] == RUN or not place.expands:
        return said
    return unread(found[1])
