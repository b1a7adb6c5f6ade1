"""The objects that the resource templates of a workflow create, with sample values for their tags."""

from __future__ import annotations

import re
from typing import Any

import yaml

Object = dict[str, Any]

_WORKFLOW = "w" * 57
_TAG = re.compile(r"\{\{(.*?)\}\}")
_SAMPLES = (
    (re.compile(r"=(replace|toJson)\(.*\)"), '"7"'),
    (re.compile(r"=sprig\.trunc\((\d+), .*\)"), None),
    (re.compile(r"retries|inputs\.parameters\.try"), "12"),
    (re.compile(r"workflow\.name"), _WORKFLOW),
    (re.compile(r"workflow\.creationTimestamp\.RFC3339"), "2026-01-01T00:00:00Z"),
    (
        re.compile(r"inputs\.parameters\.[-\w]+|workflow\.\w+"),
        "5be8a6c1-7e0c-4c52-8d27-2cd1e5a57cd7-a",
    ),
)


def _sample(match: re.Match[str]) -> str:
    for form, value in _SAMPLES:
        if found := form.fullmatch(match[1]):
            return value if value is not None else "a" * int(found[1])
    raise AssertionError(f"a manifest with {match[0]}")


def objects_of(workflow: Object) -> list[Object]:
    """What the templates of a Workflow, a WorkflowTemplate or a CronWorkflow have operators run.

    Parts of a split run are workflows, which Argo makes its own.
    """
    spec = workflow.get("spec", {})
    spec = spec.get("workflowSpec", spec)
    templates = spec.get("templates", ())
    return [created(each["resource"]) for each in templates if not _is_part(each)]


def _is_part(template: Object) -> bool:
    resource = template.get("resource")
    return resource is None or "kind: Workflow" in resource["manifest"].splitlines()


def created(resource: Object) -> Object:
    """What a resource template creates."""
    assert resource["action"] == "create"
    found: Object = yaml.safe_load(_TAG.sub(_sample, resource["manifest"]))
    if found["kind"] == "Workflow":  # a part, of which nothing but texts in JSON is an author's
        assert resource["setOwnerReference"]
        return found
    assert "setOwnerReference" not in resource, "Argo would write the manifest anew"
    [owner] = found["metadata"]["ownerReferences"]
    assert (owner["kind"], owner["name"]) == ("Workflow", _WORKFLOW)
    return found
