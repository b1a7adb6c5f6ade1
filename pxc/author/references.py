"""What one operation takes of another: `a.outputs["loss"]` becomes a `ref` and a `value`."""

from __future__ import annotations

from typing import Any, Protocol

from pxc.author.written import Entry, Written

__all__ = ["Reference", "Referred", "Values", "run", "this_dag"]


class Referred(Protocol):
    """Who can be referred to."""

    def __pxc_reference__(self) -> str:
        """What stands under `ref`: `ops.NAME`, `runs.UUID` or `dag`. Raises AuthorFault."""


class Reference:
    """One value of another run, to be given as a param."""

    def __init__(self, owner: Referred, value: str) -> None:
        self.owner = owner
        self.value = value

    def __repr__(self) -> str:
        return f"<{self.value} of {self.owner!r}>"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Reference) and (self.owner, self.value) == (
            other.owner,
            other.value,
        )

    __hash__ = None  # type: ignore[assignment]

    def __format__(self, form: str) -> str:
        raise _no_text(self)

    def __str__(self) -> str:
        raise _no_text(self)

    def __pxc_document__(self) -> Written:
        """A param in its long form."""
        return Written((Entry("ref", self.owner.__pxc_reference__()), Entry("value", self.value)))


class Values:
    """What a run has of one section: `outputs["loss"]` is a reference to it."""

    def __init__(self, owner: Referred, section: str) -> None:
        self._owner = owner
        self._section = section

    def __getitem__(self, name: str) -> Reference:
        return Reference(self._owner, f"{self._section}.{name}")

    def __pxc_document__(self) -> Written:
        """The whole section as a param."""
        return Reference(self._owner, self._section).__pxc_document__()


class _Run:
    """A run by its name in a reference."""

    def __init__(self, ref: str) -> None:
        self._ref = ref
        self.inputs = Values(self, "inputs")
        self.outputs = Values(self, "outputs")
        self.artifacts = Values(self, "artifacts")
        self.globals = Values(self, "globals")

    def __repr__(self) -> str:
        return self._ref

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Run) and repr(self) == repr(other)

    def __hash__(self) -> int:
        return hash(self._ref)

    def __pxc_reference__(self) -> str:
        return self._ref


this_dag = _Run("dag")
"""The dag around an operation: `this_dag.inputs["lr"]`."""


def run(uuid: str) -> _Run:
    """A run of before, by its UUID: `run("...").outputs["model"]`."""
    return _Run(f"runs.{uuid}")


def _no_text(reference: Reference) -> Any:
    from pxc.author.calls import caller
    from pxc.author.faults import AuthorFault
    from pxc.author.source_places import argument_place

    return AuthorFault(
        "PXC032",
        f"`{reference.value}` of another run is no text: it is known when that has run",
        argument_place(caller(), None),
        "give it as a param of the operation, and write `{{ NAME }}` where it is used",
    )
