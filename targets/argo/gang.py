"""Turns a unit of several roles into a template that creates the resource of its operator.

While it is made, the template holds the objects as data: what is shared and looped over is what
other templates share. `gang_dag` writes them as manifests.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from msgspec.structs import replace as changed

from pxc.ir.node import replace
from pxc.ir.plan import Limits, Unit
from pxc.source import head_of
from pxc.targets._collected import untold
from pxc.targets._container import container_order
from pxc.targets._endless import never_ends
from pxc.targets._metadata import Metadata
from pxc.targets._names import dns_label
from pxc.targets.argo.build import Build, Leaf
from pxc.targets.argo.collect import collecting
from pxc.targets.argo.ending import endings
from pxc.targets.argo.features import tell
from pxc.targets.argo.leaf import (
    RUN_VARIABLE,
    add_parameters,
    has_own_ttl,
    is_positive,
    retry_strategy,
)
from pxc.targets.argo.manifest_values import ManifestRunTime
from pxc.targets.argo.needs import Needs
from pxc.targets.argo.outputs import output_parameters
from pxc.targets.argo.shape import OBJECTS
from pxc.targets.argo.tags import has_tag, tag
from pxc.targets.kubernetes.distributed import LONGEST_NAME, EngineRun, Made, engine_objects
from pxc.targets.kubernetes.unit_parts import INSTANCE

__all__ = ["finish_gang", "gang_template"]

_WORKFLOW_LABEL = "workflows.argoproj.io/workflow"
_HASH = 10
_TRIES = 4
"""The characters of the number of a try, with its dash."""

_BESIDE = frozenset(("Service", "DaskAutoscaler"))
"""What is created with the resource that is waited for."""


def gang_template(unit: Unit, name: str, build: Build, needs: Needs) -> Leaf | None:
    """The template of a unit that an operator runs, or an Indexed Job; None after PXC701.

    Retries and deadlines are those of the resource; Argo tries again what has none of its own.
    """
    limits, retries = _limits(unit, build)
    made = engine_objects(
        replace(build.plan, source="-", decision=""),
        replace(unit, namespace=None, description=None, tags=(), limits=limits),
        _run(unit, needs, build, tried=bool(retries)),
        changed(build.world.options, name_policy="content", namespace=None),
        build.report,
    )
    if made is None or build.report.has_errors:
        return None
    for member in made.gang.members:
        build.config_maps.update(member.pod.config_maps)
        _check_metadata(member.metadata, build)
    objects = sorted(made.objects, key=lambda each: each["kind"] in _BESIDE)
    _tell_run(made, needs)
    template: dict[str, Any] = {"name": name, **retries, OBJECTS: objects}
    template |= endings(objects[0])
    collect = collecting(made, unit, build)
    if collect is not None:
        template["collect"] = collect
    leaf = Leaf(unit, template, needs)
    build.leaves.append(leaf)
    return leaf


def _run(unit: Unit, needs: Needs, build: Build, *, tried: bool) -> EngineRun:
    """The identity of a run as its objects say it: each run of each workflow has a name."""
    room = LONGEST_NAME - _HASH - 1 - (_TRIES if tried else 0)
    base = dns_label(unit.name, room, letter_first=True)
    seed = "workflow.uid" if unit.own_uuid else needs.run()  # what a resumed run left may be there
    name = f"{base}-{tag(f'=sprig.trunc({_HASH}, sprig.sha256sum({seed}))')}"
    if tried:
        name += f"-{tag('retries')}"
    workflow = tag("workflow.name")
    labels = {_WORKFLOW_LABEL: workflow, INSTANCE: workflow}
    return EngineRun(ManifestRunTime(needs, build.plan), name, labels)


def _limits(unit: Unit, build: Build) -> tuple[Limits, dict[str, Any]]:
    """The limits that the resource keeps to itself, and how often Argo creates it again.

    A resource outlives the pod that waits for it. So one without a deadline gets that of the
    outermost dag, which ends that pod; what has no field for one is not asked to keep to the dag's.
    """
    limits, group = unit.limits, build.plan.group
    if has_own_ttl(limits, build):
        tell("dag.termination.ttl", "`termination.ttl` of an operation", limits.span, build.report)
    timeout, retries = limits.timeout, limits.max_retries
    whole = group.limits if group is not None else None
    if whole is not None and (timeout is None or limits.span == whole.span):
        has_field = unit.kind != "spark" and not never_ends(unit)
        timeout = whole.timeout if has_field else None
    if timeout is not None:
        is_positive(timeout, "timeout", limits, build)
    again: dict[str, Any] = {}
    if unit.kind == "daskjob":
        again, retries = retry_strategy(limits, build), None
    return replace(limits, ttl=None, timeout=timeout, max_retries=retries), again


def _check_metadata(metadata: Metadata, build: Build) -> None:
    known = {key: value for key, value in metadata.labels.items() if not has_tag(value)}
    changed(metadata, labels=known).check(build.report)


def _tell_run(made: Made, needs: Needs) -> None:
    """Tell the main container of every pod which run it is of, as in any other template."""
    variable = {"name": RUN_VARIABLE, "value": tag(needs.run())}
    for member in made.gang.members:
        main = member.pod.main
        env = main.get("env", [])
        if all(entry["name"] != RUN_VARIABLE for entry in env):
            whole = container_order(main | {"env": [variable, *env]})
            main.clear()
            main.update(whole)


def finish_gang(leaf: Leaf, asked: Collection[str], build: Build) -> None:
    """Add the outputs and the inputs of a template; PXC701 for outputs that nobody can read."""
    unit, template = leaf.unit, leaf.template
    collect = template.pop("collect", None)
    if collect is not None:
        run = tag(leaf.needs.run())
        outputs = output_parameters(unit, asked, run, tracking=build.tracking)
        if outputs or leaf.told:
            template["outputs"] = {"parameters": [*outputs, *leaf.told]}
            template["collect"] = collect.with_outputs(outputs)
    elif asked or leaf.told:
        _refuse_outputs(unit, sorted(asked), build)
    add_parameters(leaf, build)


def _refuse_outputs(unit: Unit, asked: list[str], build: Build) -> None:
    what = f"`outputs.{asked[0]}` of `{unit.name}`" if asked else f"the outputs of `{unit.name}`"
    place = unit.runtime.span if unit.runtime is not None else unit.span
    tell(untold(unit), what, head_of(place), build.report)
