"""Turns diagnostics into a Code Quality report, which GitLab shows in merge requests."""

from collections.abc import Sequence
from typing import Any

import msgspec

from pxc.diagnostics import Diagnostic, Severity
from pxc.render import Summary
from pxc.render.fingerprint import fingerprints
from pxc.render.json import encodable
from pxc.render.plain import last_place, plain_lines

__all__ = ["render_gitlab"]

_SEVERITIES = {Severity.ERROR: "major", Severity.WARNING: "minor", Severity.INFO: "info"}


def render_gitlab(diagnostics: Sequence[Diagnostic], summary: Summary) -> str:
    """A list with an issue a diagnostic; a fingerprint does not depend on line numbers."""
    made = fingerprints(diagnostics)
    issues = [_issue(d, f) for d, f in zip(diagnostics, made, strict=True)]
    return msgspec.json.format(msgspec.json.encode(issues), indent=2).decode() + "\n"


def _issue(found: Diagnostic, fingerprint: str) -> dict[str, Any]:
    span = found.span
    return {
        "description": "\n".join(plain_lines(found)),
        "check_name": f"{found.code.id} {found.code.slug}",
        "fingerprint": fingerprint,
        "severity": _SEVERITIES[found.severity],
        "location": {
            "path": encodable(span.source.name),
            "lines": {"begin": span.line, "end": last_place(span)[0]},
        },
    }
