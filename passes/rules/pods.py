"""Rules about pods: what they ask of nodes, and what they may do to them."""

from __future__ import annotations

from typing import Any

from pxc.diagnostics import Report
from pxc.ir.node import KObject, Lit, Map, walk
from pxc.ir.program import Program
from pxc.ir.run import Dag, Environment, Legacy, Replica, Run
from pxc.ir.run import Pod as PodRun
from pxc.passes.rules.authored import authored, objects, operations, text_of
from pxc.world import World


def no_requests(program: Program, world: World, report: Report) -> None:
    """PXC501: a main container that asks for neither cpu nor memory."""
    whole = program.composed
    if whole is None or whole.resources is not None:
        return
    if any(operation.resources is not None for operation in operations(program, world)):
        return
    if whole.run is None:
        return
    for pod in walk(whole.run):
        container = pod.container if isinstance(pod, PodRun | Replica) else None
        if isinstance(container, KObject) and not _asks(container.get("resources")):
            place = container.get("image") or container
            report.add(
                "PXC501",
                "the container requests neither cpu nor memory",
                place.span,
                help="add `resources: {requests: {cpu: 500m, memory: 1Gi}}`",
            )


def _asks(resources: Any) -> bool:
    """Whether resources hold a request; a limit is one where no request is written."""
    if not isinstance(resources, Map):
        return resources is not None and not isinstance(resources, Lit)
    return any(not isinstance(v, Lit) and v is not None and getattr(v, "entries", True)
               for v in (resources.get("requests"), resources.get("limits")))  # fmt: skip


def node_name(program: Program, world: World, report: Report) -> None:
    """PXC519: a pod that goes around the scheduler to one node."""
    for node in authored(program, world):
        name = node.node_name if isinstance(node, Environment) else None
        if isinstance(name, Lit) and name.value:
            report.add(
                "PXC519",
                "the pod is bound to one node, and the scheduler is not asked",
                name.span,
                help="use `nodeSelector` or `affinity`: the run fails when this node is full",
            )


def privileged(program: Program, world: World, report: Report) -> None:
    """PXC605: a container with the powers of its node."""
    contexts = (*objects(program, world, "V1SecurityContext"),
                *objects(program, world, "EnvironmentSecurityContext"))  # fmt: skip
    for context in contexts:
        value = context.get("privileged")
        if isinstance(value, Lit) and value.value is True:
            key = context.key("privileged")
            report.add(
                "PXC605",
                "a privileged container has every power of its node",
                (key or value).span,
                help="name what it needs under `capabilities: {add: [...]}`",
            )


def host_access(program: Program, world: World, report: Report) -> None:
    """PXC606: a volume, or a network, of the node itself."""
    for volume in objects(program, world, "V1Volume"):
        path = volume.get("hostPath")
        if isinstance(path, Map):
            report.add(
                "PXC606",
                "`hostPath` gives the pod a folder of its node",
                (volume.key("hostPath") or path).span,
                help="use a claim, a connection of the catalog or `emptyDir`",
            )
    for node in authored(program, world):
        if isinstance(node, Environment):
            for name, flag in (("hostNetwork", node.host_network), ("hostPID", node.host_pid)):
                if isinstance(flag, Lit) and flag.value is True:
                    report.add(
                        "PXC606",
                        f"`{name}` takes away the wall between the pod and its node",
                        flag.span,
                        help=f"leave `{name}` out",
                    )


def service_accounts(program: Program, world: World, report: Report) -> None:
    """PXC608: a run under the account that every pod of the namespace has."""
    if program.composed is None or program.composed.run is None:
        return
    run = program.composed.run
    shared = _account(run.environment) if isinstance(run, Dag) else None
    for one in walk(run):
        if isinstance(one, Run) and not isinstance(one, Dag | Legacy):
            _check_account(one, shared, report)


def _check_account(run: Run, shared: Any, report: Report) -> None:
    pods = [pod for pod in walk(run) if isinstance(pod, PodRun | Replica)]
    accounts = [_account(pod.environment) or shared for pod in pods]
    named = next((a for a in accounts if a is not None), None)
    if named is None:
        images = [p.container.get("image") for p in pods if isinstance(p.container, KObject)]
        span = next((image.span for image in images if image is not None), None)
    else:
        span = named.span if text_of(named) == "default" else None
    if span is not None:
        report.add(
            "PXC608",
            "the run has the service account of every other pod of the namespace",
            span,
            help="name one that may do no more than it needs: `environment: {serviceAccountName: "
            "...}`",
        )


def _account(environment: Any) -> Any:
    """What says under which account a pod runs: a name, or a template of the whole section."""
    if isinstance(environment, Environment):
        return environment.service_account_name
    return None if isinstance(environment, Lit) else environment


def wildcard_tolerations(program: Program, world: World, report: Report) -> None:
    """PXC611: a pod that tolerates every taint, also those of broken and reserved nodes."""
    for toleration in objects(program, world, "V1Toleration"):
        operator, key = toleration.get("operator"), toleration.get("key")
        if operator is None or text_of(operator) != "Exists":
            continue
        if key is None or text_of(key) == "":
            report.add(
                "PXC611",
                "the pod tolerates every taint",
                operator.span,
                help="name the `key` of the taint that is meant",
            )
