"""Turns templates into the object around them: a Workflow that runs once, or one that is kept."""

from __future__ import annotations

import json
from typing import Any

from pxc.ir.plan import Group, Limits, Unit
from pxc.targets._metadata import Metadata, identity_labels
from pxc.targets._names import dns_label, run_name
from pxc.targets.argo.build import Build
from pxc.targets.argo.leaf import is_positive

__all__ = ["workflow_object"]

_API = "argoproj.io/v1alpha1"
_INSTANCE = "app.kubernetes.io/instance"

# Pods are called after the workflow, and their labels hold its name; a generated name is cut at 58
# characters by the API server.
_WORKFLOW_LIMIT = 57
_TEMPLATE_LIMIT = 63


def workflow_object(
    subject: Unit | Group, entry: str, arguments: list[dict[str, str]], build: Build
) -> tuple[dict[str, Any], Metadata]:
    """The Workflow or WorkflowTemplate of a unit or a group, and the metadata it has.

    `arguments` are given to the entry point.
    """
    options = build.world.options
    spec: dict[str, Any] = {"entrypoint": entry}
    if arguments:
        spec["arguments"] = {"parameters": arguments}
    if options.argo.service_account:
        spec["serviceAccountName"] = options.argo.service_account
    spec |= _limits(subject, build)
    own = identity_labels(build.plan, subject)
    metadata = Metadata(build.plan, subject, subject.namespace or options.namespace, {}, {}, own)
    spec["podMetadata"] = {"labels": _of_pods(own, subject)}
    spec["templates"] = build.templates
    about = _about(subject, spec, metadata, build)
    kind = "WorkflowTemplate" if options.argo.kind == "template" else "Workflow"
    return {"apiVersion": _API, "kind": kind, "metadata": about, "spec": spec}, metadata


def _about(
    subject: Unit | Group, spec: dict[str, Any], metadata: Metadata, build: Build
) -> dict[str, Any]:
    options = build.world.options
    if options.argo.kind == "template":
        name = dns_label(subject.name, _TEMPLATE_LIMIT)
        return metadata.of_object(name)
    content = json.dumps(spec, sort_keys=True)
    name = run_name(subject.name, _WORKFLOW_LIMIT, options, content)
    generate = options.name_policy == "generate"
    if not generate:
        metadata.own[_INSTANCE] = name
        spec["podMetadata"]["labels"][_INSTANCE] = name
    return metadata.of_object(name, generate=generate)


def _limits(subject: Unit | Group, build: Build) -> dict[str, Any]:
    """What ends the whole workflow, and what deletes it."""
    limits = subject.limits or Limits(subject.span)
    found: dict[str, Any] = {}
    timeout = limits.timeout if isinstance(subject, Group) else None
    if timeout is not None and is_positive(timeout, "timeout", limits, build):
        found["activeDeadlineSeconds"] = timeout
    if limits.ttl is not None:
        found["ttlStrategy"] = {"secondsAfterCompletion": limits.ttl}
    return found


def _of_pods(own: dict[str, str], subject: Unit | Group) -> dict[str, str]:
    """Our labels for every pod; those of a dag are of many operations."""
    of_one = ("pxc.dev/operation",) if isinstance(subject, Group) else ()
    return {key: text for key, text in own.items() if key not in of_one}
