"""Reports how far a version of a component has come, where that matters to who uses it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pxc.hub.registry import Version

if TYPE_CHECKING:
    from pxc.diagnostics import Report
    from pxc.hub.reference import HubReference
    from pxc.source import Span

__all__ = ["DEPRECATED", "DISABLED", "TESTING", "check_stage"]

TESTING, DEPRECATED, DISABLED = "testing", "deprecated", "disabled"


def check_stage(
    placed: HubReference, version: Version, span: Span, report: Report, *, is_fixed: bool
) -> bool:
    """Whether a version may be used; `is_fixed` by its digest it may, whatever its stage.

    PXC240 for a disabled one, PXC241 for one that is still tested, or that is better not used any
    more.
    """
    instead = f"use `{version.replaced_by}`" if version.replaced_by else ""
    if version.stage == DISABLED and not is_fixed:
        help = instead or "use another version: `pxc hub ls` lists them"
        report.add("PXC240", f"`{placed.key}` is disabled by its publisher", span, help=help)
        return False
    said = {
        TESTING: ("is still being tested", "a version in production is safer: `pxc hub ls`"),
        DEPRECATED: ("is deprecated", "ask who publishes it what to use instead"),
        DISABLED: ("is disabled by its publisher; its digest is fixed, so it is used", ""),
    }.get(version.stage)
    if said is not None:
        message, help = said
        report.add("PXC241", f"`{placed.key}` {message}", span, help=instead or help or None)
    return True
