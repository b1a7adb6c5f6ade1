"""Turns text into what may stand in an XML document."""

from pxc.render.excerpt import visible

__all__ = ["attributes", "escaped"]

_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"})


def attributes(**values: str) -> str:
    """Attributes with a space before each."""
    return "".join(f' {k}="{escaped(v)}"' for k, v in values.items())


def escaped(text: str) -> str:
    """A text in one line; what XML cannot hold is written as an escape."""
    return visible(text).translate(_ESCAPES)
