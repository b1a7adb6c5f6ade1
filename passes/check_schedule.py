"""Reports schedules that never fire."""

from __future__ import annotations

from typing import Any

from pxc.diagnostics import Report
from pxc.ir.node import Lit
from pxc.ir.plan import CRON_MACROS
from pxc.ir.program import Program
from pxc.ir.spec import Schedule
from pxc.world import World


def check_schedule(program: Program, world: World, report: Report) -> Program:
    """Check the cron expression of `schedule`. Reports PXC430.

    Source: specification of schedules, section 4; the real system checks nothing here.
    """
    schedule: Any = program.composed.schedule if program.composed is not None else None
    if not isinstance(schedule, Schedule) or not isinstance(schedule.cron, Lit):
        return program
    text = schedule.cron.value
    if isinstance(text, str) and text.strip().lower() not in CRON_MACROS:
        _check_cron(text, schedule.cron, report)
    return program


def _check_cron(text: str, node: Lit[Any], report: Report) -> None:
    from datetime import UTC, datetime

    from cronsim import CronSim, CronSimError

    fields = text.split()
    if len(fields) != 5:
        report.add(
            "PXC430",
            f"`{text}` has {_count(fields)}, a cron expression has 5",
            node.span,
            help="minute, hour, day of month, month, day of week, as in `30 6 * * 1-5`; or one of "
            + ", ".join(f"`{m}`" for m in CRON_MACROS),
        )
        return
    try:
        next(CronSim(text, datetime(2024, 1, 1, tzinfo=UTC)))
    except StopIteration:
        report.add("PXC430", f"`{text}` never comes", node.span)
    except CronSimError as fault:
        report.add(
            "PXC430",
            f"`{text}` is no cron expression: {str(fault).lower()}",
            node.span,
            help="minute 0-59, hour 0-23, day of month 1-31, month 1-12, day of week 0-7",
        )


def _count(fields: list[str]) -> str:
    return "1 field" if len(fields) == 1 else f"{len(fields)} fields"
