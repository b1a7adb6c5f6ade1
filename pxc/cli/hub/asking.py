"""Opens the hub that a command asks, by the options that these commands share."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click
from msgspec import Struct
from msgspec.structs import replace

from pxc.cli.acl.rules import project_option
from pxc.cli.findings import printed
from pxc.cli.options import catalog_option, catalog_ref_option, color_option, isolated_option
from pxc.cli.principals import this_day, who_asks, who_options
from pxc.cli.terminal import say
from pxc.cli.workspaces import Workspaces
from pxc.diagnostics import Report
from pxc.driver.hubs import hub_of_request
from pxc.hub.reference import HubReference, parse_reference
from pxc.hub.registry import RegistryFault
from pxc.lint.settings_file import WORKSPACE_FILE
from pxc.request import Request

if TYPE_CHECKING:
    from pxc.defaults import Defaults
    from pxc.hub.resolver import Hub

__all__ = [
    "Asked",
    "asked",
    "asked_request",
    "hub_options",
    "reference_of",
    "tell_fault",
]

_ASKING = "pxc.hub.asking"

F = TypeVar("F", bound=Callable[..., Any])


class Asked(Struct):
    """What a command of `pxc hub` asks: the hub, and the workspace that it is of.

    `request` has the options and the catalog of the workspace and who asks, and no files.
    """

    hub: Hub
    root: Path
    defaults: Defaults
    request: Request


def asked(
    catalogs: tuple[str, ...], catalog_ref: str | None, isolated: bool, *, offline: bool = False
) -> Asked:
    """The hub of the workspace that the current folder lies in, as whoever asks may see it.

    Faults of the catalog, and an identity that is not believed, are told and exit with 2.
    """
    workspaces = Workspaces(
        isolated=isolated,
        catalogs=catalogs,
        # to look at a version is not to use it
        chosen={"hub_locked": False, "hub_mutable": "warn", "hub_offline": offline or None},
        ref=catalog_ref,
    )
    root = workspaces.root_of(WORKSPACE_FILE)
    defaults = workspaces.defaults_of(root)
    if defaults.options.hub.off:
        raise click.UsageError("pxc.yaml says `hub: false`: components are those of the catalog.")
    hub, request = _hub_of(root, defaults)
    return Asked(hub, root, defaults, request)


def asked_request(root: Path, defaults: Defaults, report: Report) -> Request:
    """What a command of `pxc hub` asks as: a request without files. PXC830 for an identity."""
    asking, project = click.get_current_context().meta[_ASKING]
    return Request(
        files=(),
        root=root,
        catalog=defaults.catalog,
        options=replace(defaults.options, project=project or defaults.options.project),
        **asking.fields(defaults.identity, report),
    )


def _hub_of(root: Path, defaults: Defaults) -> tuple[Hub, Request]:
    report = Report()
    request = asked_request(root, defaults, report)
    hub = hub_of_request(request, report)
    if report.has_errors:
        printed(report.sorted(), 0, "text", "auto", sys.stderr)
        click.get_current_context().exit(2)
    return hub, request


def hub_options(command: F) -> F:
    """`--catalog`, `--catalog-ref`, `--isolated`, `--color`, and the options that tell who asks."""

    @wraps(command)
    def with_who(
        *words: Any,
        as_user: str | None,
        identity_token: Path | None,
        jwks: Path | None,
        project: str | None,
        **more: Any,
    ) -> Any:
        asking = who_asks(as_user, identity_token, jwks, today=this_day())
        click.get_current_context().meta[_ASKING] = (asking, project)
        return command(*words, **more)

    told = project_option(who_options(with_who))
    return catalog_option(catalog_ref_option(isolated_option(color_option(told))))  # type: ignore[return-value]


def reference_of(text: str) -> HubReference:
    """The reference that an argument is. Raises UsageError."""
    parsed = parse_reference(text)
    if parsed is None:
        from pxc.grammar.embedded_fault import Fault
        from pxc.grammar.reference import parse_hub_ref

        fault = parse_hub_ref(text)
        why = f" ({fault.message})" if isinstance(fault, Fault) else ""
        form = "[ORG/]NAME[:TAG][@sha256:DIGEST]"
        raise click.UsageError(f"'{text}' is no reference: write {form}{why}.")
    return parsed


def tell_fault(registry: str, fault: RegistryFault) -> None:
    """Say on standard error that a registry gives no answer, and what to do."""
    help = f"\n  = help: {fault.help}" if fault.help else ""
    say(f"cannot ask the registry `{registry}`: {fault}{help}\n", sys.stderr)
