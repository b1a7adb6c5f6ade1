"""Says which claims a selector of a rule is about: all of one, perhaps a part of it, or none."""

from __future__ import annotations

import posixpath
from functools import lru_cache
from typing import TYPE_CHECKING

from pxc.access.patterns import Pattern, beginning, pattern

if TYPE_CHECKING:
    from pxc.access.claims import Claim
    from pxc.access.organization import Selector

__all__ = [
    "ANY_KIND",
    "COMPONENT",
    "TREES",
    "Wanted",
    "below",
    "forms",
    "named_in",
    "selects",
    "touches",
    "wanted",
]

ANY_KIND = "*"
"""The kind of a selector that is about every kind of thing."""

TREES = frozenset(("secret", "configMap", "hostPath", "nfs", "bucket"))
"""Kinds whose name means all that is below it, too: a directory, a secret with its keys."""

_PATHS = frozenset(("hostPath",))

COMPONENT = "component"


class Wanted:
    """What a claim may turn out to name: `text` when that is one name, else `form`, a pattern.

    `alias` is a second text that covers it; `bare` a third that a rule may be about, which gives
    no rights: the name of a component whatever its registry.
    """

    __slots__ = ("alias", "bare", "form", "text")

    def __init__(
        self,
        text: str | None,
        form: Pattern | None,
        alias: str | None = None,
        bare: str | None = None,
    ) -> None:
        self.text = text
        self.form = form
        self.alias = alias
        self.bare = bare

    def is_met_by(self, form: Pattern) -> bool:
        """Whether a pattern has the one name that is wanted, or its alias."""
        return form.matches(self.text or "") or (
            self.alias is not None and form.matches(self.alias)
        )


def wanted(kind: str, name: str, *, certain: bool, alias: str = "") -> Wanted:
    """What is wanted by a name of this kind; `certain` tells that its stars are nothing special."""
    if not certain:
        return Wanted(None, pattern(below(kind, _cut(name) if kind in TREES else name)))
    if kind == COMPONENT:
        _, registry, bare = name.rpartition("//")
        other = _with_tag(alias) if alias else None
        return Wanted(_with_tag(name), None, other, _with_tag(bare) if registry else None)
    if kind not in TREES:
        return Wanted(name, None)
    top = (_plain_path(name) if kind in _PATHS else name).rstrip("/") + "/"
    return Wanted(None, beginning(top))


def selects(selector: Selector, kind: str, want: Wanted) -> bool:
    """Whether a selector covers everything that a claim of this kind may turn out to name."""
    if selector.kind not in (kind, ANY_KIND):
        return False
    form = named_in(kind, selector.name)
    if want.text is not None:
        return want.is_met_by(form)
    assert want.form is not None
    return form.covers(want.form)


def touches(selector: Selector, kind: str, want: Wanted) -> bool:
    """Whether a selector is about something that a claim of this kind may turn out to name."""
    if selector.kind not in (kind, ANY_KIND):
        return False
    form = named_in(kind, selector.name)
    if want.text is not None:
        return want.is_met_by(form) or (want.bare is not None and form.matches(want.bare))
    assert want.form is not None
    return form.meets(want.form)


@lru_cache(maxsize=65_536)
def named_in(kind: str, name: str) -> Pattern:
    """The pattern of the names that a selector of this kind and name is about."""
    return pattern(below(kind, name))


def forms(claim: Claim) -> tuple[tuple[str, Wanted], ...]:
    """Each thing that a claim may turn out to name, with the name to call it by."""
    kind = claim.kind
    if claim.certainty == "exact":
        return ((claim.name, wanted(kind, claim.name, certain=True, alias=claim.alias)),)
    if claim.certainty == "oneOf":
        return tuple((name, wanted(kind, name, certain=True)) for name in claim.choices)
    # What nobody knows may be anything; only rules about all of its kind decide it.
    shape = claim.name if claim.certainty == "pattern" else "**"
    return ((claim.name, wanted(kind, shape, certain=False)),)


def below(kind: str, name: str) -> str:
    """The text of the pattern that a selector of this kind and name means.

    A tree is all of it; a component without a tag is each of its versions.
    """
    if kind == COMPONENT:
        return _with_tag(name) if name.endswith("*") or _has_version(name) else f"{name}:*"
    if kind in _PATHS:
        name = _plain_path(name)
    if kind not in TREES or name.endswith("**"):
        return name
    return name.rstrip("/") + "/**"


def _has_version(component: str) -> bool:
    last = component.rpartition("/")[2]
    return ":" in last or "@" in last


def _with_tag(component: str) -> str:
    """A component by digest as one of its versions, whose tag, which says nothing, is empty."""
    name, at, digest = component.partition("@")
    return f"{name}:@{digest}" if at and not name.rpartition("/")[2].count(":") else component


def _cut(name: str) -> str:
    """A pattern of a tree up to where a whole segment is unknown: it may be empty, so all of it."""
    segments = name.split("/")
    for at, segment in enumerate(segments):
        if segment and not segment.strip("*"):
            return "/".join((*segments[:at], "**"))
    return name


def _plain_path(name: str) -> str:
    """A path without `..`, `.` and doubled slashes, which could lead around a rule."""
    plain = posixpath.normpath(name) if name else name
    return "/" + plain.lstrip("/") if plain.startswith("/") else plain
