"""Turns diagnostics into workflow commands, which GitHub Actions shows on the changed lines."""

from collections.abc import Sequence

from pxc.diagnostics import Diagnostic, Severity
from pxc.render import Summary
from pxc.render.excerpt import visible
from pxc.render.plain import last_place, plain_lines

__all__ = ["render_github"]

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}
_IN_MESSAGE = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_IN_PROPERTY = {**_IN_MESSAGE, **str.maketrans({":": "%3A", ",": "%2C"})}


def render_github(diagnostics: Sequence[Diagnostic], summary: Summary) -> str:
    """One command a diagnostic, one line a command."""
    return "".join(f"{_command(d)}\n" for d in diagnostics)


def _command(found: Diagnostic) -> str:
    span = found.span
    line, column = span.source.place(span.start)
    end_line, end_column = last_place(span)
    properties = {"file": visible(span.source.name), "line": str(line)}
    if end_line == line:  # columns are refused for what goes over several lines
        properties |= {"col": str(column), "endColumn": str(end_column)}
    properties |= {"endLine": str(end_line), "title": f"{found.code.id} {found.code.slug}"}
    said = ",".join(f"{name}={text.translate(_IN_PROPERTY)}" for name, text in properties.items())
    message = "\n".join(plain_lines(found)).translate(_IN_MESSAGE)
    return f"::{_COMMANDS[found.severity]} {said}::{message}"
