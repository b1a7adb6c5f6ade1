"""The inputs and outputs of a document: a list of declarations, and by name what they stand for."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, MutableSequence, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias, overload

from pxc.author.references import Reference
from pxc.author.section import UNSET, Section, View

if TYPE_CHECKING:
    from pxc.author.sections import IO

    Ports: TypeAlias = Sequence[IO | Mapping[str, object]] | None

__all__ = ["DeclaredField", "ReferredField"]


class _Declarations(View, MutableSequence[Any]):
    """A view of the list that a document has, or gets as soon as something is put into it."""

    def __init__(self, owner: Any, field: str) -> None:
        self._owner = owner
        self._field = field

    @property
    def _items(self) -> list[Any]:
        found = self._owner.__dict__.get(self._field)
        return found if isinstance(found, list) else list(found or ())

    def __getitem__(self, key: Any) -> Any:
        return self._named(key) if isinstance(key, str) else self._items[key]

    def __setitem__(self, index: Any, value: Any) -> None:
        items = self._items
        items[index] = value
        self._keep(items)

    def __delitem__(self, index: Any) -> None:
        items = self._items
        del items[index]
        self._keep(items)

    def __len__(self) -> int:
        return len(self._items)

    def __eq__(self, other: object) -> bool:
        return self._items == (other._items if isinstance(other, _Declarations) else other)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return repr(self._items)

    def insert(self, index: int, value: Any) -> None:
        """Put a declaration before another."""
        items = self._items
        items.insert(index, value)
        self._keep(items)

    def taken(self) -> Any:
        """The list itself, where somebody gave one."""
        return self._items if self._field in self._owner.__dict__ else UNSET

    def _keep(self, items: list[Any]) -> None:
        if self._owner.__dict__.get(self._field) is not items:
            setattr(self._owner, self._field, items)

    @abstractmethod
    def _named(self, name: str) -> Any:
        """What a declaration stands for, by its name."""


class Declared(_Declarations):
    """The declarations of a component; by name the declaration itself."""

    def _named(self, name: str) -> Any:
        for each in self._items:
            said = each.get("name") if isinstance(each, Mapping) else getattr(each, "name", None)
            if said == name:
                return each
        raise KeyError(name)

    if TYPE_CHECKING:

        @overload
        def __getitem__(self, key: str) -> IO: ...
        @overload
        def __getitem__(self, key: int) -> Any: ...
        @overload
        def __getitem__(self, key: slice) -> Any: ...
        def __getitem__(self, key: Any) -> Any: ...


class ReferredPorts(_Declarations):
    """The declarations of an operation; by name a reference for params of other operations."""

    def _named(self, name: str) -> Reference:
        return Reference(self._owner, f"{self._field}.{name}")

    if TYPE_CHECKING:

        @overload
        def __getitem__(self, key: str) -> Reference: ...
        @overload
        def __getitem__(self, key: int) -> Any: ...
        @overload
        def __getitem__(self, key: slice) -> Any: ...
        def __getitem__(self, key: Any) -> Any: ...

    def __pxc_document__(self) -> Any:
        """The whole section as a param."""
        return Reference(self._owner, self._field).__pxc_document__()


class _Field:
    def __init__(self, name: str) -> None:
        self._name = name

    def __set__(self, owner: Section, value: Ports) -> None:
        owner.__setattr__(self._name, value)


class DeclaredField(_Field):
    """A field of declarations whose names mean the declarations."""

    @overload
    def __get__(self, owner: None, cls: type) -> Ports: ...
    @overload
    def __get__(self, owner: object, cls: type) -> Declared: ...
    def __get__(self, owner: Any, cls: type) -> Any:
        return UNSET if owner is None else Declared(owner, self._name)


class ReferredField(_Field):
    """A field of declarations whose names mean what the run has of them."""

    @overload
    def __get__(self, owner: None, cls: type) -> Ports: ...
    @overload
    def __get__(self, owner: object, cls: type) -> ReferredPorts: ...
    def __get__(self, owner: Any, cls: type) -> Any:
        return UNSET if owner is None else ReferredPorts(owner, self._name)
