"""Makes members of a group of the hooks that follow its members.

A hook is a task that starts when the one before it has ended in some way. Nobody waits for it, and
what becomes of it changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from pxc.diagnostics import Report
from pxc.ir.expr import Const, RunTimeRef
from pxc.ir.node import Hole, Lit, Template, replace
from pxc.ir.plan import Edge, Group, Hook, Start, Unit
from pxc.source import Span
from pxc.targets._uncalled import has_false_conditions, tell_never_called
from pxc.targets.airflow.events import with_events
from pxc.targets.airflow.features import tell
from pxc.targets.airflow.flow import Flow, flow_of
from pxc.targets.airflow.trigger_rules import HEARD

__all__ = ["with_hooks"]

_RUN = "run."
Member = Unit | Group


def with_hooks(group: Group, flow: Flow, report: Report) -> Group:
    """A group with a member for each hook of its members, and an edge to it.

    What a hook has of the run before is `ops.<member>.outputs.x`, as any other member has it, and
    `ops.<member>.status`. PXC701 for a trigger that Airflow does not tell, PXC702 for a hook that
    nothing calls.
    """
    members: list[Member] = []
    edges = list(group.edges)
    for member in group.members:
        inner = flow.inner.get(member.name)
        if isinstance(member, Group) and inner is not None:
            member = replace(with_hooks(member, inner, report), hooks=member.hooks)
        words = frozenset(outcome.is_ for outcome in flow.came[member.name])
        members.append(replace(member, hooks=()))
        for follower, edge in _followers(member, words, None, report):
            members.append(follower)
            edges.append(edge)
    return replace(group, members=tuple(members), edges=tuple(edges))


def _followers(
    member: Member, words: frozenset[str], above: _Followed | None, report: Report
) -> Iterator[tuple[Member, Edge]]:
    """What follows a member, and what follows that, each with the edge to it."""
    for hook in member.hooks:
        if not _is_sayable(hook, member.name, words, report):
            continue
        followed = _Followed(member, hook.trigger, above)
        unit: Member = followed.moved(replace(hook.unit, hooks=()))
        if isinstance(unit, Group):
            unit = with_events(unit, report)
            unit = with_hooks(unit, flow_of(unit), report)
        start = Start(hook.span, hook.trigger, followed.moved(hook.condition))
        yield replace(unit, start=start), Edge(hook.span, member.name, unit.name)
        again = replace(unit, hooks=hook.unit.hooks)
        yield from _followers(again, frozenset(("succeeded", "failed")), followed, report)


def _is_sayable(hook: Hook, name: str, words: frozenset[str], report: Report) -> bool:
    """Whether a hook can be called at all; PXC702 for one that cannot."""
    if hook.trigger == "stopped":
        return tell("hooks.stopped", "trigger: stopped", hook.span, report)
    if not words & HEARD[hook.trigger]:
        tell_never_called(hook, name, report)
        return False
    return not has_false_conditions(hook, report)


class _Followed:
    """A member as its hook sees it; `above` is what that member follows itself."""

    def __init__(self, member: Member, trigger: str, above: _Followed | None) -> None:
        self.member, self.trigger, self.above = member, trigger, above

    def moved(self, node: Any) -> Any:
        """A tree whose references to the run before are those of a member."""
        if isinstance(node, RunTimeRef):
            return self._value(node)
        if isinstance(node, Template):
            return self._template(node)
        if isinstance(node, tuple):
            return tuple(map(self.moved, node))
        if not isinstance(node, Struct) or isinstance(node, Span | Lit):
            return node
        changed = {}
        for name in node.__struct_fields__:
            before = getattr(node, name)
            if isinstance(before, tuple | Struct):
                after = self.moved(before)
                if after is not before:
                    changed[name] = after
        return replace(node, **changed) if changed else node

    def _template(self, node: Template) -> Template:
        parts: list[Any] = []
        for part in node.parts:
            moved = self.moved(part)
            is_text = isinstance(moved, Hole) and isinstance(moved.expr, Const)
            parts.append(str(moved.expr.value) if is_text else moved)
        return replace(node, parts=tuple(parts))

    def _value(self, ref: RunTimeRef) -> RunTimeRef | Const:
        path, name = ref.path.removeprefix(_RUN), self.member.name
        if path == ref.path:
            return ref
        if path.startswith(_RUN) and self.above is not None:
            return self.above._value(replace(ref, path=path))
        if path == "status" and self.trigger != "done":
            return Const(ref.span, self.trigger)
        known = path in ("status", "globals.uuid") or (
            path.startswith("outputs.") and isinstance(self.member, Unit)
        )
        return replace(ref, path=f"ops.{name}.{path}") if known else ref
