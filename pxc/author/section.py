"""What every builder does: takes fields by name in either spelling, and says who gave them."""

from __future__ import annotations

import dataclasses
import inspect
import re
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar, dataclass_transform

from pxc.author.calls import Call, caller
from pxc.author.faults import AuthorFault
from pxc.author.written import Argument, Entry, Written

__all__ = ["UNSET", "Section", "View", "section", "snake"]

_Made = TypeVar("_Made")

_OVER = ("copy", "dataclasses", "functools")
"""Modules that call builders for somebody else."""


class _Unset:
    """The value of a field that nobody gave; it is false."""

    def __bool__(self) -> bool:
        return False

    def __repr__(self) -> str:
        return "UNSET"

    def __reduce__(self) -> str:
        return "UNSET"


UNSET: Any = _Unset()
"""What a field is until somebody gives it; None is a value, the null of YAML."""


class View(ABC):
    """What reading a field gives where that is more than what was put into it."""

    @abstractmethod
    def taken(self) -> Any:
        """What was put into the field; UNSET for nothing."""


class _Signature:
    """The parameters of a builder, for whoever asks a class at run time, such as notebooks."""

    def __get__(self, instance: object, owner: type[Section]) -> inspect.Signature:
        keyword = inspect.Parameter.KEYWORD_ONLY
        return inspect.Signature(
            [
                inspect.Parameter(f.name, keyword, default=UNSET, annotation=f.type)
                for f in dataclasses.fields(owner)  # type: ignore[arg-type]
            ]
        )


class Section:
    """A section of a Polyaxonfile.

    A field is given by its name in snake_case or in camelCase, when the section is made or later as
    an attribute. Raises AuthorFault: PXC030 for a field that there is not, PXC031 for one that is
    given twice.
    """

    kind_: ClassVar[str] = ""
    """The `kind` that the section says, empty for sections without."""
    document_: ClassVar[str] = ""
    """The `kind` of a document, which it says only as the root of a file."""
    fields_: ClassVar[Mapping[str, str]] = {}
    """Every field, and its name in the language."""
    views_: ClassVar[tuple[str, ...]] = ()
    """Fields that give a view of what was put into them."""
    positions_: ClassVar[tuple[str, ...]] = ()
    """Fields that may be given by their position."""
    label_: ClassVar[str] = ""
    """The name that people call the builder by."""
    __signature__: ClassVar[Any] = _Signature()

    def __init__(self, *positional: Any, **given: Any) -> None:
        state = self.__dict__
        state["_call"] = call = caller(*_OVER)
        spelled: dict[str, tuple[str | int | None, Call | None]] = {}
        state["_spelled"] = spelled
        for at, value in enumerate(positional):
            if at >= len(self.positions_):
                raise self._fault("PXC030", _too_many(self), at)
            if value is not UNSET:
                spelled[self.positions_[at]] = at, call
                state[self.positions_[at]] = value
        for keyword, value in given.items():
            if isinstance(value, View) and keyword in self.views_:
                value = value.taken()
            if value is UNSET:
                continue
            name = self._field_named(keyword)
            if not name:
                self._check_kind(keyword, value)
            elif name in spelled:
                raise self._fault("PXC031", *_twice(spelled[name][0], keyword, name))
            else:
                spelled[name] = keyword, call
                state[name] = value

    def __setattr__(self, attribute: str, value: object) -> None:
        if attribute.startswith("_"):
            object.__setattr__(self, attribute, value)
            return
        name = self._field_named(attribute)
        if not name:
            self._check_kind(attribute, value)
            return
        if isinstance(value, View) and name in self.views_:
            value = value.taken()
        if value is UNSET:
            self.__delattr__(name)
            return
        self.__dict__[name] = value
        self.__dict__["_spelled"][name] = None, caller(*_OVER)

    if not TYPE_CHECKING:  # for checkers a section has its fields alone

        def __getattr__(self, attribute: str) -> Any:
            name = type(self).fields_.get(attribute) and attribute
            name = name or _by_language_name(type(self)).get(attribute, "")
            if not name:
                raise AttributeError(f"`{self.label_}` has no field `{attribute}`")
            return self.__dict__.get(name, UNSET)

    def __delattr__(self, attribute: str) -> None:
        name = self._field_named(attribute)
        self.__dict__.pop(name, None)
        self.__dict__["_spelled"].pop(name, None)

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and self._given() == getattr(other, "_given", dict)()

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        given = ", ".join(f"{name}={value!r}" for name, value in self._given().items())
        return f"{self.label_}({given})"

    def __getstate__(self) -> dict[str, Any]:
        """Everything but the call, which is of this process."""
        spelled = dict.fromkeys(self.__dict__["_spelled"], (None, None))
        return {**self.__dict__, "_call": None, "_spelled": spelled}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)

    def __deepcopy__(self, memo: dict[int, Any]) -> Any:
        """A section of its own, whose parts are its own, too; it stands where this one does."""
        from copy import deepcopy

        made = object.__new__(type(self))
        memo[id(self)] = made
        state = self.__dict__
        parts = {name: deepcopy(value, memo) for name, value in self._given().items()}
        made.__dict__.update(state, _spelled=dict(state["_spelled"]), **parts)
        return made

    def __copy__(self) -> Any:
        """A section of its own, with the same parts."""
        made = object.__new__(type(self))
        made.__dict__.update(self.__dict__, _spelled=dict(self.__dict__["_spelled"]))
        return made

    def __pxc_document__(self) -> Written:
        """The fields that were given, in the language's own spelling."""
        state = self.__dict__
        entries = [Entry("kind", self.kind_)] if self.kind_ else []
        for name, value in self._given().items():
            keyword, call = state["_spelled"][name]
            value = self._said(name, value)
            entries.append(Entry(self.fields_[name], value, keyword, call))
        return Written(tuple(entries), state["_call"])

    def _said(self, name: str, value: object) -> object:
        """What a field says in the document, from what it was given."""
        return value

    def to_dict(self) -> dict[str, Any]:
        """The section as plain data, in the language's own spelling: only what was given."""
        from pxc.author.document import plain_document

        found: dict[str, Any] = plain_document(self)
        return found

    def to_yaml(self) -> str:
        """The section as YAML, the same text each time."""
        from pxc.author.texts import yaml_of

        return yaml_of(self.to_dict())

    def to_json(self) -> str:
        """The section as JSON, the same text each time."""
        from pxc.author.texts import json_of

        return json_of(self.to_dict())

    def _given(self) -> dict[str, object]:
        """The fields that were given, by their names here."""
        state = self.__dict__
        return {name: state[name] for name in state["_spelled"]}

    def _field_named(self, keyword: str) -> str:
        """The name here of a field in either spelling; empty for `kind`. Raises AuthorFault."""
        cls = type(self)
        if keyword in cls.fields_:
            return keyword
        name = _by_language_name(cls).get(keyword)
        if name is not None:
            return name
        if keyword == "kind" and (cls.kind_ or cls.document_):
            return ""
        from pxc.author.unknown_fields import unknown_field

        raise self._fault("PXC030", *unknown_field(cls, keyword))

    def _check_kind(self, keyword: str, value: object) -> None:
        kind = self.kind_ or self.document_
        if value != kind:
            message = f"`{self.label_}` is of kind `{kind}`, not `{value}`"
            raise self._fault("PXC030", message, keyword, "leave `kind` out")

    def _fault(
        self, code: str, message: str, argument: Argument | None, help: str = ""
    ) -> AuthorFault:
        from pxc.author.source_places import argument_place

        call: Call | None = self.__dict__.get("_call")
        return AuthorFault(code, message, argument_place(call, argument), help)


def _twice(former: str | int | None, keyword: str, name: str) -> tuple[str, str, str]:
    """The message of a field that is given twice, where it is said, and help."""
    first = f"`{former}`" if isinstance(former, str) else f"argument {former or 0:d}"
    return f"{first} and `{keyword}` are the same field", keyword, f"keep `{name}`"


def _too_many(section: Section) -> str:
    count = len(section.positions_)
    if not count:
        return f"`{section.label_}` takes its fields by name"
    return f"`{section.label_}` takes {count} arguments by position, the others by name"


def _by_language_name(cls: type[Section]) -> Mapping[str, str]:
    """The fields of a class by their names in the language."""
    found: Mapping[str, str] | None = cls.__dict__.get("_by_language_name")
    if found is None:
        found = {name: own for own, name in cls.fields_.items()}
        cls._by_language_name = found  # type: ignore[attr-defined]
    return found


@dataclass_transform(kw_only_default=True)
def section(cls: type[_Made]) -> type[_Made]:
    """Make a dataclass of a class of annotated fields that takes them as `Section` does.

    A field's name in the language is its own in camelCase, or what `names_` says.
    """
    made: Any = dataclasses.dataclass(init=False, repr=False, eq=False)(cls)
    names: Mapping[str, str] = cls.__dict__.get("names_", {})
    made.label_ = cls.__dict__.get("label_") or snake(cls.__name__)
    made.fields_ = {f.name: names.get(f.name) or _camel(f.name) for f in dataclasses.fields(made)}
    return cls


def _camel(name: str) -> str:
    first, *rest = name.rstrip("_").split("_")
    return first + "".join(word.capitalize() for word in rest)


def snake(name: str) -> str:
    """A name of several words in small letters: `EnvVar` is `env_var`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()
