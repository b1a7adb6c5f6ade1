"""Turns the objects of a plan into one file in which each stands once."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from pxc.collisions import check_collisions
from pxc.contracts import Made, OutFile
from pxc.diagnostics import Report
from pxc.source import Span
from pxc.targets._metadata import Metadata
from pxc.targets._names import dns_label
from pxc.yaml_writer import join_documents, write_documents

__all__ = ["Written", "as_text", "config_map", "written"]

_FILE_LIMIT = 200


class Written(Struct, frozen=True):
    """An object as text, with what tells it from others; `content` is that of a ConfigMap."""

    kind: str
    namespace: str
    name: str
    text: str
    content: str = ""


def as_text(data: dict[str, Any]) -> Written:
    """An object as text."""
    about, content = data["metadata"], ""
    if data["kind"] == "ConfigMap":
        import json

        content = json.dumps(data["data"], sort_keys=True)
    return Written(
        data["kind"],
        about.get("namespace", ""),
        about.get("name", ""),
        write_documents([data]),
        content,
    )


def config_map(name: str, data: dict[str, str], metadata: Metadata) -> dict[str, Any]:
    """A ConfigMap that a pod mounts; its name says its content: it never changes."""
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": metadata.of_object(name),
        "immutable": True,
        "data": data,
    }


def written(name: str, objects: list[tuple[Written, Span]], report: Report) -> tuple[OutFile, ...]:
    """The file `<name>.yaml`; none without objects, or when anything was reported as an error.

    A span is of what asked for the object. ConfigMaps of one name and one content are one object;
    other objects of one name are PXC710.
    """
    made = [
        Made(each.kind, each.namespace, each.name, span, each.content) for each, span in objects
    ]
    check_collisions((each for each in made if each.name), report)
    if report.has_errors or not objects:
        return ()
    seen: set[tuple[str, str, str]] = set()
    kept = []
    for each, _ in objects:
        key = each.kind, each.namespace, each.name
        if each.name and key in seen:
            continue
        seen.add(key)
        kept.append(each.text)
    named = tuple(each for each in made if each.name)
    return (OutFile(f"{dns_label(name, _FILE_LIMIT)}.yaml", join_documents(kept), named),)
