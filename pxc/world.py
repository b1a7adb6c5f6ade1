"""The one door to the outside: options, workspace, catalog and the language, handed to passes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from decimal import Decimal

    from pxc.access.organization import Rules
    from pxc.access.principal import Principal
    from pxc.diagnostics import Report
    from pxc.ir.join import Order, Query
    from pxc.ir.node import Lit, Map, Template, Value
    from pxc.ir.program import Connection, Version
    from pxc.ir.run import Replica, Run
    from pxc.ir.spec import Operation
    from pxc.ir.sweep import Sweep
    from pxc.options import Options
    from pxc.source import Source, Span


LAST_DAY = "9999-12-31"
"""Today where nobody says it: after all others, so that whatever ends has ended."""


GIVEN_BY_HUB = "<hub>"
"""The file of a reference that the command line gives by `--hub`."""


class Language(Protocol):
    """The grammar, seen from the passes: text and trees into IR, never the other way."""

    def read_operation(self, source: Source, report: Report, *, preset: bool) -> Operation | None:
        """A whole file as an operation; None when it could not be built (already reported)."""

    def build_run(self, kind: str, fields: Map, report: Report) -> Run | Replica | None:
        """The fields of a runtime patch read as this kind."""

    def quantity_fault(self, text: str) -> str | None:
        """Why a text is no Kubernetes quantity; None when it is one."""

    def quantity(self, text: str) -> Decimal | None:
        """The number that a Kubernetes quantity is; None for a text that is none."""

    def interval_seconds(self, text: str) -> Decimal | str:
        """The seconds of an interval of a schedule; a sentence when it is none."""

    def query(self, written: Lit[Any] | Template) -> Query | str:
        """The conditions of a query of runs; a sentence when it is none."""

    def order(self, written: Lit[Any]) -> tuple[Order, ...] | str:
        """The fields of an order of runs; a sentence when it is none."""

    def parse_value(self, text: str, span: Span) -> Value:
        """A text given from outside (a param) as a literal or a template."""

    def cell_filler(self, sweep: Sweep) -> Callable[[Template, tuple[Any, ...], Report], Any]:
        """What a template that waits for the cell of a sweep is in one cell, fitted to its field.

        What waits for the run, too, stays a template; Invalid after a fault, which is reported.
        """


class Files(Protocol):
    """Reads texts under the workspace's root."""

    def read(self, path: str, *, beside: str | None = None) -> Source:
        """The text of a file; `beside` is the name of the file that refers to it.

        Raises OSError or ValueError with a sentence for the user (missing, outside the root).
        """


class Catalog(Protocol):
    """What an organization offers by name."""

    declared: bool
    """Whether there is a catalog at all; without one every name is taken as given."""

    has_rules: bool
    """Whether there is an organization, whose `rules` say who may use what."""

    artifacts_store: str | None
    """The name of the connection that keeps what runs leave, where there is one."""

    @property
    def rules(self) -> Rules:
        """Everything that says who may use what, and where runs go; who asks loads its types."""

    def connection(self, name: str) -> Connection | None:
        """A connection by name."""

    def connection_names(self) -> tuple[str, ...]:
        """Every connection's name, sorted."""

    def versions(self, kind: str) -> tuple[Version, ...]:
        """The versions of a kind (Model, Artifact, Lineage), in the order of their names."""

    def preset(self, name: str, language: Language, report: Report) -> Operation | None:
        """A preset by name, read as an operation."""

    def preset_names(self) -> tuple[str, ...]:
        """Every preset's name, sorted."""

    def queue_names(self) -> tuple[str, ...]:
        """Every queue's name, sorted."""

    def queue_namespace(self, name: str) -> str | None:
        """The namespace that a queue leads to, where the catalog says so."""

    def component(self, ref: str, report: Report) -> Source | None:
        """The text of the component that a hub reference means; None for one it does not have."""

    def component_names(self) -> tuple[str, ...]:
        """The references of every component, sorted."""


class Hub(Protocol):
    """The components that registries have, on this machine or elsewhere."""

    def component(self, ref: Lit[str], report: Report) -> Source | None:
        """The text of the component that a reference names; None for none, which is reported.

        When a file is only linted a component that is not at hand is no fault.
        """

    def component_at(self, url: Lit[str], report: Report) -> Source | None:
        """The text of the component at a URL; None, unreported, where its host is not allowed.

        Any other that cannot be had is reported, unless a file is only linted.
        """

    def pins(self) -> Mapping[str, str]:
        """The digests of images, by their names, that the components that were asked for have."""

    def name_in_rules(self, ref: str) -> tuple[str, str]:
        """What rules call the component that a reference means, and its alias, else empty."""


class World(Struct, frozen=True, kw_only=True):
    """Everything a pass may know that is not in the program.

    `principal` is who compiles, None for nobody; `today` is a day as `2027-03-31`, empty for one
    after all others; `overrides` are names of soft denies, each with the reason to do it all the
    same. `hub` finds components that the catalog lacks.
    """

    options: Options
    language: Language
    files: Files
    catalog: Catalog
    principal: Principal | None = None
    today: str = ""
    overrides: tuple[tuple[str, str], ...] = ()
    hub: Hub | None = None
