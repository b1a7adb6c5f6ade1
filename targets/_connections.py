"""Turns the attachments of a container into its variables, mounts and the volumes of its pod."""

from __future__ import annotations

from typing import Any

from pxc.ir.pod import Attachment, Injection, Store
from pxc.targets._container import Draft
from pxc.targets._data import Place, Values
from pxc.targets._names import dns_label, free_name

__all__ = ["Volumes", "attach", "store_volume"]


class Volumes:
    """The volumes of one pod; what two containers attach is one volume."""

    def __init__(self, written: list[Any]) -> None:
        self.found = written
        self._named: dict[tuple[str, ...], str] = {}

    def add(self, wanted: str, source: dict[str, Any], *, key: tuple[str, ...] = ()) -> str:
        """A volume under this name or the next free one; with a key, the one made for it before."""
        if key and key in self._named:
            return self._named[key]
        taken = [str(v.get("name")) for v in self.found if isinstance(v, dict)]
        name = free_name(dns_label(wanted), taken)
        self.found.append({"name": name, **source})
        if key:
            self._named[key] = name
        return name


def attach(
    draft: Draft, attachments: tuple[Attachment, ...], volumes: Volumes, values: Values
) -> None:
    """Give a container its connections.

    A volume is mounted where its schema says; a Secret or ConfigMap becomes files where it has a
    `mountPath`, else variables: all of its keys, or one for each item. Of two definitions of one
    Secret the first holds; of two variables of one name the connection's replaces the author's.
    Source: specification of connections, section 4.
    """
    seen: set[tuple[str, str]] = set()
    for attachment in attachments:
        if attachment.store is not None:
            _mount_store(draft, attachment.name, attachment.store, volumes)
        for injection in attachment.injections:
            key = (injection.resource, injection.name)
            if key not in seen:
                seen.add(key)
                _inject(draft, injection, volumes)
        for node in attachment.env:
            _set(draft, values.value(node, Place("env", draft.env, expands=True)))


def store_volume(name: str, store: Store, volumes: Volumes) -> str | None:
    """The volume of a connection in a pod; None for a bucket, which is read by its address."""
    if store.kind == "volume_claim":
        claim: dict[str, Any] = {"claimName": store.volume}
        if store.read_only:
            claim["readOnly"] = True
        source: dict[str, Any] = {"persistentVolumeClaim": claim}
    elif store.kind == "host_path":
        source = {"hostPath": {"path": store.volume}}
    else:
        return None
    return volumes.add(name, source, key=("connection", name))


def _mount_store(draft: Draft, name: str, store: Store, volumes: Volumes) -> None:
    volume = store_volume(name, store, volumes)
    if volume is None:
        return
    mount: dict[str, Any] = {"name": volume, "mountPath": store.path}
    if store.read_only:
        mount["readOnly"] = True
    draft.mount(mount)


def _inject(draft: Draft, injection: Injection, volumes: Volumes) -> None:
    secret = injection.resource == "secret"
    if injection.mount_path is not None:
        source: dict[str, Any] = {"secretName" if secret else "name": injection.name}
        if injection.items:
            source["items"] = [{"key": item, "path": item} for item in injection.items]
        if injection.default_mode is not None:
            source["defaultMode"] = injection.default_mode
        key = (injection.resource, injection.name)
        volume = volumes.add(injection.name, {injection.resource: source}, key=key)
        mount = {"name": volume, "mountPath": injection.mount_path, "readOnly": True}
        draft.mount(mount)
        if secret:
            return
    if injection.items:
        reference = "secretKeyRef" if secret else "configMapKeyRef"
        for item in injection.items:
            value_from = {reference: {"name": injection.name, "key": item}}
            _set(draft, {"name": item, "valueFrom": value_from})
    elif injection.mount_path is None:
        entry = {"secretRef" if secret else "configMapRef": {"name": injection.name}}
        sources = draft.data.setdefault("envFrom", [])
        if entry not in sources:
            sources.append(entry)


def _set(draft: Draft, variable: dict[str, Any]) -> None:
    """Append a variable in the place of any of the same name."""
    kept = [v for v in draft.data.get("env", ()) if v.get("name") != variable["name"]]
    draft.data["env"] = [*kept, variable]
