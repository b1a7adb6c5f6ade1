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

_ONLY = {
    "environment": {
        "data_refs", "artifact_refs", "secret_refs", "config_map_refs", "configmap_refs",
        "persistence", "replicas", "tensorflow", "horovod", "pytorch", "mxnet", "mpi", "n_workers",
        "n_ps", "default_worker", "default_ps", "worker", "ps", "max_restarts", "service_account",
        "node_selectors",
    },
    "build": {"image", "dockerfile", "build_steps", "steps", "env_vars", "commit", "branch"},
    "run": {"cmd", "image", "build_steps", "steps"},
}  # fmt: skip
"""Fields of a section that only version 0 has there."""

_NOW = {"build": "hubRef", "run": "kind", "matrix": "kind"}
"""The field that a section of version 1.1 has, and one of version 0 never."""


def is_v0(tree: Map) -> bool:
    """Whether a file follows version 0: by its kind, else by what only that version has.

    A file that says `version: 1.1` does not, whatever its kind: it is a faulty file of 1.1.
    """
    kind, version = tree.get("kind"), tree.get("version")
    if isinstance(version, Lit) and _is_later(version.value):
        return False
    if kind is not None:
        return isinstance(kind, Lit) and kind.value in KINDS
    if any(tree.key(section) is not None for section in SECTIONS):
        return True
    first = isinstance(version, Lit) and version.value == 1
    return any(_is_old(str(getattr(key, "value", "")), value, first) for key, value in tree)


def _is_old(name: str, section: object, first: bool) -> bool:
    """Whether a section has what only version 0 has in it; `first` when the file says 1."""
    if not isinstance(section, Map) or section.key(_NOW.get(name, "")) is not None:
        return False
    names = {key.value for key, _ in section if isinstance(key, Lit)}
    if name == "matrix":
        values = [value for _, value in section if isinstance(value, Map)]
        return bool(values) and all(value.key("kind") is None for value in values)
    only = _ONLY.get(name, set()) | ({"resources", "node_selector"} if first else set())
    return name in _ONLY and not names.isdisjoint(only)


def _is_later(version: object) -> bool:
    """Whether a version is above 1, as a number or a text."""
    try:
        return float(str(version)) > 1
    except ValueError:
        return False
