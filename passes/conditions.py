"""Says whether an operation runs at all: by its `conditions`, and by its `template` section."""

from __future__ import annotations

from typing import Any

from pxc.diagnostics import Note, Report, allowed
from pxc.ir.node import FALSE_WORDS, TRUE_WORDS, Invalid, Lit, Template, is_null, plain
from pxc.ir.plan import Demand
from pxc.ir.spec import Operation, TemplateSection
from pxc.passes.lowering import text_of, truth

__all__ = ["check_conditions", "check_filled_in", "conditions_hold"]


def check_filled_in(template: TemplateSection | None, report: Report) -> None:
    """PXC131 for what its author marked as unfinished, which Polyaxon refuses to run."""
    if template is None or not truth(template.enabled, "template.enabled", report):
        return
    assert template.enabled is not None
    about, fields = text_of(template.description), plain(template.fields) or ()
    report.add(
        "PXC131",
        "this file is a template that must be filled in before it runs",
        template.enabled.span,
        notes=(Note(about, template.description.span),) if about and template.description else (),
        help=(f"fill in {allowed(fields)}, then " if fields else "fill it in, then ")
        + "leave `template` out or write `enabled: false`",
    )


def conditions_hold(composed: Operation, demands: list[Demand], report: Report) -> bool:
    """Whether the operation runs; conditions that wait for the run become a demand."""
    conditions = composed.conditions
    if conditions is None or is_null(conditions) or isinstance(conditions, Invalid):
        return True
    if isinstance(conditions, Template):
        demands.append(Demand(conditions.span, "conditions", "conditions"))
        return True
    check_conditions(conditions, report)
    if str(conditions.value).strip().lower() not in FALSE_WORDS:
        return True
    report.add(
        "PXC702",
        "the `conditions` are false, so nothing is emitted",
        conditions.span,
        help="give params that make them true, or leave `conditions` out",
    )
    return False


def check_conditions(conditions: Any, report: Report) -> None:
    """PXC317 for conditions that are known, and neither true nor false."""
    if not isinstance(conditions, Lit) or conditions.value is None:
        return
    if str(conditions.value).strip().lower() not in TRUE_WORDS | FALSE_WORDS:
        report.add(
            "PXC317",
            f"`conditions` gives `{conditions.value}`, which is neither true nor false",
            conditions.span,
            help='write an expression in braces: `"{{ n > 1 }}"`',
        )
