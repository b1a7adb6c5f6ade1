"""What an organization offers by name: the catalog that stands for none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal

    from pxc.access.organization import Rules
    from pxc.diagnostics import Report
    from pxc.ir.node import Map
    from pxc.ir.program import Connection, Version
    from pxc.ir.spec import Operation
    from pxc.source import Source

__all__ = ["EmptyCatalog", "ReadsObjects", "ReadsPresets"]


class ReadsPresets(Protocol):
    """The part of the language that a catalog needs."""

    def read_operation(self, source: Source, report: Report, *, preset: bool) -> Operation | None:
        """A whole file as an operation; None when it could not be built (already reported)."""


class ReadsObjects(Protocol):
    """The part of the language that the files of a catalog need."""

    def read_documents(self, source: Source, report: Report) -> Iterator[Map]:
        """The root map of each document of a YAML text that can be read."""

    def quantity(self, text: str) -> Decimal | None:
        """The number that a Kubernetes quantity is; None for a text that is none."""

    def quantity_fault(self, text: str) -> str | None:
        """Why a text is no Kubernetes quantity; None when it is one."""

    def duration_seconds(self, text: str) -> Decimal | str:
        """The seconds of a duration such as `24h`; a sentence when it is none."""


class EmptyCatalog:
    """No catalog: nothing is known, and every name is taken as given."""

    declared = False
    has_rules = False
    artifacts_store: str | None = None

    @property
    def rules(self) -> Rules:
        """No rules."""
        from pxc.access.organization import Rules

        return Rules()

    def connection(self, name: str) -> Connection | None:
        """None, whatever the name."""
        return None

    def connection_names(self) -> tuple[str, ...]:
        """No names."""
        return ()

    def versions(self, kind: str) -> tuple[Version, ...]:
        """No versions."""
        return ()

    def preset(self, name: str, language: ReadsPresets, report: Report) -> Operation | None:
        """None, whatever the name."""
        return None

    def preset_names(self) -> tuple[str, ...]:
        """No names."""
        return ()

    def queue_names(self) -> tuple[str, ...]:
        """No names."""
        return ()

    def queue_namespace(self, name: str) -> str | None:
        """None, whatever the name."""
        return None

    def component(self, ref: str, report: Report) -> Source | None:
        """None, whatever the reference."""
        return None

    def component_names(self) -> tuple[str, ...]:
        """No names."""
        return ()
