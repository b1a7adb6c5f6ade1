"""Turns runs and a query into lists with a value of each run that it finds."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any as Anything

from msgspec import Struct

from pxc.ir.join import Order, Query
from pxc.source import Source, Span
from pxc.tuner.documents import Joined, Paths, RunDocument
from pxc.tuner.matching import finds, mentions
from pxc.tuner.mistakes import MistakeError
from pxc.tuner.reading import read_document
from pxc.tuner.runs import field_of, moment_of

__all__ = ["MOST", "Pick", "Selection", "join", "pick_of"]

MOST = 5000
"""The largest `limit`, and the one of a join without it."""

_MONTH = timedelta(days=30)
_SECTIONS = ("inputs", "outputs", "globals", "artifacts", "io")


class Pick(Struct, frozen=True):
    """A list to be made: a section and a key of it, or paths of each run."""

    name: str
    section: str = ""
    key: str = ""
    files: list[Anything] | None = None
    dirs: list[Anything] | None = None


class Selection(Struct, frozen=True):
    """Which runs a join takes, and in which order."""

    query: Query | None
    order: tuple[Order, ...]
    limit: int
    offset: int


def join(runs: list[RunDocument], selection: Selection, picks: list[Pick], now: datetime) -> Joined:
    """The lists, each with an item a run; what a run has not is null.

    A query that says nothing of `created_at` finds runs of the last month alone.
    Source: specification of matrices, section 7.
    """
    found = [(at, run) for at, run in enumerate(runs) if _is_found(run, selection.query, now)]
    for order in reversed(selection.order or (_NEWEST,)):
        found = _sorted(found, order)
    found = found[selection.offset : selection.offset + min(selection.limit, MOST)]
    chosen = [run for _, run in found]
    values = {pick.name: _picked(pick, chosen) for pick in picks}
    return Joined(1, len(chosen), [at for at, _ in found], values)


def pick_of(name: str, text: str) -> Pick:
    """What `inputs.lr` or `globals.uuid` asks for. MistakeError for what has no list."""
    if text.lstrip()[:1] == "{":
        paths = read_document("--pick", text, Paths)
        return Pick(name, files=paths.files, dirs=paths.dirs)
    section, _, key = text.partition(".")
    if section not in _SECTIONS:
        known = ", ".join(f"`{s}`" for s in _SECTIONS)
        raise MistakeError(f"--pick: runs have no `{text[:40]}`: there are {known}")
    return Pick(name, section, key)


def _is_found(run: RunDocument, query: Query | None, now: datetime) -> bool:
    if query is None or not mentions(query, "created_at"):
        created = moment_of(run.created_at)
        if created is not None and created < now - _MONTH:
            return False
    return query is None or finds(query, run, now)


_NEWEST = Order(Span(Source("", ""), 0, 0), "updated_at", True)
"""The order of a join that asks for none: what was updated last comes first."""

_Placed = tuple[int, RunDocument]


def _sorted(found: list[_Placed], order: Order) -> list[_Placed]:
    """By one field, numbers before texts; runs without it come last, equal ones as they were."""
    keyed = [(_sort_key(pair[1], order.field), pair) for pair in found]
    having = [(key, pair) for key, pair in keyed if key is not None]
    having.sort(key=lambda kp: kp[0], reverse=order.descending)
    return [pair for _, pair in having] + [pair for key, pair in keyed if key is None]


def _sort_key(run: RunDocument, field: str) -> tuple[int, float, str] | None:
    value = field_of(run, field)
    if field == "updated_at" and value is None:
        value = run.finished_at
    if field.endswith("_at") and (moment := moment_of(value)) is not None:
        return (0, moment.timestamp(), "")
    if isinstance(value, bool | int | float):
        return (0, float(value), "")
    return None if value is None else (1, 0.0, str(value))


def _picked(pick: Pick, runs: list[RunDocument]) -> Anything:
    if pick.files is None and pick.dirs is None:
        return [_value(run, pick.section, pick.key) for run in runs]
    return {
        name: [_below(run.uuid, path) for run in runs for path in paths]
        for name, paths in (("files", pick.files), ("dirs", pick.dirs))
        if paths is not None
    }


def _below(uuid: str, path: Anything) -> Anything:
    """A path below the directory of a run; of a pair both are."""
    if isinstance(path, list | tuple):
        return [f"{uuid}/{part}" for part in path]
    return f"{uuid}/{path}"


def _value(run: RunDocument, section: str, key: str) -> Anything:
    if section == "artifacts":
        named = {"": run.artifacts, "base": run.uuid, "outputs": f"{run.uuid}/outputs"}
        return named[key] if key in named else run.artifacts.get(key)
    if section == "globals":
        return field_of(run, key) if key else {"uuid": run.uuid, "name": run.name}
    whole = {**run.inputs, **run.outputs} if section == "io" else getattr(run, section)
    return whole.get(key) if key else whole
