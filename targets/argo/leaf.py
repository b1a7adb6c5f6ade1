"""Turns a unit into a template with one container: its pod in the words of Argo."""

from __future__ import annotations

import json
from typing import Any

from pxc.ir.plan import Limits, Unit
from pxc.source import head_of
from pxc.targets._data import RunTime
from pxc.targets._metadata import Metadata
from pxc.targets._names import free_name
from pxc.targets._pod import PodParts, build_pod
from pxc.targets._queue import join_pod, join_pod_to_kueue
from pxc.targets.argo.build import Build, Leaf
from pxc.targets.argo.cache import memory_of
from pxc.targets.argo.failure_policy import retry_condition
from pxc.targets.argo.features import tell
from pxc.targets.argo.needs import RUN, Needs
from pxc.targets.argo.outputs import output_parameters
from pxc.targets.argo.run_time import ArgoRunTime
from pxc.targets.argo.tags import guard, has_tag, mentions, tag

__all__ = [
    "RUN_VARIABLE", "add_parameters", "ends_with_whole", "finish_leaf", "has_own_ttl",
    "is_positive", "leaf_template", "patch_resources", "pod_fields", "retry_strategy",
]  # fmt: skip

_RESERVED = frozenset(("main", "wait", "init"))
_FIELDS = (
    "nodeSelector", "tolerations", "affinity", "schedulerName", "priorityClassName",
    "serviceAccountName", "hostAliases", "securityContext",
)  # fmt: skip
"""What a template says of a pod by itself; the rest is a patch of the pod."""

RUN_VARIABLE = "PXC_RUN_UUID"


def leaf_template(unit: Unit, name: str, build: Build, needs: Needs | None = None) -> Leaf | None:
    """The template of a unit under this name; None after PXC701 for a kind it cannot be.

    Its values of the run become parameters (`needs`, where some are known), and the author's braces
    are guarded. `finish_leaf` completes it when it is known which of its outputs are taken.
    """
    report = build.report
    place = head_of(unit.runtime.span if unit.runtime is not None else unit.span)
    if not tell(f"run.{unit.kind}", f"run.kind: {unit.kind}", place, report):
        return None
    needs = Needs(unit.inputs) if needs is None else needs
    if unit.runtime is not None:
        from pxc.targets.argo.gang import gang_template

        return gang_template(unit, name, build, needs)
    had_run = needs.runs
    run_time = ArgoRunTime(needs, build.plan)
    pod = build_pod(unit, unit.pod, run_time, build.world.options, report, native_sidecars=True)
    _check_policy(unit, pod, build)
    join_pod(pod, unit, build.world.options, report)
    join_pod_to_kueue(pod, unit, build.world.options, report)
    build.config_maps.update(pod.config_maps)
    template: dict[str, Any] = {"name": name}
    metadata = _metadata(unit, pod, build)
    if metadata:
        template["metadata"] = metadata
    if unit.kind == "service":
        template["daemon"] = True
    template |= _limits(unit, run_time, build)
    template |= pod_fields(pod)
    patch_resources(template)
    guard(template, unit.pod.main.span, report)
    if pod.main.get("image") and not pod.main.get("command"):
        build.without_command.setdefault(unit.pod.main.span, unit.name)
    needs.runs = had_run or mentions(template, needs.run())
    leaf = Leaf(unit, template, needs)
    build.leaves.append(leaf)
    return leaf


def finish_leaf(leaf: Leaf, build: Build) -> None:
    """Add the outputs and the inputs of a template."""
    unit, template, needs = leaf.unit, leaf.template, leaf.needs
    asked = build.asked.get(unit.pod.main.span, ())
    if unit.runtime is not None:
        from pxc.targets.argo.gang import finish_gang

        finish_gang(leaf, asked, build)
        return
    if unit.kind != "service":
        tracking = build.tracking and needs.runs
        run = tag(needs.run()) if tracking else ""
        outputs = [*output_parameters(unit, asked, run, tracking=tracking), *leaf.told]
        if outputs:
            template["outputs"] = {"parameters": outputs}
    container = template["container"]
    known = {entry["name"] for entry in container.get("env", ())}
    if needs.runs and RUN_VARIABLE not in known:
        variable = {"name": RUN_VARIABLE, "value": tag(f"inputs.parameters.{RUN}")}
        container["env"] = [variable, *container.get("env", ())]
    add_parameters(leaf, build)


def add_parameters(leaf: Leaf, build: Build) -> None:
    """Add the memory and the inputs of a template."""
    template, needs = leaf.template, leaf.needs
    template |= memory_of(leaf, build)
    names = [*([RUN] if needs.runs else ()), *needs.values, *leaf.added]
    if names:
        inputs = {"parameters": [{"name": each} for each in names]}
        whole = {"name": template["name"], "inputs": inputs} | template
        template.clear()
        template.update(whole)


def _metadata(unit: Unit, pod: PodParts, build: Build) -> dict[str, Any]:
    """The author's labels and annotations of the pod."""
    namespace = unit.namespace or build.world.options.namespace
    known = {key: value for key, value in pod.labels.items() if not has_tag(value)}
    Metadata(build.plan, unit, namespace, known, {}, {}).check(build.report)
    found = {"labels": pod.labels, "annotations": pod.annotations}
    return {key: texts for key, texts in found.items() if texts}


def _check_policy(unit: Unit, pod: PodParts, build: Build) -> None:
    policy = pod.spec.get("restartPolicy", "Never")
    environment = unit.pod.environment
    written = environment.restart_policy if environment is not None else None
    if policy != "Never" and unit.kind != "service":
        span = written.span if written is not None else unit.span
        tell("environment.restartPolicy", f"restartPolicy: {policy}", span, build.report)


def _limits(unit: Unit, run_time: RunTime, build: Build) -> dict[str, Any]:
    limits, report = unit.limits, build.report
    found: dict[str, Any] = {}
    if has_own_ttl(limits, build):
        tell("dag.termination.ttl", "`termination.ttl` of an operation", limits.span, report)
    if unit.kind == "service":
        if limits.max_retries is not None:
            tell("service.termination.maxRetries", "termination.maxRetries", limits.span, report)
        if limits.timeout is not None and not ends_with_whole(limits.timeout, build):
            tell("service.termination.timeout", "termination.timeout", limits.span, report)
        return found
    if limits.timeout is not None and is_positive(limits.timeout, "timeout", limits, build):
        found["activeDeadlineSeconds"] = limits.timeout
    return found | retry_strategy(limits, build, retry_condition(limits, run_time, build))


def has_own_ttl(limits: Limits, build: Build) -> bool:
    """Whether something in a dag shall be deleted at another time than the dag itself."""
    whole = build.plan.group
    if whole is None or limits.ttl is None:
        return False
    return whole.limits is None or limits.ttl != whole.limits.ttl


def ends_with_whole(timeout: int, build: Build) -> bool:
    """Whether the deadline of the workflow, which began before, is met first in any case.

    What a dag gives its operations is no limit of their own. That of a dag with a matrix is one of
    each run.
    """
    whole = build.plan.group
    if whole is None or whole.limits is None or whole.sweep is not None or whole.search is not None:
        return False
    return whole.limits.timeout is not None and timeout >= whole.limits.timeout


def retry_strategy(limits: Limits, build: Build, condition: str = "") -> dict[str, Any]:
    """How often a template that failed is run again, and after which failures."""
    retries = limits.max_retries
    if not retries or not is_positive(retries, "maxRetries", limits, build):
        return {}
    found = {"limit": str(retries), "retryPolicy": "OnFailure"}
    return {"retryStrategy": found | ({"expression": condition} if condition else {})}


def is_positive(count: int, name: str, limits: Limits, build: Build) -> bool:
    """Whether a limit is one; PXC116 for what is not."""
    if count > 0 or (count == 0 and name == "maxRetries"):
        return True
    build.report.add(
        "PXC116",
        f"`termination.{name}: {count}` is no time or number that can be kept to",
        limits.span,
        help="write one or more, or leave it out",
    )
    return False


def pod_fields(pod: PodParts) -> dict[str, Any]:
    """The pod in the fields of a template, with a patch for what it has no field for."""
    spec = dict(pod.spec)
    spec.pop("restartPolicy", None)
    found: dict[str, Any] = {key: spec.pop(key) for key in _FIELDS if key in spec}
    containers, volumes = spec.pop("containers"), spec.pop("volumes", None)
    init = spec.pop("initContainers", ())
    if volumes:
        found["volumes"] = volumes
    taken = {container["name"] for container in init}
    renamed = [_renamed(container, taken) for container in init]
    if renamed:
        found["initContainers"] = renamed
    found["container"] = {key: value for key, value in containers[0].items() if key != "name"}
    if spec:
        found["podSpecPatch"] = json.dumps(spec, ensure_ascii=False)
    return found


def patch_resources(template: dict[str, Any]) -> None:
    """Say resources that have tags in them by a patch: a quantity is none to the API server."""
    main = template.get("container", {})
    resources = main.get("resources")
    if resources is None or not has_tag(json.dumps(resources, ensure_ascii=False)):
        return
    del main["resources"]
    patch = json.loads(template.get("podSpecPatch", "{}"))
    patch["containers"] = [{"name": "main", "resources": resources}]
    template["podSpecPatch"] = json.dumps(patch, ensure_ascii=False)


def _renamed(container: dict[str, Any], taken: set[str]) -> dict[str, Any]:
    """A container under a name that Argo leaves to others."""
    name = container["name"]
    if name not in _RESERVED:
        return container
    found = free_name(f"{name}-step", taken)
    taken.add(found)
    return container | {"name": found}
