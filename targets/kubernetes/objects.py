"""Turns the objects of a plan into one file in which each stands once."""

from __future__ import annotations

from typing import Any

from pxc.collisions import check_collisions
from pxc.contracts import Made, OutFile
from pxc.diagnostics import Report
from pxc.source import Span
from pxc.targets._names import dns_label
from pxc.targets._yaml import write_documents

__all__ = ["written"]

_FILE_LIMIT = 200


def written(
    name: str, objects: list[tuple[dict[str, Any], Span]], report: Report
) -> tuple[OutFile, ...]:
    """The file `<name>.yaml`; none without objects, or when anything was reported as an error.

    A span is of what asked for the object. ConfigMaps of one name and one content are one object;
    other objects of one name are PXC710.
    """
    made = [_made(data, span) for data, span in objects]
    check_collisions((each for each in made if each.name), report)
    if report.has_errors or not objects:
        return ()
    seen: set[tuple[str, str, str]] = set()
    kept = []
    for (data, _), each in zip(objects, made, strict=True):
        key = each.kind, each.namespace, each.name
        if each.name and key in seen:
            continue
        seen.add(key)
        kept.append(data)
    named = tuple(each for each in made if each.name)
    return (OutFile(f"{dns_label(name, _FILE_LIMIT)}.yaml", write_documents(kept), named),)


def _made(data: dict[str, Any], span: Span) -> Made:
    about = data["metadata"]
    content = ""
    if data["kind"] == "ConfigMap":
        import json

        content = json.dumps(data["data"], sort_keys=True)
    return Made(data["kind"], about.get("namespace", ""), about.get("name", ""), span, content)
