"""Turns the name of a field that a builder does not have into a message and the way out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pxc.diagnostics import allowed, nearest

if TYPE_CHECKING:
    from pxc.author.section import Section

__all__ = ["unknown_field"]


def unknown_field(cls: type[Section], keyword: str) -> tuple[str, str, str]:
    """The message, the keyword and the help for a field that `cls` does not have."""
    from pxc.author.moved import MOVED
    from pxc.author.section import snake

    message = f"`{cls.label_}` has no field `{keyword}`"
    moved = MOVED.get(cls.label_, {})
    help = moved.get(keyword) or moved.get(_language_name(keyword))
    if help:
        return message, keyword, help
    near = nearest(snake(keyword), cls.fields_)
    if near is not None:
        return message, keyword, f"did you mean `{near}`?"
    return message, keyword, f"fields: {allowed(cls.fields_)}"


def _language_name(keyword: str) -> str:
    first, *rest = keyword.split("_")
    return first + "".join(word.capitalize() for word in rest)
