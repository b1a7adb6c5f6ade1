"""Says patterns of names as conditions of Cedar, whose `like` has one wildcard that takes slashes.

Names of trees (`secret:db`, which is all of its keys) have a slash behind them in a request, so
that a name is a prefix of what is below it. `up2` of a resource is its name up to the second slash.
"""

from __future__ import annotations

from collections.abc import Iterable

from pxc.access.selectors import COMPONENT, TREES, below

__all__ = ["CannotSay", "attribute_of", "covered", "met", "text"]


class CannotSay(Exception):
    """A pattern that mixes both wildcards in a way that `like` has no words for."""


def covered(kind: str, name: str) -> str:
    """The condition under which a pattern is about all of a resource; raises CannotSay."""
    return _any(_matches(below(kind, name), of) for of in _names(kind)[:2])


def met(kind: str, name: str) -> str:
    """The condition under which a pattern is about something of a resource; never too narrow."""
    terms = [_or_wider(below(kind, name), of) for of in _names(kind)]
    if kind in TREES:
        # What is above a thing has the thing in it.
        segments = below(kind, name).split("/")
        for end in range(1, len(segments)):
            above = "/".join(segments[:end]) + "/"
            terms.append(_or_wider(above, "name"))
            if "**" in segments[end - 1]:
                break
    return _any(terms)


def _names(kind: str) -> tuple[str, ...]:
    """The attributes with the names of a resource: its own, another, one that gives no rights."""
    return ("name", "alias", "bare") if kind == COMPONENT else ("name",)


def _any(terms: Iterable[str]) -> str:
    found = list(dict.fromkeys(terms))
    if "true" in found:
        return "true"
    return found[0] if len(found) == 1 else " || ".join(f"({t})" for t in found)


def text(value: str) -> str:
    """A string of Cedar."""
    return f'"{"".join(_escaped(c) for c in value)}"'


def _or_wider(name: str, of: str) -> str:
    try:
        return _matches(name, of)
    except CannotSay:
        return _given(of, f"resource.{of} like {_like(name)}")


def _given(of: str, term: str) -> str:
    """A condition on an attribute that not every resource has."""
    return term if of == "name" else f"resource has {of} && {term}"


def _matches(name: str, of: str) -> str:
    if "*" not in name:
        return _given(of, f"resource.{of} == {text(name)}")
    while "***" in name:
        name = name.replace("***", "**")
    wide = f"resource.{of} like {_like(name)}"
    if "*" not in name.replace("**", ""):
        return _given(of, wide) if name != "**" else "true"
    if "**" not in name:
        return _given(of, _in_segments(f"resource.{of}", name))
    head, _, tail = name.partition("**")
    if "**" in tail or "/" in tail or (head and not head.endswith("/")):
        raise CannotSay(name)
    part = attribute_of(of, f"up{head.count('/')}")
    terms = [f"resource has {part}", _in_segments(f"resource.{part}", head)] if head else []
    last = f"resource.{attribute_of(of, 'last')} like {_like('**' + tail)}"
    return _given(of, " && ".join([*terms, *([last] if tail else [])]))


def attribute_of(of: str, part: str) -> str:
    """The attribute with a part of the name that an attribute holds: `last`, `up2`."""
    return part if of == "name" else f"{of}_{part}"


def _in_segments(attribute: str, name: str) -> str:
    """That a name without `**` is matched: no star holds a slash where no more are than written."""
    if "*" not in name:
        return f"{attribute} == {text(name)}"
    more = "*".join("/" * (name.count("/") + 1))
    return f'{attribute} like {_like(name)} && !({attribute} like "*{more}*")'


def _like(name: str) -> str:
    parts = name.replace("**", "*").split("*")
    return f'"{"*".join("".join(_escaped(c) for c in p) for p in parts)}"'


def _escaped(character: str) -> str:
    if character in '\\"':
        return f"\\{character}"
    if character.isprintable():
        return character
    return f"\\u{{{ord(character):x}}}"
