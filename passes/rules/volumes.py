"""Rules about volumes that nothing mounts."""

from __future__ import annotations

from typing import Any

from pxc.diagnostics import Report
from pxc.ir.node import KObject, Lit, Seq
from pxc.ir.program import Program
from pxc.ir.run import Dag, Legacy
from pxc.passes.check_mounts import containers_of, mount_names
from pxc.passes.rules.dag_programs import inner_runs
from pxc.passes.shortcuts import pods_of
from pxc.world import World


def unused_volumes(program: Program, world: World, report: Report) -> None:
    """PXC230: a volume that no container of its pod mounts, also in a dag without presets."""
    outer = program.composed
    if outer is None or outer.presets is not None:
        return
    for one in (program, *inner_runs(program)):
        if one.composed is not None and one.composed.presets is None:
            _check_run(one.composed.run, report)


def _check_run(run: Any, report: Report) -> None:
    if run is None or isinstance(run, Dag | Legacy):
        return
    for _, pod in pods_of(run):
        volumes: Any = pod.volumes
        if not isinstance(volumes, Seq) or not isinstance(pod.container, KObject):
            continue
        if any(_is_open(container) for container in containers_of(pod)):
            continue
        mounted = {name.value for c in containers_of(pod) for name in mount_names(c)}
        for volume in volumes.items:
            name = volume.get("name") if isinstance(volume, KObject) else None
            if isinstance(name, Lit) and name.value not in mounted:
                report.add(
                    "PXC230",
                    f"no container mounts the volume `{name.value}`",
                    name.span,
                    help=f"add `volumeMounts: [{{name: {name.value}, mountPath: ...}}]` to the"
                    " container, or delete the volume",
                )


def _is_open(container: KObject) -> bool:
    """Whether a container may use volumes in a way that is not written there."""
    mounts, devices = container.get("volumeMounts"), container.get("volumeDevices")
    return devices is not None or not (mounts is None or isinstance(mounts, Seq))
