"""The options that say how objects are named, how services are opened, what a run begins from."""

from collections.abc import Callable
from typing import Any, TypeVar

import click

from pxc.defaults import NAME_POLICIES, ROUTES, expose_fault, revision_fault
from pxc.options import EarlierRun, Options

__all__ = [
    "check_expose",
    "check_revision",
    "chosen_earlier",
    "chosen_route",
    "earlier_options",
    "expose_options",
    "name_options",
]

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


def earlier_options(command: F) -> F:
    """`--resume`, `--restart` and `--copy`, with what goes with them."""
    options = (
        click.option(
            "--resume", metavar="RUN",
            help="Go on with the run of this uuid: under its uuid, with what it left in the"
            " artifacts store.",
        ),
        click.option(
            "--restart", metavar="RUN",
            help="Run the operation of this run anew, under a uuid of its own.",
        ),
        click.option(
            "--copy", metavar="RUN",
            help="Run it anew, beginning with a copy of what this run left.",
        ),
        click.option(
            "--copy-dir", "copy_dirs", multiple=True, metavar="PATH",
            help="Copy this directory only, such as outputs/checkpoints; may be repeated.",
        ),
        click.option(
            "--copy-file", "copy_files", multiple=True, metavar="PATH",
            help="Copy this file only; may be repeated.",
        ),
        click.option(
            "--iteration", metavar="N", type=click.IntRange(1, 1_000_000), default=None,
            help="How often this was done with RUN, this time included: a second go has another"
            " name than the first.  [default: 1]",
        ),
    )  # fmt: skip
    for option in reversed(options):
        command = option(command)
    return command


def chosen_earlier(given: dict[str, Any], files: int) -> EarlierRun | None:
    """The earlier run that the command line names.

    UsageError for two of them, for what goes with none, and for several files.
    """
    from pxc.driver.earlier import earlier_run

    try:
        found = earlier_run(given, lambda name: f"'--{name.removesuffix('s').replace('_', '-')}'")
    except ValueError as fault:
        raise click.UsageError(f"{fault}.") from fault
    if found is not None and files > 1:
        raise click.UsageError(f"'--{found.kind}' takes a single FILE.")
    return found


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
