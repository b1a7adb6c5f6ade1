"""The base of every class of the layer: fields that were given, and the call that gave them."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from datetime import timedelta
from enum import Enum
from typing import Any, ClassVar, Self

from pxc.author.calls import Call, caller
from pxc.author.written import Entry, Written
from pxc.diagnostics import nearest

__all__ = ["VERSION", "Section", "plain_value"]

VERSION = 1.1

_OWN = "pxc.polyaxon"


class Section:
    """A section of a Polyaxonfile as a call wrote it.

    A keyword may be in either spelling. One that is no field is kept: whoever compiles the document
    tells of it, with its place and the field that was meant.
    """

    _IDENTIFIER: ClassVar[str] = ""
    _shapes: ClassVar[Mapping[str, Any]] = {}
    """The fields in the spelling of a Polyaxonfile, each with its shape."""
    _spellings: ClassVar[Mapping[str, str]] = {}
    """What a field may be called, and its name."""
    _kind: ClassVar[str | None] = None
    _short: ClassVar[str | None] = None
    """The field that a value means which is no map of fields."""
    pxc_is_document: ClassVar[bool] = False

    _given: dict[str, Any]
    _words: dict[str, str | tuple[int, str]]
    _later: dict[str, Call | None]
    _call: Call | None

    def __init__(self, **values: Any) -> None:
        self._take(values, caller(_OWN), from_call=True)

    def _take(self, values: Mapping[Any, Any], call: Call | None, *, from_call: bool) -> None:
        given: dict[str, Any] = {}
        words: dict[str, str | tuple[int, str]] = {}
        for word, value in values.items():
            name = self._spellings.get(word, word)
            given[name] = value
            words[name] = word if from_call else (0, word)
        vars(self).update(_given=given, _words=words, _later={}, _call=call)

    # what the document takes

    def __pxc_document__(self) -> Written:
        """The fields, and the `kind` that the class stands for, as a document has them."""
        entries = [
            Entry(name, _handed(value), self._words.get(name), self._later.get(name))
            for name, value in self._given.items()
        ]
        if self._kind is not None and self._given.get("kind") is None:
            entries = [e for e in entries if e.name != "kind"]
            entries.insert(0, Entry("kind", self._kind))
        return Written(tuple(entries), self._call)

    # attributes

    def __getattr__(self, word: str) -> Any:
        if word.startswith("__") or "_given" not in vars(self):
            raise AttributeError(word)
        name = self._spellings.get(word)
        if name is None:
            raise AttributeError(_no_field(self, word))
        if name == "kind" and self._given.get("kind") is None:
            return self._kind
        value = self._given.get(name)
        if value is None:
            return None
        from pxc.polyaxon.classes import as_section

        value = as_section(self._shapes.get(name), value)
        self._given[name] = value
        return value

    def __setattr__(self, word: str, value: Any) -> None:
        name = self._spellings.get(word)
        if name is None:
            raise AttributeError(_no_field(self, word))
        self._given[name] = value
        self._words.pop(name, None)
        self._later[name] = caller(_OWN)

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and plain_value(self) == plain_value(other)

    def __hash__(self) -> int:
        return id(self)

    def __repr__(self) -> str:
        inner = ", ".join(f"{name}={value!r}" for name, value in self._given.items())
        return f"{type(self).__name__}({inner})"

    @property
    def model_fields_set(self) -> set[str]:
        """The fields that were given, by the names that attributes have."""
        words = {name: word for word, name in self._spellings.items()}
        return {words.get(name, name) for name in self._given}

    # reading and writing

    @classmethod
    def read(cls, values: Any, partial: bool = False, config_type: str | None = None) -> Self:
        """A section of fields, YAML, JSON, the path of a file, or a list of those, merged."""
        from pxc.polyaxon.reading import fields_of

        if isinstance(values, cls):
            return values
        if cls._short is not None and not cls._is_long(values):
            return cls._made({} if values is None else {cls._short: values})
        return cls._made(fields_of(values))

    @classmethod
    def _is_long(cls, values: Any) -> bool:
        """Whether what is read is fields, of a section that one value may stand for."""
        known = cls._spellings
        return isinstance(values, Mapping) and bool(values) and all(k in known for k in values)

    @classmethod
    def from_dict(cls, value: Any, partial: bool = False) -> Self:
        """A section of fields."""
        if isinstance(value, cls):
            return value
        if not isinstance(value, Mapping):
            kind = type(value).__name__
            raise TypeError(f"{cls.__name__}.from_dict takes a dict, not a value of `{kind}`")
        return cls._made(value)

    @classmethod
    def _made(cls, values: Mapping[Any, Any]) -> Self:
        made = cls.__new__(cls)
        made._take(values, caller(_OWN), from_call=False)
        return made

    @classmethod
    def get_identifier(cls) -> str:
        """The word that the library has for such a section."""
        return cls._IDENTIFIER

    def to_dict(
        self,
        humanize_values: bool = False,
        include_kind: bool = False,
        include_version: bool = False,
        exclude_unset: bool = True,
        exclude_none: bool = True,
        exclude_defaults: bool = False,
    ) -> dict[str, Any]:
        """The fields that were given, in the spelling of a Polyaxonfile."""
        given = dict(self._given)
        if not exclude_unset:
            given = {name: given.get(name) for name in (*self._shapes, *given)}
        found = {
            name: plain_value(value, exclude_none=exclude_none)
            for name, value in given.items()
            if value is not None or not exclude_none
        }
        if self._kind is not None and found.get("kind") is None:
            found.pop("kind", None)
            if include_kind:
                found["kind"] = self._kind
        if include_version:
            found.setdefault("version", VERSION)
        return found

    def to_yaml(self, **how: Any) -> str:
        """The fields as YAML, in the order of the alphabet."""
        from pxc.polyaxon.reading import as_yaml

        return as_yaml(self.to_dict(**how))

    def to_json(self, **how: Any) -> str:
        """The fields as JSON."""
        import json

        return json.dumps(self.to_dict(**how), separators=(",", ":"), default=str)

    def to_light_dict(
        self,
        humanize_values: bool = False,
        include_attrs: list[str] | None = None,
        exclude_attrs: list[str] | None = None,
    ) -> dict[str, Any]:
        """Some of the fields: those to include, or all but those to exclude."""
        if include_attrs and exclude_attrs:
            raise ValueError("give `include_attrs` or `exclude_attrs`, not both")
        found = self.to_dict()
        if include_attrs:
            return {name: value for name, value in found.items() if name in include_attrs}
        return {name: value for name, value in found.items() if name not in (exclude_attrs or ())}

    def to_schema(self) -> dict[str, Any]:
        """The fields under the word that the library has for such a section."""
        return {self._IDENTIFIER: self.to_dict()}

    def clone(self) -> Self:
        """A copy that shares nothing, with the same places."""
        return copy.deepcopy(self)

    def patch(self, values: Any, strategy: Any = None) -> Self:
        """Lay other fields over these, in place, by one of the four strategies."""
        from pxc.polyaxon.patching import patch_section

        patch_section(self, values, strategy)
        return self


def _no_field(section: Section, word: str) -> str:
    near = nearest(word, list(section._spellings))
    hint = f"; did you mean `{near}`?" if near else ""
    return f"`{type(section).__name__}` has no field `{word}`{hint}"


def plain_value(value: Any, *, exclude_none: bool = True) -> Any:
    """A value as `to_dict` gives it; a section inside another has the kind that its class is of."""
    if isinstance(value, Section):
        found = value.to_dict(exclude_none=exclude_none)
        if value._kind is not None and not value.pxc_is_document and "kind" not in found:
            found = {"kind": value._kind, **found}
        return found
    if isinstance(value, Mapping):
        return {key: plain_value(each, exclude_none=exclude_none) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain_value(each, exclude_none=exclude_none) for each in value]
    if isinstance(value, Enum):
        return value.value
    return _handed(value)


def _handed(value: Any) -> Any:
    """A value as a document can have it: durations in seconds, models of Kubernetes as sections."""
    if value is None or isinstance(value, str | int | float | Section):
        return value
    if isinstance(value, timedelta):
        seconds = value.total_seconds()
        return int(seconds) if seconds == int(seconds) else seconds
    if isinstance(value, dict):
        return {key: _handed(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_handed(each) for each in value]
    if hasattr(type(value), "openapi_types") and hasattr(type(value), "attribute_map"):
        return _OfKubernetes(value)
    return value


class _OfKubernetes:
    """A model of the client of Kubernetes, as a section."""

    def __init__(self, model: Any) -> None:
        self._model = model

    def __pxc_document__(self) -> Written:
        """The fields that are set."""
        names: dict[str, str] = type(self._model).attribute_map
        found = ((key, getattr(self._model, word, None)) for word, key in names.items())
        return Written(tuple(Entry(k, _handed(v)) for k, v in found if v is not None))
