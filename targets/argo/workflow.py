"""Turns templates into the object around them: a Workflow that runs once, or one that is kept."""

from __future__ import annotations

import json
from typing import Any

from pxc.ir.plan import Group, Limits, Unit
from pxc.targets._metadata import Metadata, decided, identity_labels
from pxc.targets._names import dns_label, run_name
from pxc.targets.argo.build import Build
from pxc.targets.argo.cron import cron_spec
from pxc.targets.argo.defaults import with_defaults
from pxc.targets.argo.events import event_objects
from pxc.targets.argo.leaf import is_positive
from pxc.targets.argo.operations import told_operations
from pxc.targets.argo.tags import finished

__all__ = ["part_objects", "timeout_of", "workflow_objects"]

_API = "argoproj.io/v1alpha1"
_INSTANCE = "app.kubernetes.io/instance"

# Pods are called after the workflow, and their labels hold its name; a generated name is cut at 58
# characters by the API server.
_WORKFLOW_LIMIT = 57
_TEMPLATE_LIMIT = 63
_CRON_LIMIT = 52


def workflow_objects(
    subject: Unit | Group, entry: str, build: Build
) -> tuple[list[dict[str, Any]], Metadata]:
    """The objects of a unit or a group, and the metadata they have.

    A Workflow; with a timetable a CronWorkflow; as a template a WorkflowTemplate, and a
    CronWorkflow that starts it; with events a WorkflowTemplate, and what starts it. PXC701 for what
    shall be a CronWorkflow and has no timetable.
    """
    options, timetable = build.world.options, build.plan.timetable
    spec: dict[str, Any] = {"entrypoint": entry}
    if build.parts and build.seconds:
        own = {"name": build.seconds, "value": str(timeout_of(subject))}
        spec["arguments"] = {"parameters": [own]}
    if options.argo.service_account:
        spec["serviceAccountName"] = options.argo.service_account
    spec |= _limits(subject, build)
    own = identity_labels(build.plan, subject)
    namespace, group = subject.namespace or options.namespace, build.plan.group
    told = told_operations(group) if group is not None else {}
    metadata = Metadata(build.plan, subject, namespace, {}, told, own)
    spec["podMetadata"] = {"labels": _of_pods(own, subject)}
    spec["templates"] = build.templates
    spec = with_defaults(spec)
    if options.argo.kind == "cron" and timetable is None:
        build.report.add(
            "PXC701",
            "what has no `schedule` cannot be a CronWorkflow",
            subject.span,
            help="write a `schedule`, or compile it `--as workflow` or `--as template`",
        )
        return [], metadata
    if options.argo.kind == "template" or timetable is not None or build.plan.events:
        return _kept(subject, spec, metadata, build), metadata
    content = json.dumps(spec, sort_keys=True)
    again = () if subject.earlier is None else subject.earlier.told
    name = run_name(subject.name, _WORKFLOW_LIMIT, options, content, *again)
    generate = options.name_policy == "generate"
    if not generate:
        _name(name, spec, metadata)
    return [_object("Workflow", metadata.of_object(name, generate=generate), spec)], metadata


def part_objects(subject: Unit | Group, metadata: Metadata, build: Build) -> list[dict[str, Any]]:
    """A WorkflowTemplate for each part that the workflow starts, under the name of its content."""
    found = []
    own = {key: text for key, text in metadata.own.items() if key != _INSTANCE}
    for part in build.parts:
        spec: dict[str, Any] = {"entrypoint": part.entry}
        names = [*part.arguments, *([build.seconds] if build.seconds else ())]
        if names:
            spec["arguments"] = {"parameters": [{"name": each} for each in names]}
        if build.world.options.argo.service_account:
            spec["serviceAccountName"] = build.world.options.argo.service_account
        spec["workflowMetadata"] = {"labels": dict(own), **_decided(build)}
        spec["podMetadata"] = {"labels": _of_pods(own, subject)}
        spec["templates"] = finished(part.templates)
        whole = _object("WorkflowTemplate", metadata.of_object(part.name), with_defaults(spec))
        found.append(whole)
    return found


def _kept(
    subject: Unit | Group, spec: dict[str, Any], metadata: Metadata, build: Build
) -> list[dict[str, Any]]:
    """The objects of what is started again and again, under the name that the author gave."""
    timetable, found = build.plan.timetable, []
    events = build.plan.events
    limit = _TEMPLATE_LIMIT if timetable is None and not events else _CRON_LIMIT
    name = dns_label(subject.name, limit)
    _name(name, spec, metadata)
    if build.world.options.argo.kind == "template" or events:
        found.append(_object("WorkflowTemplate", metadata.of_object(name), spec))
        spec = {"workflowTemplateRef": {"name": name}}
    if timetable is not None:
        whole = cron_spec(timetable, build)
        whole["workflowMetadata"] = {"labels": dict(metadata.own), **_decided(build)}
        whole["workflowSpec"] = spec
        found.append(_object("CronWorkflow", metadata.of_object(name), whole))
    if events:
        found += event_objects(found[0], metadata, build)
    if found[0]["kind"] == "WorkflowTemplate" and build.plan.decision:
        # Last, for what events start is named by the content of the template.
        found[0]["spec"]["workflowMetadata"] = _decided(build)
    return found


def _name(name: str, spec: dict[str, Any], metadata: Metadata) -> None:
    metadata.own[_INSTANCE] = name
    spec["podMetadata"]["labels"][_INSTANCE] = name


def _object(kind: str, about: dict[str, Any], spec: dict[str, Any]) -> dict[str, Any]:
    return {"apiVersion": _API, "kind": kind, "metadata": about, "spec": spec}


def _decided(build: Build) -> dict[str, dict[str, str]]:
    """The annotations of the Workflows that something makes of a template."""
    annotations = decided(build.plan)
    return {"annotations": annotations} if annotations else {}


def _limits(subject: Unit | Group, build: Build) -> dict[str, Any]:
    """What ends the whole workflow, and what deletes it."""
    limits = subject.limits or Limits(subject.span)
    found: dict[str, Any] = {}
    timeout = timeout_of(subject)
    if timeout is not None and is_positive(timeout, "timeout", limits, build):
        found["activeDeadlineSeconds"] = timeout
    if limits.ttl is not None:
        found["ttlStrategy"] = {"secondsAfterCompletion": limits.ttl}
    return found


def timeout_of(subject: Unit | Group) -> int | None:
    """The seconds that the workflow may run; a unit's are those of its pod."""
    limits = subject.limits
    return limits.timeout if isinstance(subject, Group) and limits is not None else None


def _of_pods(own: dict[str, str], subject: Unit | Group) -> dict[str, str]:
    """Our labels for every pod; those of a dag are of many operations."""
    of_one = ("pxc.dev/operation",) if isinstance(subject, Group) else ()
    return {key: text for key, text in own.items() if key not in of_one}
