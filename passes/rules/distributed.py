"""Rules about runs of several pods or processes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pxc.diagnostics import Report
from pxc.ir.node import KObject, Lit, Template, is_computed, walk
from pxc.ir.program import Program
from pxc.ir.run import Distributed, Replica
from pxc.ir.spec import Plugins
from pxc.passes.rules.authored import items, text_of
from pxc.source import head_of
from pxc.world import World

_SERVING = ("launcher", "ps", "scheduler", "evaluator")
"""Roles that train nothing themselves."""

_LOADERS = r"--?(?:num[_-]workers|workers|loader[_-]workers|n[_-]workers)(?:=|\s+|$)"


def one_replica(program: Program, world: World, report: Report) -> None:
    """PXC520: a distributed runtime that asks for one training pod in all."""
    if program.composed is None or program.composed.run is None:
        return
    for run in walk(program.composed.run):
        if not isinstance(run, Distributed) or run.elastic_policy is not None:
            continue
        training = [
            replica
            for name, replica in run.roles
            if name not in _SERVING and isinstance(replica, Replica)
        ]
        counts = [_count(replica) for replica in training]
        if counts != [1] or run.n_proc_per_node is not None or run.slots_per_worker is not None:
            continue
        replicas = training[0].replicas
        report.add(
            "PXC520",
            f"the `{run.kind}` trains in one pod",
            replicas.span if replicas is not None else head_of(run.span),
            help="use `kind: job`, or ask for more replicas",
        )


def _count(replica: Replica) -> int | None:
    """How many pods a role has; None when that is not written as a number."""
    if replica.replicas is None:
        return 1
    known = replica.replicas
    if not isinstance(known, Lit) or not isinstance(known.value, int) or "{" in known.span.text:
        return None
    if is_computed(known):
        return None
    return known.value


def no_shared_memory(program: Program, world: World, report: Report) -> None:
    """PXC522: PyTorch with several loading processes, and `/dev/shm` left at its 64 MiB."""
    whole = program.composed
    plugins = whole.plugins if whole is not None else None
    if whole is None or whole.run is None or not isinstance(plugins, Plugins):
        return
    if not isinstance(plugins.shm, Lit) or plugins.shm.value is not False:
        return
    found = [n for n in walk(whole.run) if isinstance(n, KObject) and n.definition == "V1Container"]
    if any(_mounts_shm(container) for container in found):
        return
    words = [word for container in found for word in _words(container)]
    kind = getattr(whole.run, "kind", "")
    is_torch = kind == "pytorchjob" or any("torch" in word.lower() for word in words)
    if is_torch and (kind == "pytorchjob" or re.search(_LOADERS, "\n".join(words))):
        report.add(
            "PXC522",
            "without `shm` the processes that load data share 64 MiB, and crash on more",
            plugins.shm.span,
            help="leave `shm` on, or mount an `emptyDir: {medium: Memory}` at `/dev/shm`",
        )


def _mounts_shm(container: KObject) -> bool:
    mounts = container.get("volumeMounts")
    return any(
        isinstance(mount, KObject) and text_of(mount.get("mountPath")) in ("/dev/shm", "/dev/shm/")
        for mount in items(mounts)
    )


def _words(container: KObject) -> Iterator[str]:
    for field in ("image", "command", "args"):
        value = container.get(field)
        for word in items(value) or (value,):
            if isinstance(word, Lit) and isinstance(word.value, str):
                yield word.value
            elif isinstance(word, Template):
                yield word.text
