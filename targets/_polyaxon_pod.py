"""Puts Polyaxon's own containers into a pod: those before the author's steps, and the sidecar."""

from __future__ import annotations

from typing import Any

from pxc.ir.pod import Attachment, Pod
from pxc.targets._catalog import describe
from pxc.targets._connections import Volumes, attach
from pxc.targets._container import Draft
from pxc.targets._context import Context
from pxc.targets._polyaxon import CONFIGS_MOUNT, TOOLS_MOUNT, Polyaxon

__all__ = ["containers_before", "containers_beside"]


def containers_before(
    polyaxon: Polyaxon, volumes: Volumes, context: Context, *, resume: bool
) -> list[Draft]:
    """The token, the tools and the run's directory, in Polyaxon's order; none after a refusal.

    `resume` tells that the run may be tried again.
    """
    found: list[Draft] = []
    if polyaxon.run is None:
        return found
    if polyaxon.watch.auth:
        found.append(Draft(polyaxon.auth(), {}))
    if polyaxon.watch.tmux:
        found.append(Draft(polyaxon.tools(), {}))
    results = polyaxon.pod.results
    if results is not None and results.attachment.store is not None:
        store = results.attachment
        again = resume and (results.resume or results.again)
        data = polyaxon.artifacts(polyaxon.run, results, resume=again)
        found.append(_with_store(Draft(data, {}), store, polyaxon, volumes))
        context.mount_root(found[-1])
    return found


def containers_beside(
    polyaxon: Polyaxon, told: list[Draft], steps: list[Draft], volumes: Volumes, context: Context
) -> list[dict[str, Any]]:
    """The sidecar, where there is anything for it to do.

    `told` are the main container and those sidecars that have its connections: they get the
    server's address, the run's identity, and the token and the tools where these are asked for.
    """
    if polyaxon.run is None:
        return []
    for draft in told:
        draft.env = polyaxon.main_environment() | draft.env
    if polyaxon.watch.tmux:
        name = volumes.add("plx-tools-bin", {"emptyDir": {}})
        told[0].mount({"name": name, "mountPath": TOOLS_MOUNT, "readOnly": True})
    found = []
    store = _store(polyaxon.pod)
    if store is not None and polyaxon.watches():
        data = polyaxon.sidecar(told[0].data["name"])
        found.append(_with_store(Draft(data, {}), store, polyaxon, volumes))
        if polyaxon.pod.results is not None:
            context.mount_root(found[-1])
    if polyaxon.watch.auth:
        name = volumes.add("configs-context", {"emptyDir": {}})
        for draft in (*told, *steps, *found):
            draft.mount({"name": name, "mountPath": CONFIGS_MOUNT, "readOnly": True})
    return [draft.finished() for draft in found]


def _with_store(draft: Draft, store: Attachment, polyaxon: Polyaxon, volumes: Volumes) -> Draft:
    attach(draft, (store,), volumes, polyaxon.values)
    describe(draft, (store,), polyaxon.pod.artifacts_store)
    return draft


def _store(pod: Pod) -> Attachment | None:
    """The artifacts store as results are kept in it, or as the main container has it."""
    if pod.results is not None:
        return pod.results.attachment
    return next((a for a in pod.attachments if a.told and a.name == pod.artifacts_store), None)
