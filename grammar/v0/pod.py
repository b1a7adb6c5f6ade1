"""Turns `environment` of version 0 into pod settings, resources, connections and retries."""

from __future__ import annotations

from typing import Any

from pxc.diagnostics import Report
from pxc.grammar.v0.language import OUTPUTS, PERSISTENCE
from pxc.grammar.v0.resources import resources
from pxc.grammar.v0.section import Section
from pxc.grammar.v0.tree import Pair, listed, mapped, pair, renamed
from pxc.ir.node import Lit, Map
from pxc.source import Span

__all__ = ["Pod", "Told", "pod_of"]

_SETTINGS = {
    "labels": "labels", "annotations": "annotations", "node_selector": "nodeSelector",
    "node_selectors": "nodeSelector", "affinity": "affinity", "tolerations": "tolerations",
    "service_account": "serviceAccountName", "image_pull_secrets": "imagePullSecrets",
}  # fmt: skip
"""Fields of a pod that only have another name now."""

_SOURCES = {"secret_refs": "secretRef", "config_map_refs": "configMapRef"}


class Told:
    """The names that the reader of a file was already told to declare."""

    def __init__(self, report: Report) -> None:
        self.report = report
        self.names: set[tuple[str, str]] = set()

    def connection(self, name: Lit[Any]) -> None:
        """PXC943 for the first use of a name of the deployment's data or stores."""
        self._tell(
            "connection",
            name,
            f"`{name.value}` is read as the name of a connection",
            "declare a connection of this name in the catalog: version 0 took it from the"
            " settings of the deployment",
        )

    def source(self, name: Lit[Any], what: str) -> None:
        """PXC943 for the first use of a name of the deployment's secrets or config maps."""
        self._tell(
            what,
            name,
            f"`{name.value}` is read as the name of a {what} of Kubernetes",
            "version 0 took it from the settings of the deployment: if it has another name"
            " in the cluster, write that one, or declare a connection",
        )

    def code(self, place: Span) -> None:
        """PXC953 for the first command: the code of the project was in the image."""
        if not self.names & {("code", "")}:
            self.names.add(("code", ""))
            self.report.add(
                "PXC953",
                "the code of the project is not in the image any more",
                place,
                help="bring it in: `init: [{git: {url: ...}}]` in `run`, `copy` in a Dockerfile, or"
                " upload it with the run; version 0 copied it into the image, where commands began",
            )

    def _tell(self, kind: str, name: Lit[Any], message: str, help: str) -> None:
        if (kind, str(name.value)) not in self.names:
            self.names.add((kind, str(name.value)))
            self.report.add("PXC943", message, name.span, help=help)


class Pod:
    """What an `environment` says, as the parts of a runtime that it belongs to now."""

    def __init__(self) -> None:
        self.environment: Map | None = None
        self.resources: Pair | None = None
        self.connections: Pair | None = None
        self.env_from: Pair | None = None
        self.retries: Pair | None = None


def pod_of(section: Section | None, told: Told) -> Pod:
    """The parts of a pod; PXC940 for results of runs by id, and the codes of what it reads."""
    pod = Pod()
    if section is None:
        return pod
    section.only_one("node_selector", "node_selectors")
    section.only_one("config_map_refs", "configmap_refs")
    settings = _settings(section)
    if settings:
        pod.environment = mapped(section.span, settings)
    pod.resources = resources(section)
    pod.retries = section.entry("max_restarts")
    pod.connections = _connections(section, told)
    pod.env_from = _sources(section, told)
    _other_runs(section)
    return pod


def _settings(section: Section) -> list[Pair]:
    """Settings of the pod under their names of today, in authored order."""
    found = []
    for name in section.entries:
        entry = section.entry(name) if name in _SETTINGS else None
        if entry is not None:
            found.append(renamed(_SETTINGS[name], entry))
    return found


def _connections(section: Section, told: Told) -> Pair | None:
    """Data and stores, by either spelling."""
    used = section.only_one("persistence", "data_refs") or "data_refs"
    if used == "data_refs":
        entries = [section.entry("data_refs"), section.entry("artifact_refs")]
    else:
        old = section.section("persistence", PERSISTENCE)
        entries = [old.entry("data"), old.entry("outputs")] if old else []
    names = [name for entry in entries if entry for name in entry[1].items]
    for name in names:
        told.connection(name)
    first = next((entry for entry in entries if entry), None)
    if first is None or not names:
        return None
    return pair("connections", listed(first[1].span, names), first[0].span)


def _sources(section: Section, told: Told) -> Pair | None:
    """Secrets and config maps, whose values were variables of the container."""
    found: list[Any] = []
    place = None
    for field, source in _SOURCES.items():
        entry = section.entry(field)
        if entry is None and field == "config_map_refs":
            entry = section.entry("configmap_refs")
        if entry is None:
            continue
        place = place or entry[0].span
        for name in entry[1].items:
            told.source(name, "Secret" if source == "secretRef" else "ConfigMap")
            found.append(mapped(name.span, [pair(source, mapped(name.span, [pair("name", name)]))]))
    return pair("envFrom", listed(place, found), place) if place else None


def _other_runs(section: Section) -> None:
    """PXC940 for the results of other runs: their ids mean nothing any more."""
    entry = section.entry("outputs")
    outputs = section.section("outputs", OUTPUTS)
    if entry is None or outputs is None:
        return
    for what, runs in outputs.fields():
        section.report.add(
            "PXC940",
            f"the results of {what} are asked for by ids of version 0",
            runs[1].span,
            help="bring them in by the uuids of the runs: `init: [{artifacts: {dirs: [UUID]}}]`",
        )
