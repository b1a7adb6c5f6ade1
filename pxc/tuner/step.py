"""Turns what one round of a search left into the runs of the next one, or into how it has ended.

It is `collect`, `stop` and `suggest` in one, for engines that hand a text from round to round. The
text is compressed, so that some hundred runs fit into a parameter, and has no braces or quotes in
it that an engine could read.
"""

from __future__ import annotations

import binascii
import zlib
from base64 import b64decode, b64encode
from collections.abc import Iterable
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from pxc.tuner.documents import Document, History, Item, Record, SearchDocument, Version
from pxc.tuner.gathering import joined
from pxc.tuner.identity import named
from pxc.tuner.mistakes import MistakeError
from pxc.tuner.observe import Left, collected, record_of
from pxc.tuner.stopping import stop
from pxc.tuner.suggest import suggest

__all__ = ["Round", "State", "observed_runs", "packed", "started", "step", "unpacked"]

_MOST = 64 * 2**20


class State(Document, frozen=True):
    """Everything a search has tried, and the runs that were started last."""

    version: Version
    records: tuple[Record, ...] = ()
    started: tuple[Item, ...] = ()


class Round(Struct, frozen=True):
    """The runs to start now, as an engine takes them, and what comes after.

    Without runs the search has ended, by `status` as failed where one of its runs has.
    """

    items: list[dict[str, Any]]
    state: State
    status: str
    told: list[str]


def step(
    search: SearchDocument, state: State, results: list[Any], run: str, keep: Iterable[str]
) -> Round:
    """The next round of a search.

    `results` has a map for each run that succeeded: `index`, and `outputs` by name, or a text of
    it under `record`. `run` is the identity of the search, with which those of its runs begin;
    of their outputs only those to `keep` go into the history. MistakeError for anything else.
    """
    records, told = observed_runs(search, state, results, run, keep)
    ended = stop(search, History(1, records), len(search.rows))
    if ended.stop:
        return Round([], State(1, tuple(records)), ended.status, [*told, ended.reason])
    return started(search, records, suggest(search, records, None, None).items, told)


def observed_runs(
    search: SearchDocument, state: State, results: list[Any], run: str, keep: Iterable[str]
) -> tuple[list[Record], list[str]]:
    """All runs that have ended so far, with what `step` is given, and what is to be told."""
    kept = set(keep)
    left = dict(_left(each) for each in results)
    strangers = sorted(left.keys() - {item.index for item in state.started})
    if strangers:
        raise MistakeError(f"--results: there is no run {strangers[0]} among those that started")
    found, told = collected(list(state.started), left, search.metric)
    return joined(list(state.records), [_kept(r, run, kept, state, search) for r in found]), told


def started(
    search: SearchDocument, records: list[Record], items: list[Item], told: list[str]
) -> Round:
    """The round that starts these runs; without any the search has ended."""
    if items:
        after = State(1, tuple(records), tuple(items))
        return Round([_shown(item, after, search) for item in items], after, "", told)
    failed = sum(1 for record in records if record.status in ("failed", "upstream_failed"))
    if failed:
        told = [*told, f"{failed} of {len(records)} runs have failed"]
    return Round([], State(1, tuple(records)), "failed" if failed else "succeeded", told)


def _left(result: Any) -> tuple[int, Left]:
    """What one run left, under its index."""
    index, outputs = record_of("--results", result)
    return index, Left(outputs, {}, "succeeded")


def _kept(record: Record, run: str, kept: set[str], state: State, search: SearchDocument) -> Record:
    """A record with the identity of its run, and without outputs that nobody asks for."""
    outputs = {name: value for name, value in record.outputs.items() if name in kept}
    end = _first(record, state) if search.resume else record.index
    uuid = named(run, f"{run}-{end}", f"{run}/{end}") if run else record.uuid
    return replace(record, uuid=uuid, outputs=outputs)


def _shown(item: Item, state: State, search: SearchDocument) -> dict[str, Any]:
    """An item with no more than a loop needs.

    `run` is the end of its identity: that of the run it goes on from, where it goes on.
    """
    run = _first(item, state) if search.resume else item.index
    return {"index": item.index, "run": str(run), "text": item.text}


def _first(item: Item | Record, state: State) -> int:
    """The index of the first run of those that an item goes on from."""
    origins = {r.index: r.origin for r in state.records} | {
        i.index: i.origin for i in state.started
    }
    index, origin = item.index, item.origin
    while origin is not None:
        index, origin = origin, origins.get(origin)
    return index


def packed(state: State) -> str:
    """A state as text of letters, digits, `+`, `/` and `=`."""
    return b64encode(zlib.compress(msgspec.json.encode(state), 9)).decode("ascii")


def unpacked(text: str) -> State:
    """The state in a text; that of a search that has not begun for an empty one."""
    if not text.strip():
        return State(1)
    try:
        reader = zlib.decompressobj()
        data = reader.decompress(b64decode(text, validate=True), _MOST)
        if reader.unconsumed_tail or not reader.eof:
            raise MistakeError("--state is too large, or cut off")
        return msgspec.json.decode(data, type=State)
    except (binascii.Error, ValueError, zlib.error, msgspec.MsgspecError):
        raise MistakeError("--state is not one that `step` has written") from None
