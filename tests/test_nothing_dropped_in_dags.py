"""Nothing of an operation of a dag is dropped in silence: its fields count as those of a file do.

What a runtime holds is lowered by the same passes for both, and is not walked again.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.test_nothing_dropped import (
    ABSENT,
    LEAVES,
    SAMPLES,
    WALKED,
    compiled,
    differs,
    place,
    said,
    samples,
    yaml_of,
)

ALONE = ("run[", "init", "sidecars", "skipOnUpstreamSkip")
"""Parts of a pod; and what asks for nothing where nothing is skipped (see test_target_dags)."""
IN_DAG = [path for path in WALKED if not path.startswith(ALONE)]


def pipeline(operation: dict[str, Any]) -> str:
    """A dag of the operation and one before it."""
    first = {"name": "other", "container": {"image": "a"}}
    return yaml_of({"name": "pipe", "run": {"kind": "dag", "operations": [first, operation]}})


@pytest.mark.parametrize("path", IN_DAG)
def test_a_field_of_an_operation_counts(path: str) -> None:
    shape, wrap = LEAVES[path]
    without = pipeline(wrap(ABSENT))
    bare = compiled(without)
    answered = False
    for value in SAMPLES.get(path) or samples(shape):
        text = pipeline(wrap(value))
        outcome = compiled(text)
        start, end = place(text, without, path)
        told = any(d.span.start < end and start < d.span.end for d in outcome.report)
        assert outcome.files or outcome.report.has_errors, f"{value!r} vanishes"
        answered = answered or told or differs(outcome, bare)
    assert answered, f"`{path}` changes nothing and nobody is told: {said(outcome)}"
