"""Lowers the fields of a runtime, or of one of its roles, to a pod of the plan."""

from __future__ import annotations

import json
from typing import Any

from pxc.ir.node import KObject, Lit, Map, Seq, Template, is_null, plain, replace
from pxc.ir.pod import Attachment, Pod, Results, Step, Watch
from pxc.ir.program import Program
from pxc.ir.spec import Operation, Plugins, SidecarPlugin
from pxc.passes.lower_connections import always_requested, attach, attached
from pxc.passes.lowering import Lowering, objects, truth
from pxc.passes.stores import artifacts_store

__all__ = ["lower_pod"]


def lower_pod(run: Any, composed: Operation, lowering: Lowering) -> Pod:
    """The pod of a runtime or role whose `container` is an object.

    In: evaluated fields. Out: the pod with its init steps, attachments and what becomes of its
    results. Faults: PXC104, PXC209, PXC703 and those of `lower_init`.
    """
    plugins = composed.plugins if isinstance(composed.plugins, Plugins) else None
    sidecar = plugins.sidecar if plugins is not None else None
    alone = sidecar.no_connections if isinstance(sidecar, SidecarPlugin) else None
    return Pod(
        run.span,
        _with_params_env(run.container, lowering.program),
        init=_init(run, lowering),
        sidecars=tuple(_with_params_env(s, lowering.program) for s in objects(run.sidecars)),
        volumes=objects(run.volumes),
        environment=run.environment if not is_null(run.environment) else None,
        attachments=_attachments(run, plugins, lowering),
        sidecars_attached=truth(alone, "plugins.sidecar.noConnections", lowering.report)
        is not True,
        artifacts_store=lowering.world.catalog.artifacts_store,
        results=_results(plugins, composed, lowering),
        shm=_wanted(plugins, "shm", True, lowering),
        docker=_wanted(plugins, "docker", False, lowering),
        watch=_watch(plugins, lowering),
    )


def _init(run: Any, lowering: Lowering) -> tuple[Step, ...]:
    """The steps before the main container, where there are any."""
    if not isinstance(run.init, Seq) and not any(b.to_init for b in lowering.program.bindings):
        return ()
    from pxc.passes.lower_init import lower_init

    return lower_init(run, lowering)


def _watch(plugins: Plugins | None, lowering: Lowering) -> Watch | None:
    """What is said of Polyaxon's own containers."""
    if plugins is None:
        return None
    from pxc.passes.lower_watch import lower_watch

    return lower_watch(plugins, lowering.report)


def _attachments(run: Any, plugins: Plugins | None, lowering: Lowering) -> tuple[Attachment, ...]:
    """What every run gets, the run's connections, and the artifacts store where it is mounted.

    Of two definitions of one Secret or ConfigMap that which every run gets holds.
    """
    found = (*always_requested(run.span, lowering), *attached(run.connections, lowering))
    mounted = _wanted(plugins, "mount_artifacts_store", False, lowering)
    collected = _wanted(plugins, "collect_artifacts", True, lowering)
    store = lowering.world.catalog.artifacts_store
    if store is None:
        if mounted and plugins is not None and plugins.mount_artifacts_store is not None:
            lowering.report.add(
                "PXC209",
                "there is no artifacts store to mount",
                plugins.mount_artifacts_store.span,
                help="give the file that declares it: `--catalog PATH`",
            )
        return found
    if not (mounted or not collected) or any(a.told and a.name == store for a in found):
        return found
    connection = artifacts_store(lowering.world)
    if connection is None:
        return found
    return (*found, attach(connection, run.span, lowering))


def _results(plugins: Plugins | None, composed: Operation, lowering: Lowering) -> Results | None:
    connection = artifacts_store(lowering.world)
    if connection is None or not _wanted(plugins, "collect_artifacts", True, lowering):
        return None
    span = composed.span
    resume = _wanted(plugins, "auto_resume", True, lowering)
    return Results(span, attach(connection, span, lowering), resume=resume)


def _wanted(plugins: Plugins | None, attribute: str, default: bool, lowering: Lowering) -> bool:
    value = getattr(plugins, attribute, None)
    found = truth(value, f"plugins.{attribute}", lowering.report)
    return default if found is None else found


def _with_params_env(container: KObject, program: Program) -> KObject:
    """The container with `toEnv` params after its own variables; of one name the last stays."""
    added = []
    for binding in program.bindings:
        if binding.to_env and binding.settled is not None and not is_null(binding.settled):
            added.append((binding.to_env, _env_value(binding.settled)))
    if not added:
        return container
    span = container.span
    own = container.get("env")
    items = list(own.items) if isinstance(own, Seq) else []
    names = {name for name, _ in added}
    items = [i for i in items if not (isinstance(i, Map) and plain(i.get("name")) in names)]
    for name, value in added:
        pairs = ((Lit(span, "name"), Lit(span, name)), (Lit(span, "value"), value))
        items.append(KObject(value.span, pairs, "V1EnvVar"))
    env = Seq(own.span if own is not None else span, tuple(items))
    entries = [(k, v) for k, v in container.entries if plain(k) != "env"]
    return replace(container, entries=(*entries, (Lit(span, "env"), env)))


def _env_value(node: Any) -> Any:
    if isinstance(node, Template):
        return node
    data = plain(node)
    text = data if isinstance(data, str) else json.dumps(data, default=str)
    return Lit(node.span, text)
