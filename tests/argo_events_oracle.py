"""The judge of Argo Events' objects, whose definitions hold no schema: fields as its API has them."""

from __future__ import annotations

import re
from typing import Any

Object = dict[str, Any]

KINDS = ("EventSource", "Sensor")

_TEXT = re.compile(r"[a-z0-9]([-a-z0-9.]*[a-z0-9])?")
_SOURCE = {"namespace", "group", "version", "resource", "eventTypes", "filter"}
_FILTER = {"prefix", "labels", "fields", "createdBy", "afterStart"}
_DEPENDENCY = {"name", "eventSourceName", "eventName", "filters"}
_TEMPLATE = {"serviceAccountName", "metadata", "container", "volumes", "securityContext"}
_TRIGGER = {"name", "conditions", "k8s", "argoWorkflow"}


def judge_events(document: Object) -> None:
    """AssertionError tells what Argo Events would not read, or refuse when it starts."""
    spec = document["spec"]
    assert set(spec.get("template", {})) <= _TEMPLATE
    assert len(document["metadata"]["name"]) <= 52, "its pods are called after it"
    if document["kind"] == "EventSource":
        assert set(spec) <= {"template", "resource"}
        assert spec["resource"]
        for name, source in spec["resource"].items():
            assert _TEXT.fullmatch(name), name
            _judge_source(source)
        return
    assert set(spec) <= {"template", "dependencies", "triggers"}
    names = [each["name"] for each in spec["dependencies"]]
    assert len({name.replace("-", "_") for name in names}) == len(names), names
    for each in spec["dependencies"]:
        assert {"name", "eventSourceName", "eventName"} <= set(each) <= _DEPENDENCY
        assert set(each.get("filters", {})) == {"script"}
        assert "return " in each["filters"]["script"]
    for trigger in spec["triggers"]:
        assert set(trigger) == {"template"}
        _judge_trigger(trigger["template"], names)


def _judge_source(source: Object) -> None:
    assert {"namespace", "group", "version", "resource", "eventTypes"} <= set(source) <= _SOURCE
    assert source["namespace"]
    assert set(source["eventTypes"]) <= {"ADD", "UPDATE", "DELETE"}
    assert set(source["filter"]) <= _FILTER
    for field in source["filter"]["fields"]:
        assert set(field) == {"key", "operation", "value"}
        assert field["operation"] in ("=", "==", "!=")
        assert re.compile(field["value"])


def _judge_trigger(template: Object, names: list[str]) -> None:
    assert set(template) <= _TRIGGER
    assert set(re.split(r" \|\| ", template["conditions"])) == set(names)
    assert set(template["k8s"]) == {"operation", "source"}
    assert template["k8s"]["operation"] == "create"
    made = template["k8s"]["source"]["resource"]
    assert (made["apiVersion"], made["kind"]) == ("argoproj.io/v1alpha1", "Workflow")
    assert len(made["metadata"]["name"]) <= 63
