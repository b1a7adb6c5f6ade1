"""Turns the files of an outcome into one text."""

from __future__ import annotations

from collections.abc import Sequence

from pxc.contracts import OutFile

__all__ = ["as_stream"]

_YAML = (".yaml", ".yml", ".json")


def as_stream(files: Sequence[OutFile]) -> str:
    """Several files as one text: YAML documents with `---` between them.

    Raises ValueError with the path of the first that cannot stand in one text with others.
    """
    if len(files) < 2:
        return "".join(f.text for f in files)
    other = next((f.path for f in files if not f.path.endswith(_YAML)), None)
    if other is not None:
        raise ValueError(f"'{other}' and the other files cannot go into one")
    texts = [f.text if f.text.endswith("\n") else f.text + "\n" for f in files]
    rest = (t if t.startswith("---\n") else f"---\n{t}" for t in texts[1:])
    return texts[0] + "".join(rest)
