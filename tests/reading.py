"""Turns small YAML strings into sources, operations and outcomes for the tests."""

from __future__ import annotations

from textwrap import dedent
from typing import Any

from pxc.diagnostics import Diagnostic, Report
from pxc.driver import Outcome, Request, SourceText, compile_request, lint_request
from pxc.ir.spec import Operation
from pxc.language import PolyaxonLanguage
from pxc.options import Options
from pxc.source import Source


def operation(text: str, *, preset: bool = False) -> tuple[Operation | None, Report]:
    """The operation of a YAML string and what was reported while reading it."""
    report = Report()
    source = Source("file.yaml", dedent(text))
    return PolyaxonLanguage().read_operation(source, report, preset=preset), report


def compiled(*texts: str, params: dict[str, str] | None = None, **options: Any) -> Outcome:
    """The outcome of compiling YAML strings: the main file, then presets."""
    return compile_request(_request(texts, params or {}, options))


def linted(*texts: str, **options: Any) -> Outcome:
    """The outcome of linting YAML strings."""
    return lint_request(_request(texts, {}, options))


def _request(texts: tuple[str, ...], params: dict[str, str], options: dict[str, Any]) -> Request:
    names = ["file.yaml", *(f"preset{i}.yaml" for i in range(1, len(texts)))]
    return Request(
        files=tuple(SourceText(n, dedent(t).encode()) for n, t in zip(names, texts, strict=True)),
        params=tuple(params.items()),
        options=Options(**options),
    )


def found(report: Report) -> list[str]:
    """Every diagnostic as `CODE line:column underlined text`, in order."""
    return [describe(d) for d in report]


def describe(diagnostic: Diagnostic) -> str:
    """One diagnostic as `CODE line:column underlined text`, the text's first line only."""
    span = diagnostic.span
    text = span.text.split("\n", 1)[0]
    return f"{diagnostic.code.id} {span.line}:{span.column} {text}"
