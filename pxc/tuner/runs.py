"""Turns records into runs as a query sees them, and fields of a query into values of a run."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from pxc.tuner.documents import Record, RunDocument
from pxc.tuner.mistakes import MistakeError

__all__ = ["field_of", "moment_of", "now_of", "run_of_record"]

_ALIASES = {
    "metrics": "outputs", "out": "outputs", "params": "inputs", "in": "inputs",
    "meta_flags": "meta_info", "meta_values": "meta_info", "id": "uuid", "uid": "uuid",
}  # fmt: skip
_BY_UUID = frozenset({"original", "upstream", "downstream", "pipeline", "controller"})


def run_of_record(record: Record) -> RunDocument:
    """The run of a record: its params are the inputs."""
    return RunDocument(
        uuid=record.uuid,
        name=record.name,
        status=record.status,
        inputs=record.params,
        outputs=record.outputs,
        tags=record.tags,
        created_at=record.created_at,
        started_at=record.started_at,
        finished_at=record.finished_at,
        fields={"index": record.index, "iteration": record.iteration},
    )


def field_of(run: RunDocument, field: str) -> Any:
    """The value of a field (`status`, `metrics.loss`), None where the run has none.

    Of a related run its uuid counts, of anything else that is a map its name.
    Source: specification of matrices, section 8.
    """
    name, _, key = field.partition(".")
    if name not in run.fields:
        name = _ALIASES.get(name, name)
    if name == "duration" and name not in run.fields:
        return _duration(run)
    value = run.fields.get(name, getattr(run, name, None) if name in _OWN else None)
    if isinstance(value, dict):
        return value.get(key or ("uuid" if name in _BY_UUID else "name"))
    return value if value != "" else None


_OWN = frozenset(RunDocument.__struct_fields__) - {"fields"}


def _duration(run: RunDocument) -> float | None:
    started, finished = moment_of(run.started_at), moment_of(run.finished_at)
    if started is None or finished is None:
        return None
    return (finished - started).total_seconds()


def moment_of(value: Any) -> datetime | None:
    """A moment of a run, None where it is none; without a zone it is one of UTC."""
    if not isinstance(value, str):
        return None
    text = value.strip()
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)


def now_of(text: str | None) -> datetime:
    """What is now. MistakeError for a text that is no moment."""
    if text is None:
        return datetime.now(UTC)
    found = moment_of(text)
    if found is None:
        raise MistakeError(f"--now: `{text[:40]}` is not a time")
    return found
