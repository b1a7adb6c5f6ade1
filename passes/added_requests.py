"""Turns what a container does not say of its needs into the edit of the text that adds it."""

from __future__ import annotations

import re

from pxc.diagnostics import Fix
from pxc.ir.node import KObject, Lit, Map
from pxc.source import Span

__all__ = ["added_requests"]

_AMOUNTS = {"cpu": "1", "memory": "1Gi"}
"""What is asked for where nobody knows better."""

_BLOCK = re.compile(r"(?:- +| )*")


def added_requests(container: KObject, missing: list[str]) -> Fix | None:
    """The edit that adds requests for these resources; None where the text has no clear place.

    They go into the innermost map that is there: `requests`, `resources`, or the container's own.
    """
    amounts = ", ".join(f"{name}: {_AMOUNTS[name]}" for name in missing)
    resources = container.get("resources")
    requests = resources.get("requests") if isinstance(resources, Map) else None
    for place, text in (
        (requests, amounts),
        (resources, f"requests: {{{amounts}}}"),
        (container, f"resources: {{requests: {{{amounts}}}}}"),
    ):
        if place is not None:
            edit = _first_entry(place, text) if isinstance(place, Map) else None
            message = f"add `requests: {{{amounts}}}`"
            return Fix(message, (edit,), safe=False) if edit is not None else None
    return None


def _first_entry(place: Map, text: str) -> tuple[Span, str] | None:
    """A map written anew with an entry before all others, in the style in which it is written."""
    source, whole = place.span.source, place.span.text
    if source.via != "user":
        return None
    if whole.startswith("{") and whole.endswith("}"):
        separator = ", " if whole[1:-1].strip() else ""
        return place.span, f"{{{text}{separator}{whole[1:]}"
    keys = [k.span for k, _ in place.entries if isinstance(k, Lit) and k.span.source is source]
    inside = [k.start for k in keys if place.span.start <= k.start < place.span.end]
    if not inside:
        return None
    at = min(inside)
    begin = source.text.rfind("\n", 0, at) + 1
    before = source.text[begin:at]
    if not _BLOCK.fullmatch(before):
        return None
    end = "\r\n" if source.text[: source.text.find("\n") + 1].endswith("\r\n") else "\n"
    if "," in text and not text.endswith("}"):
        text = text.replace(", ", end + " " * len(before))
    inserted = at - place.span.start
    return place.span, whole[:inserted] + text + end + " " * len(before) + whole[inserted:]
