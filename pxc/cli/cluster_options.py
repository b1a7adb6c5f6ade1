"""The options that say what runs the many pods of one file, and what queues them."""

from collections.abc import Callable
from typing import Any, TypeVar

import click

from pxc.defaults import DISTRIBUTED, MATRIX_FORMS, QUEUES

__all__ = ["cluster_options"]

F = TypeVar("F", bound=Callable[..., Any])


def cluster_options(command: F) -> F:
    """`--matrix`, `--distributed` and `--queue-as`; None where the caller says nothing."""
    matrix = click.option(
        "--matrix",
        type=click.Choice(MATRIX_FORMS),
        help="How the runs of a matrix are written: a Job each, one Indexed Job, or a Job each"
        " where they are few.  [default: auto]",
    )
    queue = click.option(
        "--queue-as",
        type=click.Choice(QUEUES),
        help="What a queue becomes: nothing (with a warning), one of Kueue's, one of "
        "Volcano's, or a pool of Airflow.  [default: none]",
    )
    distributed = click.option(
        "--distributed",
        type=click.Choice(DISTRIBUTED),
        help="What runs a run of several pods: the operator of its kind, or, for pytorchjob, an "
        "Indexed Job, which needs no operator.  [default: operator]",
    )
    return matrix(distributed(queue(command)))
