"""Turns a program into the name of what it runs."""

from __future__ import annotations

from collections.abc import Collection

from pxc.ir.node import Lit
from pxc.ir.program import Program

__all__ = ["free_name", "run_name"]


def run_name(program: Program) -> str:
    """The name that the operation has, else that of its file."""
    name = program.composed.name if program.composed is not None else None
    if isinstance(name, Lit) and name.value:
        return str(name.value)
    stem = program.main.span.source.name.replace("\\", "/").rsplit("/", 1)[-1].split(".")[0]
    return stem if stem.strip("-") else "run"


def free_name(name: str, taken: Collection[str]) -> str:
    """A name that nothing has yet: itself, else with the first number that is free."""
    number, found = 1, name
    while found in taken:
        number += 1
        found = f"{name}-{number}"
    return found
