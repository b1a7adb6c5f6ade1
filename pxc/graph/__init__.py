"""Turns a plan into a picture of what runs after what, in several languages."""

from __future__ import annotations

from collections.abc import Callable

from pxc.graph.picture import Picture
from pxc.ir.plan import Plan

__all__ = ["FORMATS", "draw"]

FORMATS = ("mermaid", "dot", "svg")
"""The languages of a picture; the first is for Markdown, the second for Graphviz."""


def draw(plan: Plan, format_: str) -> str:
    """The picture of a plan in one of `FORMATS`."""
    from pxc.graph.members import picture_of

    return _writer(format_)(picture_of(plan))


def _writer(format_: str) -> Callable[[Picture], str]:
    if format_ == "svg":
        from pxc.graph.svg import svg

        return svg
    if format_ == "dot":
        from pxc.graph.dot import dot

        return dot
    from pxc.graph.mermaid import mermaid

    return mermaid
