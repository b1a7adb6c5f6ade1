"""Nothing is dropped in silence on Airflow: the fields of the table count there, alone and in a dag."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from tests.fields_in_company import MARKED
from tests.test_nothing_dropped import (
    ABSENT,
    LEAVES,
    SAMPLES,
    TOLD,
    WALKED,
    Tree,
    compiled,
    differs,
    place,
    said,
    samples,
    yaml_of,
)
from tests.test_nothing_dropped_in_dags import IN_DAG, pipeline

_NO_OTHER = "the sample without it is the sample itself, since the field is required"
UNMOVED = {
    "plugins.sidecar.noConnections": "the sample has no sidecar",
    "matrix[bayes].numInitialRuns": _NO_OTHER,
    "matrix[bayes].maxIterations": _NO_OTHER,
}
ALONE = UNMOVED | {
    "matrix[bayes].params.*.kind": _NO_OTHER,
    "matrix[bayes].params.*.value": _NO_OTHER,
    "run[dag].earlyStopping[][failure_early_stopping].percent": "the sample has one operation",
}
"""Fields whose sample shows nothing; tests of the target's own have files that do."""


def is_refused(path: str) -> bool:
    """Whether a field belongs to what is refused whole, wherever it stands."""
    return path.startswith("run[service].")


def _counts(path: str, document: Callable[[Tree], str]) -> bool:
    shape, wrap = LEAVES[path]
    without = document(wrap(ABSENT))
    bare = compiled(without, "airflow")
    counts = False
    known = SAMPLES.get(path) or SAMPLES.get(path.partition("].params.*")[2])
    for value in known or samples(shape):
        text = document(wrap(value))
        outcome = compiled(text, "airflow")
        assert outcome.files or list(outcome.report), f"{value!r} vanishes"
        start, end = place(text, without, path)
        refusals = [d for d in outcome.report if d.code.id in TOLD or document is pipeline]
        told = any(d.span.start < end and start < d.span.end for d in refusals)
        counts = counts or told or differs(outcome, bare)
    return counts


@pytest.mark.parametrize("path", [p for p in WALKED if not is_refused(p)])
def test_a_field_is_emitted_or_refused(path: str) -> None:
    assert _counts(path, yaml_of) != (path in ALONE)


@pytest.mark.parametrize("path", IN_DAG)
def test_a_field_of_an_operation_counts(path: str) -> None:
    assert _counts(path, pipeline) != (path in UNMOVED)


@pytest.mark.parametrize("path", MARKED)
def test_a_field_in_company_counts(path: str) -> None:
    outcome = compiled(re.sub("[«»]", "", MARKED[path]), "airflow")
    bare = compiled(re.sub("«.*?»", "", MARKED[path], flags=re.DOTALL), "airflow")
    refused = not outcome.files and outcome.report.has_errors
    assert refused or differs(outcome, bare) or said(outcome) != said(bare)
