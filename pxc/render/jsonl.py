"""Turns diagnostics into JSON Lines: one object a line, as in the JSON document's list."""

from collections.abc import Sequence

import msgspec

from pxc.diagnostics import Diagnostic
from pxc.render import Summary
from pxc.render.json import diagnostic_object

__all__ = ["render_jsonl"]


def render_jsonl(diagnostics: Sequence[Diagnostic], summary: Summary) -> str:
    """Each line is a `diagnostic` of `diagnostics.schema.json`; nothing found is an empty text."""
    encode = msgspec.json.encode
    return "".join(f"{encode(diagnostic_object(d)).decode()}\n" for d in diagnostics)
