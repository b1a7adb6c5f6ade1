"""Turns builds into programs, and gives the image that each makes to the run that asks for it."""

from __future__ import annotations

from typing import Any

from pxc.diagnostics import Report
from pxc.ir.expr import Attribute, Name
from pxc.ir.io import Param
from pxc.ir.node import Hole, Invalid, KObject, Lit, Map, Template, replace
from pxc.ir.program import Program
from pxc.ir.run import Dag, Legacy
from pxc.ir.spec import Build
from pxc.passes.attached import Attached, given, is_readable
from pxc.passes.connection_names import with_pods
from pxc.passes.contexts import build_contexts
from pxc.passes.graph.dag_values import DagValues
from pxc.passes.lowering import joined, pieces_of
from pxc.passes.moved_refs import moved
from pxc.passes.run_name import free_name, run_name
from pxc.source import Span
from pxc.world import World

_IMAGE = "destination"
"""The param that tells a build the name of the image that it makes."""

_BESIDE = ("ops.", "dag.", "runs.")


def with_builds(program: Program, world: World, report: Report) -> Program:
    """A program, and the operations of its dags, with their builds: see `expand_builds`."""
    expansion = _Expansion(world, report)
    return expansion.attached.through(program, expansion.built, _build_of)


class _Expansion:
    """The builds of one file."""

    def __init__(self, world: World, report: Report) -> None:
        self.world = world
        self.report = report
        self.attached = Attached(world, report)

    def built(self, program: Program, dag: DagValues | None, taken: set[str]) -> Program:
        """A program with its build; `taken` are the names in its dag."""
        composed = program.composed
        build: Any = composed.build if composed is not None else None
        if not isinstance(build, Build) or not is_readable(build):
            return program
        component = self.attached.component(build.hub_ref)
        if component is None or isinstance(composed.run, Dag | Legacy):  # type: ignore[union-attr]
            return program
        name = free_name(f"{run_name(program)}-build", taken)
        taken.add(name)
        fields = {
            "cache": build.cache,
            "params": given(build.params, {_IMAGE: self._default(build)}, build),
            "run_patch": build.run_patch,
            "patch_strategy": build.patch_strategy,
        }
        made = self.attached.program(build, name, component, fields, program, enclosing=dag)
        image = self._image(made, name, build.span)
        if image is None:
            return program
        return replace(program, build=made, composed=_with_image(composed, image))

    def _default(self, build: Build) -> Param:
        """The name of an image whose author gave none."""
        span, project = build.span, self.world.options.project
        uuid = Hole(span, Attribute(span, Name(span, "globals"), "uuid"))
        text = "{{ globals.project_name }}:{{ globals.uuid }}"
        value = Template(span, text, (f"{project}:", uuid))
        return Param(span, value, connection=build.connection)

    def _image(self, build: Program, name: str, place: Span) -> Lit[str] | Template | None:
        """The name of the image as the run sees it; None for one that is no text."""
        contexts = build_contexts(build, self.world, Report())
        binding = next((b for b in build.bindings if b.name == _IMAGE), None)
        node = contexts.nodes.get(_IMAGE)
        if binding is None or not isinstance(node, Lit | Template) or isinstance(node, Invalid):
            return None
        pieces = pieces_of(node, f"build.params.{_IMAGE}", self.report)
        if not pieces:
            return None
        prefix = _registry(build, binding.connection)
        if prefix and not str(pieces[0]).startswith(f"{prefix}/"):
            pieces = (f"{prefix}/", *pieces)
        found: Lit[str] | Template = moved(
            joined(place, pieces),
            lambda path: path if path.startswith(_BESIDE) else f"ops.{name}.{path}",
        )
        return found


def _build_of(program: Program) -> tuple[Program, ...]:
    return () if program.build is None else (program.build,)


def _registry(build: Program, connection: str | None) -> str:
    """The address of the registry that a connection is, without a slash at its end."""
    for known in build.connections:
        if known.name == connection and known.kind == "registry" and isinstance(known.schema, Map):
            url = known.schema.get("url")
            text = str(url.value) if isinstance(url, Lit) and url.value else ""
            return text.rpartition("://")[2].rstrip("/")
    return ""


def _with_image(composed: Any, image: Lit[str] | Template) -> Any:
    """An operation whose main containers, in every role, run an image."""

    def changed(pod: Any) -> Any:
        container = getattr(pod, "container", None)
        if not isinstance(container, KObject):
            return pod
        entries = [(k, v) for k, v in container.entries if getattr(k, "value", "") != "image"]
        first = (Lit(image.span, "image"), image)
        return replace(pod, container=replace(container, entries=(first, *entries)))

    return replace(composed, run=with_pods(composed.run, changed))
