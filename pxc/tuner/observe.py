"""Turns what runs left behind (outputs, files of the tracking client, statuses) into records."""

from __future__ import annotations

import json
import math
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from pxc.tuner.documents import Item, Metric, Record, Status
from pxc.tuner.mistakes import MistakeError

__all__ = ["Left", "collected", "observed", "record_of", "status_of"]

RUN, CELL = "pxc-run", "pxc-cell"
"""The outputs that hold the tracking client's file, and the index of the run."""

_STATUSES: dict[str, Status] = {
    "succeeded": "succeeded", "success": "succeeded", "done": "succeeded",
    "failed": "failed", "error": "failed", "failure": "failed", "unknown": "failed",
    "upstream_failed": "upstream_failed", "omitted": "upstream_failed",
    "stopped": "stopped", "stopping": "stopped", "removed": "stopped",
    "skipped": "skipped",
    "running": "running", "pending": "running", "queued": "running", "scheduled": "running",
    "starting": "running", "up_for_retry": "running",
}  # fmt: skip
"""Statuses as Polyaxon, Argo and Airflow say them, in lower case."""


class Left(Struct):
    """What one run left: plain values by their names, and the file of the tracking client."""

    outputs: dict[str, Any]
    run: dict[str, Any]
    status: Status | None = None


def status_of(text: str) -> Status:
    """A status of any of the engines. MistakeError for a word that none of them has."""
    found = _STATUSES.get(text.strip().lower())
    if found is None:
        raise MistakeError(f"`{text}` is not a status")
    return found


def observed(item: Item, left: Left, metric: Metric | None) -> tuple[Record, str | None]:
    """The record of a run, and what is to be told of it.

    A plain value wins over the one of the tracking client; an empty one is none. A run without a
    status has succeeded, one without its metric counts as failed for the search.
    """
    status = left.status or "succeeded"
    outputs = {**_mapping(left.run.get("outputs"))}
    outputs |= {name: v for name, text in left.outputs.items() if (v := _plain(text)) is not None}
    record = Record(
        item.index,
        item.params,
        status,
        iteration=item.iteration,
        bracket=item.bracket,
        rung=item.rung,
        origin=item.origin,
        outputs=outputs,
        tags=[t for t in _listed(left.run.get("tags")) if isinstance(t, str)],
        uuid=_text(left.run, "uuid"),
        name=_text(left.run, "name"),
        created_at=_text(left.run, "created_at") or None,
        started_at=_text(left.run, "started_at") or None,
        finished_at=_text(left.run, "finished_at") or None,
    )
    if metric is None or status != "succeeded":
        return record, None
    value = outputs.get(metric.name)
    number = _number(value)
    if number is not None:
        return replace(record, metric=number), None
    said = "no" if value is None else f"`{_short(value)}`, which is no number, as"
    return record, f"run {item.index} gave {said} metric `{metric.name}`: it counts as failed"


def collected(
    items: list[Item], left: dict[int, Left], metric: Metric | None
) -> tuple[list[Record], list[str]]:
    """The records of all runs that were started; one that left nothing has failed."""
    records, told = [], []
    for item in items:
        found = left.get(item.index)
        if found is None:
            found = Left({}, {}, "failed")
            told.append(f"run {item.index} left nothing: it has failed")
        record, note = observed(item, found, metric)
        records.append(record)
        if note is not None:
            told.append(note)
    return records, told


def left_of(outputs: dict[str, Any]) -> Left:
    """What a run left, from the outputs of an engine, the tracking client's file among them."""
    plain = {name: value for name, value in outputs.items() if name not in (RUN, CELL)}
    return Left(plain, run_of(outputs.get(RUN)))


def record_of(option: str, result: Any) -> tuple[int, dict[str, Any]]:
    """The index and the outputs of a run: a map of them, or one with their text as `record`.

    MistakeError for anything else.
    """
    if isinstance(result, dict) and isinstance(result.get("record"), str):
        try:
            result = json.loads(result["record"])
        except (ValueError, RecursionError):
            result = None
    index = result.get("index") if isinstance(result, dict) else None
    outputs = result.get("outputs", {}) if isinstance(result, dict) else None
    if isinstance(index, bool) or not isinstance(index, int | float) or not _is_whole(index):
        raise MistakeError(f"{option}: a run without its `index`")
    if not isinstance(outputs, dict):
        raise MistakeError(f"{option}: the outputs of run {int(index)} are no map")
    return int(index), outputs


def _is_whole(number: float) -> bool:
    return math.isfinite(number) and number == int(number)


def run_of(value: Any) -> dict[str, Any]:
    """The tracking client's file, as JSON or as the text of JSON; nothing where it is broken."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return {}
    return _mapping(value)


def _plain(value: Any) -> Any:
    """The value of an output: a text that is JSON becomes what it says, an empty one nothing."""
    if not isinstance(value, str):
        return value
    text = value.strip()
    if not text or text == "null":
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def _text(run: dict[str, Any], name: str) -> str:
    value = run.get(name)
    return value if isinstance(value, str) else ""


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _short(value: Any) -> str:
    text = str(value)
    return text if len(text) <= 40 else f"{text[:37]}..."
