"""Turns what starts a pipeline of version 0 into the schedule of an operation."""

from __future__ import annotations

from typing import Any

from pxc.diagnostics import Report
from pxc.grammar.build import Builder, key_name
from pxc.grammar.shapes import ByKind
from pxc.grammar.v0.pipeline_language import SCHEDULE
from pxc.grammar.v0.section import Section
from pxc.grammar.v0.tree import Pair, made, mapped, pair, renamed
from pxc.ir.node import Lit, Map

__all__ = ["kind_section", "schedule"]

_NAMES = {
    "frequency": "frequency",
    "cron": "cron",
    "start_at": "startAt",
    "end_at": "endAt",
    "depends_on_past": "dependsOnPast",
}


def schedule(pipeline: Section, report: Report) -> Pair | None:
    """The field `schedule`, from `schedule` or from `execute_at`; None where neither is given.

    PXC118 for both of them, PXC104 and PXC108 for a kind that is none; what cannot be read as a
    time, an interval or a cron expression is told where the schedule is checked.
    """
    given = pipeline.only_one("schedule", "execute_at")
    if given is None:
        return None
    entry = pipeline.entry(given)
    assert entry is not None
    key, value = entry
    if given == "execute_at":
        start = (Lit(key.span, "startAt"), value)
        kind = pair("kind", made(key.span, "datetime"))
        return (Lit(key.span, "schedule"), mapped(value.span, (kind, start)))
    section = kind_section(SCHEDULE, value, report)
    if section is None:
        return None
    kept = [renamed(_NAMES[name], field) for name, field in section.fields()]
    return (key, mapped(value.span, ((value.key("kind"), value.get("kind")), *kept)))


def kind_section(shape: ByKind, node: Any, report: Report) -> Section | None:
    """A map as a section of the kind that it says; None after reporting a kind that is none."""
    model = Builder(report).kind_model(shape, node) if isinstance(node, Map) else None
    if model is None:
        return None
    rest = tuple(entry for entry in node.entries if key_name(entry[0]) != "kind")
    section = Section(Map(node.span, rest), model, report)
    for name in model.required:
        section.need(name)
    return section
