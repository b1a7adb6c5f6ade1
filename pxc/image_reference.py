"""Checks that a text is an image reference by the grammar that container runtimes share."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, lru_cache

__all__ = ["IMAGE_FORM", "image_fault"]

IMAGE_FORM = "an image is `[host[:port]/]name[:tag][@digest]`"

_LONGEST_NAME = 255
_LONGEST = 4096


@cache
def _reference() -> Callable[[str], object]:
    import re

    domain_part = "[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?"
    domain = rf"(?:{domain_part}(?:\.{domain_part})*|\[[0-9a-fA-F:]+\])(?::[0-9]+)?"
    part = "[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*"
    digest = "[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}"
    pattern = rf"(?:{domain}/)?{part}(?:/{part})*(?::[\w][\w.-]{{0,127}})?(?:@{digest})?"
    return re.compile(pattern, re.ASCII).fullmatch


@lru_cache(maxsize=64)
def image_fault(text: str) -> str | None:
    """What is wrong with an image reference, as a half sentence; None when it is well formed."""
    if len(text) > _LONGEST:
        return "it is too long"
    if any(char.isspace() for char in text):
        return "it has white space in it"
    if _reference()(text):
        name = text.partition("@")[0]
        if ":" in name.rpartition("/")[2]:
            name = name.rpartition(":")[0]
        return "its name is longer than 255 characters" if len(name) > _LONGEST_NAME else None
    if "://" in text:
        return "it begins like a URL"
    if _reference()(text.lower()):
        return "the name of a repository is in lower case"
    if text.endswith((":", "@", "/")):
        return f"nothing follows the last `{text[-1]}`"
    return "it is not `[host[:port]/]name[:tag][@digest]`"
