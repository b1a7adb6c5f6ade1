"""Turns the spellings of early releases of version 0 into those of its last one."""

from __future__ import annotations

from typing import Any

from pxc.diagnostics import Report
from pxc.grammar.v0.tree import Pair, made, mapped, pair
from pxc.ir.node import Lit, Map, plain, replace

__all__ = ["modernized"]

_OF_IMAGE = {
    "image", "dockerfile", "ref", "context", "build_steps", "steps", "lang_env", "env_vars",
    "commit", "branch", "nocache", "git",
}  # fmt: skip
"""Fields of `build` that stood in `run` before 0.1."""


def modernized(tree: Map, report: Report) -> Map:
    """A document as release 0.6 would have it; nodes keep their places.

    `settings` becomes `hptuning` and `logging`, `matrix` goes into `hptuning`, what makes the
    image leaves `run` for `build`, `plugin` becomes `notebook` or `tensorboard`. PXC952 where a
    kind had to be guessed.
    """
    tree = _with_kind(tree, report)
    tree = _without_settings(tree)
    tree = _without_matrix(tree)
    return _with_build(tree)


def _changed(tree: Map, gone: tuple[str, ...], new: list[Pair]) -> Map:
    """A map without some fields, the new ones where the first of these was."""
    entries: list[Pair] = []
    for key, value in tree.entries:
        if isinstance(key, Lit) and key.value in gone:
            entries += new
            new = []
        else:
            entries.append((key, value))
    return replace(tree, entries=(*entries, *new))


def _with_kind(tree: Map, report: Report) -> Map:
    kind = tree.get("kind")
    if kind is None:
        searched = any(tree.key(name) for name in ("hptuning", "matrix", "settings"))
        word = "group" if searched else "experiment"
        place = tree.entries[0][0].span
        report.add(
            "PXC952",
            f"the file has no `kind`: it is read as `{word}`",
            place,
            help=f"add `kind: {word}`, or the kind that it is a part of",
        )
        return replace(tree, entries=(pair("kind", made(place, word)), *tree.entries))
    if not isinstance(kind, Lit) or kind.value != "plugin":
        return tree
    word = "notebook" if "jupyter" in str(plain(tree)) else "tensorboard"
    report.add(
        "PXC952",
        f"a `plugin` was a notebook or a tensorboard: it is read as `{word}`",
        kind.span,
        help=f"write `kind: {word}`",
    )
    return _changed(tree, ("kind",), [pair("kind", made(kind.span, word))])


def _without_settings(tree: Map) -> Map:
    key, settings = tree.key("settings"), tree.get("settings")
    if key is None or not isinstance(settings, Map) or tree.get("hptuning") is not None:
        return tree
    logging = [entry for entry in settings.entries if _name(entry) == "logging"]
    rest = [entry for entry in settings.entries if _name(entry) != "logging"]
    new = [pair("hptuning", mapped(settings.span, rest), key.span)] if rest else []
    return _changed(tree, ("settings",), [*logging, *new])


def _without_matrix(tree: Map) -> Map:
    key, matrix, tuning = tree.key("matrix"), tree.get("matrix"), tree.get("hptuning")
    if key is None or not isinstance(matrix, Map):
        return tree
    if tuning is None:
        new = mapped(matrix.span, [(key, matrix)])
        return _changed(tree, ("matrix",), [pair("hptuning", new, key.span)])
    if not isinstance(tuning, Map) or tuning.key("matrix") is not None:
        return tree
    whole = replace(tuning, entries=(*tuning.entries, (key, matrix)))
    place = tree.key("hptuning") or key
    return _changed(_changed(tree, ("matrix",), []), ("hptuning",), [(place, whole)])


def _with_build(tree: Map) -> Map:
    """`run` without what makes the image, which goes into `build`."""
    key, run = tree.key("run"), tree.get("run")
    if key is None or not isinstance(run, Map) or tree.get("build") is not None:
        return tree
    image = [entry for entry in run.entries if _name(entry) in _OF_IMAGE]
    if not image:
        return tree
    rest = replace(run, entries=tuple(e for e in run.entries if _name(e) not in _OF_IMAGE))
    build = pair("build", Map(run.span, tuple(image)), key.span)
    return _changed(tree, ("run",), [build, *([(key, rest)] if rest.entries else [])])


def _name(entry: tuple[Any, Any]) -> Any:
    return getattr(entry[0], "value", None)
