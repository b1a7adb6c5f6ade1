"""Turns the documents of a catalog into what they declare: connections, versions and rules."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pxc.catalog import ReadsObjects
from pxc.catalog.agent import AGENT_VARIABLES, Agent
from pxc.catalog.connections import ARTIFACT_KINDS, build_connection, check_keys, text_of
from pxc.catalog.organization import KINDS as RULE_KINDS
from pxc.catalog.versions import VERSIONS, build_version
from pxc.diagnostics import Note, Report, allowed, nearest
from pxc.ir.node import Invalid, Lit, Map, Seq, is_null
from pxc.ir.program import Connection, Version
from pxc.source import Source, Span

if TYPE_CHECKING:
    from pxc.access.organization import Rules
    from pxc.catalog.organization.rules import RulesReader

__all__ = ["Declared"]

_AGENT_KEYS = ("connections", "artifactsStore")
_OF_OTHERS = ("AclTest",)
"""Kinds that lie in a catalog and that others read."""


class Declared:
    """What the documents of a catalog declare, filled one after the other by `add`.

    A document holds one object (`kind: Connection`, `Model`, ..., or one of those that become
    rules), or the `connections` and `artifactsStore` of an agent's configuration, whose other keys
    are `agent`. Faults are PXC810.
    """

    def __init__(self, language: ReadsObjects, report: Report) -> None:
        self.agent = Agent()
        self.artifacts_store: str | None = None
        self.connections: dict[str, Connection] = {}
        self.versions: dict[tuple[str, str], Version] = {}
        self._language = language
        self._report = report
        self._places: dict[str, Span] = {}
        self._store: Span | None = None
        self._rules_reader: RulesReader | None = None

    def add(self, tree: Map) -> None:
        """One document."""
        said = (*_AGENT_KEYS, *AGENT_VARIABLES, "runsSa")
        if tree.get("kind") is None and any(tree.get(key) is not None for key in said):
            self._add_agent(tree)
        elif tree.get("kind") is None:
            self._report_stranger(tree)
        else:
            self._add_object(tree)

    def finish(self, presets: tuple[str, ...]) -> Rules | None:
        """What stands between the documents is checked; their rules, None where there are none."""
        for version in self.versions.values():
            self._check_store(version)
        if self._rules_reader is None:
            return None
        return self._rules_reader.finish(tuple(sorted(self.connections)), presets)

    def _add_agent(self, tree: Map) -> None:
        self.agent.read(tree, self._report)
        connections = self._said("connections", tree)
        if isinstance(connections, Seq):
            for node in connections.items:
                self._add_connection(node)
        elif connections is not None and not is_null(connections):
            _expected_list(connections, self._report)
        store = self._said("artifactsStore", tree)
        if store is not None and not is_null(store):
            self._add_store(store)

    def _said(self, key: str, tree: Map) -> Any:
        """What an agent's configuration has under a key, or under the variable of its name."""
        name = next(variable for variable, said in AGENT_VARIABLES.items() if said == key)
        written = tree.get(name)
        if tree.get(key) is not None or not isinstance(written, Lit) or written.value is None:
            return tree.get(key) if written is None or is_null(written) else written
        text = f'{{"{key}": {written.value}}}'
        source = Source(f"{tree.span.source.name}:{name}", text)
        inner = next(iter(self._language.read_documents(source, self._report)), None)
        return inner.get(key) if inner is not None else None

    def _add_store(self, node: Any) -> None:
        store = self._add_connection(node)
        if store is None:
            return
        place = self._places[store.name]
        if store.kind not in ARTIFACT_KINDS:
            self._report.add(
                "PXC810",
                f"a `{store.kind}` connection cannot be the artifacts store",
                node.get("kind").span,
                help=f"kinds that can: {allowed(ARTIFACT_KINDS)}",
            )
        elif self._store is not None:
            self._report.add(
                "PXC810",
                "the catalog has two artifacts stores",
                place,
                notes=(Note("the other one", self._store),),
                help="keep one and list the other under `connections`",
            )
        else:
            self.artifacts_store, self._store = store.name, place

    def _add_object(self, tree: Map) -> None:
        kind = text_of(tree.get("kind"))
        if kind in VERSIONS:
            self._add_version(kind, tree)
        elif kind in RULE_KINDS:
            self._reader().add(kind, tree)
        elif kind == "Connection":
            self._add_connection_object(tree)
        elif kind not in _OF_OTHERS:
            _unknown_kind(tree.get("kind"), self._report)

    def _reader(self) -> RulesReader:
        if self._rules_reader is None:
            from pxc.catalog.organization.rules import RulesReader

            self._rules_reader = RulesReader(self._language, self._report)
        return self._rules_reader

    def _add_connection_object(self, tree: Map) -> None:
        known = ("kind", "name", "spec", "access")
        check_keys(tree, known, ("name", "spec"), "a catalog object", self._report)
        name, spec = tree.get("name"), tree.get("spec")
        if isinstance(name, Lit) and spec is not None and not is_null(spec) and not is_null(name):
            inner = _inner_name(name, spec, self._report)
            made = self._add_connection(spec, name=inner)
            access = tree.get("access")
            if access is not None and made is not None:
                self._reader().add_access(access, name)

    def _add_version(self, kind: str, tree: Map) -> None:
        version = build_version(kind, tree, self._report)
        if version is None:
            return
        first = self.versions.setdefault((kind, version.name), version)
        if first is not version:
            self._report.add(
                "PXC810",
                f"the {kind.lower()} `{version.name}` is declared twice",
                version.place,
                label="declared again",
                notes=(Note("first declared here", first.place),),
                help="rename or delete one",
            )

    def _check_store(self, version: Version) -> None:
        """PXC810 for a version in a connection that is not there, or that holds no files."""
        place = version.connection.span if version.connection is not None else version.place
        name = version.connection.value if version.connection is not None else self.artifacts_store
        found = self.connections.get(name) if name is not None else None
        if found is not None and found.kind in ARTIFACT_KINDS:
            return
        if name is None:
            fault = f"`{version.name}` names no connection, and there is no artifacts store"
            hint = "add `connection` with the name of one"
        elif found is not None:
            fault = f"a `{found.kind}` connection holds no files"
            hint = f"kinds that do: {allowed(ARTIFACT_KINDS)}"
        else:
            fault = f"the connection `{name}` is not in the catalog"
            near = nearest(name, self.connections)
            hint = f"did you mean `{near}`?" if near else "declare it, too"
        self._report.add("PXC810", fault, place, help=hint)

    def _add_connection(self, node: Any, *, name: Lit[str] | None = None) -> Connection | None:
        connection = build_connection(node, self._report, name=name)
        if connection is None:
            return None
        place = name.span if name is not None else node.get("name").span
        first = self._places.get(connection.name)
        if first is not None:
            self._report.add(
                "PXC810",
                f"the connection `{connection.name}` is declared twice",
                place,
                label="declared again",
                notes=(Note("first declared here", first),),
                help="rename or delete one",
            )
            return None
        self._places[connection.name] = place
        self.connections[connection.name] = connection
        return connection

    def _report_stranger(self, tree: Map) -> None:
        keys = [key for key, _ in tree]
        hints = [(key, nearest(text_of(key), _AGENT_KEYS)) for key in keys]
        key, near = next((h for h in hints if h[1]), (None, None))
        self._report.add(
            "PXC810",
            "the file holds nothing for a catalog",
            (key or (keys[0] if keys else tree)).span,
            help=f"did you mean `{near}`?"
            if near
            else "write `kind: Connection`, or a list under `connections`",
        )


def _inner_name(name: Lit[str], spec: Any, report: Report) -> Lit[str] | None:
    """The name outside `spec`, or None when `spec` has one itself and both are the same."""
    inner = spec.get("name") if isinstance(spec, Map) else None
    if inner is None:
        return name
    if not isinstance(inner, Lit) or inner.value != name.value:
        report.add(
            "PXC810",
            f"the object is `{name.value}` and its connection is `{text_of(inner)}`",
            inner.span,
            notes=(Note("the name of the object", name.span),),
            help="leave `name` out of `spec`",
        )
    return None


def _unknown_kind(kind: Any, report: Report) -> None:
    kinds = ("Connection", *VERSIONS, *RULE_KINDS)
    near = nearest(text_of(kind), kinds)
    report.add(
        "PXC810",
        f"`{text_of(kind)}` is not a kind of catalog object",
        kind.span,
        help=f"did you mean `{near}`?"
        if near
        else f"kinds: {allowed(kinds)}; presets go into the folder `presets`",
    )


def _expected_list(node: Any, report: Report) -> None:
    if not isinstance(node, Invalid):
        report.add(
            "PXC810",
            "`connections` must be a list",
            node.span,
            help="write `- name: ...` for each connection",
        )
