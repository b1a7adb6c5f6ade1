"""Turns a component into a page for people, in the order of a manual's."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from pxc.cli.hub.tables import as_table
from pxc.hub.description import Described, command_line, described, found_by, text_of
from pxc.hub.difference import asked_for, phrase
from pxc.hub.reference import LATEST
from pxc.render.excerpt import visible

if TYPE_CHECKING:
    from pxc.driver.components import Component
    from pxc.hub.listing import Listed
    from pxc.hub.reference import HubReference
    from pxc.hub.registry import Version

__all__ = ["page", "version_of"]

_INDENT = "    "
_MOST = 40


def page(
    reference: HubReference, versions: Listed | None, component: Component, signed: str,
    pins: Mapping[str, str], part: str,
) -> str:  # fmt: skip
    """The whole page, or the part of it that is `inputs` or `claims`.

    `pins` are digests of images.
    """
    inputs = described(component.operation, "inputs")
    if part == "inputs":
        return _table(inputs) if inputs else "it has no inputs\n"
    if part == "claims":
        return "".join(f"{line}\n" for line in _claims(reference, component))
    sections = {
        "name": list(_name(reference, component)),
        "version": list(_version(reference, versions, signed)),
        "keywords": _keywords(reference, versions, component),
        "inputs": _table(inputs).splitlines(),
        "outputs": _outputs(described(component.operation, "outputs")),
        "images": [visible(f"{i}  {pins[i]}" if i in pins else i) for i in component.images],
        "asks": list(_claims(reference, component)),
        "run": [command_line(reference, inputs)],
        "versions": _others(versions),
    }
    blocks = (
        "".join((f"{head.upper()}\n", *(f"{_INDENT}{line}".rstrip() + "\n" for line in lines)))
        for head, lines in sections.items()
        if lines
    )
    return "\n".join(blocks)


def _name(reference: HubReference, component: Component) -> Iterator[str]:
    said = visible(text_of(component.operation.description))
    yield f"{reference.text} - {said}" if said else reference.text


def _version(reference: HubReference, versions: Listed | None, signed: str) -> Iterator[str]:
    version = version_of(reference, versions)
    if version is None or versions is None:
        return
    told = [f"registry {versions.registry}"]
    told += [f"stage {version.stage}"] if version.stage else []
    told += [f"owner {version.owner}"] if version.owner else []
    told += [f"of {version.created}"] if version.created else []
    told.append(signed)
    yield visible(", ".join(told))
    if version.replaced_by:
        yield visible(f"replaced by {version.replaced_by}")
    yield version.digest


def version_of(reference: HubReference, versions: Listed | None) -> Version | None:
    """The version that a reference means."""
    for version in versions.versions if versions is not None else ():
        if reference.digest == version.digest:
            return version
        if not reference.digest and version.tag == (reference.tag or LATEST):
            return version
    return None


def _table(inputs: tuple[Described, ...]) -> str:
    """The inputs, each with its type, its default and what it is."""
    if not inputs:
        return ""
    rows = ((each.name, each.type, _default(each), _told(each)) for each in inputs)
    return as_table(("input", "type", "default", "what it is"), rows)


def _default(each: Described) -> str:
    if not each.has_default:
        return "required" if each.required else ""
    text = each.default if isinstance(each.default, str) else json.dumps(each.default)
    return text if len(text) <= _MOST else f"{text[: _MOST - 3]}..."


def _told(each: Described) -> str:
    options = each.rules.get("options")
    if not isinstance(options, list):
        return each.description
    choices = f"one of {', '.join(map(str, options))}"
    return f"{each.description}; {choices}" if each.description else choices


def _outputs(outputs: tuple[Described, ...]) -> list[str]:
    rows = [(each.name, each.type, each.description) for each in outputs]
    return as_table(("output", "type", "what it is"), rows).splitlines() if rows else []


def _claims(reference: HubReference, component: Component) -> Iterator[str]:
    """What every run of it asks for, a line each."""
    if component.claims is None:
        yield "what is known once it has its inputs:"
        yield f"pxc acl claims --hub {reference.text} -P NAME=VALUE"
        yield from (f"without them: {visible(f.message)}" for f in component.faults[:1])
        return
    said = [phrase(claim) for claim in asked_for(component.claims).values()]
    yield from map(visible, said or ["for nothing but its images"])


def _keywords(reference: HubReference, versions: Listed | None, component: Component) -> list[str]:
    """What the version is found by: the words of its publisher, and its own tags."""
    version = version_of(reference, versions)
    told = version.keywords if version is not None else ()
    words = found_by(told, component.operation)
    return [visible(", ".join(words))] if words else []


def _others(versions: Listed | None) -> list[str]:
    if versions is None:
        return []
    rows = ((v.tag, v.stage, v.created, v.description) for v in versions.versions)
    return as_table(("tag", "stage", "made", "description"), rows).splitlines()
