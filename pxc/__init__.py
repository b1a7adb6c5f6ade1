"""pxc compiles Polyaxonfiles; each public name here loads its module on first use."""

from importlib import import_module
from typing import TYPE_CHECKING

from pxc.version import VERSION as __version__

if TYPE_CHECKING:
    from pxc.access.principal import Principal
    from pxc.api.document import Document, load
    from pxc.api.files import compile_file, lint_file
    from pxc.diagnostics import Diagnostic
    from pxc.driver import Outcome
    from pxc.driver.failure import DiagnosticError
    from pxc.ir.plan import Plan
    from pxc.ir.program import Program

__all__ = [
    "Diagnostic",
    "DiagnosticError",
    "Document",
    "Outcome",
    "Plan",
    "Principal",
    "Program",
    "__version__",
    "compile_file",
    "lint_file",
    "load",
]

_HOMES = {
    "Diagnostic": "pxc.diagnostics",
    "DiagnosticError": "pxc.driver.failure",
    "Document": "pxc.api.document",
    "Outcome": "pxc.driver",
    "Plan": "pxc.ir.plan",
    "Principal": "pxc.access.principal",
    "Program": "pxc.ir.program",
    "compile_file": "pxc.api.files",
    "lint_file": "pxc.api.files",
    "load": "pxc.api.document",
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
