"""Tells of hooks that nothing can ever call, which are left out."""

from __future__ import annotations

from pxc.diagnostics import Report
from pxc.ir.node import Lit
from pxc.ir.plan import Hook

__all__ = ["has_false_conditions", "tell_never_called"]


def tell_never_called(hook: Hook, name: str, report: Report) -> None:
    """PXC702 for a hook of a member that cannot end as the hook wants."""
    report.add(
        "PXC702",
        f"`{name}` never ends `{hook.trigger}`, so its hook `{hook.unit.name}` is left out",
        hook.span,
        help="leave the hook out, or give it another `trigger`",
    )


def has_false_conditions(hook: Hook, report: Report) -> bool:
    """Whether the conditions of a hook are known to be false, after PXC702 for it."""
    if not isinstance(hook.condition, Lit) or hook.condition.value:
        return False
    report.add(
        "PXC702",
        f"the `conditions` of the hook `{hook.unit.name}` are false, so it is left out",
        hook.condition.span,
        help="give params that make them true, or leave the hook out",
    )
    return True
