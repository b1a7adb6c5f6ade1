"""Says what the controller of Argo does with a workflow whose pods end as a script tells.

A task is asked when all its upstreams have ended: `depends`, then `when`. What a dag comes to is what
its last tasks came to; one that did not run takes that of the branch that leads to it, where a failure
wins. Tests on a real controller hold this model to it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.plan_interpreter import Script

Object = dict[str, Any]

_NAME = r"[a-zA-Z0-9][-a-zA-Z0-9]*"
_RESULT = re.compile(rf"({_NAME})\.(Succeeded|Failed|Errored|Skipped|Omitted|Daemoned)\b")
_STATUS = re.compile(rf"tasks(?:\.({_NAME})|\['({_NAME})'\])\.status")
_ROOT = frozenset({"root"})
"""The branch that begins at a dag: it has come to what the dag has, once that is known."""
_LOOP = re.compile(r"run(-\d+)?")


@dataclass(frozen=True)
class _End:
    """What a node came to, and what the branches came to that go on behind it."""

    phase: str
    branches: frozenset[str]


def phases(workflow: Object, scripts: Mapping[str, Script]) -> dict[str, str]:
    """The phase of every node by the path of its member in the plan; the workflow's is empty."""
    spec = workflow["spec"]
    model = _Model({template["name"]: template for template in spec["templates"]}, scripts, {})
    return model.told | {"": model.run(spec["entrypoint"], "").phase}


@dataclass(frozen=True)
class _Model:
    templates: Mapping[str, Object]
    scripts: Mapping[str, Script]
    told: dict[str, str]

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
        if "depends" in task and not _holds(task["depends"], ends):
            end = _End("Omitted", branches)
        elif "when" in task and not _holds(task["when"], ends):
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
