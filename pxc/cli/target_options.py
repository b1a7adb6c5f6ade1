"""The options that say how objects are named and how services are opened."""

from collections.abc import Callable
from typing import Any, TypeVar

import click

from pxc.defaults import NAME_POLICIES, ROUTES, expose_fault, revision_fault
from pxc.options import Options

__all__ = ["check_expose", "check_revision", "chosen_route", "expose_options", "name_options"]

F = TypeVar("F", bound=Callable[..., Any])


def name_options(command: F) -> F:
    """`--name-policy` and `--revision`."""
    revision = click.option(
        "--revision", metavar="NAME",
        help="What ends the names of the policy 'revision', such as 42 in train-r42.",
    )  # fmt: skip
    policy = click.option(
        "--name-policy", type=click.Choice(NAME_POLICIES),
        help="How objects are named: after their content, as the author wrote, after a revision, "
        "or by the cluster.  [default: content]",
    )  # fmt: skip
    return policy(revision(command))


def expose_options(command: F) -> F:
    """`--expose`, `--expose-host` and `--expose-via`."""
    via = click.option(
        "--expose-via", metavar="NAME",
        help="The class of the Ingress, or the Gateway as [NAMESPACE/]NAME.",
    )  # fmt: skip
    host = click.option("--expose-host", metavar="HOST", help="The host name of the route.")
    expose = click.option(
        "--expose", type=click.Choice(ROUTES),
        help="Open services by an Ingress, or by an HTTPRoute of the Gateway API."
        "  [default: none]",
    )  # fmt: skip
    return expose(host(via(command)))


def check_revision(options: Options) -> None:
    """UsageError for a revision that is missing, useless or no part of a name."""
    if (options.name_policy == "revision") != bool(options.revision):
        raise click.UsageError("'--name-policy revision' and '--revision NAME' go together.")
    fault = revision_fault(options)
    if fault is not None:
        raise click.BadParameter(f"{fault}.", param_hint="'--revision'")


def chosen_route(expose: str | None, host: str | None, via: str | None) -> dict[str, str | None]:
    """The options of a route; who chooses a route chooses its host and its way, too."""
    if expose is not None:
        host, via = host or "", via or ""
    return {"expose": expose, "expose_host": host, "expose_via": via}


def check_expose(options: Options) -> None:
    """UsageError for a host, a class or a Gateway that is missing, useless or no name."""
    fault = expose_fault(options.expose, options.expose_host, options.expose_via)
    if fault is None:
        return
    key, why = fault
    if key == "as":
        raise click.UsageError("'--expose-host' and '--expose-via' need '--expose'.")
    if not options.expose_via and key == "via":
        raise click.UsageError("'--expose gateway' needs '--expose-via [NAMESPACE/]NAME'.")
    raise click.BadParameter(f"{why}.", param_hint=f"'--expose-{key}'")
