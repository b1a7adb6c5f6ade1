"""Turns the connections of a container into the variables in which user code looks them up."""

from __future__ import annotations

import json
from typing import Any

from pxc.ir.node import plain
from pxc.ir.pod import Attachment, Injection
from pxc.targets._container import Draft
from pxc.targets._data import unexpanded

__all__ = ["describe"]


def describe(draft: Draft, attachments: tuple[Attachment, ...], store: str | None) -> None:
    """Tell a container which connections it has, in the variables that Polyaxon's clients read.

    `store` is the name of the artifacts store. Told are names, kinds, schemas, and the names of
    Secrets and ConfigMaps with where they are mounted: never a value of either. What the author
    sets of these variables is the author's. Source: specification of connections, sections 4, 5.
    """
    told = [attachment for attachment in attachments if attachment.told]
    if not told:
        return
    catalog = {"connections": [_entry(attachment) for attachment in told]}
    text = json.dumps(catalog, ensure_ascii=False, separators=(",", ":"))
    _add(draft, "POLYAXON_CONNECTIONS_CATALOG", text)
    if store is not None:
        _add(draft, "POLYAXON_ARTIFACTS_STORE_NAME", store)


def _add(draft: Draft, name: str, value: str) -> None:
    # A dollar sign that is meant as itself is written twice, or the kubelet may expand it.
    draft.env.setdefault(name, {"name": name, "value": unexpanded(value)})


def _entry(attachment: Attachment) -> dict[str, Any]:
    entry: dict[str, Any] = {"name": attachment.name, "kind": attachment.kind}
    if attachment.schema is not None:
        entry["schema"] = plain(attachment.schema)
    for injection in attachment.injections:
        entry[injection.resource] = _resource(injection)
    return entry


def _resource(injection: Injection) -> dict[str, Any]:
    resource: dict[str, Any] = {"name": injection.name}
    if injection.mount_path is not None:
        resource["mountPath"] = injection.mount_path
    if injection.items:
        resource["items"] = list(injection.items)
    return resource
