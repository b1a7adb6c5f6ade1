"""Tells what two versions of a component ask for, and what of that is new."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal

from pxc.access.claims import Claim
from pxc.hub.difference.change import NOTICE, WIDENING, Change

__all__ = ["asked_for", "claim_changes", "phrase"]

_STRUCTURE = frozenset({"image", "runtime"})
"""Kinds of which every change is told where the component says it."""

_FINER = frozenset({"read", "write"})
"""What is done with a connection, where it is known; else it is used."""

_BYTES = frozenset({"memory", "ephemeral-storage"})
_UNITS = ("", "Ki", "Mi", "Gi", "Ti")
_STEP = 1024


def claim_changes(before: Iterable[Claim], after: Iterable[Claim]) -> Iterator[Change]:
    """What is newly asked for, of what more is, and what is asked for no longer.

    A new version whose claims are wider may be denied to somebody who ran the old one.
    """
    old, new = asked_for(before), asked_for(after)
    for key, claim in new.items():
        earlier = old.get(key)
        said = phrase(claim)
        if earlier is None:
            yield Change(WIDENING, "claim-added", claim.what, f"now also asks {said}", "", said)
        elif _amount(claim) > _amount(earlier):
            was, now = _number(earlier), _number(claim)
            message = f"asks for {now} of `{claim.what}` a pod, not {was}"
            yield Change(WIDENING, "claim-grown", claim.what, message, was, now)
        elif _amount(claim) < _amount(earlier):
            was, now = _number(earlier), _number(claim)
            message = f"asks for {now} of `{claim.what}` a pod, no longer {was}"
            yield Change(NOTICE, "claim-shrunk", claim.what, message, was, now)
    for key, claim in old.items():
        if key not in new:
            said = phrase(claim)
            yield Change(NOTICE, "claim-gone", claim.what, f"no longer asks {said}", said)


def asked_for(claims: Iterable[Claim]) -> dict[tuple[str, ...], Claim]:
    """Each thing that is asked for with the largest claim on it, in the order of kind and name."""
    found: dict[tuple[str, ...], Claim] = {}
    for claim in claims:
        if claim.kind in _STRUCTURE or claim.via == "compiler":
            continue
        key = (claim.kind, claim.name, claim.action, *claim.choices)
        known = found.get(key)
        if known is None or _amount(claim) > _amount(known):
            found[key] = claim
    finer = {(c.kind, c.name) for c in found.values() if c.action in _FINER}
    return {
        key: claim
        for key, claim in sorted(found.items())
        if claim.action != "use" or (claim.kind, claim.name) not in finer
    }


def phrase(claim: Claim) -> str:
    """A claim as it follows the word `asks`: `for ...`, `to write ...`."""
    what = f"`{claim.what}`"
    if claim.choices:
        what = f"one of {', '.join(f'`{claim.kind}:{each}`' for each in claim.choices)}"
    if claim.certainty == "unknown":
        what = f"{what}, which is known in the run"
    number = _number(claim)
    if number:
        return f"for {number} of {what} a pod"
    return f"for {what}" if claim.action == "use" else f"to {claim.action} {what}"


def _amount(claim: Claim) -> Decimal:
    return claim.per_pod if claim.per_pod is not None else Decimal(0)


def _number(claim: Claim) -> str:
    """An amount as Kubernetes writes it."""
    if claim.per_pod is None:
        return ""
    amount, unit = claim.per_pod, 0
    while claim.name in _BYTES and amount >= _STEP and not amount % _STEP and unit < 4:
        amount, unit = amount / _STEP, unit + 1
    return f"{amount.normalize():f}{_UNITS[unit]}"
