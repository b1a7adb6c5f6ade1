"""The options that say how objects are named and how services are opened."""

import re
from collections.abc import Callable
from typing import Any, TypeVar

import click

from pxc.defaults import NAME_POLICIES
from pxc.world import Options

__all__ = ["check_expose", "check_revision", "expose_options", "name_options"]

ROUTES = ("none", "ingress", "gateway")

_LABEL = "[a-z0-9]([-a-z0-9]*[a-z0-9])?"
_NAME = re.compile(rf"{_LABEL}(\.{_LABEL})*")
_HOST = re.compile(rf"(\*\.)?{_LABEL}(\.{_LABEL})*")
_MOST_REVISION = 20

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
        "--expose", type=click.Choice(ROUTES), default="none", show_default=True,
        help="Open services by an Ingress, or by an HTTPRoute of the Gateway API.",
    )  # fmt: skip
    return expose(host(via(command)))


def check_revision(options: Options) -> None:
    """UsageError for a revision that is missing, useless or no part of a name."""
    text = options.revision
    if (options.name_policy == "revision") != bool(text):
        raise click.UsageError("'--name-policy revision' and '--revision NAME' go together.")
    if text and (len(text) > _MOST_REVISION or not re.fullmatch(_LABEL, text)):
        raise click.BadParameter(
            f"'{text}' is not at most {_MOST_REVISION} lower-case letters, digits and inner '-'.",
            param_hint="'--revision'",
        )


def check_expose(expose: str, host: str | None, via: str | None) -> None:
    """UsageError for a host, a class or a Gateway that is missing, useless or no name."""
    if expose == "none" and (host is not None or via is not None):
        raise click.UsageError("'--expose-host' and '--expose-via' need '--expose'.")
    if expose == "gateway" and via is None:
        raise click.UsageError("'--expose gateway' needs '--expose-via [NAMESPACE/]NAME'.")
    if host is not None and not (len(host) <= 253 and _HOST.fullmatch(host)):
        raise click.BadParameter(f"'{host}' is no host name.", param_hint="'--expose-host'")
    names = (via or "").split("/") if expose == "gateway" else [via or ""]
    if via is not None and (len(names) > 2 or not all(map(_is_name, names))):
        raise click.BadParameter(f"'{via}' is no name.", param_hint="'--expose-via'")


def _is_name(text: str) -> bool:
    return len(text) <= 253 and _NAME.fullmatch(text) is not None
