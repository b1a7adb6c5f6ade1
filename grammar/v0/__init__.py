"""Tells a file of version 0 of the specification from any other by its root."""

from __future__ import annotations

from pxc.ir.node import Lit, Map

__all__ = ["is_v0"]

KINDS = (
    "experiment", "group", "job", "build", "notebook", "tensorboard", "plugin", "pipeline",
)  # fmt: skip
"""The kinds of version 0; `plugin` was `notebook` or `tensorboard` before 0.1."""

SECTIONS = (
    "declarations", "hptuning", "logging", "framework", "settings", "model", "train", "eval",
)  # fmt: skip
"""Sections of the root that only version 0 has."""


def is_v0(tree: Map) -> bool:
    """Whether a file follows version 0: by its kind, else by what only that version has.

    A file that says `version: 1.1` does not, whatever its kind: it is a faulty file of 1.1.
    """
    kind, version = tree.get("kind"), tree.get("version")
    if isinstance(version, Lit) and _is_later(version.value):
        return False
    if kind is not None:
        return isinstance(kind, Lit) and kind.value in KINDS
    return any(tree.key(section) is not None for section in SECTIONS)


def _is_later(version: object) -> bool:
    """Whether a version is above 1, as a number or a text."""
    try:
        return float(str(version)) > 1
    except ValueError:
        return False
