"""Turns diagnostics into a Checkstyle report, which many review tools and build servers read."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from pxc.diagnostics import Diagnostic
from pxc.render import Summary
from pxc.render.plain import plain_lines
from pxc.render.xml import attributes, escaped

__all__ = ["render_checkstyle"]


def render_checkstyle(diagnostics: Sequence[Diagnostic], summary: Summary) -> str:
    """A `file` a file, an `error` a diagnostic whose `severity` tells what it is."""
    return "\n".join(['<?xml version="1.0" encoding="UTF-8"?>', *_report(diagnostics), ""])


def _report(diagnostics: Sequence[Diagnostic]) -> Iterator[str]:
    yield '<checkstyle version="4.3">'
    for name, found in groupby(diagnostics, lambda d: d.span.source.name):
        yield f"  <file{attributes(name=name)}>"
        yield from (f"    <error{_error(d)} />" for d in found)
        yield "  </file>"
    yield "</checkstyle>"


def _error(found: Diagnostic) -> str:
    line, column = found.span.source.place(found.span.start)
    severity = found.severity.name.lower()
    place = attributes(line=str(line), column=str(column), severity=severity)
    message = "&#10;".join(map(escaped, plain_lines(found)))
    source = attributes(source=f"pxc.{found.code.id}.{found.code.slug}")
    return f'{place} message="{message}"{source}'
