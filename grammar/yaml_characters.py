"""Finds the first character of a text that may not stand in YAML."""

from __future__ import annotations

import re

from pxc.diagnostics import Diagnostic
from pxc.grammar.yaml_finding import fault
from pxc.source import Source, Span

_FORBIDDEN = (
    "[^\t\n\r\\x20-\\x7e\x85\\xa0-\\ud7ff\\ue000-\\ufffd\\U00010000-\\U0010ffff]"
    "|(?<![^\n\r\x85\u2028\u2029])\ufeff"
)
_FORBIDDEN_ASCII = r"[^\t\n\r -~]"  # the wide set takes 2 ms to compile


def forbidden_character(source: Source) -> Diagnostic | None:
    """PXC001 at the first character that may not stand in YAML, such as NUL (YAML 1.1, 5.1)."""
    text = source.text
    found = re.search(_FORBIDDEN_ASCII if text.isascii() else _FORBIDDEN, text)
    if not found:
        return None
    at = found.start()
    if found[0] == "\0" and at < 2:
        help = "the file looks like UTF-16: save it as UTF-8"
    else:
        help = "remove it, or write it as an escape between double quotes"
    return fault(
        "PXC001",
        f"the character U+{ord(found[0]):04X} may not stand in YAML",
        Span(source, at, at + 1),
        help=help,
    )
