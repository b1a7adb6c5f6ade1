"""Turns diagnostics into one line each, as editors and `grep` read them."""

from collections.abc import Sequence

from pxc.diagnostics import Diagnostic
from pxc.render import Summary
from pxc.render.excerpt import visible

__all__ = ["render_concise"]


def render_concise(diagnostics: Sequence[Diagnostic], summary: Summary) -> str:
    """`FILE:LINE:COLUMN: CODE SEVERITY MESSAGE`, without control characters but for line ends."""
    return "".join(f"{_line(d)}\n" for d in diagnostics)


def _line(found: Diagnostic) -> str:
    return visible(f"{found.span}: {found.code.id} {found.severity.name.lower()} {found.message}")
