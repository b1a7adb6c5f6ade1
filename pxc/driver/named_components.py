"""Turns Polyaxonfiles into the references to components that they, and what they lead to, name."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from msgspec import Struct, field

from pxc.diagnostics import Report
from pxc.driver.worlds import world_of
from pxc.ir.matrix import Matrix, Tuner
from pxc.ir.node import Lit, Node, Template, walk
from pxc.ir.search import is_own
from pxc.ir.spec import Build, Hook, Operation
from pxc.request import Request, SourceText
from pxc.source import Source, Span
from pxc.world import World

__all__ = ["Named", "Naming"]


class Named(Struct):
    """References as they are written: of hubs, of files, to URLs, and what only a run knows."""

    hubs: list[Lit[str]] = field(default_factory=list)
    urls: list[Lit[str]] = field(default_factory=list)
    paths: list[Lit[str]] = field(default_factory=list)
    computed: list[Template] = field(default_factory=list)


class Naming:
    """Collects the references of the files of a workspace, and of its catalog.

    Files that `pathRef` leads to are read, too; what the catalog has itself is no component of a
    hub. Faults of a file that cannot be read are reported.
    """

    def __init__(self, request: Request, report: Report) -> None:
        self.report = report
        self.world: World = world_of(request, report)
        self._root = (request.root or Path()).resolve()
        self._seen: set[str] = set()

    def of_files(self, files: Iterable[SourceText]) -> Named:
        """The references of files, and of those that they lead to."""
        from pxc.grammar.yaml_tree import load_source

        found = Named()
        for given in files:
            source = load_source(given.name, given.data, self.report)
            if source is not None:
                self._follow(source, found)
        return found

    def of_catalog(self) -> Named:
        """The references of all presets and components of the catalog."""
        found, catalog = Named(), self.world.catalog
        for name in catalog.preset_names():
            preset = catalog.preset(name, self.world.language, self.report)
            if preset is not None:
                self._add(preset, found)
        for ref in catalog.component_names():
            source = catalog.component(ref, self.report)
            if source is not None:
                self._follow(source, found)
        return found

    def of_text(self, source: Source) -> Named:
        """The references of a component of a hub. Its own faults are told where it is compiled."""
        found = Named()
        operation = self.world.language.read_operation(source, Report(), preset=False)
        if operation is not None:
            self._add(operation, found)
        return found

    def place(self, span: Span) -> str:
        """`path:line` from the workspace's root."""
        return f"{self._path(span.source.name)}:{span.line}"

    @property
    def read(self) -> set[str]:
        """The files that were read, as paths from the workspace's root."""
        return {self._path(name) for name in self._seen}

    def _path(self, name: str) -> str:
        path = Path(os.path.realpath(name))
        return path.relative_to(self._root).as_posix() if path.is_relative_to(self._root) else name

    def _follow(self, source: Source, found: Named) -> None:
        waiting = [source]
        while waiting:
            last = waiting.pop()
            if last.name in self._seen:
                continue
            self._seen.add(last.name)
            own = Named()
            faults = Report()
            operation = self.world.language.read_operation(last, faults, preset=False)
            if operation is None:
                for fault in faults:
                    self.report.keep(fault)
                continue
            self._add(operation, own)
            waiting += self._files(own.paths)
            for name in own.__struct_fields__:
                getattr(found, name).extend(getattr(own, name))

    def _files(self, paths: Iterable[Lit[str]]) -> Iterator[Source]:
        """The files that references lead to; those that cannot be read are told when compiled."""
        for ref in paths:
            try:
                yield self.world.files.read(ref.value, beside=ref.span.source.name)
            except (OSError, ValueError):
                continue

    def _add(self, operation: Operation, found: Named) -> None:
        """Add the references of an operation and of everything in it."""
        targets_own = set()
        for node in walk(operation):
            if isinstance(node, Matrix) and isinstance(node.tuner, Tuner):
                if is_own(node.kind, str(getattr(node.tuner.hub_ref, "value", ""))):
                    targets_own.add(node.tuner.span)
            elif isinstance(node, Operation | Build | Hook) or (
                isinstance(node, Tuner) and node.span not in targets_own
            ):
                self._add_of(node, found)

    def _add_of(self, node: Node, found: Named) -> None:
        if getattr(node, "component", None) is not None:
            return  # the component wins, and nobody asks what else is named
        for name, known in (
            ("hub_ref", found.hubs),
            ("url_ref", found.urls),
            ("path_ref", found.paths),
        ):
            ref: Any = getattr(node, name, None)
            if isinstance(ref, Template):
                found.computed.append(ref)
            elif isinstance(ref, Lit) and isinstance(ref.value, str):
                known += [] if name == "hub_ref" and self._has(ref.value) else [ref]

    def _has(self, ref: str) -> bool:
        """Whether the catalog has a component itself; its own faults are told when compiled."""
        faults = Report()
        return self.world.catalog.component(ref, faults) is not None or faults.has_errors
