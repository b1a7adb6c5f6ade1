"""Turns a unit of kind `service` into a Deployment, the Service before it, and its route."""

from __future__ import annotations

from typing import Any

from pxc.diagnostics import Report
from pxc.ir.plan import Unit
from pxc.options import Options
from pxc.targets._container import container_order
from pxc.targets._data import Values
from pxc.targets._metadata import Metadata
from pxc.targets._pod import PodParts
from pxc.targets.kubernetes.expose import route_objects
from pxc.targets.kubernetes.features import tell

__all__ = ["SELECTED", "service_objects"]

SELECTED = ("app.kubernetes.io/name", "app.kubernetes.io/instance")
"""The labels a service selects by; a Deployment's selector can never change."""

_DEFAULT_PORT = 80


def service_objects(
    unit: Unit, pod: PodParts, name: str, metadata: Metadata, values: Values, options: Options
) -> list[dict[str, Any]]:
    """The Deployment, the Service and the route that an option asks for, all of one name."""
    report = values.report
    _tell_limits(unit, report)
    _check_policy(unit, pod, report)
    ports = _ports(unit, pod)
    _declare_ports(pod.main, ports)
    replicas = unit.listening.replicas if unit.listening is not None else None
    if replicas is not None and replicas < 0:
        report.add(
            "PXC116", f"`replicas: {replicas}` is negative", unit.span, help="write zero or more"
        )
    selector = {key: metadata.own[key] for key in SELECTED}
    deployment = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": metadata.of_object(name),
        "spec": {
            "replicas": 1 if replicas is None else replicas,
            "selector": {"matchLabels": selector},
            "template": {"metadata": metadata.of_pod(), "spec": pod.spec},
        },
    }
    service = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": metadata.of_object(name),
        "spec": {"selector": dict(selector), "ports": _service_ports(ports, pod.main)},
    }
    return [deployment, service, *route_objects(unit, ports, name, metadata, values, options)]


def _ports(unit: Unit, pod: PodParts) -> list[int]:
    """The service's ports, else those of its container, else 80, each once."""
    listed = unit.listening.ports if unit.listening is not None else ()
    declared = [p.get("containerPort") for p in pod.main.get("ports", ()) if _is_tcp(p)]
    own = [port for port in declared if isinstance(port, int)]
    return list(dict.fromkeys(listed or own or (_DEFAULT_PORT,)))


def _is_tcp(port: Any) -> bool:
    return isinstance(port, dict) and port.get("protocol", "TCP") == "TCP"


def _declare_ports(main: dict[str, Any], ports: list[int]) -> None:
    """Add the container ports that the author left out."""
    written = list(main.get("ports", ()))
    known = {port.get("containerPort") for port in written if _is_tcp(port)}
    added = [{"containerPort": port} for port in ports if port not in known]
    whole = container_order(main | {"ports": [*written, *added]})
    main.clear()
    main.update(whole)


def _service_ports(ports: list[int], main: dict[str, Any]) -> list[dict[str, Any]]:
    """Ports have the names that the container gives them; several must have different ones."""
    named = {
        port["containerPort"]: port["name"]
        for port in main["ports"]
        if _is_tcp(port) and isinstance(port.get("name"), str)
    }
    found = []
    for port in ports:
        entry: dict[str, Any] = {"port": port, "targetPort": port}
        name = named.get(port) or (f"port-{port}" if len(ports) > 1 else None)
        found.append({"name": name, **entry} if name else entry)
    return found


def _tell_limits(unit: Unit, report: Report) -> None:
    limits = unit.limits
    for name, value in (
        ("timeout", limits.timeout),
        ("podFailurePolicy", limits.pod_failure_policy),
        ("maxRetries", limits.max_retries),
        ("ttl", limits.ttl),
    ):
        if value is not None:
            field = f"termination.{name}"
            tell(f"service.{field}", f"`{field}` of a service", limits.span, report)


def _check_policy(unit: Unit, pod: PodParts, report: Report) -> None:
    policy = pod.spec.get("restartPolicy", "Always")
    if policy == "Always":
        return
    environment = unit.pod.environment
    written = environment.restart_policy if environment is not None else None
    report.add(
        "PXC701",
        f"`restartPolicy: {policy}` cannot be said for a service",
        (written or unit).span,
        help="a Deployment always starts its pods again: leave `restartPolicy` out",
    )
