"""The vocabulary of shapes: what a field of a Polyaxonfile may hold, as data.

One table of shapes (`language.py`) builds the IR with places (`build.py`) and yields the JSON
Schema (`schema.py`), so the two cannot disagree.
"""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from pxc.releases import Known


class Text(Struct, frozen=True):
    """A string; numbers and booleans are refused. `pattern` is a regular expression to match."""

    template: bool = True
    pattern: str = ""
    says: str = "text"


class AsText(Struct, frozen=True):
    """Any scalar, kept as text: labels, environment values."""


class Integer(Struct, frozen=True):
    """A whole number, also in quotes when `quoted`."""

    template: bool = True
    minimum: int | None = None
    quoted: bool = False


class Number(Struct, frozen=True):
    """A number, whole or not."""

    template: bool = True


class Boolean(Struct, frozen=True):
    """A boolean; the words Polyaxon takes for one (`yes`, `"on"`, 0, 1) are accepted."""

    template: bool = True


class Choice(Struct, frozen=True):
    """One of a closed set of words; `known` tells the words that not every release knows.

    `code` reports any other word.
    """

    values: tuple[str, ...]
    template: bool = True
    known: dict[str, Known] = {}
    code: str = "PXC116"


class Anything(Struct, frozen=True):
    """Any tree; expressions in it are parsed."""


class Verbatim(Struct, frozen=True):
    """Text that Polyaxon never renders: braces in it are just braces."""


class ListOf(Struct, frozen=True):
    """A list. `split` cuts one string at commas; `single` takes one item without a list."""

    item: Any
    template: bool = True
    split: bool = False
    single: bool = False


class MapOf(Struct, frozen=True):
    """A map with free keys and values of one shape; `table` when entries merge whole."""

    value: Any
    template: bool = True
    table: bool = False


class Field(Struct, frozen=True):
    """A field of a model: its shape, a sentence about it, its attribute in the IR class.

    `known` says which releases have it.
    """

    shape: Any
    about: str
    attribute: str
    known: Known = Known()


Row = tuple[Any, str] | tuple[Any, str, Known]
"""A field as the tables write it: shape, a sentence, and the releases unless all have it."""


class Model(Struct, frozen=True):
    """An object with known fields that becomes an instance of an IR class.

    `exclusive` names groups of which at most one field may be set; `constants` are IR attributes
    set by the shape itself (the `kind` of a runtime). `moved` answers wrong keys: key -> help.
    `known` says which releases have an object of this `kind`.
    """

    name: str
    cls: Any
    fields: dict[str, Field]
    required: tuple[str, ...] = ()
    exclusive: tuple[tuple[str, ...], ...] = ()
    template: bool = False
    constants: tuple[tuple[str, Any], ...] = ()
    moved: dict[str, str] = {}
    known: Known = Known()


class Later(Struct, frozen=True):
    """A model named before it is defined, for recursion."""

    name: str


class ByKind(Struct, frozen=True):
    """An object whose `kind` says which model it is; `code` reports an unknown kind.

    `about` has a sentence for each kind.
    """

    name: str
    models: dict[str, Model]
    about: dict[str, str] = {}
    template: bool = False
    code: str = "PXC108"


class Kubernetes(Struct, frozen=True):
    """An object of the Kubernetes API, checked against its own schema."""

    definition: str
    template: bool = False


class Special(Struct, frozen=True):
    """A field whose reading needs more than a table; `name` picks the builder."""

    name: str


def camel(key: str) -> str:
    """The name of a key that may be in the older spelling: `max_retries` -> `maxRetries`."""
    first, *rest = key.split("_")
    return first + "".join(word.capitalize() for word in rest)


def snake(key: str) -> str:
    """The attribute name of a key: `maxRetries` -> `max_retries`."""
    out = []
    for char in key:
        if char.isupper():
            out.append("_")
        out.append(char.lower())
    return "".join(out).lstrip("_")


def fields(**table: Row) -> dict[str, Field]:
    """A field table from `key=(shape, about)`; a trailing underscore frees Python's own words."""
    return {
        key.rstrip("_"): Field(row[0], row[1], _attribute(key), *row[2:])
        for key, row in table.items()
    }


def _attribute(key: str) -> str:
    special = {"hostPID": "host_pid", "from_": "path_from", "to_": "path_to", "Metrics": "metrics"}
    return special.get(key) or snake(key.rstrip("_"))
