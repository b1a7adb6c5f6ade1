"""Turns a template into its shape: everything but the texts that a parameter may stand for."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from msgspec import Struct
from msgspec.json import encode

from pxc.targets.argo.columns import Path
from pxc.targets.argo.tags import parts

__all__ = ["OBJECTS", "Shape", "key_of", "shape_of", "varying"]

_NAMES = {"configMap": "name", "secret": "secretName", "persistentVolumeClaim": "claimName"}
"""What a volume calls the object that it shows."""


OBJECTS = "objects"
"""What a template creates, before it is written as manifests."""


class Shape(Struct, frozen=True):
    """A template without the texts that may differ; `texts` are those, by their place.

    The `key` tells everything that copies share, the tags in those texts too.
    """

    key: bytes
    places: tuple[Path, ...]
    texts: tuple[str, ...]

    @property
    def size(self) -> int:
        """About how many characters the template has."""
        return len(self.key) + sum(map(len, self.texts))


def shape_of(template: dict[str, Any]) -> Shape:
    """The shape of a template; its name is no part of it."""
    reader = _Reader()
    bare = {key: value for key, value in template.items() if key != "name"}
    if "container" in bare:
        bare["container"] = reader.container(bare["container"], ("container",), resources=True)
    for key in ("initContainers", "sidecars"):
        if key in bare:
            bare[key] = [reader.container(c, (key, at)) for at, c in enumerate(bare[key])]
    if OBJECTS in bare:
        bare[OBJECTS] = reader.tree(bare[OBJECTS], (OBJECTS,))
    if "metadata" in bare:
        bare["metadata"] = {
            kind: reader.texts_of(entries, ("metadata", kind))
            for kind, entries in bare["metadata"].items()
        }
    if "nodeSelector" in bare:
        bare["nodeSelector"] = reader.texts_of(bare["nodeSelector"], ("nodeSelector",))
    if "volumes" in bare:
        bare["volumes"] = [reader.volume(v, ("volumes", i)) for i, v in enumerate(bare["volumes"])]
    if "memoize" in bare:
        memory = bare["memoize"]
        bare["memoize"] = memory | {"key": reader.text(memory["key"], ("memoize", "key"))}
    return Shape(key_of(bare), tuple(reader.places), tuple(reader.found))


def key_of(bare: dict[str, Any]) -> bytes:
    """Bytes that tell one piece of data from any other."""
    try:
        return encode(bare)
    except UnicodeEncodeError:  # half of a surrogate pair
        return json.dumps(bare).encode()


def varying(shapes: Sequence[Shape]) -> Iterator[tuple[Path, list[str]]]:
    """The places in which shapes of one key differ, with what each has there."""
    columns = zip(*(shape.texts for shape in shapes), strict=True)
    for place, column in zip(shapes[0].places, columns, strict=True):
        if any(text != column[0] for text in column):
            yield place, list(column)


class _Reader:
    """Takes texts out of a template, and leaves the tags in them."""

    def __init__(self) -> None:
        self.places: list[Path] = []
        self.found: list[str] = []

    def text(self, value: Any, path: Path) -> Any:
        if not isinstance(value, str):
            return value
        self.places.append(path)
        self.found.append(value)
        return parts(value)[1::2]

    def texts_of(self, entries: dict[str, Any], path: Path) -> dict[str, Any]:
        return {key: self.text(value, (*path, key)) for key, value in entries.items()}

    def tree(self, value: Any, path: Path) -> Any:
        """An object of Kubernetes: any text but what says which kind it is.

        Braces of the author have escapes in a manifest alone, so no item of a loop has them.
        """
        if isinstance(value, dict):
            return {
                key: child if key in ("apiVersion", "kind") else self.tree(child, (*path, key))
                for key, child in value.items()
            }
        if isinstance(value, list):
            return [self.tree(child, (*path, at)) for at, child in enumerate(value)]
        if isinstance(value, str) and "{{" in value:
            return {"": value}
        return self.text(value, path)

    def container(
        self, value: dict[str, Any], path: Path, *, resources: bool = False
    ) -> dict[str, Any]:
        found = dict(value)
        for field in ("command", "args"):
            if field in found:
                items = enumerate(found[field])
                found[field] = [self.text(text, (*path, field, at)) for at, text in items]
        if "env" in found:
            found["env"] = [
                {**each, "value": self.text(each["value"], (*path, "env", at, "value"))}
                if "value" in each
                else each
                for at, each in enumerate(found["env"])
            ]
        for field in ("image", "workingDir"):
            if field in found:
                found[field] = self.text(found[field], (*path, field))
        if resources and isinstance(found.get("resources"), dict):
            found["resources"] = {
                side: self.texts_of(entries, (*path, "resources", side))
                if side in ("limits", "requests") and isinstance(entries, dict)
                else entries
                for side, entries in found["resources"].items()
            }
        return found

    def volume(self, value: dict[str, Any], path: Path) -> dict[str, Any]:
        for kind, field in _NAMES.items():
            shown = value.get(kind)
            if isinstance(shown, dict) and field in shown:
                text = self.text(shown[field], (*path, kind, field))
                return {**value, kind: {**shown, field: text}}
        return value
