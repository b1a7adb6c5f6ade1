"""Turns diagnostics into an error of Python, for callers who want no result with errors."""

from __future__ import annotations

from collections.abc import Iterable

from pxc.diagnostics import Diagnostic

__all__ = ["DiagnosticError"]


class DiagnosticError(Exception):
    """A file has errors; `diagnostics` are all of its findings, and the text is what pxc prints."""

    def __init__(self, diagnostics: Iterable[Diagnostic]) -> None:
        self.diagnostics = tuple(diagnostics)
        super().__init__(self.diagnostics)

    def __str__(self) -> str:
        from pxc.render.text import render_text

        return "\n" + render_text(self.diagnostics).rstrip()
