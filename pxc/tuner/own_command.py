"""The command of `pxc-tuner` that proposes the next runs of a matrix from what a tuner is asked."""

from __future__ import annotations

from typing import Any

import click
import msgspec

from pxc.tuner.answering import put
from pxc.tuner.documents import Metric, Record, SearchDocument
from pxc.tuner.mistakes import MistakeError
from pxc.tuner.reading import read_any, read_list

__all__ = ["propose_command"]

_KINDS: dict[str, tuple[str, str]] = {
    "tpe": ("tpe", "tpe"),
    "bayes": ("bayes", "tpe"),
    "anneal": ("hyperopt", "anneal"),
    "random": ("iterative", "tpe"),
}
"""The kind and the algorithm of a search by the name of a method."""


@click.command("propose")
@click.option("--matrix", metavar="JSON", required=True, help="The matrix, as a file has it.")
@click.option("--configs", metavar="JSON", default="[]", help="The values of the runs so far.")
@click.option("--metrics", metavar="JSON", default="[]", help="What came of each of them.")
@click.option("--iteration", type=click.IntRange(0), default=0, help="How often was asked before.")
@click.option("--method", type=click.Choice(tuple(_KINDS)), default="tpe", help="How to choose.")
@click.option("--metric", metavar="NAME", default="", help="The output that is optimized.")
@click.option(
    "--optimization", type=click.Choice(("minimize", "maximize")), default="minimize",
    help="Whether it is to be small or large.",
)  # fmt: skip
@click.option("--batch", type=click.IntRange(1, 10_000), default=1, help="How many runs at once.")
@click.option("--startup", type=click.IntRange(1), default=10, help="How many are drawn at first.")
@click.option("--seed", type=int, default=0, help="What the drawing begins with.")
@click.option("-o", "--output", metavar="FILE", help="Where the list goes, not to stdout.")
def propose_command(
    matrix: str, configs: str, metrics: str, iteration: int, method: str, metric: str,
    optimization: Any, batch: int, startup: int, seed: int, output: str | None,
) -> None:  # fmt: skip
    """Answer as a tuner of its own does: a list with a map of values for each of the next runs.

    None ends the search: the space has no more.
    """
    from pxc.tuner.matrix_reading import axes_of
    from pxc.tuner.suggest import suggest

    kind, algorithm = _KINDS[method]
    if kind != "iterative" and not metric:
        raise MistakeError(f"--method {method} needs `--metric`")
    records = _records(read_list("--configs", configs), read_list("--metrics", metrics), metric)
    search = SearchDocument(
        1,
        kind,  # type: ignore[arg-type]
        axes_of(read_any("--matrix", matrix)),
        Metric(metric, optimization) if metric else None,
        algorithm=algorithm,  # type: ignore[arg-type]
        num_runs=batch,
        num_initial_runs=startup,
        max_iterations=len(records) + batch + 1,
    )
    # Runs that failed are not told: another draw keeps them from being proposed again and again.
    found = suggest(search, records, batch, seed + iteration)
    text = msgspec.json.encode([item.params for item in found.items]).decode()
    if output:
        put(output, text)
    else:
        click.echo(text)


def _records(configs: list[Any], metrics: list[Any], metric: str) -> list[Record]:
    if len(configs) != len(metrics):
        raise MistakeError(f"--metrics has {len(metrics)} values for {len(configs)} `--configs`")
    found = []
    for index, (params, said) in enumerate(zip(configs, metrics, strict=True)):
        if not isinstance(params, dict):
            raise MistakeError(f"--configs: run {index} is no map")
        value = said.get(metric) if isinstance(said, dict) else said
        found.append(Record(index, params, "succeeded", _number(value)))
    return found


def _number(value: Any) -> float | None:
    """A result as a number; None for a run that told none, which counts as a failed one."""
    try:
        return None if isinstance(value, bool) or value is None else float(value)
    except (TypeError, ValueError):
        return None
