"""Opens the hub of a workspace."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pxc.diagnostics import Report
from pxc.hub.registry import RegistryFault
from pxc.hub.resolver import Hub
from pxc.world import HubOptions

__all__ = ["hub_of", "read_registry_yaml"]


def hub_of(root: Path | None, options: HubOptions, *, may_fetch: bool) -> Hub:
    """What knows the components of the registries of a workspace. Nothing is asked yet."""
    return Hub(options, root, read_registry_yaml, may_fetch=may_fetch)


def read_registry_yaml(name: str, data: bytes) -> Any:
    """The plain data of a YAML file of a registry. Raises RegistryFault with the first fault."""
    from pxc.driver.disk import read_plain_yaml

    report = Report()
    found = read_plain_yaml(name, data, report)
    for fault in report.sorted():
        if report.has_errors:
            message = f"`{name}`, line {fault.span.line}: {fault.message}"
            raise RegistryFault(message, fault.help, kind="malformed")
    return found
