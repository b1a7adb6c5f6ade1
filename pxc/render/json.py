"""Turns diagnostics into one JSON document, as `diagnostics.schema.json` describes it."""

from collections.abc import Sequence
from typing import Any

import msgspec

from pxc.diagnostics import Diagnostic
from pxc.render import Summary
from pxc.source import Span

__all__ = ["VERSION", "diagnostic_object", "encodable", "render_json"]

VERSION = 1
"""Grows when a reader of the document would break; new fields alone do not make it grow."""


def render_json(diagnostics: Sequence[Diagnostic], summary: Summary) -> str:
    """The document, indented, with a line end; lines and columns count from 1, offsets from 0."""
    document = {
        "version": VERSION,
        "diagnostics": [diagnostic_object(d) for d in diagnostics],
        "summary": msgspec.to_builtins(summary),
    }
    return msgspec.json.format(msgspec.json.encode(document), indent=2).decode() + "\n"


def diagnostic_object(diagnostic: Diagnostic) -> dict[str, Any]:
    """A diagnostic as the schema's definition of that name has it."""
    fix = diagnostic.fix
    return {
        "code": diagnostic.code.id,
        "slug": diagnostic.code.slug,
        "severity": diagnostic.severity.name.lower(),
        **({"error": diagnostic.code.error} if diagnostic.code.error else {}),
        "message": encodable(diagnostic.message),
        **_place(diagnostic.span),
        "label": encodable(diagnostic.label) or None,
        "notes": [
            {
                "message": encodable(note.message),
                **(_place(note.span) if note.span else {"file": None, "span": None}),
            }
            for note in diagnostic.notes
        ],
        "help": None if diagnostic.help is None else encodable(diagnostic.help),
        "fix": fix
        and {
            "message": encodable(fix.message),
            "safe": fix.safe,
            "edits": [{**_place(span), "text": encodable(text)} for span, text in fix.edits],
        },
    }


def _place(span: Span) -> dict[str, Any]:
    return {
        "file": encodable(span.source.name),
        "span": {"start": _point(span, span.start), "end": _point(span, span.end)},
    }


def _point(span: Span, offset: int) -> dict[str, int]:
    line, column = span.source.place(offset)
    return {"line": line, "column": column, "offset": offset}


def encodable(text: str) -> str:
    """The text as UTF-8 can hold it: half a surrogate pair becomes an escape."""
    # A YAML escape or a file name can hold half a surrogate pair, which no UTF-8 text can.
    return text.encode("utf-8", "backslashreplace").decode()
