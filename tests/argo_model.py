"""Says what the controller of Argo does with a workflow whose pods end as a script tells.

A task is asked when all its upstreams have ended: `depends`, then `when`. What a dag comes to is what
its last tasks came to; one that did not run takes that of the branch that leads to it, where a failure
wins. Tests on a real controller hold this model to it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.plan_interpreter import Script

Object = dict[str, Any]

_NAME = r"[a-zA-Z0-9][-a-zA-Z0-9]*"
_RESULT = re.compile(rf"({_NAME})\.(Succeeded|Failed|Errored|Skipped|Omitted|Daemoned)\b")
_STATUS = re.compile(rf"tasks(?:\.({_NAME})|\['({_NAME})'\])\.status")
_ROOT = frozenset({"root"})
"""The branch that begins at a dag: it has come to what the dag has, once that is known."""
_GIVEN = re.compile(r"\{\{inputs\.parameters\.([-\w]+)\}\}")
_INDEXED = re.compile(r"inputs\.parameters\['([-\w]+)'\]")
_PART = re.compile(r"part-\d+")
_LOOP = re.compile(r"run(-\d+)?")


@dataclass(frozen=True)
class _End:
    """What a node came to, and what the branches came to that go on behind it."""

    phase: str
    branches: frozenset[str]


def phases(
    workflow: Object, scripts: Mapping[str, Script], parts: Iterable[Object] = ()
) -> dict[str, str]:
    """The phase of every node by the path of its member in the plan; the workflow's is empty.

    Nodes of the `parts` that it starts are where they would be in one workflow.
    """
    specs = {part["metadata"]["name"]: part["spec"] for part in parts}
    spec = workflow["spec"]
    model = _Model(_templates(spec), scripts, {}, specs)
    return model.told | {"": model.run(spec["entrypoint"], "").phase}


def _templates(spec: Object) -> dict[str, Object]:
    return {template["name"]: template for template in spec["templates"]}


@dataclass(frozen=True)
class _Model:
    templates: Mapping[str, Object]
    scripts: Mapping[str, Script]
    told: dict[str, str]
    parts: Mapping[str, Object]
    given: Mapping[str, str] = field(default_factory=dict)

    def run(self, name: str, path: str) -> _End:
        """Runs a template whose task is wanted."""
        template = self.templates[name]
        if "dag" in template:
            return self._dag(template["dag"]["tasks"], path)
        limit = int(template.get("retryStrategy", {}).get("limit", 0))
        phase = "Failed" if self.scripts.get(path, Script()).failures > limit else "Succeeded"
        return _End(phase, frozenset({phase}))

    def _dag(self, tasks: list[Object], path: str) -> _End:
        ends: dict[str, _End] = {}
        waiting = {task["name"]: task for task in tasks}
        upstreams = {name: _upstreams(task) for name, task in waiting.items()}
        while waiting:
            ready = [name for name in waiting if not upstreams[name] & set(waiting)]
            assert ready, f"a cycle of {sorted(waiting)}"
            for name in ready:
                task = waiting.pop(name)
                branches = [ends[upstream].branches for upstream in upstreams[name]]
                ends[name] = self._task(task, path, ends, frozenset().union(*branches) or _ROOT)
        leaves = set(ends) - set().union(*upstreams.values())
        failed = any("Failed" in ends[leaf].branches for leaf in leaves)
        behind = frozenset().union(*(ends[leaf].branches for leaf in leaves))
        phase = "Failed" if failed else "Succeeded"
        return _End(phase, behind - _ROOT | {phase} if behind & _ROOT else behind)

    def _task(
        self, task: Object, path: str, ends: Mapping[str, _End], branches: frozenset[str]
    ) -> _End:
        place = f"{path}/{task['name']}" if path else task["name"]
        if "resource" in self.templates[task["template"]]:
            return self._part(task, path, ends, branches)
        if _PART.fullmatch(task["name"]):
            return self._part_inside(task, path, ends, branches)
        if "depends" in task and not _holds(task["depends"], ends):
            end = _End("Omitted", branches)
        elif "when" in task and not _holds(self._known(task["when"]), ends):
            end = _End("Skipped", branches)
        elif "withItems" in task:
            assert _LOOP.fullmatch(task["name"]), task["name"]
            cells = [self._cell(task, path, item) for item in task["withItems"]]
            phase = "Failed" if any(cell.phase == "Failed" for cell in cells) else "Succeeded"
            return _End(phase, frozenset().union(*(cell.branches for cell in cells)))
        else:
            end = self.run(task["template"], place)
        self.told[place] = end.phase
        return end

    def _part_inside(
        self, task: Object, path: str, ends: Mapping[str, _End], branches: frozenset[str]
    ) -> _End:
        """A dag template with some of the tasks of another, whose nodes are told as its own."""
        given = self._given(task, ends)
        inner = _Model(self.templates, self.scripts, self.told, self.parts, given)
        return self._started(task, inner, task["template"], path, ends, branches)

    def _part(
        self, task: Object, path: str, ends: Mapping[str, _End], branches: frozenset[str]
    ) -> _End:
        """A workflow that is started: its nodes are told as those of whoever starts it."""
        given = self._given(task, ends)
        spec = self.parts[next(iter(given.values()))]
        inner = _Model(_templates(spec), self.scripts, self.told, self.parts, given)
        end = self._started(task, inner, spec["entrypoint"], path, ends, branches)
        return end if end.phase == "Omitted" else _End(end.phase, frozenset({end.phase}))

    def _started(
        self, task: Object, inner: _Model, entry: str, path: str, ends: Mapping[str, _End],
        branches: frozenset[str],
    ) -> _End:  # fmt: skip
        if "depends" not in task or _holds(task["depends"], ends):
            return inner.run(entry, path)
        inner.never(entry, path)
        return _End("Omitted", branches)

    def never(self, name: str, path: str) -> None:
        """Tell that no task of a template was started."""
        for task in self.templates[name]["dag"]["tasks"]:
            called = self.templates[task["template"]]
            if "resource" in called:
                spec = self.parts[task["arguments"]["parameters"][0]["value"]]
                inner = _Model(_templates(spec), self.scripts, self.told, self.parts)
                inner.never(spec["entrypoint"], path)
            elif _PART.fullmatch(task["name"]):
                self.never(task["template"], path)
            else:
                self.told[f"{path}/{task['name']}" if path else task["name"]] = "Omitted"

    def _given(self, task: Object, ends: Mapping[str, _End]) -> dict[str, str]:
        found = {}
        for each in task.get("arguments", {}).get("parameters", ()):
            text = self._known(each["value"])
            text = _STATUS.sub(lambda m: ends[m[1] or m[2]].phase, text)
            found[each["name"]] = text.strip("{}")
        return found

    def _known(self, text: str) -> str:
        """A text with what was given to a part in it."""
        text = _GIVEN.sub(lambda found: self.given.get(found[1], found[0]), text)
        return _INDEXED.sub(lambda found: repr(self.given[found[1]]), text)

    def _cell(self, task: Object, path: str, item: Object) -> _End:
        place = f"{path}/{item['index']}" if path else item["index"]
        end = self.run(task["template"], place)
        self.told[place] = end.phase
        return end


def _upstreams(task: Object) -> set[str]:
    return {name for name, _ in _RESULT.findall(task.get("depends", ""))}


def _holds(text: str, ends: Mapping[str, _End]) -> bool:
    """The truth of a `depends`, or of a `when` that asks for nothing but statuses."""
    text = re.sub(r"^\{\{=?(.*)\}\}$", r"\1", text)
    text = _STATUS.sub(lambda found: repr(ends[found[1] or found[2]].phase), text)
    text = _RESULT.sub(lambda found: str(ends[found[1]].phase == found[2]), text)
    for theirs, ours in (("&&", " and "), ("||", " or "), ("false", "False"), ("true", "True")):
        text = text.replace(theirs, ours)
    text = re.sub(r"!(?!=)", " not ", text).strip()
    return bool(eval(text, {"__builtins__": {}}))
