"""Turns the lists that a loop of an engine leaves into what each of its runs left."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from pxc.tuner.documents import Item, Record
from pxc.tuner.mistakes import MistakeError
from pxc.tuner.observe import CELL, RUN, Left, left_of, observed, record_of, status_of

__all__ = ["Lists", "gathered", "joined", "merged"]


class Lists(Struct):
    """What came: a list of maps of outputs, or a list for each output; `cells` says whose they are.

    `statuses` has one for each run, or is a map from the index of a run.
    """

    parameters: list[Any] | None
    outputs: dict[str, list[Any]]
    runs: list[Any] | None
    cells: list[Any] | None
    statuses: Any


def gathered(items: list[Item], lists: Lists) -> dict[int, Left]:
    """What each run left, by its index.

    Engines leave out runs that failed, so positions say whose an output is only where there are as
    many as runs; else `cells`, or the output `pxc-cell` of each run, must say it. MistakeError
    where neither does, or where the lists do not fit each other.
    """
    rows = _rows(lists)
    found: dict[int, Left] = {}
    known = {item.index for item in items}
    for row, index in zip(rows, _indexes(items, rows, lists.cells), strict=True):
        if index not in known:
            raise MistakeError(f"there is no run {index} among those that were started")
        if index in found:
            raise MistakeError(f"run {index} is there twice")
        found[index] = left_of(row)
    _set_statuses(items, found, lists.statuses)
    return found


def _rows(lists: Lists) -> list[dict[str, Any]]:
    columns: dict[str, list[Any]] = {**lists.outputs}
    if lists.runs is not None:
        columns[RUN] = lists.runs
    if lists.parameters is not None:
        if columns:
            raise MistakeError("--parameters holds all outputs: give no other lists with it")
        if not all(isinstance(row, dict) for row in lists.parameters):
            raise MistakeError("--parameters is not a list of maps")
        return [_unfolded(row) for row in lists.parameters]
    lengths = {len(column) for column in columns.values()}
    if len(lengths) > 1:
        told = ", ".join(f"`{name}` {len(column)}" for name, column in columns.items())
        raise MistakeError(f"the lists of outputs differ in length: {told}")
    count = lengths.pop() if lengths else 0
    return [{name: column[i] for name, column in columns.items()} for i in range(count)]


def _unfolded(row: dict[str, Any]) -> dict[str, Any]:
    """The outputs of a run that left them as one text: its `record`, with its index."""
    if row.keys() != {"record"}:
        return row
    index, outputs = record_of("--parameters", row)
    return {**outputs, CELL: index}


def _indexes(items: list[Item], rows: list[dict[str, Any]], cells: list[Any] | None) -> list[int]:
    if cells is None and rows and all(CELL in row for row in rows):
        cells = [row[CELL] for row in rows]
    if cells is not None:
        if len(cells) != len(rows):
            raise MistakeError(f"there are {len(cells)} cells, but {len(rows)} rows of outputs")
        return [_index(cell) for cell in cells]
    if rows and len(rows) != len(items):
        raise MistakeError(
            f"{len(rows)} runs left outputs, but {len(items)} were started: "
            f"`--cells`, or an output `{CELL}`, must say whose they are"
        )
    return [item.index for item in items[: len(rows)]]


def _index(cell: Any) -> int:
    text = str(cell).strip()
    if isinstance(cell, bool) or not (text.isascii() and text.isdigit() and len(text) < 12):
        raise MistakeError(f"`{text[:40]}` is not the index of a run")
    return int(text)


def _set_statuses(items: list[Item], found: dict[int, Left], statuses: Any) -> None:
    if statuses is None:
        return
    if isinstance(statuses, list):
        if len(statuses) != len(items):
            raise MistakeError(f"there are {len(statuses)} statuses, but {len(items)} runs")
        pairs = {item.index: s for item, s in zip(items, statuses, strict=True)}
    elif isinstance(statuses, dict):
        pairs = {_index(key): s for key, s in statuses.items()}
    else:
        raise MistakeError("--statuses is neither a list nor a map")
    known = {item.index for item in items}
    for index, status in pairs.items():
        if index not in known:
            raise MistakeError(f"there is no run {index} among those that were started")
        found.setdefault(index, Left({}, {})).status = status_of(str(status))


def merged(items: list[Item], records: list[Record]) -> list[Record]:
    """Records that were made one by one, in order; a run without one has failed."""
    found = {record.index: record for record in records}
    known = {item.index for item in items}
    for index in found:
        if index not in known:
            raise MistakeError(f"there is no run {index} among those that were started")
    if len(found) != len(records):
        raise MistakeError("two records have the same index")
    return [found.get(item.index) or _lost(item) for item in items]


def _lost(item: Item) -> Record:
    return observed(item, Left({}, {}, "failed"), None)[0]


def joined(before: list[Record], found: list[Record]) -> list[Record]:
    """The history with further records. MistakeError where one of them is in it already."""
    known = {record.index for record in before}
    for record in found:
        if record.index in known:
            raise MistakeError(f"run {record.index} is in the history already")
    return [*before, *found]
