"""Turns the ports of a service into the route that opens them: an Ingress or an HTTPRoute."""

from __future__ import annotations

import re
from typing import Any

from pxc.diagnostics import Report
from pxc.ir.plan import Unit
from pxc.options import Options
from pxc.source import head_of
from pxc.targets._data import Place, Values
from pxc.targets._metadata import Metadata

__all__ = ["route_objects"]

_BASE_PORT = 80
"""The port that `globals.base_url` ends with where the author named none."""

_MOST_RULES = 16
_PATH = re.compile(r"(?:[-A-Za-z0-9/._~!$&'()*+,;=:@]|%[0-9a-fA-F]{2})+")
_SPECIAL = re.compile(r"([][.*+?^$(){}|\\])")


def route_objects(
    unit: Unit, ports: list[int], name: str, metadata: Metadata, values: Values, options: Options
) -> list[dict[str, Any]]:
    """The route of a service; nothing where no option asks for one.

    Its paths are those that `globals.base_url` and `globals.base_urls` tell the program. PXC701
    for a path that the route cannot rewrite, PXC702 for the login that is not before it, PXC703
    without a namespace, which is a part of the path.
    """
    if options.expose == "none" or unit.listening is None:
        return []
    base = _base(unit, metadata, values)
    if base is None:
        return []
    _tell_login(unit, values.report)
    paths = _paths(unit, ports, base)
    if options.expose == "gateway":
        return [_http_route(unit, paths, name, metadata, options, values.report)]
    return [_ingress(unit, paths, name, metadata, options, values.report)]


def _base(unit: Unit, metadata: Metadata, values: Values) -> str | None:
    assert unit.listening is not None
    if metadata.namespace is None:
        values.report.add(
            "PXC703",
            "the path of the service has its namespace in it, which is not known",
            head_of(unit.listening.span),
            help="name it: `namespace` in the file, or `--namespace`",
        )
        return None
    path = values.text(unit.listening.path, Place("path"))
    if path is not None and not _PATH.fullmatch(path):
        values.report.add(
            "PXC116",
            f"`{path}` cannot be the path of a route",
            head_of(unit.listening.span),
            help="take an owner and a project of letters, digits, `-`, `_` and `.`",
        )
        return None
    return path


def _tell_login(unit: Unit, report: Report) -> None:
    assert unit.listening is not None
    if not unit.listening.is_external:
        report.add(
            "PXC702",
            "the route lets everybody in: the login that Polyaxon has before a service is left out",
            head_of(unit.listening.span),
            help="let the gateway ask for one, and write `isExternal: true` to say that none is"
            " needed here",
        )


def _paths(unit: Unit, ports: list[int], base: str) -> list[tuple[str, int]]:
    """Each port with its path; the first one has that of `globals.base_url`."""
    assert unit.listening is not None
    ends = list(ports)
    if not unit.listening.ports and _BASE_PORT not in ports:
        ends[0] = _BASE_PORT
    return [(f"{base}/{end}", port) for end, port in zip(ends, ports, strict=True)]


def _http_route(
    unit: Unit,
    paths: list[tuple[str, int]],
    name: str,
    metadata: Metadata,
    options: Options,
    report: Report,
) -> dict[str, Any]:
    assert unit.listening is not None
    if len(paths) > _MOST_RULES:
        report.add(
            "PXC701",
            f"an HTTPRoute leads to {_MOST_RULES} ports at most; this service has {len(paths)}",
            head_of(unit.listening.span),
            help="open fewer ports, or split the service",
        )
    namespace, _, gateway = options.expose_via.rpartition("/")
    parent = {"name": gateway} | ({"namespace": namespace} if namespace else {})
    rewrite = {
        "type": "URLRewrite",
        "urlRewrite": {"path": {"type": "ReplacePrefixMatch", "replacePrefixMatch": "/"}},
    }
    rules = []
    for path, port in paths:
        rule: dict[str, Any] = {"matches": [{"path": {"type": "PathPrefix", "value": path}}]}
        if unit.listening.rewrite_path:
            rule["filters"] = [rewrite]
        rule["backendRefs"] = [{"name": name, "port": port}]
        rules.append(rule)
    spec: dict[str, Any] = {"parentRefs": [parent]}
    if options.expose_host:
        spec["hostnames"] = [options.expose_host]
    spec["rules"] = rules
    return {
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": "HTTPRoute",
        "metadata": metadata.of_object(name),
        "spec": spec,
    }


def _ingress(
    unit: Unit,
    paths: list[tuple[str, int]],
    name: str,
    metadata: Metadata,
    options: Options,
    report: Report,
) -> dict[str, Any]:
    assert unit.listening is not None
    about = metadata.of_object(name)
    rewrite = unit.listening.rewrite_path
    if rewrite:
        _check_rewriting(unit, options, report)
        about.setdefault("annotations", {}).update(
            {
                "nginx.ingress.kubernetes.io/rewrite-target": "/$2",
                "nginx.ingress.kubernetes.io/use-regex": "true",
            }
        )
    entries = []
    for path, port in paths:
        pattern = _SPECIAL.sub(r"\\\1", path) + "(/|$)(.*)" if rewrite else path
        entries.append(
            {
                "path": pattern,
                "pathType": "ImplementationSpecific" if rewrite else "Prefix",
                "backend": {"service": {"name": name, "port": {"number": port}}},
            }
        )
    rule: dict[str, Any] = {"host": options.expose_host} if options.expose_host else {}
    spec: dict[str, Any] = {}
    if options.expose_via:
        spec["ingressClassName"] = options.expose_via
    spec["rules"] = [{**rule, "http": {"paths": entries}}]
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "Ingress",
        "metadata": about,
        "spec": spec,
    }


def _check_rewriting(unit: Unit, options: Options, report: Report) -> None:
    """PXC701 for a class of Ingresses of which we know no way to rewrite a path."""
    assert unit.listening is not None
    if "nginx" not in options.expose_via.split("-"):
        named = f" of the class `{options.expose_via}`" if options.expose_via else ""
        report.add(
            "PXC701",
            f"`rewritePath` cannot be said by an Ingress{named}",
            head_of(unit.listening.span),
            help="name a class of ingress-nginx (`--expose-via nginx`), or use `--expose gateway`",
        )
