"""Turns catalog files, and folders of them, into what they name: connections, presets, ..."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pxc.catalog import ReadsObjects, ReadsPresets
from pxc.catalog.agent import AGENT_VARIABLES, Agent
from pxc.catalog.components import LATEST, full_reference, reference_of
from pxc.catalog.connections import ARTIFACT_KINDS, build_connection, check_keys, text_of
from pxc.catalog.folders import catalog_files, leads_out, nowhere, source_of
from pxc.catalog.organization import KINDS as RULE_KINDS
from pxc.catalog.versions import VERSIONS, build_version
from pxc.diagnostics import Note, Report, allowed, nearest
from pxc.ir.node import Invalid, Lit, Map, Seq, is_null
from pxc.ir.program import Connection, Version
from pxc.ir.spec import Operation
from pxc.source import Source, Span

if TYPE_CHECKING:
    from pxc.access.organization import Rules
    from pxc.catalog.organization.rules import RulesReader

__all__ = ["FileCatalog"]

_AGENT_KEYS = ("connections", "artifactsStore")
_OF_OTHERS = ("AclTest",)
"""Kinds that lie in a catalog and that others read."""


class FileCatalog:
    """The connections, versions, presets and components of some files and folders.

    A document of a file holds one object (`kind: Connection`, `Model`, ..., or one of those that
    become `rules`), or the `connections` and `artifactsStore` of an agent's configuration, whose
    other keys are `agent`.
    `presets/NAME.yaml` is the preset `NAME`, `components/NAME/TAG.yaml` the component
    `NAME:TAG` of a hub, as in a clone of the public one, and `components/ORG/NAME/TAG.yaml` that of
    an organization. All but these two is read and checked at once, faults are PXC810; they are read
    when they are asked for. A link in a folder below `root` leads nowhere else, so that what others
    wrote cannot have a file read from elsewhere.
    """

    declared = True

    def __init__(
        self,
        paths: Iterable[Path],
        language: ReadsObjects,
        report: Report,
        *,
        root: Path | None = None,
    ) -> None:
        self.artifacts_store: str | None = None
        self.agent = Agent()
        self._connections: dict[str, Connection] = {}
        self._places: dict[str, Span] = {}
        self._presets: dict[str, Path] = {}
        self._versions: dict[tuple[str, str], Version] = {}
        self._components: dict[str, Path] = {}
        self._store: Span | None = None
        self._language = language
        self._laid: dict[str, tuple[Operation | None, Report]] = {}
        self._rules_reader: RulesReader | None = None
        self._rules: Rules | None = None
        seen: set[Path] = set()
        for path, named in catalog_files(paths, report):
            if leads_out(path, root):
                message = f"`{path.as_posix()}` is a link that leads out of the workspace"
                report.add("PXC021", message, nowhere(path), help="copy the file")
                continue
            if path.resolve() in seen:
                continue
            seen.add(path.resolve())
            if named is not None:
                self._add_named(*named, path, report)
            else:
                self._add_file(path, report)
        for version in self._versions.values():
            self._check_store(version, report)
        if self._rules_reader is not None:
            self._rules = self._rules_reader.finish(self.connection_names(), self.preset_names())
        self.has_places = self._rules is not None
        """Whether there is anything of an organization at all."""
        self.has_rules = self._rules is not None and self._rules.declared

    @property
    def rules(self) -> Rules:
        """Everything of the files that says who may use what, and where runs go."""
        if self._rules is None:
            from pxc.access.organization import Rules

            self._rules = Rules(
                connections=dict.fromkeys(self.connection_names()),
                presets=dict.fromkeys(self.preset_names()),
            )
        return self._rules

    def connection(self, name: str) -> Connection | None:
        """A connection by name."""
        return self._connections.get(name)

    def connection_names(self) -> tuple[str, ...]:
        """Every connection's name, sorted."""
        return tuple(sorted(self._connections))

    def versions(self, kind: str) -> tuple[Version, ...]:
        """The versions of a kind, in the order of their names."""
        return tuple(found for (of, _), found in sorted(self._versions.items()) if of == kind)

    def preset(self, name: str, language: ReadsPresets, report: Report) -> Operation | None:
        """A preset by name, as an operation; None also when its file is at fault (reported)."""
        if name in self._laid:
            found, told = self._laid[name]
        else:
            told = Report()
            found = self._read_preset(name, language, told)
            self._laid[name] = found, told
        for each in told:
            report.keep(each)
        return found

    def _read_preset(self, name: str, language: ReadsPresets, report: Report) -> Operation | None:
        path = self._presets.get(name)
        source = source_of(path, report, via=f"preset:{name}") if path is not None else None
        return language.read_operation(source, report, preset=True) if source is not None else None

    def preset_names(self) -> tuple[str, ...]:
        """Every preset's name, sorted."""
        return tuple(sorted(self._presets))

    def queue_names(self) -> tuple[str, ...]:
        """Every queue's name, sorted."""
        return tuple(sorted(self.rules.queues)) if self.has_places else ()

    def queue_namespace(self, name: str) -> str | None:
        """The namespace that a queue leads to."""
        found = self.rules.queues.get(name) if self.has_places else None
        return found.namespace if found is not None else None

    def component(self, ref: str, report: Report) -> Source | None:
        """The text of a component; of one with a digest only when its file has that digest.

        PXC213 for a file with another digest.
        """
        name, _, digest = ref.partition("@")
        path = self._components.get(full_reference(name))
        if path is None:
            return None
        return source_of(path, report, digest=digest, via=f"component:{ref}")

    def component_names(self) -> tuple[str, ...]:
        """Every component's reference, sorted; the tag `latest` goes without saying."""
        return tuple(sorted(name.removesuffix(f":{LATEST}") for name in self._components))

    def _add_named(self, kind: str, name: str, path: Path, report: Report) -> None:
        known, what = self._presets, "preset"
        if kind == "components":
            known, what, name = self._components, "component", reference_of(name)
        first = known.setdefault(name, path)
        if first is not path:
            report.add(
                "PXC810",
                f"the {what} `{name}` is in two files",
                nowhere(path),
                notes=(Note("the other file", nowhere(first)),),
                help="rename or delete one",
            )

    def _add_file(self, path: Path, report: Report) -> None:
        source = source_of(path, report)
        if source is None:
            return
        for tree in self._language.read_documents(source, report):
            self._add_document(tree, report)

    def _add_document(self, tree: Map, report: Report) -> None:
        said = (*_AGENT_KEYS, *AGENT_VARIABLES, "runsSa")
        if tree.get("kind") is None and any(tree.get(key) is not None for key in said):
            self._add_agent(tree, report)
        elif tree.get("kind") is None:
            self._report_stranger(tree, report)
        else:
            self._add_object(tree, report)

    def _add_agent(self, tree: Map, report: Report) -> None:
        self.agent.read(tree, report)
        connections = self._said("connections", tree, report)
        if isinstance(connections, Seq):
            for node in connections.items:
                self._add_connection(node, report)
        elif connections is not None and not is_null(connections):
            _expected_list(connections, report)
        store = self._said("artifactsStore", tree, report)
        if store is not None and not is_null(store):
            self._add_store(store, report)

    def _said(self, key: str, tree: Map, report: Report) -> Any:
        """What an agent's configuration has under a key, or under the variable of its name."""
        name = next(variable for variable, said in AGENT_VARIABLES.items() if said == key)
        written = tree.get(name)
        if tree.get(key) is not None or not isinstance(written, Lit) or written.value is None:
            return tree.get(key) if written is None or is_null(written) else written
        text = f'{{"{key}": {written.value}}}'
        source = Source(f"{tree.span.source.name}:{name}", text)
        inner = next(iter(self._language.read_documents(source, report)), None)
        return inner.get(key) if inner is not None else None

    def _add_store(self, node: Any, report: Report) -> None:
        store = self._add_connection(node, report)
        if store is None:
            return
        place = self._places[store.name]
        if store.kind not in ARTIFACT_KINDS:
            report.add(
                "PXC810",
                f"a `{store.kind}` connection cannot be the artifacts store",
                node.get("kind").span,
                help=f"kinds that can: {allowed(ARTIFACT_KINDS)}",
            )
        elif self._store is not None:
            report.add(
                "PXC810",
                "the catalog has two artifacts stores",
                place,
                notes=(Note("the other one", self._store),),
                help="keep one and list the other under `connections`",
            )
        else:
            self.artifacts_store, self._store = store.name, place

    def _add_object(self, tree: Map, report: Report) -> None:
        kind = text_of(tree.get("kind"))
        if kind in VERSIONS:
            self._add_version(kind, tree, report)
        elif kind in RULE_KINDS:
            self._reader(report).add(kind, tree)
        elif kind == "Connection":
            self._add_connection_object(tree, report)
        elif kind not in _OF_OTHERS:
            _unknown_kind(tree.get("kind"), report)

    def _reader(self, report: Report) -> RulesReader:
        if self._rules_reader is None:
            from pxc.catalog.organization.rules import RulesReader

            self._rules_reader = RulesReader(self._language, report)
        return self._rules_reader

    def _add_connection_object(self, tree: Map, report: Report) -> None:
        known = ("kind", "name", "spec", "access")
        check_keys(tree, known, ("name", "spec"), "a catalog object", report)
        name, spec = tree.get("name"), tree.get("spec")
        if isinstance(name, Lit) and spec is not None and not is_null(spec) and not is_null(name):
            inner = _inner_name(name, spec, report)
            made = self._add_connection(spec, report, name=inner)
            access = tree.get("access")
            if access is not None and made is not None:
                self._reader(report).add_access(access, name)

    def _add_version(self, kind: str, tree: Map, report: Report) -> None:
        version = build_version(kind, tree, report)
        if version is None:
            return
        first = self._versions.setdefault((kind, version.name), version)
        if first is not version:
            report.add(
                "PXC810",
                f"the {kind.lower()} `{version.name}` is declared twice",
                version.place,
                label="declared again",
                notes=(Note("first declared here", first.place),),
                help="rename or delete one",
            )

    def _check_store(self, version: Version, report: Report) -> None:
        """PXC810 for a version in a connection that is not there, or that holds no files."""
        place = version.connection.span if version.connection is not None else version.place
        name = version.connection.value if version.connection is not None else self.artifacts_store
        found = self._connections.get(name) if name is not None else None
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
            near = nearest(name, self._connections)
            hint = f"did you mean `{near}`?" if near else "declare it, too"
        report.add("PXC810", fault, place, help=hint)

    def _add_connection(
        self, node: Any, report: Report, *, name: Lit[str] | None = None
    ) -> Connection | None:
        connection = build_connection(node, report, name=name)
        if connection is None:
            return None
        place = name.span if name is not None else node.get("name").span
        first = self._places.get(connection.name)
        if first is not None:
            report.add(
                "PXC810",
                f"the connection `{connection.name}` is declared twice",
                place,
                label="declared again",
                notes=(Note("first declared here", first),),
                help="rename or delete one",
            )
            return None
        self._places[connection.name] = place
        self._connections[connection.name] = connection
        return connection

    def _report_stranger(self, tree: Map, report: Report) -> None:
        keys = [key for key, _ in tree]
        hints = [(key, nearest(text_of(key), _AGENT_KEYS)) for key in keys]
        key, near = next((h for h in hints if h[1]), (None, None))
        report.add(
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
