"""Turns diagnostics into fingerprints that stay the same when the lines around them move."""

from collections.abc import Sequence
from hashlib import sha256

from pxc.diagnostics import Diagnostic

__all__ = ["fingerprints"]

_REACH = 2_000
"""How much of a line, on either side, is looked at."""


def fingerprints(diagnostics: Sequence[Diagnostic]) -> list[str]:
    """One fingerprint a diagnostic, in their order, each once: 32 hexadecimal digits.

    It is made of the code, the file, the marked text and the line around it without regard to
    space, and how many of the very same stand before. The wording of messages is not in it.
    """
    seen: dict[tuple[str, ...], int] = {}
    made = []
    for diagnostic in diagnostics:
        key = _key(diagnostic)
        number = seen[key] = seen.get(key, 0) + 1
        data = "\0".join((*key, str(number))).encode("utf-8", "backslashreplace")
        made.append(sha256(data).hexdigest()[:32])
    return made


def _key(diagnostic: Diagnostic) -> tuple[str, str, str, str]:
    span = diagnostic.span
    text = span.source.text
    first = max(text.rfind("\n", 0, span.start) + 1, span.start - _REACH)
    end = text.find("\n", span.start, span.start + _REACH)
    last = min(span.start + _REACH, len(text)) if end < 0 else end
    marked = text[span.start : min(span.end, span.start + _REACH)]
    return (
        diagnostic.code.id,
        span.source.name,
        " ".join(text[first:last].split()),
        " ".join(marked.split()),
    )
