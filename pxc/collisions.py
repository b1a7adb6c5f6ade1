"""Finds objects of one name, in one file and in the files of one compilation."""

from __future__ import annotations

from collections.abc import Iterable

from pxc.contracts import Made
from pxc.diagnostics import Note, Report

__all__ = ["check_collisions"]


def check_collisions(made: Iterable[Made], report: Report) -> None:
    """PXC710 for each object that another one before it would overwrite, or be."""
    first: dict[tuple[str, str, str], Made] = {}
    for each in made:
        other = first.setdefault((each.kind, each.namespace, each.name), each)
        if other is each or (each.content and each.content == other.content):
            continue
        report.add(
            "PXC710",
            f"two operations would make one {each.kind} `{each.name}`",
            each.span,
            notes=(Note("the other one is here", other.span),),
            help="give one of them another name",
        )
