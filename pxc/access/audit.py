"""Turns what was decided, or why nothing was, into a line of an audit log.

Each line holds the hash of the one before.

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

__all__ = [
    "ERROR", "FIRST", "NO_RULES", "OFF", "Around", "Asked", "Undecided", "broken_at", "decision_id",
    "line_of", "line_of_undecided", "previous_of",
]  # fmt: skip

FIRST = "0" * 64
"""What stands for the hash of a line before the first."""


class Asked(Struct, frozen=True, kw_only=True):
    """What a decision was made of: which texts, by which rules.

    `sources` are names of files with the digests of their texts, `rules` is the digest of what the
    catalog says; `overrides` are denies with the reasons to do it all the same.
    """

    mode: str
    rules: str
    sources: tuple[tuple[str, str], ...]
    overrides: tuple[tuple[str, str], ...] = ()


class Around(Struct, frozen=True, kw_only=True):
    """What a line tells besides the decision: when, by what, of what.

    `catalog` is the digest of the rules and of where their files lie.
    """

    time: str
    version: str
    target: str
    catalog: str
    asked: Asked


ERROR, OFF, NO_RULES = "error", "off", "no-rules"
"""What becomes of a request on which nothing is decided."""


class Undecided(Struct, frozen=True, kw_only=True):
    """A request on which nothing was decided: `outcome` is error, off or no-rules.

    `errors` are codes with the places of what was found; `fault` is what ended the command, in
    words that hold nothing of a file. `subject` is who is known to ask, as far as that went.
    """

    outcome: str
    errors: tuple[tuple[str, str], ...] = ()
    fault: str = ""
    project: str = ""
    subject: str = ""
    bound_by: str | None = None
    strength: str = "anonymous"
    source: str = ""
    today: str = ""


def decision_id(decision: Decision, asked: Asked) -> str:
    """What names a decision: the same question answered the same by the same rules has the same.

    It is of what was asked and answered alone: not of the day, of who has which release, of what
    is written for which target, nor of where files lie. So objects can bear it.
    """
    who = decision.principal
    verdicts = [_verdict(v) for v in (*decision.verdicts, *_gate(decision))]
    said = {
        "claims": [{k: v for k, v in each.items() if k != "place"} for each in verdicts],
        "mode": asked.mode,
        "overrides": [list(each) for each in asked.overrides],
        "project": decision.project,
        "rules": asked.rules,
        "sources": [digest for _, digest in asked.sources],
        "subject": [who.subject, who.bound_by, who.strength],
    }
    return _hash(said)[:16]


def line_of(
    decision: Decision, errors: tuple[tuple[str, str], ...], around: Around, previous: str
) -> str:
    """The line of a decision, without its end; `previous` is the hash of the line before.

    `errors` are codes and places of all that was found: with any nothing was written.
    """
    who = decision.principal
    said: dict[str, Any] = {
        "allowed": decision.allowed,
        "outcome": "allowed" if decision.allowed else "denied",
        "claims": [_verdict(v) for v in decision.verdicts],
        "errors": _errors(errors),
        "gate": _verdict(decision.gate) if decision.gate is not None else None,
        "id": decision_id(decision, around.asked),
        "project": decision.project,
        "subject": who.subject,
        "boundBy": who.bound_by,
        "strength": who.strength,
        "from": who.source,
        "today": decision.today,
    }
    return _linked(said, around, previous)


def line_of_undecided(undecided: Undecided, around: Around, previous: str) -> str:
    """The line of a request on which nothing was decided: it is neither allowed nor denied."""
    said: dict[str, Any] = {
        "allowed": None,
        "outcome": undecided.outcome,
        "claims": [],
        "errors": _errors(undecided.errors),
        "fault": undecided.fault or None,
        "gate": None,
        "project": undecided.project,
        "subject": undecided.subject,
        "boundBy": undecided.bound_by,
        "strength": undecided.strength,
        "from": undecided.source,
        "today": undecided.today,
    }
    asked = around.asked
    same = [asked.mode, asked.rules, [list(each) for each in asked.sources]]
    said["id"] = _hash({"undecided": said, "asked": same})[:16]
    return _linked(said, around, previous)


def _errors(errors: tuple[tuple[str, str], ...]) -> list[dict[str, str]]:
    return [{"code": code, "place": place} for code, place in errors]


def _linked(said: dict[str, Any], around: Around, previous: str) -> str:
    """A line with what is around it, and with its hash."""
    asked = around.asked
    said |= {
        "catalog": around.catalog,
        "mode": asked.mode,
        "overrides": [{"deny": name, "reason": reason} for name, reason in asked.overrides],
        "rules": asked.rules,
        "sources": [{"name": name, "sha256": digest} for name, digest in asked.sources],
        "target": around.target,
        "version": around.version,
        "time": around.time,
        "previous": previous,
    }
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


def _gate(decision: Decision) -> tuple[Verdict, ...]:
    return (decision.gate,) if decision.gate is not None else ()


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
