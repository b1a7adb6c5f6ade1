"""Turns the text of emitted manifests back into plain data, one object a document."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import yaml

__all__ = ["manifests_in"]

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def manifests_in(text: str) -> Iterator[Any]:
    """The data of each document. Raises ValueError for a text that is no YAML."""
    try:
        yield from yaml.load_all(text, Loader=_Loader)
    except yaml.YAMLError as fault:
        raise ValueError(str(fault)) from fault
