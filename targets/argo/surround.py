"""Makes a run that something stands around the one task of a dag, where there is room for it."""

from __future__ import annotations

from pxc.ir.node import replace
from pxc.ir.plan import Group, Limits, Unit

__all__ = ["surrounded"]


def surrounded(subject: Unit | Group) -> Unit | Group:
    """What the workflow runs: a run with hooks or an approval as the member of a group.

    A hook of the workflow itself would fail it when it fails. What ends or deletes the workflow is
    the group's.
    """
    if subject.approval is None and not subject.hooks:
        return subject
    limits = subject.limits or Limits(subject.span)
    timeout = limits.timeout if isinstance(subject, Group) else None
    outer = Limits(limits.span, timeout=timeout, ttl=limits.ttl)
    inner = replace(limits, timeout=None if timeout is not None else limits.timeout, ttl=None)
    return Group(
        subject.span,
        subject.name,
        "dag",
        (replace(subject, limits=inner),),
        limits=outer,
        namespace=subject.namespace,
        description=subject.description,
        tags=subject.tags,
        earlier=subject.earlier,
    )
