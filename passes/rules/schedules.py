"""Rules about schedules."""

from __future__ import annotations

from pxc.diagnostics import Report
from pxc.ir.program import Program
from pxc.ir.spec import Schedule
from pxc.passes.rules.authored import authored, text_of
from pxc.world import World


def every_minute(program: Program, world: World, report: Report) -> None:
    """PXC434: a cron whose minute and every other field match always."""
    for node in authored(program, world):
        cron = text_of(node.cron) if isinstance(node, Schedule) else None
        if cron is not None and cron.split() in (["*"] * 5, ["*/1", *["*"] * 4]):
            assert isinstance(node, Schedule)
            assert node.cron is not None
            report.add(
                "PXC434",
                "the schedule starts a run every minute",
                node.cron.span,
                help="name a minute: `0 * * * *` is hourly, `0 3 * * *` is daily at 03:00",
            )
