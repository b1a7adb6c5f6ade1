"""The options that say what a cluster has: what runs distributed runs, and what queues them."""

from collections.abc import Callable
from typing import Any, TypeVar

import click

__all__ = ["cluster_options"]

DISTRIBUTED = ("operator", "indexed")
QUEUES = ("none", "kueue", "volcano")

F = TypeVar("F", bound=Callable[..., Any])


def cluster_options(command: F) -> F:
    """`--distributed` and `--queue-as`; None where the caller says nothing."""
    queue = click.option(
        "--queue-as",
        type=click.Choice(QUEUES),
        help="What a queue becomes: nothing (with a warning), one of Kueue's, or one of "
        "Volcano's.  [default: none]",
    )
    distributed = click.option(
        "--distributed",
        type=click.Choice(DISTRIBUTED),
        help="What runs a run of several pods: the operator of its kind, or, for pytorchjob, an "
        "Indexed Job, which needs no operator.  [default: operator]",
    )
    return distributed(queue(command))
