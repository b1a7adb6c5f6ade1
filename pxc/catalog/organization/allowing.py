"""Turns objects of kind Grant and Deny, and what is said of connections and presets, into rules."""

from __future__ import annotations

import re

from pxc.access.claims import ACTIONS
from pxc.access.organization import (
    Allowance,
    Bound,
    ConnectionAccess,
    Deny,
    Grant,
    PresetRules,
)
from pxc.catalog.organization.fields import Fields, Reading, fault
from pxc.catalog.organization.people import read_owner, read_subjects
from pxc.catalog.organization.selectors import COUNTED, read_selectors
from pxc.diagnostics import allowed, nearest
from pxc.ir.node import Lit, Map

__all__ = ["read_access", "read_deny", "read_grant", "read_preset_rules"]

_CONNECTION_ACTIONS = ("read", "write")
_LEVELS = ("hard", "soft", "advisory")
_VISIBILITIES = ("listed", "hidden")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def read_grant(tree: Map, name: Lit[str], reading: Reading) -> Grant:
    """A grant: to whom, in which projects, of what, until when."""
    keys = ("kind", "name", "description", "to", "projects", "allow", "until")
    fields = Fields(tree, "a grant", keys, reading, ("name", "to", "allow"))
    fields.nothing("allow")
    return Grant(
        span=name.span,
        name=name.value,
        to=read_subjects(fields, "to"),
        allow=tuple(_allowance(node, reading) for node in fields.maps("allow")),
        projects=_projects(fields),
        until=_until(fields),
    )


def _allowance(node: Map, reading: Reading) -> Allowance:
    fields = Fields(node, "an entry of `allow`", ("use", "actions", "max"), reading, ("use",))
    selectors = read_selectors(fields, "use", bounds=True, all_kinds=True)
    return Allowance(
        fields.span,
        selectors,
        _actions(fields, ACTIONS) or frozenset(),
        _bound(fields, {each.kind for each in selectors}),
    )


def _bound(fields: Fields, kinds: set[str]) -> Bound | None:
    node = fields.map("max")
    if node is None:
        return None
    inner = Fields(node, "`max`", ("perPod", "perRun"), fields.reading)
    if not kinds <= set(COUNTED):
        counted = allowed(COUNTED)
        fault(fields.reading, f"`max` is for things that are counted: {counted}", inner.span,
              "give the other things an entry of their own")  # fmt: skip
    return Bound(inner.amount("perPod"), inner.amount("perRun"))


def _actions(fields: Fields, known: tuple[str, ...]) -> frozenset[str] | None:
    fields.nothing("actions")
    written = fields.texts("actions")
    for each in written or ():
        if each.value not in known:
            near = nearest(each.value, known)
            fault(fields.reading, f"`{each.value}` is no action", each.span,
                  f"did you mean `{near}`?" if near else f"actions: {allowed(known)}")  # fmt: skip
    return None if written is None else frozenset(each.value for each in written)


def _projects(fields: Fields) -> tuple[str, ...] | None:
    fields.nothing("projects")
    written = fields.texts("projects")
    for each in written or ():
        if "*" not in each.value:
            fields.reading.references.add("project", each.value, each.span)
    return None if written is None else tuple(each.value for each in written)


def _until(fields: Fields) -> str | None:
    written = fields.text("until")
    if written is None:
        return None
    from datetime import date  # only a grant that ends needs it

    try:
        if _DAY.fullmatch(written.value):
            return date.fromisoformat(written.value).isoformat()
    except ValueError:
        pass
    fault(fields.reading, f"`{written.value}` is no day", written.span,
          "write the last day as `2027-03-31`")  # fmt: skip
    return None


def read_deny(tree: Map, name: Lit[str], reading: Reading) -> Deny:
    """A deny: to whom it applies and to whom not, in which projects, of what, and why."""
    keys = (
        "kind", "name", "description", "to", "except", "projects", "deny", "because", "help",
        "level",
    )  # fmt: skip
    fields = Fields(tree, "a deny", keys, reading, ("name", "to", "deny"))
    return Deny(
        span=name.span,
        name=name.value,
        to=read_subjects(fields, "to"),
        excepted=read_subjects(fields, "except"),
        deny=read_selectors(fields, "deny"),
        projects=_projects(fields),
        because=fields.prose("because"),
        help=fields.prose("help"),
        level=fields.choice("level", _LEVELS),
    )


def read_access(node: Map, name: Lit[str], reading: Reading) -> ConnectionAccess:
    """What a connection can be used for, by whom it is owned, and who sees it."""
    keys = ("actions", "sensitivity", "owner", "visibility", "clusters")
    fields = Fields(node, "`access`", keys, reading)
    return ConnectionAccess(
        span=name.span,
        name=name.value,
        actions=_actions(fields, _CONNECTION_ACTIONS) or frozenset(_CONNECTION_ACTIONS),
        sensitivity=fields.prose("sensitivity"),
        owner=read_owner(fields),
        hidden=fields.choice("visibility", _VISIBILITIES) == "hidden",
        clusters=fields.references("clusters", "cluster"),
    )


def read_preset_rules(tree: Map, name: Lit[str], reading: Reading) -> PresetRules:
    """What a preset passes on to who may use it; the preset itself is a file of its own."""
    keys = ("kind", "name", "description", "delegates", "owner")
    fields = Fields(tree, "the rules of a preset", keys, reading, ("name",))
    reading.references.add("preset", name.value, name.span)
    return PresetRules(
        span=name.span,
        name=name.value,
        delegates=read_selectors(fields, "delegates", bounds=True),
        owner=read_owner(fields),
    )
