"""Finds the trigger rule of Airflow that starts a task exactly when a plan says that it starts.

What Airflow's rules do was read in its scheduler (`TriggerRuleDep`) and is held to its real one by
the tests. A rule is chosen by trying all that the tasks before can come to, not by its name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from msgspec import Struct

__all__ = [
    "ABSENT", "FAILED", "HEARD", "NEVER", "SKIPPED", "SUCCEEDED", "TOLD", "UNCALLED", "Before",
    "Outcome", "before", "fitting_rule", "state_after", "wanted", "words_of",
]  # fmt: skip

SUCCEEDED, FAILED, SKIPPED, NEVER = "succeeded", "failed", "skipped", "upstream_failed"
"""What a member of a group comes to; one whose trigger does not hold never starts."""

UNCALLED = "uncalled"
"""What a hook is whose run did not end as it wants: nothing becomes of it."""

ABSENT = "absent"
"""What a member is whose group never started: nothing asks for it."""

_S, _F, _K, _U = "success", "failed", "skipped", "upstream_failed"

TOLD = "told"
"""Beside what an upstream came to: that an event of it has happened which starts the member."""

States = frozenset[str]


class Outcome(Struct, frozen=True):
    """What a member may come to, and the states that its tasks then have in Airflow."""

    is_: str
    states: States


class Before(Struct, frozen=True):
    """What all that is before a task came to: words of the plan, and states of Airflow.

    `is_open` tells that the group around has started.
    """

    words: States
    states: States
    is_open: bool = True


def _all_success(states: States) -> str:
    return _U if states & {_F, _U} else _K if _K in states else "run"


def _none_failed(states: States) -> str:
    return _U if states & {_F, _U} else "run"


def _none_failed_min_one_success(states: States) -> str:
    return _U if states & {_F, _U} else "run" if _S in states else _K


def _all_failed(states: States) -> str:
    return _K if states & {_S, _K} else "run"


def _one_success(states: States) -> str:
    return "run" if _S in states else _U if states & {_F, _U} else _K


def _one_failed(states: States) -> str:
    return "run" if states & {_F, _U} else _K


def _one_done(states: States) -> str:
    return "run" if states & {_S, _F} else _K


def _none_skipped(states: States) -> str:
    return _K if _K in states else "run"


_RULES: dict[str, Callable[[States], str]] = {
    "all_success": _all_success,
    "none_failed": _none_failed,
    "none_failed_min_one_success": _none_failed_min_one_success,
    "all_failed": _all_failed,
    "one_success": _one_success,
    "one_failed": _one_failed,
    "one_done": _one_done,
    "all_done": lambda states: "run",
    "none_skipped": _none_skipped,
    "all_skipped": lambda states: "run" if states == {_K} else _K,
}
"""By the states of the tasks before, in the order of preference: `run`, or the state it ends in.

Only those that both releases of Airflow have.
"""

_EAGER = frozenset(("one_success", "one_failed", "one_done"))
"""Rules that do not wait for every task before."""

_STARTS: dict[str, Callable[[States], bool]] = {
    "all_succeeded": lambda words: words <= {SUCCEEDED, SKIPPED},
    "all_failed": lambda words: words <= {FAILED},
    "all_done": lambda words: True,
    "one_succeeded": lambda words: bool(words & {SUCCEEDED, SKIPPED}),
    "one_failed": lambda words: FAILED in words,
    "one_done": lambda words: True,
}

HEARD: dict[str, frozenset[str]] = {
    **{word: frozenset((word,)) for word in (SUCCEEDED, FAILED, SKIPPED, NEVER)},
    "done": frozenset((SUCCEEDED, FAILED, SKIPPED, NEVER)),
}
"""What hooks hear of, by their triggers."""


def wanted(trigger: str, skips: bool, words: States) -> str:
    """What a member with a trigger does after upstreams that came to these words."""
    if trigger in HEARD:
        return "run" if words <= HEARD[trigger] else UNCALLED
    if skips and SKIPPED in words:
        return SKIPPED
    return "run" if TOLD in words or _STARTS[trigger](words) else NEVER


def state_after(rule: str, states: States) -> str:
    """`run`, or the state that a task ends in, by a rule after states of the tasks before it."""
    return _RULES[rule](states) if states else "run"


def before(
    start: Iterable[Outcome],
    upstreams: Iterable[frozenset[Outcome]],
    events: Iterable[States] = (),
) -> set[Before]:
    """All that may be before a task: each outcome of each of its upstreams with each of the others.

    `start` are the outcomes of the task that begins its group, none where there is no such task.
    `events` are, for the first of the upstreams, what each must have come to for its event.
    """
    found = {Before(frozenset(), one.states, one.is_ == SUCCEEDED) for one in start}
    found = found or {Before(frozenset(), frozenset())}
    told = iter(events)
    for outcomes in upstreams:
        event = next(told, frozenset())
        found = {
            Before(b.words | words_of(o.is_, event), b.states | o.states, b.is_open)
            for b in found
            for o in outcomes
            if b.is_open != (o.is_ == ABSENT)
        }
    return found


def words_of(word: str, event: States) -> States:
    """What a member came to, and that an event was told where it is one of those."""
    return frozenset((word, TOLD) if word in event else (word,))


def fitting_rule(
    many: set[Before], decide: Callable[[States], str], *, eager: bool = False
) -> tuple[str, frozenset[Outcome]] | None:
    """The first rule that fits, and what the task comes to where it does not run; None for no rule.

    It fits when it lets the task run whenever `decide` says `run` of the words before, skips it
    where that is SKIPPED, and holds it back in some way where it is NEVER or the group is not open.
    An `eager` task may start before all that it waits for have ended.
    """
    for name, rule in _RULES.items():
        if name in _EAGER and not eager:
            continue
        outcomes = set()
        for each in many:
            want = decide(each.words) if each.is_open else ABSENT
            got = rule(each.states) if each.states else "run"
            if (want == "run") != (got == "run") or (want == SKIPPED and got != _K):
                break
            if want != "run":
                outcomes.add(Outcome(want, frozenset((got,))))
        else:
            return name, frozenset(outcomes)
    return None
