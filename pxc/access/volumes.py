"""Turns volumes and paths into claims of what lies behind them."""

from __future__ import annotations

import posixpath
from collections.abc import Callable
from typing import Any

from pxc.access.gathering import Gathering
from pxc.ir.node import Lit, Map, Seq, Template, is_null

__all__ = ["BY_SOURCE", "VOLUME_KINDS", "claim_path"]

VOLUME_KINDS = ("volume", "hostPath", "secret", "configMap")
"""What a list of volumes can hold, where only the run knows it."""

_HARMLESS_VOLUMES = frozenset(
    ("name", "emptyDir", "configMap", "secret", "projected", "downwardAPI", "persistentVolumeClaim",
     "hostPath", "csi", "nfs", "ephemeral", "image")
)  # fmt: skip
"""Sources of a volume that are claims of their own kind, or none."""


def claim_path(
    kind: str, head: tuple[Any, ...], path: Any, into: Gathering, *, action: str, also: Any = ()
) -> None:
    """A path, without `..` and other ways around a rule.

    Of a path that the run decides on nothing is sure: what comes into it may lead out of it.
    """
    if isinstance(path, Template):
        every = into.choices(path) if into.choices is not None else None
        if every is None:
            into.add(kind, *head, "/**", span=path.span, action=action)
            return
        paths = every
    else:
        paths = (str(path.value),)
    for each in paths:
        clean = "/" + posixpath.normpath("/" + each).lstrip("/")
        into.add(kind, *head, clean, span=path.span, action=action, also=(path.span, *also))


def _host_path(value: Any, into: Gathering) -> None:
    path = value.get("path") if isinstance(value, Map) else value
    if isinstance(path, Lit | Template) and not is_null(path):
        claim_path("hostPath", (), path, into, action="use")


def _claim_volume(value: Any, into: Gathering) -> None:
    name = value.get("claimName") if isinstance(value, Map) else None
    if name is None or is_null(name):
        return
    only = value.get("readOnly")
    reads = isinstance(only, Lit) and only.value is True
    also = () if only is None else (only.span,)
    into.add("volume", "pvc/", name, action="read" if reads else "write", also=also)


def _ephemeral(value: Any, into: Gathering) -> None:
    name: Any = value
    for key in ("volumeClaimTemplate", "spec", "storageClassName"):
        name = name.get(key) if isinstance(name, Map) else None
    if name is None or is_null(name):
        into.add("volume", "ephemeral/default", span=value.span)
    else:
        into.add("volume", "ephemeral/", name)


def _csi(value: Any, into: Gathering) -> None:
    driver = value.get("driver") if isinstance(value, Map) else None
    if driver is not None and not is_null(driver):
        into.add("csi", driver)


def _nfs(value: Any, into: Gathering) -> None:
    if not isinstance(value, Map):
        return
    server, path = value.get("server"), value.get("path")
    if isinstance(server, Lit | Template) and isinstance(path, Lit | Template):
        claim_path("nfs", (server,), path, into, action="use", also=(server.span,))


def _volumes(value: Any, into: Gathering) -> None:
    """Sources of volumes that have no kind of their own among claims: each by its first field."""
    for item in value.items if isinstance(value, Seq) else ():
        if isinstance(item, Template):
            for kind in VOLUME_KINDS:
                into.unknown(kind, item)
        for key, source in item.entries if isinstance(item, Map) else ():
            if not isinstance(key, Lit):
                into.unknown("volume", key)
            elif key.value not in _HARMLESS_VOLUMES and not is_null(source):
                first = next((v for _, v in source if isinstance(v, Lit)), None) if isinstance(
                    source, Map
                ) else None  # fmt: skip
                named = (key, "/", first) if first is not None else (key, "/?")
                into.add("volume", *named)


BY_SOURCE: dict[str, Callable[[Any, Gathering], None]] = {
    "hostPath": _host_path,
    "persistentVolumeClaim": _claim_volume,
    "ephemeral": _ephemeral,
    "csi": _csi,
    "nfs": _nfs,
    "volumes": _volumes,
}
"""What the fields of volumes name."""
