"""The protocol that targets keep, and the files and objects they make."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from msgspec import Struct

if TYPE_CHECKING:
    from pxc.diagnostics import Report
    from pxc.ir.plan import Plan
    from pxc.source import Span
    from pxc.world import World


class Made(Struct, frozen=True):
    """An object of an engine in an emitted file, and what asked for it.

    `content` is empty, or tells that objects of one name and one content are one object.
    """

    kind: str
    namespace: str
    name: str
    span: Span
    content: str = ""


class OutFile(Struct, frozen=True):
    """One emitted file: a relative path, its whole text, and the named objects in it."""

    path: str
    text: str
    made: tuple[Made, ...] = ()


class Target(Protocol):
    """Turns a plan into files for one engine, and says by diagnostic what it cannot say."""

    name: str
    features: frozenset[str]

    def emit(self, plan: Plan, world: World, report: Report) -> tuple[OutFile, ...]:
        """The files; empty when something was refused."""
