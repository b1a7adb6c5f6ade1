"""Turns the events that start a run into the objects that hear of them and start it.

A push to a repository comes to the Argo Server, which holds it to the WorkflowEventBindings there
are. What becomes of another run is seen by Argo Events: an EventSource watches the Workflows of a
namespace, and a Sensor makes the run when the one that counts has come to what is waited for.
"""

from __future__ import annotations

import json
import re
from typing import Any
from uuid import UUID

from pxc.ir.plan import Event
from pxc.targets._metadata import Metadata
from pxc.targets._names import content_name
from pxc.targets._pushes import is_push, refuse_beside_schedule, refuse_without_address
from pxc.targets.argo.build import Build
from pxc.targets.argo.expr_values import quoted
from pxc.targets.argo.features import tell

__all__ = ["event_objects", "refuse_events"]

_API = "argoproj.io/v1alpha1"
_COMMIT = "connection_git_commit"
_STATUS = "run_status_"
_LIMIT = 63

_CONDITIONS = {
    "created": "true",
    "running": 'phase == "Running" and not stopped',
    "stopping": 'phase == "Running" and stopped',
    "succeeded": 'phase == "Succeeded"',
    "failed": '(phase == "Failed" and not stopped) or phase == "Error"',
    "stopped": 'phase == "Failed" and stopped',
    "done": 'phase == "Succeeded" or phase == "Failed" or phase == "Error"',
}
"""What a Workflow is when a run has a status, in Lua."""

_SCRIPT = """\
local run = event.body
local phase = run.status and run.status.phase
local stopped = run.spec.shutdown ~= nil
return {}
"""

_NOTHING_LEFT = "0" * 40
"""What a push leaves of a branch that it deletes."""


def refuse_events(build: Build) -> None:
    """PXC701 for every event that Argo cannot tell, and for those that stand beside a schedule."""
    report, sees_runs = build.report, build.world.options.argo.events_as != "none"
    for event in build.plan.events:
        for kind in event.kinds:
            if is_push(event, kind):
                refuse_without_address(event, report)
            elif kind.removeprefix(_STATUS) in _CONDITIONS and _uid(event):
                if not sees_runs:
                    tell("events", f"`{kind}` of `{event.origin}`", event.span, report)
            else:
                tell("events.other", f"`{kind}` of `{event.origin}`", event.span, report)
    refuse_beside_schedule(build.plan, report)


def event_objects(
    template: dict[str, Any], metadata: Metadata, build: Build
) -> list[dict[str, Any]]:
    """What starts a WorkflowTemplate when an event comes; PXC701 where the namespace is not known.

    A push starts a run each time. A run that waits for another is one run, however often it is
    told: its Workflow has a name that belongs to the content of the template.
    """
    name = template["metadata"]["name"]
    found = []
    urls = [event.url for event in build.plan.events if _COMMIT in event.kinds]
    if urls:
        selector = " || ".join(f"({_is_push_to(url)})" for url in dict.fromkeys(urls))
        submit = {"workflowTemplateRef": {"name": name}}
        spec = {"event": {"selector": selector}, "submit": submit}
        found.append(_object("WorkflowEventBinding", metadata.of_object(name), spec))
    watched = [event for event in build.plan.events if any(map(_status, event.kinds))]
    if not watched:
        return found
    if metadata.namespace is None:
        build.report.add(
            "PXC701",
            "what watches runs must know their namespace",
            watched[0].span,
            help="write `namespace`, or give `--namespace`",
        )
        return found
    names = [f"run-{number}" for number in range(1, len(watched) + 1)]
    sources = {n: _source(e, metadata.namespace) for n, e in zip(names, watched, strict=True)}
    found.append(
        _object("EventSource", metadata.of_object(name), _account(build) | {"resource": sources})
    )
    spec = _account(build) | {
        "dependencies": [_awaited(n, e, name) for n, e in zip(names, watched, strict=True)],
        "triggers": [{"template": _trigger(names, template, metadata)}],
    }
    found.append(_object("Sensor", metadata.of_object(name), spec))
    return found


def _is_push_to(url: str) -> str:
    """The selector of pushes to a branch of a repository, as GitHub, GitLab and Gitea tell them."""
    bare = re.sub(r"(\.git)?/*\Z", "", url)
    known = f"[{quoted(bare)}, {quoted(f'{bare}.git')}]"

    def told(key: str, event: str, *fields: str) -> str:
        places = " || ".join(f"payload?.{field} in {known}" for field in fields)
        return f"metadata[{quoted(key)}] == [{quoted(event)}] && ({places})"

    hub = told("x-github-event", "push", "repository?.clone_url", "repository?.ssh_url")
    lab = told("x-gitlab-event", "Push Hook", "project?.git_http_url", "project?.git_ssh_url")
    return (
        f"(({hub}) || ({lab})) && (payload?.ref ?? '') startsWith 'refs/heads/'"
        f" && payload?.after != {quoted(_NOTHING_LEFT)}"
    )


def _status(kind: str) -> str:
    """The condition of a kind of event that a Workflow tells; empty for others."""
    return _CONDITIONS.get(kind.removeprefix(_STATUS), "") if kind.startswith(_STATUS) else ""


def _uid(event: Event) -> str:
    """The uid of the Workflow that an event comes of; empty for what is none."""
    kind, _, rest = event.origin.partition(".")
    try:
        return str(UUID(rest)) if kind == "runs" else ""
    except ValueError:
        return ""


def _source(event: Event, namespace: str) -> dict[str, Any]:
    """What an EventSource watches of one run."""
    uid = {"key": "metadata.uid", "operation": "==", "value": f"^{_uid(event)}$"}
    return {
        "namespace": namespace,
        "group": "argoproj.io",
        "version": "v1alpha1",
        "resource": "workflows",
        "eventTypes": ["ADD", "UPDATE"],
        "filter": {"fields": [uid]},
    }


def _awaited(name: str, event: Event, source: str) -> dict[str, Any]:
    """The dependency of a Sensor on one run."""
    conditions = dict.fromkeys(filter(None, map(_status, event.kinds)))
    script = _SCRIPT.format(" or ".join(f"({each})" for each in conditions))
    return {
        "name": name,
        "eventSourceName": source,
        "eventName": name,
        "filters": {"script": script},
    }


def _trigger(names: list[str], template: dict[str, Any], metadata: Metadata) -> dict[str, Any]:
    content = json.dumps(template["spec"], sort_keys=True)
    name = content_name(template["metadata"]["name"], _LIMIT, content)
    about = metadata.of_object(name)
    spec = {"workflowTemplateRef": {"name": template["metadata"]["name"]}}
    resource = _object("Workflow", about, spec)
    return {
        "name": "start",
        "conditions": " || ".join(names),
        "k8s": {"operation": "create", "source": {"resource": resource}},
    }


def _account(build: Build) -> dict[str, Any]:
    account = build.world.options.argo.service_account
    return {"template": {"serviceAccountName": account}} if account else {}


def _object(kind: str, about: dict[str, Any], spec: dict[str, Any]) -> dict[str, Any]:
    return {"apiVersion": _API, "kind": kind, "metadata": about, "spec": spec}
