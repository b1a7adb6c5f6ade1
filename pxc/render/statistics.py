"""Turns diagnostics into how often each code is among them."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from pxc.codes import Code
from pxc.diagnostics import Diagnostic
from pxc.render import Summary

__all__ = ["render_statistics", "render_statistics_json"]


def render_statistics(diagnostics: Sequence[Diagnostic]) -> str:
    """One line a code, the most frequent first: count, id, name, and how many `--fix` mends."""
    rows = _rows(diagnostics)
    width = max((len(str(count)) for _, count, _ in rows), default=0)
    return "".join(
        f"{count:>{width}}  {code.id} {code.slug}{f'  ({safe} fixable)' if safe else ''}\n"
        for code, count, safe in rows
    )


def render_statistics_json(diagnostics: Sequence[Diagnostic], summary: Summary) -> str:
    """The same as one JSON document."""
    document = {
        "version": 1,
        "statistics": [
            {
                "code": code.id,
                "slug": code.slug,
                "severity": code.severity.name.lower(),
                "count": count,
                "fixable": safe,
            }
            for code, count, safe in _rows(diagnostics)
        ],
        "summary": msgspec.to_builtins(summary),
    }
    return msgspec.json.format(msgspec.json.encode(document), indent=2).decode() + "\n"


def _rows(diagnostics: Sequence[Diagnostic]) -> list[tuple[Code, int, int]]:
    codes = {d.code.id: d.code for d in diagnostics}
    counts = dict.fromkeys(codes, 0)
    safe = dict.fromkeys(codes, 0)
    for found in diagnostics:
        counts[found.code.id] += 1
        safe[found.code.id] += found.fix is not None and found.fix.safe
    order = sorted(codes, key=lambda code: (-counts[code], code))
    return [(codes[code], counts[code], safe[code]) for code in order]
