"""Turns maps of amounts, and objects of kind Quota and Prices, into numbers by resource."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pxc.access.organization import Quota
from pxc.catalog.connections import text_of
from pxc.catalog.organization.fields import Fields, Reading, amount_of, fault
from pxc.diagnostics import Note, allowed, nearest
from pxc.ir.node import Invalid, Lit, Map, is_null

if TYPE_CHECKING:
    from decimal import Decimal

    from pxc.source import Span

__all__ = ["LIMITS", "read_amounts", "read_prices", "read_quota"]

LIMITS = ("parallelRuns", "costPerRun", "costPerHour", "runDuration")
"""What a quota limits besides resources."""

_RESOURCES = ("cpu", "memory", "ephemeral-storage", "storage", "pods")
_EXTENDED = re.compile(r"[a-z0-9][-.a-z0-9]*/[A-Za-z0-9][-_.A-Za-z0-9]*|hugepages-.+")
_SCOPES = ("organization", "team", "user", "serviceAccount", "project", "queue")


def read_amounts(fields: Fields, key: str, more: tuple[str, ...] = ()) -> dict[str, Decimal]:
    """Amounts by resource, and by the names of `more`; a duration is in seconds."""
    node = fields.map(key)
    found: dict[str, Decimal] = {}
    for name, value in node.entries if node is not None else ():
        resource = text_of(name)
        if resource not in (*_RESOURCES, *more) and not _EXTENDED.fullmatch(resource):
            near = nearest(resource, (*_RESOURCES, *more))
            fault(fields.reading, f"`{resource}` of `{key}` is no resource", name.span,
                  f"did you mean `{near}`?" if near
                  else f"known: {allowed((*_RESOURCES, *more))}, and names with a `/`")  # fmt: skip
            continue
        if is_null(value) or isinstance(value, Invalid):
            continue
        amount = amount_of(value, fields.reading, seconds=resource == "runDuration")
        if isinstance(amount, str):
            fault(fields.reading, f"`{resource}` has no amount: {amount}", value.span)
        else:
            found[resource] = amount
    return found


def read_quota(tree: Map, name: Lit[str], reading: Reading) -> Quota | None:
    """A quota: whose runs it limits, and to what."""
    keys = ("kind", "name", "description", "for", "limits")
    fields = Fields(tree, "a quota", keys, reading, ("name", "for", "limits"))
    limits, whose = read_amounts(fields, "limits", LIMITS), fields.map("for")
    if whose is None:
        return None
    scopes = Fields(whose, "`for`", _SCOPES, reading)
    given = [scope for scope in _SCOPES if scopes.given(scope) is not None]
    if len(given) != 1:
        fault(reading, f"a quota is for one of {allowed(_SCOPES)}", whose.span,
              "write `for: {team: NAME}`")  # fmt: skip
        return None
    found = scopes.reference(given[0], given[0])
    if found is None:
        return None
    return Quota(span=name.span, name=name.value, scope=given[0], subject=found, limits=limits)


def read_prices(tree: Map, known: dict[str, Span], reading: Reading) -> dict[str, Decimal]:
    """Prices per hour of a unit of each resource; `known` are those of other objects."""
    fields = Fields(
        tree, "prices", ("kind", "name", "description", "perHour"), reading, ("perHour",)
    )
    found = read_amounts(fields, "perHour")
    node = fields.map("perHour")
    for key, _ in node.entries if node is not None else ():
        resource = text_of(key)
        first = known.setdefault(resource, key.span)
        if first is not key.span:
            reading.report.add(
                "PXC810",
                f"`{resource}` has two prices",
                key.span,
                label="another price",
                notes=(Note("the first one", first),),
                help="keep one",
            )
    return found
