"""Turns catalog files, and folders of them, into what they name: connections, presets, ..."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from pxc.catalog import ReadsObjects, ReadsPresets
from pxc.catalog.components import LATEST, full_reference, reference_of
from pxc.catalog.declared import Declared
from pxc.catalog.folders import catalog_files, leads_out, nowhere, source_of
from pxc.diagnostics import Note, Report
from pxc.ir.program import Connection, Version
from pxc.ir.spec import Operation
from pxc.source import Source

if TYPE_CHECKING:
    from pxc.access.organization import Rules

__all__ = ["FileCatalog"]


class FileCatalog:
    """The connections, versions, presets and components of some files and folders.

    A document of a file is one of `Declared`.
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
        self._declared = Declared(language, report)
        self._presets: dict[str, Path] = {}
        self._components: dict[str, Path] = {}
        self._language = language
        self._laid: dict[str, tuple[Operation | None, Report]] = {}
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
        self._rules = self._declared.finish(self.preset_names())
        self.agent = self._declared.agent
        self.artifacts_store = self._declared.artifacts_store
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
        return self._declared.connections.get(name)

    def connection_names(self) -> tuple[str, ...]:
        """Every connection's name, sorted."""
        return tuple(sorted(self._declared.connections))

    def versions(self, kind: str) -> tuple[Version, ...]:
        """The versions of a kind, in the order of their names."""
        return tuple(
            found for (of, _), found in sorted(self._declared.versions.items()) if of == kind
        )

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
            self._declared.add(tree)
