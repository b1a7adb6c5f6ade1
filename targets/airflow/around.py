"""Makes members of a group of all that stands around the runs of a plan."""

from __future__ import annotations

from pxc.diagnostics import Report
from pxc.ir.node import replace
from pxc.ir.plan import Group, Hook, Plan, Unit
from pxc.targets._names import free_name
from pxc.targets.airflow.approval import with_approvals
from pxc.targets.airflow.events import has_events, with_events
from pxc.targets.airflow.features import tell
from pxc.targets.airflow.flow import WHOLE, flow_of
from pxc.targets.airflow.hooks import with_hooks

__all__ = ["surrounded"]


def surrounded(plan: Plan, release: str, report: Report) -> Group | None:
    """What the tasks of a file are made of; None for a run around which nothing stands.

    Approvals and hooks are members of it, and its edges have no events but ends. Those of the run
    as a whole stand beside it in a group that is no TaskGroup. PXC701, PXC702 as `with_hooks` and
    `with_events` say, PXC701 for an approval in a file that is not for Airflow 3 alone.
    """
    [subject] = [plan.group] if plan.group is not None else plan.units or [None]
    group = subject if isinstance(subject, Group) else None
    if subject is not None and (subject.hooks or subject.approval is not None):
        taken = {name for each in group.members for name in _names(each)} if group else set()
        subject = replace(subject, hooks=_renamed(subject.hooks, taken))
        group = Group(subject.span, subject.name, WHOLE, (subject,))
    if group is None:
        return None
    if not any(map(_has_any, _members(group))) and not has_events(group):
        return group
    for each in _members(group):
        if each.approval is not None and release != "3":
            tell("approval", "isApproved: false", each.approval.span, report)
    asked = with_events(with_approvals(group), report)
    return with_approvals(with_hooks(asked, flow_of(asked), report))


def _names(member: Unit | Group) -> list[str]:
    """The names that a member has in its group, with those of what follows it."""
    return [member.name, *(name for hook in member.hooks for name in _names(hook.unit))]


def _renamed(hooks: tuple[Hook, ...], taken: set[str]) -> tuple[Hook, ...]:
    """Hooks, each with a name that no other task beside it has."""
    found = []
    for hook in hooks:
        name = free_name(hook.unit.name, taken)
        taken.add(name)
        unit = replace(hook.unit, name=name, hooks=_renamed(hook.unit.hooks, taken))
        found.append(replace(hook, unit=unit))
    return tuple(found)


def _members(group: Group) -> list[Unit | Group]:
    found: list[Unit | Group] = []
    for member in group.members:
        found += [member, *(_members(member) if isinstance(member, Group) else ())]
    return found


def _has_any(member: Unit | Group) -> bool:
    return bool(member.hooks) or member.approval is not None
