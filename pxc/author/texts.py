"""Turns plain data into YAML and JSON as pxc writes them: the same data, the same bytes."""

from __future__ import annotations

import json
import re
from typing import Any

from pxc.author.faults import AuthorFault

_NOT_IN_YAML = "[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]"
"""What may stand in a text of JSON and breaks a line in YAML, or may not stand there at all."""

__all__ = ["json_of", "yaml_of"]


def yaml_of(data: Any) -> str:
    """One document of YAML, which every reader reads back as the data."""
    from pxc.yaml_writer import write_documents

    return write_documents([_with_text_keys(data)])


def json_of(data: Any) -> str:
    """One document of JSON, which readers of YAML read alike.

    Raises AuthorFault PXC032 for infinity and NaN, which JSON does not have.
    """
    try:
        text = json.dumps(_with_text_keys(data), indent=2, ensure_ascii=False, allow_nan=False)
    except ValueError:
        message = "JSON has no infinity, and no number that is none"
        raise AuthorFault("PXC032", message, None, "write YAML") from None
    return re.sub(_NOT_IN_YAML, lambda found: f"\\u{ord(found[0]):04x}", text) + "\n"


def _with_text_keys(data: Any) -> Any:
    if isinstance(data, dict):
        return {_key(key): _with_text_keys(value) for key, value in data.items()}
    if isinstance(data, list):
        return [_with_text_keys(value) for value in data]
    return data


def _key(key: Any) -> str:
    from pxc.yaml_writer import scalar_text

    return key if isinstance(key, str) else scalar_text(key)
