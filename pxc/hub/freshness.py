"""Reports references to whatever is the latest, and entries of pxc.lock that have become old."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from pxc.hub.reference import LATEST, HubReference

if TYPE_CHECKING:
    from pxc.diagnostics import Report
    from pxc.hub.lock import Locked
    from pxc.options import HubOptions
    from pxc.source import Span

__all__ = ["check_age", "check_latest", "too_old"]


def check_latest(placed: HubReference, options: HubOptions, span: Span, report: Report) -> bool:
    """Whether a placed reference may be used as it is written.

    PXC247 for one that means the latest version, whichever that is, where that is to be told;
    PXC248 where nobody may say so.
    """
    if placed.tag != LATEST or placed.digest or options.latest == "allow":
        return True
    message = f"`{placed.component}` is named without a version: the tag `{LATEST}` moves"
    help = (
        f"name a version, such as `{placed.component}:1.0`, or a range for it:"
        " `hub: {versions: {ORG/NAME: ^1}}` of pxc.yaml"
    )
    report.add("PXC248" if options.latest == "deny" else "PXC247", message, span, help=help)
    return options.latest != "deny"


def check_age(entry: Locked, options: HubOptions, today: str, span: Span, report: Report) -> None:
    """PXC249 for an entry that was locked longer ago than the workspace wants."""
    days = too_old(entry, options, today)
    if days is None:
        return
    when = (
        f"on {entry.resolved}, {days} days ago" if entry.resolved else "on a day that is not told"
    )
    report.add(
        "PXC249",
        f"`{entry.ref}` was locked {when}; `maxAgeDays` of pxc.yaml is {options.max_age_days}",
        span,
        help=f"to take what is there now, after a look at it, run: pxc hub update {entry.ref}",
    )


def too_old(entry: Locked, options: HubOptions, today: str) -> int | None:
    """How many days ago an entry was locked, where that is too long ago; None where it is not.

    An entry without a day is too old. Where nobody says which day it is, none is.
    """
    if not options.max_age_days or not today:
        return None
    if not entry.resolved:
        return 0
    days = (date.fromisoformat(today) - date.fromisoformat(entry.resolved)).days
    return days if days > options.max_age_days else None
