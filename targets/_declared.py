"""Turns the type that an author declared into what a value of it is to an engine that has text."""

from __future__ import annotations

import re

__all__ = ["declared_kind"]

_KINDS = {
    **dict.fromkeys(("int", "StrictInt", "PositiveInt", "NonNegativeInt", "NegativeInt",
                     "NonPositiveInt"), "int"),
    **dict.fromkeys(("float", "metric", "StrictFloat", "FiniteFloat", "PositiveFloat",
                     "NonNegativeFloat", "NegativeFloat", "NonPositiveFloat"), "float"),
    **dict.fromkeys(("bool", "StrictBool"), "bool"),
    **dict.fromkeys(("str", "StrictStr", "SecretStr", "path", "uuid", "email", "uri", "image",
                     "gcs", "s3", "wasb", "date", "datetime"), "str"),
    "list": "list", "dict": "dict", "metadata": "dict",
}  # fmt: skip
_GENERIC = re.compile(r"(Optional|List|Dict)\[(.*)\]")
_PLAIN = frozenset(("int", "float", "bool", "str"))


def declared_kind(declared: str) -> tuple[str, str]:
    """What a declared type is, and what the items of a list or a map of it are.

    In: `int`, `List[str]`, an empty text for no type. Out: `int`, `float`, `bool`, `str`, `list`,
    `dict`, or `text` for what nobody declared; of items also `json`, for any content, and nothing
    where there are none.
    """
    generic = _GENERIC.fullmatch(declared)
    if generic is None:
        found = _KINDS.get(declared, "text")
        return found, "json" if found in ("list", "dict") else ""
    name, inside = generic.groups()
    if name == "Optional":
        return declared_kind(inside)
    item, _ = declared_kind(inside.rpartition(", ")[2] if name == "Dict" else inside)
    return name.lower(), item if item in _PLAIN else "json"
