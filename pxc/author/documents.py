"""What the builders of whole documents, of inputs and of those who refer to others do besides."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from pxc.author.expressions import Expr
from pxc.author.references import Reference, Values, this_dag
from pxc.author.section import Section
from pxc.author.written import Written

__all__ = ["ComponentSection", "DeclarationSection", "OperationSection", "ReferringSection"]

VERSION = 1.1


class ReferringSection(Section):
    """A section with fields that take an operation for its name."""

    refers_: ClassVar[Mapping[str, str]] = {}
    """Those fields, and what stands before the name."""

    def _said(self, name: str, value: object) -> object:
        prefix = self.refers_.get(name)
        return value if prefix is None else _named(value, prefix)


def _named(value: object, prefix: str) -> object:
    """Operations as their names; everything else as it is."""
    if isinstance(value, OperationSection):
        return prefix + value.own_name()
    if isinstance(value, list | tuple):
        return [_named(each, prefix) for each in value]
    return value


class _DocumentSection(ReferringSection):
    """A component or an operation."""

    views_: ClassVar[tuple[str, ...]] = ("inputs", "outputs")

    def __pxc_root__(self) -> tuple[tuple[str, object], ...]:
        """What the document says where it is the root of a file."""
        return ("version", VERSION), ("kind", self.document_)

    def __pxc_document__(self) -> Written:
        """The fields in the order that files have them, whatever the order of the call."""
        written = super().__pxc_document__()
        ranks = {name: rank for rank, name in enumerate(self.fields_.values())}
        return written._replace(entries=tuple(sorted(written.entries, key=lambda e: ranks[e.name])))

    def _said(self, name: str, value: object) -> object:
        if name == "params" and isinstance(value, Mapping):
            return _Params(value)
        return super()._said(name, value)


class _Params(Mapping[Any, object]):
    """The params of an operation, in which an input of the dag around it stands for its value."""

    def __init__(self, given: Mapping[Any, object]) -> None:
        self._given = given

    def __getitem__(self, key: Any) -> object:
        value = self._given[key]
        if isinstance(value, DeclarationSection):
            return Reference(this_dag, f"inputs.{value.own_name()}")
        return value

    def __iter__(self) -> Any:
        return iter(self._given)

    def __len__(self) -> int:
        return len(self._given)


class ComponentSection(_DocumentSection):
    """A component."""

    document_: ClassVar[str] = "component"


class OperationSection(_DocumentSection):
    """An operation, to whose results others refer by `outputs["loss"]`, `inputs`, `artifacts`."""

    document_: ClassVar[str] = "operation"

    @property
    def artifacts(self) -> Values:
        """What it leaves in the store, for params of other operations."""
        return Values(self, "artifacts")

    @property
    def globals(self) -> Values:
        """What its run is called, such as `globals["uuid"]`, for params of other operations."""
        return Values(self, "globals")

    def own_name(self) -> str:
        """The name that others refer to. Raises AuthorFault PXC033 where it has none."""
        return _own_name(self, "an operation that others refer to")

    def __pxc_reference__(self) -> str:
        """What stands under `ref` of a param."""
        return f"ops.{self.own_name()}"


class DeclarationSection(Section):
    """A declared input or output: in text it is the expression that reads it."""

    def own_name(self) -> str:
        """The name that expressions know. Raises AuthorFault PXC033 where it has none."""
        return _own_name(self, "an input that is used")

    def __str__(self) -> str:
        return f"{{{{ {self.own_name()} }}}}"

    def __format__(self, form: str) -> str:
        return format(str(self), form)

    @property
    def expression(self) -> Expr:
        """The expression that reads it, for fields of numbers and booleans."""
        return Expr(self.own_name())


def _own_name(section: Section, what: str) -> str:
    name = section.__dict__.get("name")
    if isinstance(name, str) and name:
        return name
    raise section._fault("PXC033", f"{what} needs a name", None, "give it `name=...`")
