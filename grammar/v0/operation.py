"""Turns an operation of a pipeline of version 0 into an operation of a dag."""

from __future__ import annotations

from typing import Any

from pxc.diagnostics import Note, Report, allowed, nearest
from pxc.grammar.v0.build import Image, image_of
from pxc.grammar.v0.language import BUILD, ENVIRONMENT, POD
from pxc.grammar.v0.op_conditions import condition
from pxc.grammar.v0.op_params import op_params
from pxc.grammar.v0.pipeline_language import OPERATION, TEMPLATE
from pxc.grammar.v0.plugins import plugins
from pxc.grammar.v0.pod import Pod, Told, pod_of
from pxc.grammar.v0.section import Section, opened
from pxc.grammar.v0.templates import Templates
from pxc.grammar.v0.tree import Pair, key_of, listed, mapped, pair, renamed
from pxc.ir.node import Lit, Map, plain
from pxc.source import Span

__all__ = ["operation"]

_REFS = {
    "name": "dagRef", "path": "pathRef", "url": "urlRef", "action": "hubRef", "event": "hubRef",
}  # fmt: skip
"""An event of Polyflow's registry is a job that waits for one: a component like an action."""

_DELAYS = ("retry_delay", "retry_exp_backoff", "max_retry_delay")
_PATCHED = ("job", "service", None)
"""Runtimes with one pod; None is that of a component of a hub, or of another file."""


def operation(node: Any, templates: Templates, told: Told, report: Report) -> Map | None:
    """One entry of `ops`; None after reporting one that is no map.

    PXC956 for pauses between tries, PXC960 for a concurrency of what is no group, PXC961 for a kind
    that is not that of the template, PXC962 for what an operation cannot change of its template,
    and the codes of its params, its condition, its pod settings and its image.
    """
    section = opened(node, OPERATION, report)
    return None if section is None else _Operation(section, templates, told).migrated()


class _Operation:
    """One operation on its way."""

    def __init__(self, section: Section, templates: Templates, told: Told) -> None:
        self.section = section
        self.report = section.report
        self.templates = templates
        self.told = told
        self.base = self.reference()
        self.template = templates.of(section.node)

    def migrated(self) -> Map:
        """The parts in the order that version 1.1 is written in."""
        section = self.section
        head = [section.entry(name) for name in ("name", "description", "tags")]
        self.check_kind()
        pod, image = self.pod(), self.image()
        params, waits = self.flow()
        written = section.get("params")
        given = mapped(section.span if written is None else written.span, params)
        plugged, tries, search = plugins(section), self.termination(pod), self.matrix()
        patch = self.patch(pod, image)
        section.finish()
        return mapped(
            section.span,
            [
                *head,
                *waits,
                pair("params", given, section.place("params")) if params else None,
                search,
                tries,
                plugged,
                image.build,
                patch,
                self.base,
            ],
        )

    def reference(self) -> Pair | None:
        """What runs; PXC104 where nothing says it, PXC118 where two fields do."""
        self.section.need("template")
        template = self.section.section("template", TEMPLATE)
        if template is None:
            return None
        name = template.only_one(*(name for name, entry in template.fields() if entry[1].value))
        if name is not None:
            entry = template.entry(name)
            assert entry is not None
            return self.known(entry) if name == "name" else renamed(_REFS[name], entry)
        if not any(plain(value) for _, value in template.node.entries):
            self.report.add(
                "PXC104",
                "`template` names nothing that runs",
                template.span,
                help="write one of `name`, `path`, `url`, `action`, `event`",
            )
        return None

    def known(self, entry: Pair) -> Pair:
        """The name of a template as that of a component; PXC428 for one that there is not."""
        name = entry[1]
        if isinstance(name, Lit) and not self.templates.has(name.value):
            near = nearest(str(name.value), self.templates.names)
            known = f"templates: {allowed(self.templates.names)}"
            self.report.add(
                "PXC428",
                f"the dag has no component `{name.value}`",  # as the dag says it, to say it once
                name.span,
                help=(f"did you mean `{near}`? {known}" if near else known)
                if self.templates.names
                else "write it under `templates`, or name a file (`path`) or an `action`",
            )
        return renamed("dagRef", entry)

    def check_kind(self) -> None:
        """PXC961 for a kind that says something else than the template, PXC111 for a version."""
        kind, version = self.section.get("kind"), self.section.get("version")
        if isinstance(version, Lit) and version.value != 1:
            self.report.add(
                "PXC111",
                f"version `{version.value}` is read as 1",
                version.span,
                help="an operation needs no version",
            )
        if kind is None or (self.template is not None and kind.value == self.template.kind):
            return
        what = f"is a `{self.template.kind}`" if self.template else "says itself what it is"
        self.report.add(
            "PXC961",
            f"the operation is called a `{kind.value}`, but its template {what}",
            kind.span,
            help="delete the `kind`: the template says what runs",
        )

    def flow(self) -> tuple[list[Pair], list[Pair | None]]:
        """Its params, and what it waits for."""
        section, template = self.section, self.template
        names = None if template is None or template.declares else template.names
        params = op_params(section.get("params"), names, self.report)
        entry = section.entry("dependencies")
        waited = list(entry[1].items) if entry is not None else []
        upstreams = {node.value for node in waited if isinstance(node, Lit)}
        upstreams |= {name for _, param in params if (name := _upstream(param))}
        found = condition(section, upstreams, params, self.templates.output_type)
        if found.upstreams:
            place = entry[1].span if entry is not None else found.upstreams[0].span
            entry = pair("dependencies", listed(place, [*waited, *found.upstreams]), place)
        skip = section.entry("skip_on_upstream_skip")
        waits = [
            entry,
            found.trigger,
            found.conditions,
            renamed("skipOnUpstreamSkip", skip) if skip else None,
        ]
        given = {key.value for key, _ in params if isinstance(key, Lit)}
        kept = [entry for entry in self.own_params() if key_of(entry) not in given]
        return [*params, *kept, *found.params], waits

    def own_params(self) -> tuple[Pair, ...]:
        """What its template gives to its inputs itself."""
        return self.template.params if self.template is not None else ()

    def pod(self) -> Pod:
        """Pod settings of its own; PXC962 for those of replicas, which the template has."""
        environment = self.section.section("environment", ENVIRONMENT)
        if environment is not None:
            for name in environment.entries:
                if name not in POD.fields or name in ("index", "config"):
                    self.refuse(f"`environment.{name}`", environment.place(name))
                    environment.entry(name)
        return pod_of(environment, self.told)

    def image(self) -> Image:
        """An image of its own; PXC962 where the template makes one already."""
        entry = self.section.entry("build")
        if entry is not None and self.template is not None and self.template.builds:
            self.refuse("`build`, while the template builds an image,", entry[0].span)
            return Image()
        build = self.section.section("build", BUILD)
        return image_of(build, entry, self.told) if entry and build else Image()

    def termination(self, pod: Pod) -> Pair | None:
        """How often a failed run is tried again."""
        self.tell_delays()
        own = self.section.entry("max_retries")
        if own is not None and pod.retries is not None:
            self.report.add(
                "PXC118",
                "`max_restarts` and `max_retries` cannot both be set",
                pod.retries[0].span,
                notes=(Note("`max_retries` is set here", own[0].span),),
                help="remove one of them; `max_retries` is read",
            )
        tries = own or pod.retries
        if tries is None:
            return None
        return pair(
            "termination", mapped(tries[1].span, [renamed("maxRetries", tries)]), tries[0].span
        )

    def tell_delays(self) -> None:
        """PXC956 for pauses between tries."""
        given = [self.section.entry(name) for name in _DELAYS]
        told = [entry for entry in given if entry is not None and entry[1].value]
        if not told:
            return
        first, *rest = told
        self.report.add(
            "PXC956",
            "tries follow each other as the engine has it: version 1.1 says how many, not how soon",
            first[0].span,
            notes=tuple(Note("the same goes for this", key.span) for key, _ in rest),
            help="delete it, or let the program itself wait before it tries again",
        )

    def matrix(self) -> Pair | None:
        """The search of a group, perhaps with another concurrency; PXC960 where there is none."""
        entry = self.section.entry("concurrency")
        search = self.template.matrix if self.template is not None else None
        if entry is None:
            return search
        if search is not None and isinstance(search[1], Map):
            rest = [
                (k, v) for k, v in search[1].entries if getattr(k, "value", "") != "concurrency"
            ]
            return (search[0], mapped(search[1].span, [*rest, entry]))
        self.report.add(
            "PXC960",
            "only a group runs several times at once, and this operation is none",
            entry[0].span,
            help="`concurrency` of the pipeline says how many operations run at once",
        )
        return None

    def patch(self, pod: Pod, image: Image) -> Pair | None:
        """What is laid over the runtime of the template."""
        container = [image.name, pod.env_from, pod.resources]
        entries = [
            pair("environment", pod.environment) if pod.environment else None,
            pod.connections,
            pair("container", mapped(self.section.span, container)) if any(container) else None,
        ]
        found = mapped(self.section.span, entries)
        if not found.entries:
            return None
        name = "environment" if pod.environment or not image.name else "build"
        runtime = self.template.runtime if self.template is not None else None
        if runtime not in _PATCHED:
            self.refuse(f"`{name}`, while the template is a `{runtime}`,", self.section.place(name))
            return None
        return pair("runPatch", found, self.section.place(name))

    def refuse(self, what: str, place: Span) -> None:
        """PXC962: an operation cannot say this for its template."""
        self.report.add(
            "PXC962",
            f"{what} cannot be changed by an operation",
            place,
            help="say it in the template; two operations that differ in it have two templates",
        )


def _upstream(param: Any) -> str | None:
    """The operation that gives the value of a param."""
    ref = param.get("ref") if isinstance(param, Map) else None
    text = ref.value if isinstance(ref, Lit) else None
    return text.removeprefix("ops.") if isinstance(text, str) and text.startswith("ops.") else None
