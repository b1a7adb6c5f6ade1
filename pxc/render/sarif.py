"""Turns diagnostics into a SARIF 2.1.0 log, which code scanning services read."""

import re
from collections.abc import Sequence
from pkgutil import get_data
from typing import Any
from urllib.parse import quote

import msgspec

from pxc import __version__
from pxc.codes import Code
from pxc.diagnostics import Diagnostic, Fix, Severity
from pxc.render import Summary
from pxc.render.fingerprint import fingerprints
from pxc.render.json import encodable
from pxc.render.plain import plain_lines
from pxc.source import Span

__all__ = ["render_sarif"]

_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
_ROOT = "%SRCROOT%"

_Object = dict[str, Any]


def render_sarif(diagnostics: Sequence[Diagnostic], summary: Summary) -> str:
    """One run: the rules that were broken with their pages, the results with places and fixes.

    Files below the current folder have relative URIs; columns count characters.
    """
    codes = sorted({d.code.id: d.code for d in diagnostics}.values(), key=lambda code: code.id)
    index = {code.id: number for number, code in enumerate(codes)}
    made = fingerprints(diagnostics)
    run = {
        "tool": {
            "driver": {"name": "pxc", "version": __version__, "rules": [_rule(c) for c in codes]}
        },
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {
            _ROOT: {"description": {"text": "The folder in which pxc was run."}}
        },
        "results": [
            _result(d, index[d.code.id], f) for d, f in zip(diagnostics, made, strict=True)
        ],
    }
    log = {
        "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/"
        "sarif-schema-2.1.0.json",
        "version": "2.1.0",
        "runs": [run],
    }
    return msgspec.json.format(msgspec.json.encode(log), indent=2).decode() + "\n"


def _rule(code: Code) -> _Object:
    rule: _Object = {
        "id": code.id,
        "name": code.slug,
        "defaultConfiguration": {"level": _LEVELS[code.severity]},
    }
    page = _page(code.id)
    if page:
        sentence = page.partition("\n\n")[0]
        rule["shortDescription"] = {"text": " ".join(sentence.split())}
        rule["help"] = {"text": page, "markdown": page}
    return rule


def _page(code: str) -> str:
    """The page of a code without its title, its links to other pages as plain words."""
    try:
        data = get_data("pxc.codes", f"{code}.md") or b""
    except FileNotFoundError:
        return ""
    body = data.decode().partition("\n")[2].strip()
    return re.sub(r"\[([^\]]+)\]\((?!https?:)[^)\s]+\)", r"\1", body)


def _result(found: Diagnostic, rule: int, fingerprint: str) -> _Object:
    result: _Object = {
        "ruleId": found.code.id,
        "ruleIndex": rule,
        "level": _LEVELS[found.severity],
        "message": _message("\n".join(plain_lines(found))),
        "locations": [_location(found.span)],
        "partialFingerprints": {"pxc/v1": fingerprint},
    }
    placed = dict.fromkeys((n.message, n.span) for n in found.notes if n.span is not None)
    if placed:  # each once, as SARIF wants
        result["relatedLocations"] = [
            {**_location(span), "message": _message(message)} for message, span in placed
        ]
    if found.fix and found.fix.edits:
        result["fixes"] = [_fix(found.fix)]
    return result


def _message(text: str) -> _Object:
    """A message; SARIF wants literal braces doubled, since one pair is a placeholder (3.11.5)."""
    return {"text": encodable(text).replace("{", "{{").replace("}", "}}")}


def _location(span: Span) -> _Object:
    place: _Object = {"artifactLocation": _artifact(span.source.name)}
    if span.source.text:
        place["region"] = _region(span)
    return {"physicalLocation": place}


def _region(span: Span) -> dict[str, int]:
    line, column = span.source.place(span.start)
    end_line, end_column = span.source.place(span.end)
    return {
        "startLine": line,
        "startColumn": column,
        "endLine": end_line,
        "endColumn": end_column,
    }


def _artifact(name: str) -> dict[str, str]:
    """Where a file is: relative to the folder of the run, or a `file:` URI of an absolute path."""
    try:
        data = name.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:  # no name that a file system gave
        data = name.encode("utf-8", "backslashreplace")
    path = quote(data, safe="/")
    if name.startswith("/"):
        return {"uri": f"file://{path}"}
    if re.match(r"[A-Za-z]:/", name):
        return {"uri": f"file:///{name[:2]}{path[4:]}"}
    return {"uri": path, "uriBaseId": _ROOT}


def _fix(fix: Fix) -> _Object:
    changes: dict[str, list[_Object]] = {}
    for span, text in fix.edits:
        replacement = {
            "deletedRegion": _region(span),
            "insertedContent": {"text": encodable(text)},
        }
        changes.setdefault(span.source.name, []).append(replacement)
    return {
        "description": _message(fix.message if fix.safe else f"{fix.message} (unsafe)"),
        "artifactChanges": [
            {"artifactLocation": _artifact(name), "replacements": replacements}
            for name, replacements in changes.items()
        ],
    }
