"""Says patterns of names as conditions of Cedar, whose `like` has one wildcard that takes slashes.

Names of trees (`secret:db`, which is all of its keys) have a slash behind them in a request, so
that a name is a prefix of what is below it. `up2` of a resource is its name up to the second slash.
"""

from __future__ import annotations

from pxc.access.selectors import TREES, below

__all__ = ["CannotSay", "covered", "met", "text"]


class CannotSay(Exception):
    """A pattern that mixes both wildcards in a way that `like` has no words for."""


def covered(kind: str, name: str) -> str:
    """The condition under which a pattern is about all of a resource; raises CannotSay."""
    return _matches(below(kind, name))


def met(kind: str, name: str) -> str:
    """The condition under which a pattern is about something of a resource; never too narrow."""
    terms = [_or_wider(below(kind, name))]
    if kind in TREES:
        # What is above a thing has the thing in it.
        segments = below(kind, name).split("/")
        for end in range(1, len(segments)):
            above = "/".join(segments[:end]) + "/"
            terms.append(_or_wider(above))
            if "**" in segments[end - 1]:
                break
    return " || ".join(f"({t})" for t in dict.fromkeys(terms))


def text(value: str) -> str:
    """A string of Cedar."""
    return f'"{"".join(_escaped(c) for c in value)}"'


def _or_wider(name: str) -> str:
    try:
        return _matches(name)
    except CannotSay:
        return f"resource.name like {_like(name)}"


def _matches(name: str) -> str:
    if "*" not in name:
        return f"resource.name == {text(name)}"
    while "***" in name:
        name = name.replace("***", "**")
    wide = f"resource.name like {_like(name)}"
    if "*" not in name.replace("**", ""):
        return wide if name != "**" else "true"
    if "**" not in name:
        return _in_segments("resource.name", name)
    head, _, tail = name.partition("**")
    if "**" in tail or "/" in tail or (head and not head.endswith("/")):
        raise CannotSay(name)
    above = f"resource.up{head.count('/')}"
    terms = [f"resource has {above[9:]}", _in_segments(above, head)] if head else []
    return " && ".join([*terms, *([f"resource.last like {_like('**' + tail)}"] if tail else [])])


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
