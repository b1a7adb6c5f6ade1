"""What an organization offers by name: the catalog that stands for none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from pxc.diagnostics import Report
    from pxc.ir.program import Connection, Version
    from pxc.ir.spec import Operation
    from pxc.source import Source

__all__ = ["EmptyCatalog", "ReadsPresets"]


class ReadsPresets(Protocol):
    """The part of the language that a catalog needs."""

    def read_operation(self, source: Source, report: Report, *, preset: bool) -> Operation | None:
        """A whole file as an operation; None when it could not be built (already reported)."""


class EmptyCatalog:
    """No catalog: nothing is known, and every name is taken as given."""

    declared = False
    artifacts_store: str | None = None

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

    def component(self, ref: str, report: Report) -> Source | None:
        """None, whatever the reference."""
        return None

    def component_names(self) -> tuple[str, ...]:
        """No names."""
        return ()
