"""Turns `build` of version 0 into the image of a container, or into a build that makes it."""

from __future__ import annotations

from typing import Any

from pxc.grammar.v0.language import ENVIRONMENT
from pxc.grammar.v0.pod import Told, pod_of
from pxc.grammar.v0.section import Section
from pxc.grammar.v0.tree import Pair, listed, made, mapped, pair, renamed
from pxc.ir.node import Lit, Map, Seq

__all__ = ["Image", "base_of", "builder", "image_of", "reference_of"]

HUB = "kaniko:latest"
"""The component of the public hub that builds: version 0 built in a daemon, or by kaniko."""

_IN_DOCKERFILE = {
    "image": "image", "env_vars": "env", "build_steps": "run", "steps": "run",
    "lang_env": "langEnv",
}  # fmt: skip
_BUILDS = {*_IN_DOCKERFILE.keys() - {"image"}, "dockerfile", "context", "nocache", "environment"}


class Image:
    """The image of a run: its name when it is there already, else the build that makes it."""

    def __init__(self, name: Pair | None = None, build: Pair | None = None) -> None:
        self.name = name
        self.build = build


def image_of(section: Section, place: Pair, told: Told) -> Image:
    """The image that a section with a build names or makes; `place` is the field that holds it.

    A base image to which nothing is added is the image. PXC940 for the id of a build, PXC954 for a
    commit or branch of code, PXC942 for an image that is made: where it is pushed to is not known.
    """
    base = base_of(section)
    if base == "ref":
        reference_of(section)
        return Image()
    _backend(section)
    if base == "image" and not _BUILDS & section.entries.keys():
        return Image(name=section.entry("image"))
    if base is None and not _BUILDS & section.entries.keys():
        return Image()
    fields = builder(section, told)
    hub = pair("hubRef", made(place[0].span, HUB))
    return Image(build=renamed("build", place, mapped(place[1].span, [hub, *fields])))


def builder(section: Section, told: Told) -> list[Pair]:
    """`params` and `runPatch` of the component that builds the image of a section."""
    base = section.only_one("image", "dockerfile") or "image"
    section.report.add(
        "PXC942",
        "the image is pushed to a registry that this file does not name",
        section.place(base),
        help="name the connection of the registry in `build`, or the image in its param"
        " `destination`: version 0 took both from the settings of the deployment",
    )
    params = _params(section, base)
    patch = _patch(section, base, told)
    return [
        *([pair("params", mapped(params[0][1].span, params))] if params else []),
        *([pair("runPatch", mapped(patch[0][1].span, patch))] if patch else []),
    ]


def _params(section: Section, base: str) -> list[Pair]:
    found = []
    for old in ("dockerfile", "context"):
        entry = section.entry(old)
        if entry is not None and old in (base, "context"):
            found.append(renamed(old, entry, mapped(entry[1].span, [pair("value", entry[1])])))
    nocache = section.entry("nocache")
    if nocache is not None and nocache[1].value:
        off = mapped(nocache[1].span, [pair("value", made(nocache[1].span, False))])
        found.append(renamed("cache", nocache, off))
    return found


def _patch(section: Section, base: str, told: Told) -> list[Pair]:
    """The Dockerfile that the steps make, and the pod in which it is built."""
    found: list[Pair] = []
    fields = []
    for old, new in _IN_DOCKERFILE.items() if base == "image" else ():
        given = section.entry(old)
        if given is not None:
            fields.append(renamed(new, given, _variables(given[1]) if new == "env" else None))
    if fields:
        place = fields[0][0].span
        step = mapped(section.span, [pair("dockerfile", mapped(section.span, fields), place)])
        found.append(pair("init", listed(section.span, [step]), place))
    pod = pod_of(section.section("environment", ENVIRONMENT), told)
    if pod.environment is not None:
        found.append(pair("environment", pod.environment))
    if pod.retries is not None:
        section.report.add(
            "PXC949",
            "the component that builds says how often a build is tried again",
            pod.retries[0].span,
            help="leave it out",
        )
    container = [entry for entry in (pod.env_from, pod.resources) if entry is not None]
    if container:
        found.append(pair("container", mapped(container[0][1].span, container)))
    if pod.connections is not None:
        found.append(pod.connections)
    return found


def _variables(node: Any) -> Any:
    """Pairs of a name and a value as a map, where each name is there once."""
    if not isinstance(node, Seq):
        return node
    entries = []
    for item in node.items:
        if not isinstance(item, Seq) or len(item.items) != 2 or not isinstance(item.items[0], Lit):
            return node
        entries.append((item.items[0], item.items[1]))
    names = {key.value for key, _ in entries}
    return Map(node.span, tuple(entries)) if len(names) == len(entries) else node


def base_of(section: Section) -> str | None:
    """What an image is made of: `image`, `dockerfile` or `ref`; None after PXC104 for nothing.

    PXC954 for the repository, commit or branch that the code of the project was taken from; before
    0.4 `ref` beside an image was one.
    """
    base = section.only_one("image", "dockerfile")
    url = section.get("git")
    if url is not None:
        section.report.add(
            "PXC954",
            f"the code of the project was that of `{url.value}`",
            url.span,
            help=f"give the run the code: `init: [{{git: {{url: {url.value}}}}}]`, and the build"
            " its param `code`",
        )
    for field in ("commit", "branch", "ref"):
        value = section.get(field) if field != "ref" or base is not None else None
        if value is not None:
            revision = getattr(value, "value", "")
            section.report.add(
                "PXC954",
                f"the code of the project was taken at `{revision}`",
                value.span,
                help="give the run the code: `init: [{git: {url: ..., revision: "
                f"{revision}}}}}]`, and the build its param `code`",
            )
    if base is None and "ref" in section:
        return "ref"
    if base is None:
        section.need("image")
    return base


def reference_of(section: Section) -> None:
    """PXC940 for the id of a build that was made before."""
    value = section.get("ref")
    section.report.add(
        "PXC940",
        f"`{getattr(value, 'value', 'ref')}` is the id of a build of version 0",
        value.span if value is not None else section.span,
        help="write the image that the build made in `container.image`",
    )


def _backend(section: Section) -> None:
    backend = section.get("backend")
    if backend is not None and backend.value not in ("native", "kaniko"):
        section.report.add(
            "PXC949",
            f"builds by `{backend.value}` have no counterpart: the image is built by kaniko",
            backend.span,
            help="name the component that builds in `build.hubRef`",
        )
