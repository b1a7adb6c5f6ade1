"""Turns diagnostics into a JUnit report, which build servers show as failed tests."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from pxc.diagnostics import Diagnostic, Severity
from pxc.render import Summary
from pxc.render.plain import plain_lines
from pxc.render.xml import attributes, escaped

__all__ = ["render_junit"]


def render_junit(diagnostics: Sequence[Diagnostic], summary: Summary) -> str:
    """A suite a file, a test case a diagnostic: errors and warnings fail, remarks are skipped.

    Without findings there is one suite with one case that passes: build servers take an empty
    report for a broken one.
    """
    return "\n".join(['<?xml version="1.0" encoding="UTF-8"?>', *_report(diagnostics), ""])


def _report(diagnostics: Sequence[Diagnostic]) -> Iterator[str]:
    counts = _counts(diagnostics)
    yield f'<testsuites name="pxc" {counts}>'
    for name, group in groupby(diagnostics, lambda d: d.span.source.name):
        found = list(group)
        yield f"  <testsuite{attributes(name=name)} {_counts(found)}>"
        for diagnostic in found:
            yield from _case(diagnostic)
        yield "  </testsuite>"
    if not diagnostics:
        yield f'  <testsuite name="pxc" {counts}>'
        yield '    <testcase classname="pxc" name="no findings" time="0" />'
        yield "  </testsuite>"
    yield "</testsuites>"


def _counts(found: Sequence[Diagnostic]) -> str:
    remarks = sum(d.severity is Severity.INFO for d in found)
    return (
        f'tests="{max(len(found), 1)}" failures="{len(found) - remarks}"'
        f' errors="0" skipped="{remarks}" time="0"'
    )


def _case(found: Diagnostic) -> Iterator[str]:
    span = found.span
    line, column = span.source.place(span.start)
    name = f"{found.code.id} {found.code.slug} at {line}:{column}"
    where = attributes(classname=span.source.name, name=name)
    file = attributes(file=span.source.name, line=str(line))
    message = attributes(message=found.message)
    yield f'    <testcase{where}{file} time="0">'
    if found.severity is Severity.INFO:
        yield f"      <skipped{message} />"
    else:
        kind = found.severity.name.lower()
        text = "\n".join(map(escaped, [str(span), *plain_lines(found)]))
        yield f'      <failure type="{kind}"{message}>{text}</failure>'
    yield "    </testcase>"
