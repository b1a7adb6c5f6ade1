"""Turns the other keys of a Polyaxon agent's configuration into defaults for every run."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from msgspec import Struct

from pxc.catalog.connections import text_of
from pxc.diagnostics import Note, Report, nearest
from pxc.ir.node import Lit, Map, is_null
from pxc.source import Span

__all__ = ["AGENT_VARIABLES", "Agent"]

AGENT_VARIABLES = {
    "POLYAXON_AGENT_CONNECTIONS": "connections",
    "POLYAXON_AGENT_ARTIFACTS_STORE": "artifactsStore",
    "POLYAXON_K8S_NAMESPACE": "namespace",
    "POLYAXON_AGENT_RUNS_SA": "runsSa",
}
"""The same as an agent's environment says it, in JSON where it is no text."""

_TEXTS = ("namespace", "runsSa")
_LISTED = ("connections", "artifactsStore", *_TEXTS)
_LEFT_OUT = {
    "additionalNamespaces": "no list of namespaces is enforced: who may run where is the cluster's",
    "init": "set `runtime: {images: {init: ...}}` in `pxc.yaml` for the profile `polyaxon`",
    "sidecar": "set `runtime: {images: {sidecar: ...}}` in `pxc.yaml` for the profile `polyaxon`",
    "notifier": "nothing that pxc writes notifies anybody",
    "cleaner": "nothing that pxc writes cleans a store up",
    "defaultScheduling": "it is for Polyaxon's own jobs, not for runs: for these write a preset",
    "defaultImagePullSecrets": "it is for Polyaxon's own jobs, not for runs: for these write a"
    " preset with `environment: {imagePullSecrets: [...]}`",
    "appSecretName": "set `runtime: {tokenSecret: ...}` in `pxc.yaml` for the profile `polyaxon`",
    "agentSecretName": "set `runtime: {tokenSecret: ...}` in `pxc.yaml` for the profile `polyaxon`",
    "useProxyEnvVarsUseInOps": "the proxies are variables of the agent itself: write them as `env`"
    " of a connection with a `configMap` that `isRequested`",
    "secrets": "those of the connections are known by them",
    "configMaps": "those of the connections are known by them",
}
"""What else an agent is told, and what to do where a run needs it."""


class Agent(Struct):
    """What an agent gives the runs that name none of their own; empty where it says nothing."""

    namespace: str = ""
    service_account: str = ""
    places: dict[str, Span] = {}

    def read(self, tree: Map, report: Report) -> None:
        """Take over what a configuration says; PXC811 for each key that nothing is done with.

        PXC810 for a value that is no text, and for one that another file says otherwise.
        """
        for key, value in tree.entries:
            name = AGENT_VARIABLES.get(text_of(key), text_of(key))
            if name not in _LISTED:
                _leave_out(name, key.span, report)
            elif name in _TEXTS and not is_null(value):
                self._take(name, value, report)

    def _take(self, name: str, value: Any, report: Report) -> None:
        if not isinstance(value, Lit) or not isinstance(value.value, str) or not value.value:
            report.add("PXC810", f"`{name}` must be text", value.span, help="write a name")
            return
        field = "namespace" if name == "namespace" else "service_account"
        if getattr(self, field) not in ("", value.value):
            report.add(
                "PXC810",
                f"`{name}` is `{value.value}` here and `{getattr(self, field)}` elsewhere",
                value.span,
                notes=(Note("the other one", self.places[name]),),
                help="keep one, or give each workspace a catalog of its own",
            )
            return
        setattr(self, field, value.value)
        self.places[name] = value.span


def _leave_out(name: str, span: Span, report: Report) -> None:
    hint = _LEFT_OUT.get(name) or _near(name, (*_LISTED, *_LEFT_OUT, *AGENT_VARIABLES))
    message = f"`{name}` of an agent's configuration is not taken over"
    report.add("PXC811", message, span, help=hint)


def _near(name: str, known: Iterable[str]) -> str:
    near = nearest(name, known)
    return f"did you mean `{near}`?" if near else "a catalog has no use for it: leave it out"
