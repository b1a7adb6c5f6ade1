"""Turns the text of a range (`0.001:0.1:5`, `500m..1`) into its parts, or into a fault.

The languages are written down in `space.lark`; correct text goes through one regular expression
each. Source: specification of matrices, section 2, and of components, section 2.1.
"""

from __future__ import annotations

import re

from msgspec import Struct

from pxc.grammar.embedded_fault import Fault, stop_of
from pxc.grammar.quantity import QuantityFault, check_quantity, parse_quantity

LONGEST = 256
"""More characters than any range needs."""

_NUMBER = r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
_SPACE = re.compile(rf"[ \t]*{_NUMBER}[ \t]*(?::[ \t]*{_NUMBER}[ \t]*)+")
_AMOUNT = r"(?:[0-9]+(?:\.(?!\.)[0-9]*)?|\.[0-9]+)"
_AMOUNTS = {
    "cpu": rf"{_AMOUNT}[mun]?",
    "memory": rf"{_AMOUNT}(?:[KMGTPE]i|[kMGTPE])?",
    "count": "[0-9]+",
}
_RANGES = {
    kind: re.compile(
        rf"[ \t]*(?:({amount})[ \t]*(?:\.\.[ \t]*({amount})?[ \t]*)?"
        rf"|\.\.[ \t]*({amount})[ \t]*)"
    )
    for kind, amount in _AMOUNTS.items()
}
_KINDS = {
    "cpu": "write cores or thousandths of one: `2`, `0.5`, `500m`",
    "memory": "write bytes with a unit: `512Mi`, `4Gi`",
    "count": "write a whole number",
}
_FORMS = "write `request`, `request..limit`, `request..` or `..limit`"


class Part(Struct, frozen=True):
    """One number of a range, with its place in the text."""

    text: str
    start: int
    end: int

    @property
    def number(self) -> int | float:
        """The number, whole where it is written so."""
        return int(self.text) if self.text.lstrip("+-").isdecimal() else float(self.text)


class ResourceRange(Struct, frozen=True):
    """A request and a limit; one of them may be missing."""

    low: Part | None
    high: Part | None


def parse_space(text: str) -> tuple[Part, ...] | Fault:
    """The numbers of a search space by position, or what is wrong with the text."""
    if len(text) > LONGEST or not _SPACE.fullmatch(text):
        return _space_fault(text)
    return tuple(Part(m[0], m.start(), m.end()) for m in re.finditer(_NUMBER, text))


def resource_kind(name: str) -> str:
    """How the amounts of a resource are written: `cpu`, `memory`, or the count of a device."""
    return name if name in ("cpu", "memory") else "count"


def parse_resource_range(kind: str, text: str) -> ResourceRange | Fault:
    """The request and limit of a `cpu`, `memory` or `count`, or what is wrong with the text."""
    match = _RANGES[kind].fullmatch(text) if len(text) <= LONGEST else None
    if match is None:
        return _range_fault(kind, text)
    low = Part(match[1], match.start(1), match.end(1)) if match[1] else None
    group = 2 if match[1] else 3
    high = Part(match[group], *match.span(group)) if match[group] else None
    return ResourceRange(low, high)


def is_inverted(found: ResourceRange) -> bool:
    """Whether the request is more than the limit."""
    if found.low is None or found.high is None:
        return False
    low, high = parse_quantity(found.low.text), parse_quantity(found.high.text)
    if isinstance(low, QuantityFault) or isinstance(high, QuantityFault):
        return False
    return low > high


def _space_fault(text: str) -> Fault:
    if len(text) > LONGEST:
        return Fault(LONGEST, len(text), f"a range has at most {LONGEST} characters")
    if not text.strip():
        return Fault(0, len(text), "it is empty", "write `start:stop:step`")
    other = re.search(r"\.\.|[,;]", text)
    if ":" not in text and other:
        parts = re.split(r"\.\.|[,;]", text.strip("[]() "))
        meant = ":".join(p.strip() for p in parts)
        fits = (meant,) if _SPACE.fullmatch(meant) else ()
        return Fault(*other.span(), f"`{other[0]}` does not part numbers", "write `:`", fits)
    at = stop_of("space", "space", text).position
    start = text.rfind(":", 0, at) + 1
    end = text.find(":", max(at, start))
    end = len(text) if end < 0 else end
    piece = text[start:end]
    if not piece.strip():
        colon = max(start - 1, 0) if start else end
        return Fault(colon, colon + 1, "a number is missing beside `:`", "write `start:stop:step`")
    start += len(piece) - len(piece.lstrip())
    if ":" not in text and re.fullmatch(_NUMBER, piece.strip()):
        return Fault(len(text), len(text), "one number is not a range", "write `start:stop:step`")
    return Fault(start, start + len(piece.strip()), f"`{piece.strip()}` is not a number", None)


def _range_fault(kind: str, text: str) -> Fault:
    if len(text) > LONGEST:
        return Fault(LONGEST, len(text), f"a range has at most {LONGEST} characters")
    if not text.strip(" \t."):
        return Fault(0, len(text), "it has neither request nor limit", _FORMS)
    low, dots, high = text.partition("..")
    at = 0
    for part in (low, high) if dots else (text,):
        bare = part.strip(" \t")
        start = at + len(part) - len(part.lstrip(" \t"))
        if bare and not re.fullmatch(_AMOUNTS[kind], bare):
            return _amount_fault(kind, text, start, bare, bool(dots))
        at = len(low) + 2
    raise AssertionError(f"{text!r} is a range of {kind}")


def _amount_fault(kind: str, text: str, start: int, bare: str, ranged: bool) -> Fault:
    end = start + len(bare)
    if bare.startswith("-"):
        return Fault(start, end, f"`{bare}` is negative", None)
    other = re.search(r"(?<=[0-9a-zA-Z])\s*(?:-|\u2013|:|,|\.{3}|\bto\b)\s*(?=[0-9])", bare)
    if other and not ranged:
        ranged_text = f"{bare[: other.start()]}..{bare[other.end() :]}"
        if _RANGES[kind].fullmatch(ranged_text):
            return Fault(start + other.start(), start + other.end(),
                         f"`{other[0].strip()}` makes no range", None, (ranged_text,))  # fmt: skip
    if ".." in bare:
        dots = start + bare.index("..")
        return Fault(dots, dots + 2, "a range has one `..`", _FORMS)
    if kind == "memory" and re.fullmatch(rf"{_AMOUNT}m", bare):
        megas = (f"{bare[:-1]}M", f"{bare[:-1]}Mi")
        return Fault(end - 1, end, f"`{bare}` of memory is less than a byte a unit", None,
                     _whole(kind, text, start, end, megas))  # fmt: skip
    fault = check_quantity(bare)
    if kind == "count" or fault is None:
        what = "a whole number" if kind == "count" else f"an amount of {kind} here"
        return Fault(start, end, f"`{bare}` is not {what}", _KINDS[kind])
    meant = _whole(kind, text, start, end, fault.suggestions)
    return Fault(start + fault.position, end, fault.message, _KINDS[kind], meant)


def _whole(kind: str, text: str, start: int, end: int, amounts: tuple[str, ...]) -> tuple[str, ...]:
    """The whole text with a part replaced, for each amount that makes a range of it."""
    texts = (f"{text[:start]}{amount}{text[end:]}" for amount in amounts)
    return tuple(t for t in texts if _RANGES[kind].fullmatch(t))
