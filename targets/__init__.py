"""The targets: each turns a plan into the files of one engine."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pxc.contracts import Target

__all__ = ["TARGETS", "target"]

TARGETS = ("airflow", "argo", "kubernetes")
"""The built-in targets; each is a folder here whose module has a `TARGET`."""


def target(name: str) -> Target:
    """The built-in target of this name; it is imported only now. Raises LookupError."""
    if name not in TARGETS:
        raise LookupError(f"no target is called {name}")
    found: Target = import_module(f"pxc.targets.{name}").TARGET
    return found
