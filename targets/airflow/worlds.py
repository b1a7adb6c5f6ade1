"""Keeps what the members of a group may have come to together, for a failure seldom comes alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from pxc.targets.airflow.trigger_rules import ABSENT, SUCCEEDED, Before, Outcome, before, words_of

__all__ = ["Worlds"]

_MOST = 256

World = tuple[Outcome | None, tuple[tuple[str, Outcome], ...]]
"""What the task that begins the group came to, if there is one, and each member of interest."""


Events = Mapping[str, frozenset[str]]
"""What a member waits for, and what each of those must have come to for its event."""


class Worlds:
    """All that may be so, as long as there are few; then each member is taken for itself.

    `downstreams` are how many members wait for each: one for which nobody waits is forgotten.
    """

    def __init__(self, start: frozenset[Outcome], downstreams: dict[str, int]) -> None:
        self.start = start
        self.waiting = dict(downstreams)
        self.came: dict[str, frozenset[Outcome]] = {}
        self.all: set[World] | None = {(one, ()) for one in start} or {(None, ())}

    def before(self, upstreams: Events) -> set[Before]:
        """What may be before a member that waits for these."""
        if self.all is None:
            ups = [self.came[name] for name in upstreams]
            return before(self.start, ups, upstreams.values())
        return {_before(world, upstreams) for world in self.all}

    def add(
        self,
        name: str,
        upstreams: Events,
        outcomes: frozenset[Outcome],
        after: Callable[[Before], frozenset[Outcome]],
    ) -> None:
        """A member may come to `outcomes`, and to what `after` says of what is before it."""
        self.came[name] = outcomes
        for each in upstreams:
            self.waiting[each] -= 1
        if self.all is None:
            return
        kept: set[World] = set()
        for world in self.all:
            begun, known = world
            rest = tuple(pair for pair in known if self.waiting[pair[0]])
            for outcome in after(_before(world, upstreams)):
                own = ((name, outcome),) if self.waiting.get(name) else ()
                kept.add((begun, rest + own))
            if len(kept) > _MOST:
                self.all = None
                return
        self.all = kept


def _before(world: World, upstreams: Events) -> Before:
    begun, known = world
    came = dict(known)
    words = frozenset(
        word for name, event in upstreams.items() for word in words_of(came[name].is_, event)
    )
    states = frozenset(state for name in upstreams for state in came[name].states)
    if begun is None:
        return Before(words, states)
    return Before(words - {ABSENT}, states | begun.states, begun.is_ == SUCCEEDED)
