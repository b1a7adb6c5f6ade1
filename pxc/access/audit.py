"""Turns a decision into a line of an audit log, each of which holds the hash of the one before.

A line that is changed, left out or put elsewhere breaks the chain. The log has names alone: no
values of variables, params or secrets.
"""

from __future__ import annotations

import json
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from pxc.access.wording import amount

if TYPE_CHECKING:
    from collections.abc import Iterable
    from decimal import Decimal

    from pxc.access.decision import Decision, Verdict

__all__ = ["FIRST", "Around", "broken_at", "line_of", "previous_of"]

FIRST = "0" * 64
"""What stands for the hash of a line before the first."""


class Around(Struct, frozen=True, kw_only=True):
    """What a line tells besides the decision: when, by what, of which files, by which rules.

    `sources` are names of files with the digests of their texts; `overrides` are denies with the
    reasons to do it all the same.
    """

    time: str
    version: str
    target: str
    mode: str
    catalog: str
    sources: tuple[tuple[str, str], ...]
    overrides: tuple[tuple[str, str], ...] = ()


def line_of(decision: Decision, around: Around, previous: str) -> str:
    """The line of a decision, without its end; `previous` is the hash of the line before.

    `id` names the decision: the same question answered the same by the same rules has the same.
    """
    who = decision.principal
    said: dict[str, Any] = {
        "allowed": decision.allowed,
        "catalog": around.catalog,
        "claims": [_verdict(v) for v in decision.verdicts],
        "gate": _verdict(decision.gate) if decision.gate is not None else None,
        "mode": around.mode,
        "overrides": [{"deny": name, "reason": reason} for name, reason in around.overrides],
        "project": decision.project,
        "sources": [{"name": name, "sha256": digest} for name, digest in around.sources],
        "subject": who.subject,
        "boundBy": who.bound_by,
        "strength": who.strength,
        "from": who.source,
        "target": around.target,
        "today": decision.today,
        "version": around.version,
    }
    said["id"] = _hash(said)[:16]
    said["time"] = around.time
    said["previous"] = previous
    said["hash"] = _hash(said)
    return _text(said)


def previous_of(line: str) -> str:
    """The hash that the next line holds. Raises ValueError for what is no line of a log."""
    found = _read(line)
    if found is None:
        raise ValueError("the last line is no line of an audit log, or was changed")
    return str(found["hash"])


def broken_at(lines: Iterable[str]) -> int | None:
    """The number of the first line that does not follow from those before it; None where all do."""
    previous = FIRST
    for number, line in enumerate(lines, 1):
        found = _read(line)
        if found is None or found.get("previous") != previous:
            return number
        previous = str(found["hash"])
    return None


def _read(line: str) -> dict[str, Any] | None:
    """What a line says, None where its hash is not that of the rest."""
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict) or "hash" not in found:
        return None
    rest = {key: value for key, value in found.items() if key != "hash"}
    return found if found["hash"] == _hash(rest) else None


def _verdict(verdict: Verdict) -> dict[str, Any]:
    claim = verdict.claim
    said = {
        "what": claim.what,
        "action": claim.action,
        "via": claim.via,
        "certainty": claim.certainty,
        "choices": list(claim.choices) or None,
        "operation": claim.owner or None,
        "perPod": _amount(claim.per_pod),
        "perRun": _amount(claim.per_run),
        "place": str(claim.span),
        "allowed": verdict.allowed,
        "by": verdict.step,
        "reason": verdict.reason or None,
        "rule": getattr(verdict.rule, "name", None),
        "warnings": [d.name for d in verdict.warnings] or None,
    }
    return {key: value for key, value in said.items() if value is not None}


def _amount(value: Decimal | None) -> str | None:
    return amount(value) if value is not None else None


def _hash(said: dict[str, Any]) -> str:
    return sha256(_text(said).encode("utf-8", "surrogatepass")).hexdigest()


def _text(said: dict[str, Any]) -> str:
    return json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
