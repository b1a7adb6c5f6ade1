"""Makes the JSON schema of the documents from their types; run as a program, it writes it."""

from __future__ import annotations

from inspect import cleandoc
from pathlib import Path
from typing import Any

import msgspec

from pxc.tuner.documents import (
    History,
    Item,
    Joined,
    Paths,
    QueryDocument,
    Record,
    RunDocument,
    SearchDocument,
    Stop,
    Suggestions,
)

__all__ = ["schema_text"]

_DOCUMENTS = (
    SearchDocument, History, Record, Suggestions, Item, Stop, RunDocument, QueryDocument, Paths,
    Joined,
)  # fmt: skip


def schema_text() -> str:
    """The schema as it is committed: a definition for each document, and any of them at the top."""
    tops, definitions = msgspec.json.schema_components(_DOCUMENTS, ref_template="#/$defs/{name}")
    for definition in definitions.values():
        if "description" in definition:  # until Python 3.13 a docstring keeps its indentation
            definition["description"] = cleandoc(definition["description"])
    whole: dict[str, Any] = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Documents of pxc-tuner, version 1",
        "anyOf": list(tops),
        "$defs": dict(sorted(definitions.items())),
    }
    return msgspec.json.format(msgspec.json.encode(whole), indent=2).decode() + "\n"


if __name__ == "__main__":
    Path(__file__).with_name("tuner.schema.json").write_text(schema_text(), "utf-8")
