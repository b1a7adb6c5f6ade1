"""Carries what a pod's security context cannot hold to the main container."""

from __future__ import annotations

from typing import Any

from pxc.diagnostics import Report
from pxc.ir.node import Invalid, KObject, Lit, Map, replace
from pxc.ir.run import Dag, Environment, Legacy, Pod
from pxc.passes.shortcuts import pods_of, with_pod

CONTAINER_FIELDS = frozenset({
    "allowPrivilegeEscalation", "capabilities", "privileged", "procMount", "readOnlyRootFilesystem",
})  # fmt: skip
"""Fields of a security context that only a container has."""

_FIELD = "securityContext"


def carry_security(run: Any, report: Report) -> Any:
    """A composed runtime whose pods ask of each container what only a container can have.

    PXC136 for each field that an environment cannot hold.
    """
    if run is None or isinstance(run, Dag | Legacy | Invalid):
        return run
    if isinstance(run, Pod):
        return _carried(run, report)
    for name, pod in pods_of(run):
        carried = _carried(pod, report)
        if carried is not pod:
            run = with_pod(run, name, carried)
    return run


def _carried(pod: Any, report: Report) -> Any:
    """A pod whose `environment.securityContext` holds only what is a pod's.

    The real system takes the fields of a container there, and the cluster drops them; they are the
    main container's unless it has its own.
    """
    environment: Any = getattr(pod, "environment", None)
    container = getattr(pod, "container", None)
    context = environment.security_context if isinstance(environment, Environment) else None
    if not isinstance(context, KObject) or not isinstance(container, KObject):
        return pod
    carried = [
        e for e in context.entries if isinstance(e[0], Lit) and e[0].value in CONTAINER_FIELDS
    ]
    if not carried:
        return pod
    for key, _ in carried:
        name = getattr(key, "value", "")
        report.add(
            "PXC136",
            f"`{name}` is a setting of containers; it is given to the main container",
            key.span,
            help=f"write it as `container: {{securityContext: {{{name}: ...}}}}`",
        )
    left = tuple(e for e in context.entries if e not in carried)
    kept = replace(context, entries=left) if left else None
    return replace(
        pod,
        environment=replace(environment, security_context=kept),
        container=_with_fields(container, context, carried),
    )


def _with_fields(container: KObject, context: KObject, carried: list[Any]) -> KObject:
    """A container with further fields of its security context, where it has none of its own."""
    own = container.get(_FIELD)
    if not isinstance(own, Map):
        if own is not None and not (isinstance(own, Lit) and own.value is None):
            return container  # a template: what it holds is not known
        made = KObject(context.span, tuple(carried), "V1SecurityContext")
        rest = tuple(e for e in container.entries if getattr(e[0], "value", "") != _FIELD)
        return replace(container, entries=(*rest, (Lit(context.span, _FIELD), made)))
    known = {getattr(key, "value", "") for key, _ in own.entries}
    further = tuple(e for e in carried if e[0].value not in known)
    merged = replace(own, entries=(*own.entries, *further))
    entries = tuple(
        (key, merged if getattr(key, "value", "") == _FIELD else value)
        for key, value in container.entries
    )
    return replace(container, entries=entries)
