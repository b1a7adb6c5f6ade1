"""The options that say what a DAG file of Airflow is written for."""

from collections.abc import Callable
from typing import Any, TypeVar

import click

from pxc.defaults import AIRFLOW_RELEASES

__all__ = ["airflow_options", "check_airflow"]

F = TypeVar("F", bound=Callable[..., Any])


def airflow_options(command: F) -> F:
    """The options of Airflow's; None where the caller says nothing."""
    release = click.option(
        "--airflow", "airflow_release", type=click.Choice(AIRFLOW_RELEASES),
        help="The release of Airflow to write a DAG file for.  [default: both]",
    )  # fmt: skip
    params = click.option(
        "--airflow-param", "airflow_params", metavar="NAME", multiple=True,
        callback=lambda ctx, param, value: value or None,
        help="An input that Airflow asks for when a run is started; its value is the default.",
    )  # fmt: skip
    return release(params(command))


def check_airflow(target: str, chosen: dict[str, Any]) -> None:
    """UsageError for an option of Airflow's that the target knows nothing of."""
    if target != "airflow" and any(v for k, v in chosen.items() if k.startswith("airflow_")):
        raise click.UsageError("'--airflow' and '--airflow-param' need '--target airflow'.")
