"""The options that say what an Argo workflow is written as, and for which release."""

from collections.abc import Callable
from typing import Any, TypeVar

import click

from pxc.defaults import ARGO_KINDS, ARGO_VERSIONS, WATCHERS

__all__ = ["argo_options", "check_argo"]

F = TypeVar("F", bound=Callable[..., Any])


def argo_options(command: F) -> F:
    """The options of Argo's; None where the caller says nothing."""
    account = click.option(
        "--service-account", "argo_service_account", metavar="NAME",
        help="The service account that the pods of an Argo workflow run as.",
    )  # fmt: skip
    version = click.option(
        "--argo-version", type=click.Choice(ARGO_VERSIONS),
        help="The release of Argo Workflows to write for.  [default: any from 3.6 on]",
    )  # fmt: skip
    kind = click.option(
        "--as", "argo_kind", type=click.Choice(ARGO_KINDS),
        help="What an Argo workflow is written as.  [default: workflow, or cron with a schedule]",
    )  # fmt: skip
    events = click.option(
        "--events-as", "argo_events_as", type=click.Choice(WATCHERS),
        help="What watches the runs whose events start an Argo workflow.  [default: none]",
    )  # fmt: skip
    return kind(version(account(events(command))))


def check_argo(target: str, chosen: dict[str, Any]) -> None:
    """UsageError for an option of Argo's that the target knows nothing of."""
    if target != "argo" and any(v for k, v in chosen.items() if k.startswith("argo_")):
        raise click.UsageError(
            "'--as', '--argo-version', '--service-account' and '--events-as' need '--target argo'."
        )
