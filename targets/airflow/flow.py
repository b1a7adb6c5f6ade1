"""Turns the edges of a group into trigger rules, and into what each of its members may come to."""

from __future__ import annotations

from msgspec import Struct, field

from pxc.ir.node import Lit, Template
from pxc.ir.plan import Group, Start, Unit
from pxc.targets._searching import goes_in_rounds
from pxc.targets.airflow.events import told_by
from pxc.targets.airflow.trigger_rules import (
    ABSENT,
    FAILED,
    HEARD,
    NEVER,
    SKIPPED,
    SUCCEEDED,
    UNCALLED,
    Before,
    Outcome,
    before,
    fitting_rule,
    state_after,
    wanted,
)
from pxc.targets.airflow.worlds import Worlds

__all__ = ["WHOLE", "Flow", "flow_of", "is_false", "is_hook"]

WHOLE = "whole"
"""The kind of a group that holds what a file is of, and what stands around it."""

Outcomes = frozenset[Outcome]

_RAN = (Outcome(SUCCEEDED, frozenset(("success",))), Outcome(FAILED, frozenset(("failed",))))
_SKIPPED = frozenset(("skipped",))
_NEVER = frozenset(("upstream_failed",))


class Flow(Struct):
    """How the tasks of one group follow one another.

    `rules` are the trigger rules of its members by name: of a unit that of its task, of a group
    that of the task that begins it; those in `gates` have no exact one, and a task before them
    that asks how everything went. Of those in `asks` the rule is that of a task before them which
    decides by their condition. `inner` are the flows of inner groups. `start` and `end` are the
    rules of the task that begins the group, if there is one, and of the task that holds what it
    came to; the group is `guarded` where that first task may not run, so that every member has to
    look at it. `outcomes` is what the group as a whole may come to, `came` what each member may.
    `events` are, for what waits for one and what it waits for, the ends that are one. Nobody minds
    what becomes of `hooks`. A group that is not an inner one has a task for what it
    came to only where it `is_awaited`.
    One of `rounds` is a unit whose tasks ask what to run.
    """

    group: Group
    rules: dict[str, str] = field(default_factory=dict)
    inner: dict[str, Flow] = field(default_factory=dict)
    start: str = ""
    guarded: bool = False
    end: str = ""
    outcomes: Outcomes = frozenset()
    gates: set[str] = field(default_factory=set)
    asks: set[str] = field(default_factory=set)
    came: dict[str, Outcomes] = field(default_factory=dict)
    upstreams: dict[str, list[str]] = field(default_factory=dict)
    rounds: bool = False
    hooks: frozenset[str] = frozenset()
    events: dict[tuple[str, str], frozenset[str]] = field(default_factory=dict)
    is_awaited: bool = False

    def is_spread(self, name: str) -> bool:
        """Whether an inner group is what the file is of, so that it needs no TaskGroup."""
        inner = self.inner.get(name)
        in_rounds = inner is not None and inner.rounds
        return self.group.kind == WHOLE and name not in self.hooks and not in_rounds

    @property
    def hides_failures(self) -> bool:
        """Whether the run may end well to Airflow although a task of it failed."""
        passing = {"all_success", "none_failed", "none_failed_min_one_success"}
        own = any(rule not in passing for rule in self.rules.values())
        own = own or bool(self.hooks) or bool(self.gates)
        return own or any(flow.hides_failures for flow in self.inner.values())


def flow_of(group: Group, start: Outcomes = frozenset()) -> Flow:
    """The flow of a group; `start` is what the task that begins it may come to, if there is one."""
    hooks = frozenset(member.name for member in group.members if is_hook(member))
    flow = Flow(group, guarded=bool(start), hooks=hooks)
    for edge in group.edges:
        known = flow.upstreams.setdefault(edge.downstream, [])
        if edge.upstream not in known:
            known.append(edge.upstream)
        if edge.events:
            pair = edge.upstream, edge.downstream
            flow.events[pair] = flow.events.get(pair, frozenset()) | told_by(edge)
    downstreams: dict[str, int] = {}
    for ups in flow.upstreams.values():
        for one in ups:
            downstreams[one] = downstreams.get(one, 0) + 1
    worlds = Worlds(start, downstreams)
    waiting = {member.name: member for member in group.members}
    while waiting:
        for name, member in tuple(waiting.items()):
            if any(one in waiting for one in flow.upstreams.get(name, ())):
                continue
            del waiting[name]
            flow.came[name] = _member(member, flow, start, worlds)
    _finish(flow, start)
    return flow


def _member(member: Unit | Group, flow: Flow, start: Outcomes, worlds: Worlds) -> Outcomes:
    """What a member may come to; its rule, or its gate, goes into the flow."""
    said = member.start or Start(member.span)
    names = flow.upstreams.get(member.name, [])
    ups = {one: flow.events.get((one, member.name), frozenset[str]()) for one in names}
    many = worlds.before(ups)

    def decide(words: frozenset[str]) -> str:
        return wanted(said.trigger, said.skip_on_upstream_skip, words) if ups else "run"

    eager = said.trigger.startswith("one_") and not start and not any(ups.values())
    fitting = fitting_rule(many, decide, eager=eager)
    asks = isinstance(said.condition, Template)
    word = UNCALLED if is_hook(member) else SKIPPED
    no = frozenset((Outcome(word, _SKIPPED),)) if asks else frozenset[Outcome]()
    if fitting is None or is_false(said) or _is_unclear(fitting[1] | no):
        flow.gates.add(member.name)
        words = {decide(each.words) if each.is_open else ABSENT for each in many} - {"run"}
        words |= {SKIPPED} if is_false(said) else set()
        fitting = "all_success", frozenset(Outcome(word, _SKIPPED) for word in words)
    rule, held_back = fitting[0], fitting[1] | no
    if asks:
        flow.asks.add(member.name)
    flow.rules[member.name] = rule
    outcomes = _outcomes(member, rule, held_back, flow)

    def after(each: Before) -> Outcomes:
        """What the member comes to after what is before it."""
        want = decide(each.words) if each.is_open else ABSENT
        if want == "run":
            words = {SUCCEEDED, FAILED} | ({word} if no or is_false(said) else set())
            return frozenset(one for one in outcomes if one.is_ in words)
        if member.name in flow.inner or member.name in flow.gates:
            return frozenset(one for one in outcomes if one.is_ == want) or outcomes
        return frozenset((Outcome(want, frozenset((state_after(rule, each.states),))),))

    worlds.add(member.name, ups, outcomes, after)
    return outcomes


def _outcomes(member: Unit | Group, rule: str, held_back: Outcomes, flow: Flow) -> Outcomes:
    """All that a member may come to."""
    if isinstance(member, Unit) and not goes_in_rounds(member):
        ran = set[Outcome]() if is_false(member.start) else set(_RAN)
        if member.sweep is not None:
            ran.add(Outcome(FAILED, frozenset(("success", "failed"))))
        return held_back | ran
    if isinstance(member, Unit):
        return _rounds(member, flow, held_back)
    begun = frozenset((_RAN[0], *held_back)) if held_back else frozenset[Outcome]()
    inner = flow_of(member, begun)
    inner.start = rule if begun or flow.upstreams.get(member.name) else ""
    inner.is_awaited = any(edge.upstream == member.name for edge in flow.group.edges)
    flow.inner[member.name] = inner
    return inner.outcomes


def _rounds(unit: Unit, flow: Flow, held_back: Outcomes) -> Outcomes:
    """What a unit comes to that runs in rounds: its end has failed when what asks has.

    Its first task asks, so it is what may not run, and nothing is before it in its group.
    """
    ran = set[Outcome]() if is_false(unit.start) else {_RAN[0], Outcome(FAILED, _NEVER)}
    inner = Flow(Group(unit.span, unit.name, "dag", ()), guarded=bool(held_back), rounds=True)
    inner.outcomes = held_back | ran
    flow.inner[unit.name] = inner
    return inner.outcomes


def _finish(flow: Flow, start: Outcomes) -> None:
    """The task behind all members: it runs when none of them has failed."""
    minded = [outcomes for name, outcomes in flow.came.items() if name not in flow.hooks]
    came = [frozenset(map(_after_failure, outcomes)) for outcomes in minded]
    fitting = fitting_rule(before(start, came), lambda words: NEVER if FAILED in words else "run")
    flow.end = fitting[0] if fitting is not None else ""
    held_back = fitting[1] if fitting is not None else frozenset[Outcome]()
    found = {_RAN[0]}
    for each in held_back:
        if each.is_ == NEVER:
            found.add(Outcome(FAILED, each.states))
    for one in start:
        if one.is_ != SUCCEEDED:
            states = {o.states for o in held_back if o.is_ == "absent"}
            found |= {Outcome(one.is_, each) for each in states or {one.states}}
    flow.outcomes = frozenset(found)


def _after_failure(outcome: Outcome) -> Outcome:
    """What Airflow says has no chance any more stands behind something that failed."""
    is_late = outcome.is_ == NEVER and "upstream_failed" in outcome.states
    return Outcome(FAILED, outcome.states) if is_late else outcome


def is_hook(member: Unit | Group) -> bool:
    """Whether a member is a hook of another one."""
    return member.start is not None and member.start.trigger in HEARD


def is_false(start: Start | None) -> bool:
    """Whether a member is skipped whenever its turn comes."""
    condition = start.condition if start is not None else None
    return isinstance(condition, Lit) and not condition.value


def _is_unclear(outcomes: Outcomes) -> bool:
    """Whether one state may mean that a member was skipped, or that it never started."""
    skipped = {each.states for each in outcomes if each.is_ == SKIPPED}
    return any(each.is_ == NEVER and each.states in skipped for each in outcomes)
