"""Turns a document or a template of version 0, other than a pipeline, into one of version 1.1."""

from __future__ import annotations

from pxc.diagnostics import Report
from pxc.grammar.shape import unknown_kind
from pxc.grammar.v0.build import HUB, Image, base_of, builder, image_of, reference_of
from pxc.grammar.v0.command import command
from pxc.grammar.v0.early import modernized
from pxc.grammar.v0.head import head
from pxc.grammar.v0.inputs import declared, given_params, input_of, param, told_twice
from pxc.grammar.v0.language import BUILD, ENVIRONMENT, HPTUNING, KINDS, RUN
from pxc.grammar.v0.operators import expanded
from pxc.grammar.v0.plugins import plugins
from pxc.grammar.v0.pod import Pod, Told, pod_of
from pxc.grammar.v0.replicas import Work, replicated
from pxc.grammar.v0.search import search_of
from pxc.grammar.v0.section import Section
from pxc.grammar.v0.services import PORTS, board_init, board_inputs, service_words
from pxc.grammar.v0.tree import Pair, key_of, listed, made, mapped, pair, renamed
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


def converted(
    section: Map, report: Report, told: Told | None = None, *, template: bool = False
) -> Converted | None:
    """A document that is no pipeline; None after PXC108 for an unknown kind.

    `told` are the names that the reader was told to declare, when one file has several documents.
    PXC104 for a section that a file must have; a `template` of a pipeline may do without: its image
    may have a command, and its operations may name images.
    """
    section = expanded(modernized(section, report), report)
    node = section.get("kind")
    if not isinstance(node, Lit) or node.value not in KINDS:
        if isinstance(node, Lit):
            unknown_kind(node, "document of version 0", tuple(KINDS), "PXC108", report)
        return None
    document = Section(section, KINDS[node.value], report)
    return _Document(document, node, told or Told(report), whole=not template).converted()


class _Document:
    """One document on its way; `kind` is one of `KINDS`, `whole` says that it is a file."""

    def __init__(self, section: Section, kind: Lit[str], told: Told, *, whole: bool) -> None:
        self.whole = whole
        self.section = section
        self.kind = kind
        self.report = section.report
        self.told = told
        self.out = Converted(section.span)

    def converted(self) -> Converted:
        """The parts in the order that version 1.1 is written in."""
        section, out = self.section, self.out
        for implied in ("kind", "backend"):
            section.entry(implied)
        self.version()
        self.removed()
        if self.kind.value == "build":
            self.built()
        else:
            self.ran()
        section.finish()
        return out

    def version(self) -> None:
        """PXC111 for a version that is not 1, the only one there was."""
        version = self.section.get("version")
        if version is not None and getattr(version, "value", None) not in (1, "1"):
            self.report.add(
                "PXC111",
                f"version `{getattr(version, 'value', '')}` is read as 1",
                version.span,
                help="write `version: 1`",
            )

    def removed(self) -> None:
        """PXC951 for the sections of polyaxon-lib."""
        for name in ("model", "train", "eval"):
            entry = self.section.entry(name)
            if entry is not None:
                self.report.add(
                    "PXC951",
                    f"`{name}` was read by polyaxon-lib, which ended before release 0.2",
                    entry[0].span,
                    help="write the model in the code, and start it by `run: {cmd: ...}`",
                )

    def built(self) -> None:
        """A build: the component of the hub that builds, with its params."""
        section, out = self.section, self.out
        out.head += head(section, distributed=False)
        place = section.entry("kind")
        out.base = pair("hubRef", made(place[0].span if place else section.span, HUB))
        inner = section.section("build", BUILD)
        source = inner if inner is not None else section
        base = base_of(source)
        level = plugins(section)
        out.operation += [level] if level is not None else []
        if base == "ref":
            reference_of(source)
        else:
            out.operation += builder(source, self.told)

    def ran(self) -> None:
        """A document that runs something: the fields of a component, and of an operation."""
        section, out = self.section, self.out
        environment = section.section("environment", ENVIRONMENT)
        pod = pod_of(environment, self.told)
        image = self.image()
        run = self.runtime(pod, image, environment)
        distributed = str(run[0][1].value) not in ("job", "service")
        out.head += head(section, distributed=distributed)
        place = section.place("run" if "run" in section else "kind")
        fields = (
            *self.declarations(),
            plugins(section),
            _termination(pod),
            image.build,
            pair("run", mapped(section.span, run), place),
        )
        out.fields += [field for field in fields if field is not None]

    def image(self) -> Image:
        """The image, from `build`."""
        entry, build = self.section.entry("build"), self.section.section("build", BUILD)
        if build is not None and entry is not None:
            return image_of(build, entry, self.told)
        if self.whole and self.kind.value in ("job", "notebook", "tensorboard"):
            self.section.need("build")
        return Image()

    def runtime(self, pod: Pod, image: Image, environment: Section | None) -> list[Pair]:
        """The fields of `run`."""
        kind, section = self.kind.value, self.section
        if kind in PORTS:
            return self.service(pod, image)
        run = section.section("run", RUN)
        if self.whole and run is None and kind == "job":
            section.need("run")
        work = Work(image.name, command(run) if run is not None else ())
        if run is not None and work.words:
            self.told.code(run.place("cmd"))
        fields = replicated(section, environment, pod, work, self.told)
        if fields is not None:
            return fields
        place = section.place("run")
        return [pair("kind", made(place, "job")), *_pod(pod, place, work)]

    def service(self, pod: Pod, image: Image) -> list[Pair]:
        """The fields of a service: its port, and the command that version 0 had for it."""
        kind, place = self.kind.value, self.kind.span
        words = service_words(kind, self.section, place)
        port = listed(place, [made(place, PORTS[kind])])
        return [
            pair("kind", made(place, "service")),
            pair("ports", port),
            *([board_init(place)] if kind == "tensorboard" else []),
            *_pod(pod, place, Work(image.name, words)),
        ]

    def declarations(self) -> tuple[Pair | None, ...]:
        """`inputs` and `outputs`."""
        entry, outputs = self.section.entry("inputs"), self.section.entry("outputs")
        inputs = self.inputs()
        ends = declared(outputs, self.report)
        found: list[Pair | None] = []
        if entry is not None and inputs:
            found.append(renamed("inputs", entry, listed(entry[1].span, inputs)))
        elif inputs:
            found.append(pair("inputs", listed(inputs[0].span, inputs)))
        if outputs is not None and ends:
            found.append(renamed("outputs", outputs, listed(outputs[1].span, ends)))
        return tuple(found)

    def inputs(self) -> tuple[Map, ...]:
        """Declared inputs, params as inputs when there are none, and those of the search."""
        found = list(declared(self.section.entry("inputs"), self.report))
        given = given_params(self.section)
        searched = self.search()
        names = {_name(item) for item in searched}
        strict = bool(self.section.entry("inputs") or self.section.entry("outputs"))
        for entry in given[1].entries if given is not None else ():
            if key_of(entry) in names:
                told_twice(entry, self.report)
            elif not strict:
                found.append(input_of(entry, self.report))
        if strict and given is not None:
            params = [param(entry, self.report) for entry in given[1].entries]
            kept = [field for field in params if field is not None and key_of(field) not in names]
            if kept:
                self.out.operation.append(renamed("params", given, mapped(given[1].span, kept)))
        declared_names = {_name(item) for item in found}
        found += [item for item in searched if _name(item) not in declared_names]
        if self.kind.value == "tensorboard":
            found += board_inputs(self.kind.span, self.report)
        return tuple(found)

    def search(self) -> tuple[Map, ...]:
        """The inputs of a search, whose matrix goes to the operation."""
        if self.kind.value != "group":
            return ()
        place, tuning = self.section.entry("hptuning"), self.section.section("hptuning", HPTUNING)
        if place is None or tuning is None:
            self.section.need("hptuning")
            return ()
        found = search_of(tuning, place)
        if found is None:
            return ()
        self.out.operation.append(found.matrix)
        return found.inputs


def _pod(pod: Pod, place: Span, work: Work) -> list[Pair]:
    """The fields of a runtime of one pod."""
    settings = pod.environment
    return [
        *([pair("environment", settings)] if settings is not None else []),
        *([pod.connections] if pod.connections is not None else []),
        pair("container", mapped(place, work.container(pod)), place),
    ]


def _termination(pod: Pod) -> Pair | None:
    """How often a failed run is tried again."""
    if pod.retries is None:
        return None
    found = mapped(pod.retries[1].span, [renamed("maxRetries", pod.retries)])
    return pair("termination", found, pod.retries[0].span)


def _name(node: Map) -> str:
    name = node.get("name")
    return str(name.value) if isinstance(name, Lit) else ""
