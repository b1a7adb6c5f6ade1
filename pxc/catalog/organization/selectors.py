"""Turns `kind:name<=amount` and restrictions of a catalog into selectors."""

from __future__ import annotations

from typing import Any

from pxc.access.claims import KINDS, NAMELESS
from pxc.access.organization import Restriction, Selector
from pxc.catalog.connections import text_of
from pxc.catalog.organization.fields import Fields, Reading, fault
from pxc.diagnostics import allowed, nearest
from pxc.ir.node import Invalid, Lit, Map, is_null
from pxc.source import Span

__all__ = ["COUNTED", "EVERYTHING", "RESTRICTED", "read_restrictions", "read_selectors"]

EVERYTHING = "**"
"""The name that covers every name, and alone as a selector every kind of thing."""

COUNTED = ("accelerator", "resource")
"""Kinds of which somebody uses an amount."""

_PLURALS = {
    "priorityClass": "priorityClasses", "runtimeClass": "runtimeClasses", "csi": "csi",
    "nfs": "nfs", "registry": "registries", "egress": "egress", "capability": "capabilities",
    "procMount": "procMounts", "seccomp": "seccomp",
}  # fmt: skip
_NOT_RESTRICTED = NAMELESS.union(("project", "run", "runs"))

RESTRICTED = {_PLURALS.get(kind, f"{kind}s"): kind for kind in KINDS if kind not in _NOT_RESTRICTED}
"""The keys of `restrict`, each with the kind of thing that it narrows."""

_DECLARED = ("connection", "queue", "preset", "cluster", "nodePool", "namespace", "project")
"""Kinds whose things the catalog declares, so that a name without a pattern must be one of them."""


def read_selectors(
    fields: Fields, key: str, *, bounds: bool = False, all_kinds: bool = False
) -> tuple[Selector, ...]:
    """The selectors of a list; with `bounds` one may end in `<=AMOUNT`.

    With `all_kinds` a `**` stands for a selector of each kind.
    """
    fields.nothing(key)
    found: list[Selector] = []
    for written in fields.texts(key) or ():
        if all_kinds and written.value == EVERYTHING:
            found += [Selector(written.span, kind, EVERYTHING) for kind in KINDS]
            continue
        one = _selector(written, fields.reading, bounds)
        if one is not None:
            found.append(one)
    return tuple(found)


def _selector(written: Lit[str], reading: Reading, bounds: bool) -> Selector | None:
    kind, colon, name = written.value.partition(":")
    if kind not in KINDS:
        near = nearest(kind, KINDS)
        hint = f"did you mean `{near}{colon}{name}`?" if near else f"kinds: {allowed(KINDS, 50)}"
        fault(reading, f"`{kind}` is no kind of thing", written.span, hint)
        return None
    if not name:
        if kind in NAMELESS and not colon:
            return Selector(written.span, kind, EVERYTHING)
        hint = f"write `{kind}:NAME`, or `{kind}:**` for every one"
        fault(reading, f"`{written.value}` names no {kind}", written.span, hint)
        return None
    return _named(written.span, kind, name, reading, bounds)


def _named(
    span: Span, kind: str, written: str, reading: Reading, bounds: bool = False
) -> Selector | None:
    name, sign, most = written.partition("<=")
    name = name.strip()
    if "***" in name or not name or name.split() != [name]:
        fault(reading, f"`{written}` is no name and no pattern", span,
              "`*` stands for what is between slashes, `**` for anything")  # fmt: skip
        return None
    if kind in _DECLARED and "*" not in name:
        reading.references.add(kind, name, span)
    if not sign:
        return Selector(span, kind, name)
    if not bounds or kind not in COUNTED:
        kinds = allowed(COUNTED)
        fault(reading, "there can be no amount here", span,
              f"`use` of a grant and `delegates` of a preset take one, of {kinds}")  # fmt: skip
        return None
    amount = reading.language.quantity(most.strip())
    if amount is None or amount < 0:
        fault(reading, f"`{most.strip()}` is no amount", span, "such as `<=4`")
        return None
    return Selector(span, kind, name, amount)


def read_restrictions(fields: Fields) -> tuple[Restriction, ...]:
    """What `restrict` narrows, each kind of thing to a list of names or to all but some."""
    node = fields.map("restrict")
    if node is None:
        return ()
    inner = Fields(node, "`restrict`", RESTRICTED, fields.reading)
    found = [_restriction(inner, key, value) for key, value in node.entries]
    return tuple(each for each in found if each is not None)


def _restriction(fields: Fields, key: Any, value: Any) -> Restriction | None:
    name = text_of(key)
    kind = RESTRICTED.get(name)
    if kind is None or isinstance(value, Invalid) or is_null(value):
        return None
    excludes = False
    if isinstance(value, Map):
        excludes = True
        what = f"`{name}` of `restrict`"
        fields, name = Fields(value, what, ("exclude",), fields.reading, ("exclude",)), "exclude"
        fields.nothing(name)
    texts = fields.texts(name)
    if texts is None:
        return None
    named = [_named(each.span, kind, each.value, fields.reading) for each in texts]
    return Restriction(key.span, kind, tuple(each for each in named if each is not None), excludes)
