"""Reports mounts of volumes that the pod does not have."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from pxc.diagnostics import Report, allowed, nearest
from pxc.ir.node import Invalid, KObject, Lit, Map, Seq, Template
from pxc.ir.program import Binding, Program
from pxc.ir.run import Dag, Init, Legacy, Spark
from pxc.ir.spec import Operation
from pxc.passes.shortcuts import pods_of
from pxc.world import World

_GIVEN = frozenset({
    "artifacts-context", "configs-context", "docker", "plx-tools-bin", "plx-tools-etc", "shm",
})  # fmt: skip
"""Volumes that the real system adds to pods, some of them only when they are asked for."""


def check_mounts(program: Program, world: World, report: Report) -> Program:
    """Report PXC211 for each `volumeMounts` entry whose volume the pod does not have.

    In: `composed` with its expressions evaluated. A template, a preset that is not known here and
    a connection, whose volumes are named after what it holds, may bring any volume.
    """
    composed = program.composed
    unread = composed is not None and composed.presets is not None and not world.catalog.declared
    if composed is not None and not unread:
        check_pod_mounts(composed, program.bindings, (), report)
    for inner in program.inner():
        check_mounts(inner, world, report)
    return program


def check_pod_mounts(
    composed: Operation, bindings: tuple[Binding, ...], pushed: Collection[Any], report: Report
) -> None:
    """The same for one operation; `pushed` are further volumes, which its dag gives it."""
    run: Any = composed.run
    if run is None or isinstance(run, Dag | Legacy | Invalid):
        return
    if any(b.connection for b in bindings):
        return
    if isinstance(run, Spark):
        if run.connections is not None:
            return
        pushed = (*pushed, *getattr(run.volumes, "items", ()))
    for _, pod in pods_of(run):
        volumes = _volume_names(pod, pushed)
        if volumes is None or _has_connections(pod):
            continue
        for container in containers_of(pod):
            for name in mount_names(container):
                if name.value not in volumes and not _is_given(str(name.value)):
                    _report_unknown(name, volumes, report)


def containers_of(pod: Any) -> Iterator[KObject]:
    """The containers of a pod: the main one, those of init steps, sidecars."""
    if isinstance(pod.container, KObject):
        yield pod.container
    for step in getattr(pod.init, "items", ()):
        if isinstance(step, Init) and isinstance(step.container, KObject):
            yield step.container
    for sidecar in getattr(pod.sidecars, "items", ()):
        if isinstance(sidecar, KObject):
            yield sidecar


def mount_names(container: KObject) -> Iterator[Lit[Any]]:
    """The names of the volumes that a container mounts."""
    mounts = container.get("volumeMounts")
    for mount in mounts.items if isinstance(mounts, Seq) else ():
        name = mount.get("name") if isinstance(mount, Map) else None
        if isinstance(name, Lit) and isinstance(name.value, str):
            yield name


def _volume_names(pod: Any, pushed: Collection[Any]) -> set[str] | None:
    """The names of a pod's volumes; None when there may be more."""
    if isinstance(pod.volumes, Template | Invalid):
        return None
    found: set[str] = set()
    for volume in (*getattr(pod.volumes, "items", ()), *pushed):
        name = volume.get("name") if isinstance(volume, Map) else None
        if not isinstance(name, Lit):
            return None
        found.add(str(name.value))
    return found


def _has_connections(pod: Any) -> bool:
    if isinstance(pod.connections, Template | Invalid) or isinstance(pod.init, Template | Invalid):
        return True
    steps = (getattr(step, "connection", None) for step in getattr(pod.init, "items", ()))
    return any(n is not None for n in (*getattr(pod.connections, "items", ()), *steps))


def _is_given(name: str) -> bool:
    """Whether a volume is one that the system adds to pods."""
    return name in _GIVEN or name.startswith("connections-context-")


def _report_unknown(name: Lit[Any], volumes: set[str], report: Report) -> None:
    near = nearest(str(name.value), volumes)
    meant = f"did you mean `{near}`? " if near else ""
    known = f"volumes: {allowed(sorted(volumes))}" if volumes else "the pod has no `volumes`"
    report.add(
        "PXC211",
        f"`{name.value}` is mounted, but no volume of the pod has this name",
        name.span,
        help=f"{meant}{known}",
    )
