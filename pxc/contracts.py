"""The protocols that passes and targets keep, so that either can be added without a new wall."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from msgspec import Struct

if TYPE_CHECKING:
    from pxc.diagnostics import Report
    from pxc.ir.plan import Plan
    from pxc.ir.program import Program
    from pxc.world import World


class Pass(Protocol):
    """A pure step: frozen nodes in, new nodes out; faults go to the report."""

    __name__: str

    def __call__(self, program: Program, world: World, report: Report) -> Program:
        """The program after this step."""


class OutFile(Struct, frozen=True):
    """One emitted file: a relative path and its whole text."""

    path: str
    text: str


class Target(Protocol):
    """Turns a plan into files for one engine, and says by diagnostic what it cannot say."""

    name: str
    features: frozenset[str]

    def emit(self, plan: Plan, world: World, report: Report) -> tuple[OutFile, ...]:
        """The files; empty when something was refused."""
