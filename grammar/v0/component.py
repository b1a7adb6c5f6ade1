"""Turns a document or a template of version 0, other than a pipeline, into one of version 1.1."""

from __future__ import annotations

from typing import Any

from pxc.diagnostics import Report
from pxc.grammar.shape import unknown_kind
from pxc.grammar.v0.build import Image, image_of
from pxc.grammar.v0.command import command
from pxc.grammar.v0.inputs import declared, given_params, input_of
from pxc.grammar.v0.language import BUILD, ENVIRONMENT, KINDS, RUN
from pxc.grammar.v0.plugins import plugins
from pxc.grammar.v0.pod import Pod, Told, pod_of
from pxc.grammar.v0.section import Section
from pxc.grammar.v0.tree import Pair, listed, made, mapped, pair, renamed
from pxc.ir.node import Lit, Map
from pxc.source import Span

__all__ = ["Converted", "component", "converted"]


class Converted:
    """What a document comes to: its head, the fields of a component, and those of an operation.

    `operation` has what only an operation may say: `params` for declared inputs, a `matrix`. It is
    empty when a component is enough. `base` is the reference to a component of the hub that takes
    the place of an own one.
    """

    def __init__(self, place: Span) -> None:
        self.place = place
        self.head: list[Pair] = []
        self.fields: list[Pair] = []
        self.operation: list[Pair] = []
        self.base: Pair | None = None


def component(section: Map, report: Report, told: Told | None = None) -> Map | None:
    """A component, as an entry of a dag's `components`; see `converted` for what it leaves out."""
    found = converted(section, report, told)
    return mapped(found.place, [*found.head, *found.fields]) if found else None


def converted(section: Map, report: Report, told: Told | None = None) -> Converted | None:
    """A document that is no pipeline; None after PXC108 for an unknown kind.

    `told` are the names that the reader was told to declare, when one file has several documents.
    """
    node = section.get("kind")
    kind = node.value if isinstance(node, Lit) else "experiment"
    if kind not in KINDS:
        if isinstance(node, Lit):
            unknown_kind(node, "document of version 0", tuple(KINDS), "PXC108", report)
        return None
    return _Document(Section(section, KINDS[kind], report), told or Told(report)).converted()


class _Document:
    """One experiment or job on its way."""

    def __init__(self, section: Section, told: Told) -> None:
        self.section = section
        self.report = section.report
        self.told = told
        self.out = Converted(section.span)

    def converted(self) -> Converted:
        """The parts in the order that version 1.1 is written in."""
        for implied in ("version", "kind"):
            self.section.entry(implied)
        self.head()
        inputs = self.inputs()
        outputs = self.section.entry("outputs")
        pod = pod_of(self.section.section("environment", ENVIRONMENT), self.told)
        image, run = self.image(), self.section.section("run", RUN)
        fields = [
            pair("inputs", listed(inputs[0].span, inputs)) if inputs else None,
            self.listed("outputs", outputs),
            plugins(self.section),
            self.termination(pod),
            image.build,
            self.run(pod, image, command(run) if run else ()),
        ]
        self.out.fields += [field for field in fields if field is not None]
        self.section.finish()
        return self.out

    def head(self) -> None:
        """Name, description and tags."""
        section, out = self.section, self.out
        for name in ("name", "description"):
            entry = section.entry(name)
            if entry is not None:
                out.head.append(entry)
        tags = section.entry("tags")
        if tags is not None:
            out.head.append(tags)

    def inputs(self) -> tuple[Map, ...]:
        """Declared inputs; without any, the params as inputs with a value."""
        given = given_params(self.section)
        inputs = declared(self.section.entry("inputs"), self.report)
        if given is None:
            return inputs
        if self.section.entry("inputs") or self.section.entry("outputs"):
            self.out.operation.append(renamed("params", given))
            return inputs
        return tuple(input_of(entry) for entry in given[1].entries)

    def listed(self, name: str, entry: Pair | None) -> Pair | None:
        """Declared outputs."""
        items = declared(entry, self.report)
        return renamed(name, entry, listed(entry[1].span, items)) if entry and items else None

    def termination(self, pod: Pod) -> Pair | None:
        """How often a failed run is tried again."""
        if pod.retries is None:
            return None
        found = mapped(pod.retries[1].span, [renamed("maxRetries", pod.retries)])
        return pair("termination", found, pod.retries[0].span)

    def image(self) -> Image:
        """The image, from `build`."""
        entry = self.section.entry("build")
        build = self.section.section("build", BUILD)
        return image_of(build, entry, self.told) if build and entry else Image()

    def run(self, pod: Pod, image: Image, words: tuple[Pair, ...]) -> Pair:
        """The runtime."""
        entry = self.section.entry("run")
        place = entry[0].span if entry else self.section.span
        container = [image.name, *words, pod.env_from, pod.resources]
        fields: list[Any] = [
            pair("kind", made(place, "job")),
            pair("environment", pod.environment) if pod.environment else None,
            pod.connections,
            pair("container", mapped(place, container)),
        ]
        return pair("run", mapped(place, fields))
