"""Says what becomes of every member of a plan when its units end as a script tells.

It follows the documentation of flows alone and knows no target: a member starts when its trigger
holds of those before it, where a skipped one counts as one that succeeded; one whose trigger does not
hold never starts; a condition that is false skips; what an upstream's event starts asks no trigger; a
dag has failed when a member has. Time plays no part: every rule is asked when all upstreams ended.
Where somebody must agree, somebody does.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from pxc.ir.plan import Edge, Group, Plan, Start, Unit
from tests.plan_conditions import holds
from tests.plan_hooks import called

SUCCEEDED, FAILED, SKIPPED, NEVER = "succeeded", "failed", "skipped", "upstream_failed"


@dataclass(frozen=True)
class Script:
    """How a unit does: it fails so many times before it succeeds, and then has these outputs.

    A search, whose runs only its results tell, has a script as a whole.
    """

    failures: float = 0
    outputs: Mapping[str, Any] = field(default_factory=dict)


FAILS = Script(failures=math.inf)


@dataclass(frozen=True)
class Fate:
    """What a member came to, and how often it was tried; a group and what never ran are not.

    With `asked` somebody agreed before it started.
    """

    state: str
    tries: int = 0
    asked: bool = False


def interpret(plan: Plan, scripts: Mapping[str, Script]) -> dict[str, Fate]:
    """The fate of every member by its path (`train`, `inner/train`, `train/0` for a cell).

    What has no script succeeds at once and has no outputs. Members of a group that never started,
    and hooks that are not called, have no fate. A hook has its path beside what it follows. The
    plan as a whole is the empty path.
    """
    told: dict[str, Fate] = {}
    roots: tuple[Unit | Group, ...] = plan.units if plan.group is None else (plan.group,)
    interpreter = _Interpreter(scripts, told)
    fates = [interpreter.fate(root, "", None) for root in roots]
    for root, found in zip(roots, fates, strict=True):
        interpreter.call_hooks(root, "", found.state, _Scope("", None))
    told[""] = Fate(_whole([found.state for found in fates]), 0, any(f.asked for f in fates))
    return told


@dataclass(frozen=True)
class _Scope:
    """A group as its members see it: outputs of each other, and what lies around."""

    path: str
    around: _Scope | None

    def find(self, path: str) -> tuple[str, str]:
        """The path of a member and the name of its output, for `[dag.]ops.a.outputs.x`."""
        first, _, rest = path.partition(".")
        if first == "dag":
            assert self.around is not None, path
            return self.around.find(rest)
        kind, member, outputs, name = path.split(".")
        assert (kind, outputs) == ("ops", "outputs"), path
        return _join(self.path, member), name


@dataclass
class _Interpreter:
    scripts: Mapping[str, Script]
    told: dict[str, Fate]

    def fate(self, member: Unit | Group, path: str, scope: _Scope | None) -> Fate:
        """Runs a member that has started."""
        if member.search is not None:
            found = Fate(FAILED if self.scripts.get(path, Script()).failures else SUCCEEDED)
        elif member.sweep is None:
            found = self._once(member, path, scope)
        else:
            cells = [_join(path, str(index)) for index in range(member.sweep.count)]
            found = Fate(_whole([self._once(member, cell, scope).state for cell in cells]))
        self.told[path] = replace(found, asked=member.approval is not None)
        return self.told[path]

    def call_hooks(self, member: Unit | Group, path: str, state: str, beside: _Scope) -> None:
        """Runs the hooks of a member that has come to a state, started or not, and their hooks."""
        outputs = self.scripts.get(path, Script()).outputs
        for unit in called(member.hooks, state, outputs, lambda path: self._read(path, beside)):
            path = _join(beside.path, unit.name)
            self.call_hooks(unit, path, self.fate(unit, path, beside).state, beside)

    def _once(self, member: Unit | Group, path: str, scope: _Scope | None) -> Fate:
        if isinstance(member, Group):
            self.told[path] = self._group(member, _Scope(path, scope))
        else:
            self.told[path] = self._unit(member, path)
        return self.told[path]

    def _unit(self, unit: Unit, path: str) -> Fate:
        failures = self.scripts.get(path, Script()).failures
        retries = unit.limits.max_retries or 0
        tries = int(min(failures, retries)) + 1
        return Fate(FAILED if failures > retries else SUCCEEDED, tries)

    def _group(self, group: Group, scope: _Scope) -> Fate:
        waiting = {member.name: member for member in group.members}
        states: dict[str, str] = {}
        while waiting:
            for name, member in tuple(waiting.items()):
                edges = [edge for edge in group.edges if edge.downstream == name]
                if any(edge.upstream in waiting for edge in edges):
                    continue
                del waiting[name]
                path = _join(scope.path, name)
                stop = self._obstacle(member.start, edges, states, scope)
                if stop is not None:
                    self.told[path] = Fate(stop)
                states[name] = stop or self.fate(member, path, scope).state
                self.call_hooks(member, path, states[name], scope)
        return Fate(_whole(states.values()))

    def _obstacle(
        self, start: Start | None, edges: list[Edge], states: Mapping[str, str], scope: _Scope
    ) -> str | None:
        """Why a member does not start: what it is then; None when it does."""
        before = [states[edge.upstream] for edge in edges]
        if start is not None and start.skip_on_upstream_skip and SKIPPED in before:
            return SKIPPED
        if edges and not any(_tells(edge, states[edge.upstream]) for edge in edges):
            trigger = start.trigger if start is not None else "all_succeeded"
            if not _TRIGGERS[trigger](before):
                return NEVER
        condition = start.condition if start is not None else None
        if not holds(condition, lambda path: self._read(path, scope)):
            return SKIPPED
        return None

    def _read(self, reference: str, scope: _Scope) -> Any:
        path, name = scope.find(reference)
        return self.scripts[path].outputs[name]


def _join(path: str, name: str) -> str:
    return f"{path}/{name}" if path else name


def _whole(states: Iterable[str]) -> str:
    return FAILED if FAILED in states else SUCCEEDED


def _succeeded(state: str) -> bool:
    return state in (SUCCEEDED, SKIPPED)


_TRIGGERS: dict[str, Callable[[list[str]], bool]] = {
    "all_succeeded": lambda before: all(map(_succeeded, before)),
    "all_failed": lambda before: all(state == FAILED for state in before),
    "all_done": lambda before: True,
    "one_succeeded": lambda before: any(map(_succeeded, before)),
    "one_failed": lambda before: FAILED in before,
    "one_done": lambda before: bool(before),
}
_BEFORE_THE_END = (
    "created", "compiled", "queued", "scheduled", "starting", "initializing", "running", "processing",
)  # fmt: skip


def _tells(edge: Edge, state: str) -> bool:
    """Whether one of the events of an edge has happened."""
    happened = {state, "done"} | (set(_BEFORE_THE_END) if state in (SUCCEEDED, FAILED) else set())
    return any(kind.removeprefix("run_status_") in happened for kind in edge.events)
