"""The judge of Argo workflows: what neither the schema of the CRDs nor an API server sees.

The rules are those of `argo lint` and of the controller: templates, parameters, names, `depends`
with a result for every name, references to tasks that have ended, and braces that are ours.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

from tests.argo_manifests import created

Object = dict[str, Any]

_NAME = re.compile(r"[a-zA-Z0-9][-a-zA-Z0-9]{0,127}")
_PARAMETER = re.compile(r"[-a-zA-Z0-9_]+")
_TAG = re.compile(r"\{\{(.*?)\}\}")
_TASK = re.compile(
    r"\btasks(?:\.([-\w]+)|\['([^']+)'\])\.(?:outputs\.parameters(?:\.([-\w]+)|\['([^']+)'\])|status|ip)"
)
_INPUT = re.compile(r"\binputs\.parameters(?:\.([-\w]+)|\['([^']+)'\])")
_RESULTS = {"Succeeded", "Failed", "Errored", "Skipped", "Omitted", "Daemoned", "AnySucceeded",
            "AllFailed"}  # fmt: skip
_KEYWORDS = {"not", "and", "or", "in", "matches", "contains", "startsWith", "endsWith", "true",
             "false", "nil", "let", "if", "else"}  # fmt: skip
_KINDS = ("container", "dag", "suspend", "resource", "steps", "script", "http")
_ITEM = re.compile(r"^=?\s*item(\.[-\w]+|\['[^']+'\])?$")

Pod = Callable[[Object, dict[str, str]], None]
_SELECTOR = re.compile(r"[\w.-]+( (=|!=|>|<) \S+| (not)?in \([^()]+\))?")


def judge_workflow(
    document: Object, judge_pod: Pod, judge_object: Callable[[Object], None]
) -> None:
    """AssertionError tells what Argo would refuse.

    `judge_pod` judges the pod of a template, `judge_object` what a template creates.
    """
    spec = document["spec"]
    if document["kind"] == "WorkflowEventBinding":
        assert spec["event"]["selector"]
        assert spec["submit"]["workflowTemplateRef"]["name"]
        return
    if document["kind"] == "CronWorkflow":
        assert len(document["metadata"]["name"]) <= 52
        spec = spec["workflowSpec"]
    if "workflowTemplateRef" in spec:
        assert spec["workflowTemplateRef"]["name"]
        assert "templates" not in spec
        return
    assert len(json.dumps(document)) < 1_048_576
    templates = {template["name"]: template for template in whole_templates(spec)}
    assert len(templates) == len(spec["templates"]), [t["name"] for t in spec["templates"]]
    given = {p["name"] for p in spec.get("arguments", {}).get("parameters", ())}
    entry = templates[spec["entrypoint"]]
    asked = {p["name"] for p in _inputs(entry) if "value" not in p}
    assert asked <= given, (asked, given)
    called = {spec["entrypoint"]}
    for template in templates.values():
        called |= _judge_template(template, templates, judge_pod)
        if "resource" in template:
            _judge_conditions(template["resource"])
            judge_object(created(template["resource"]))
    for hook in spec.get("hooks", {}).values():
        called.add(hook["template"])
    called.add(spec.get("onExit", spec["entrypoint"]))
    assert called == set(templates), (called, set(templates))


def whole_templates(spec: Object) -> list[Object]:
    """The templates of a spec, those of pods with what `templateDefaults` say of all of them."""
    defaults = dict(spec.get("templateDefaults", {}))
    main = dict(defaults.pop("container", {}))
    assert main.pop("image", "") == ""
    found = []
    for template in spec["templates"]:
        if "container" in template or "resource" in template:
            assert not defaults.keys() & template.keys()
            template = defaults | template
        if "container" in template:
            assert not main.keys() & template["container"].keys()
            template = template | {"container": main | template["container"]}
        found.append(template)
    return found


def _judge_conditions(resource: Object) -> None:
    """They are label selectors, whose keys are no longer than those of labels."""
    for field in ("successCondition", "failureCondition"):
        for text in re.split(r",(?![^(]*\))", resource.get(field, "a")):
            assert _SELECTOR.fullmatch(text.strip()), text
            assert len(text.split()[0]) <= 63, text


def _inputs(template: Object) -> list[Object]:
    found: list[Object] = template.get("inputs", {}).get("parameters", [])
    return found


def _judge_template(template: Object, templates: dict[str, Object], judge_pod: Pod) -> set[str]:
    assert _NAME.fullmatch(template["name"]), template["name"]
    assert sum(kind in template for kind in _KINDS) == 1, template.keys()
    inputs = [p["name"] for p in _inputs(template)]
    assert all(map(_PARAMETER.fullmatch, inputs)), inputs
    assert len(set(inputs)) == len(inputs), inputs
    outputs = template.get("outputs", {}).get("parameters", [])
    names = [p["name"] for p in outputs]
    assert all(map(_PARAMETER.fullmatch, names)), names
    assert len(set(names)) == len(names), names
    apart = ("dag", "outputs") if "dag" in template else ()
    for text in _texts({k: v for k, v in template.items() if k not in apart}):
        _judge_tags(text, set(inputs))
    if "dag" in template:
        assert "activeDeadlineSeconds" not in template
        assert "timeout" not in template
        return _judge_dag(template, templates, set(inputs))
    assert "parallelism" not in template
    if "container" in template:
        judge_pod(_pod(template), template.get("metadata", {}).get("labels", {}))
    return set()


def _judge_tags(text: str, inputs: set[str]) -> None:
    """Every pair of braces is a tag of ours, and nothing touches it."""
    assert "{{{" not in text, text
    assert _TAG.sub("", text).count("{{") == 0, text
    for inner in _TAG.findall(text):
        for dotted, quoted in _INPUT.findall(inner):
            assert (dotted or quoted) in inputs, (text, inputs)
        assert re.search(r"\b(inputs|workflow|tasks|item|retries)\b", inner), text
        assert "tasks" not in inner, text


def _pod(template: Object) -> Object:
    """The pod that Argo makes, without its own containers."""
    patch = json.loads(template.get("podSpecPatch", "{}"))
    volumes = template.get("volumes", [])
    init = template.get("initContainers", [])
    names = {c["name"] for c in (*init, *template.get("sidecars", ()))}
    assert not names & {"main", "wait", "init"}, names
    return {
        **{k: v for k, v in patch.items() if k != "containers"},
        "initContainers": init,
        "containers": [{"name": "main", **template["container"]}, *template.get("sidecars", ())],
        "volumes": volumes,
    }


def _judge_dag(template: Object, templates: dict[str, Object], inputs: set[str]) -> set[str]:
    dag = template["dag"]
    assert dag["failFast"] is False
    tasks = {task["name"]: task for task in dag["tasks"]}
    assert len(tasks) == len(dag["tasks"]), [t["name"] for t in dag["tasks"]]
    called = set()
    above: dict[str, set[str]] = {}
    for name, task in tasks.items():
        assert _NAME.fullmatch(name), name
        assert name not in _KEYWORDS
        assert not name[0].isdigit()
        above[name] = _depends(task.get("depends", ""), tasks)
        target = templates[task["template"]]
        called.add(task["template"])
        given = [p["name"] for p in task.get("arguments", {}).get("parameters", ())]
        wanted = {p["name"] for p in _inputs(target)}
        needed = {p["name"] for p in _inputs(target) if "value" not in p}
        assert len(set(given)) == len(given), given
        assert needed <= set(given) <= wanted, (name, given, wanted)
        for kind, hook in task.get("hooks", {}).items():
            assert kind == "exit" or "expression" in hook, hook
            _judge_hook(hook, templates, called)
    closed = {name: _closure(name, above) for name in tasks}
    for name, task in tasks.items():
        assert name not in closed[name], name
        loops = any(key in task for key in ("withItems", "withParam", "withSequence"))
        sure = _succeeded(name, tasks)
        for text in _texts({k: v for k, v in task.items() if k not in ("withItems", "hooks")}):
            _judge_task_text(text, closed[name], sure, tasks, templates, inputs, loops)
        seen = {*closed[name], name}
        for text in _texts(task.get("hooks", {})):
            _judge_task_text(text, seen, sure, tasks, templates, inputs, False)
    return called


def _succeeded(name: str, tasks: dict[str, Object]) -> set[str]:
    """The tasks that have succeeded, as sure as a task has started."""
    clauses = re.split(r" && (?![^()]*\))", tasks[name].get("depends", ""))
    return set().union(*(_succeeded_by(clause, tasks) for clause in clauses))


def _succeeded_by(depends: str, tasks: dict[str, Object]) -> set[str]:
    results: dict[str, set[str]] = {}
    for word in re.findall(r"[\w.-]+", depends):
        results.setdefault(word.partition(".")[0], set()).add(word.partition(".")[2])
    if len(results) > 1 and "||" in depends:
        return set()
    ran = {task for task, found in results.items() if found <= {"Succeeded", "Failed", "Errored"}}
    well = {task for task, found in results.items() if found == {"Succeeded"}}
    return well.union(*(_succeeded(task, tasks) for task in ran))


def _judge_hook(hook: Object, templates: dict[str, Object], called: set[str]) -> None:
    called.add(hook["template"])
    given = {p["name"] for p in hook.get("arguments", {}).get("parameters", ())}
    assert given == {p["name"] for p in _inputs(templates[hook["template"]])}, hook


def _judge_task_text(
    text: str,
    above: set[str],
    sure: set[str],
    tasks: dict[str, Object],
    templates: dict[str, Object],
    inputs: set[str],
    loops: bool,
) -> None:
    assert "{{{" not in text, text
    for inner in _TAG.findall(text):
        for dotted, quoted in _INPUT.findall(inner):
            assert (dotted or quoted) in inputs, (text, inputs)
        for match in _TASK.findall(inner):
            task = match[0] or match[1]
            output = match[2] or match[3]
            assert task in above, (text, above)
            if output:
                made = templates[tasks[task]["template"]].get("outputs", {}).get("parameters", [])
                [found] = [p for p in made if p["name"] == output]
                made_up = {"default", "expression"} & found["valueFrom"].keys()
                assert made_up or task in sure, (text, sure)
        assert "item" not in inner.split(".")[0] or (loops and _ITEM.match(inner)), text


def _depends(text: str, tasks: dict[str, Object]) -> set[str]:
    """The tasks that a `depends` names, each with a result."""
    found = set()
    for word in re.findall(r"[\w.-]+", text):
        name, dot, result = word.partition(".")
        assert dot, text
        assert result in _RESULTS, text
        assert name in tasks, text
        found.add(name)
    bare = re.sub(r"[\w.-]+", "True", text).replace("&&", " and ").replace("||", " or ")
    eval(bare.replace("!", " not ") or "True")
    return found


def _closure(name: str, above: dict[str, set[str]]) -> set[str]:
    found: set[str] = set()
    waiting = list(above[name])
    while waiting:
        last = waiting.pop()
        if last not in found:
            found.add(last)
            waiting += above[last]
    return found


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from _texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)
