"""pxc compiles Polyaxonfiles; each public name here loads its module on first use."""

from importlib import import_module
from typing import TYPE_CHECKING

from pxc.version import VERSION as __version__

if TYPE_CHECKING:
    from pxc.access.principal import Principal
    from pxc.diagnostics import Diagnostic
    from pxc.driver.disk import compile_file, lint_file
    from pxc.ir.plan import Plan
    from pxc.ir.program import Program

__all__ = ["Diagnostic", "Plan", "Principal", "Program", "__version__", "compile_file", "lint_file"]

_HOMES = {
    "Diagnostic": "pxc.diagnostics",
    "Plan": "pxc.ir.plan",
    "Principal": "pxc.access.principal",
    "Program": "pxc.ir.program",
    "compile_file": "pxc.driver.disk",
    "lint_file": "pxc.driver.disk",
}


def __getattr__(name: str) -> object:
    """The public name, from the module that defines it."""
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'pxc' has no attribute {name!r}")
    value: object = getattr(import_module(home), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
