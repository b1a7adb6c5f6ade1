"""Turns the `.gitignore` files of a checkout into the answer whether a path is ignored."""

from __future__ import annotations

import re
from fnmatch import translate
from pathlib import Path

from msgspec import Struct

__all__ = ["IgnoreRules", "ignore_rules_above", "ignore_rules_in"]

_MAX_BYTES = 1024 * 1024


_Segment = str | re.Pattern[str]
"""One step of a path: the name itself, `**`, or a pattern for the name."""


class _Pattern(Struct, frozen=True):
    """One line of a file; its segments stand for the steps from the file's folder."""

    segments: tuple[_Segment, ...]
    negated: bool
    folders_only: bool


class IgnoreRules(Struct, frozen=True):
    """The patterns that hold in `folder` and below, on top of those of the folders above it.

    git itself is not asked: a checkout's own configuration can make it run programs.
    """

    folder: str
    patterns: tuple[_Pattern, ...]
    above: IgnoreRules | None = None

    def ignores(self, path: str, *, is_folder: bool) -> bool:
        """Whether the last pattern that matches says so; `path` is absolute, slashes forward.

        A caller that walks down never asks about a path inside an ignored folder.
        """
        rules: IgnoreRules | None = self
        while rules is not None:
            below = path[len(rules.folder) :].lstrip("/").split("/")
            for pattern in reversed(rules.patterns):
                if pattern.folders_only and not is_folder:
                    continue
                if _matches(pattern.segments, below):
                    return not pattern.negated
            rules = rules.above
        return False


def ignore_rules_in(folder: Path, above: IgnoreRules | None) -> IgnoreRules | None:
    """The rules for a folder: its own `.gitignore`, if any, before those `above` it."""
    return _with_file(folder, folder / ".gitignore", above)


def ignore_rules_above(folder: Path) -> tuple[bool, IgnoreRules | None]:
    """Whether a folder lies in a git checkout, and the rules of the folders above it there."""
    folders: list[Path] = []
    for parent in (folder, *folder.parents):
        if (parent / ".git").exists():
            rules = _with_file(parent, parent / ".git" / "info" / "exclude", None)
            for between in reversed(folders):
                rules = ignore_rules_in(between.parent, rules)
            return True, rules
        folders.append(parent)
    return False, None


def _with_file(folder: Path, file: Path, above: IgnoreRules | None) -> IgnoreRules | None:
    try:
        with file.open("rb") as opened:
            text = opened.read(_MAX_BYTES).decode("utf-8", "replace")
    except OSError:
        return above
    patterns = tuple(p for line in text.split("\n") if (p := _pattern(line.rstrip("\r"))))
    return IgnoreRules(folder.as_posix(), patterns, above) if patterns else above


def _pattern(line: str) -> _Pattern | None:
    """One line of a file as git reads it; None for a comment, an empty line or a broken pattern.

    Character classes with names, such as `[[:digit:]]`, are not known.
    """
    while line.endswith(" ") and not line.endswith("\\ "):
        line = line[:-1]
    if line.startswith("#"):
        return None
    negated = line.startswith("!")
    line = line[negated:]
    folders_only = line.endswith("/")
    line = line[: len(line) - folders_only]
    anywhere = "/" not in line
    segments = [_segment(s) for s in line.removeprefix("/").split("/")]
    if None in segments or "" in segments:
        return None
    known = [s for s in segments if s is not None]
    return _Pattern(("**", *known) if anywhere else tuple(known), negated, folders_only)


def _segment(glob: str) -> _Segment | None:
    """One step of a pattern; None when an escape or a bracket does not end."""
    if glob == "**" or not any(c in glob for c in "*?[\\"):
        return glob
    parts: list[str] = []
    at = 0
    while at < len(glob):
        end = at + 1
        if glob[at] == "\\":
            end += 1
            if end > len(glob):
                return None
            parts.append(f"[{glob[at + 1]}]" if glob[at + 1] in "*?[" else glob[at + 1])
        elif glob[at] == "[":
            start = at + 2 if glob[at + 1 : at + 2] in ("!", "^") else at + 1
            end = glob.find("]", start + 1) + 1
            if not end:
                return None
            parts.append(f"[{'!' * (start - at - 1)}{glob[start:end]}")
        else:
            parts.append(glob[at])
        at = end
    return re.compile(translate("".join(parts)))


def _matches(segments: tuple[_Segment, ...], steps: list[str]) -> bool:
    """Whether the segments stand for all the steps; `**` stands for any number, last for one up."""
    reached = {0}
    for index, segment in enumerate(segments):
        if segment == "**":
            least = min(reached) + (index == len(segments) - 1)
            reached = set(range(least, len(steps) + 1))
        else:
            reached = {n + 1 for n in reached if n < len(steps) and _is_step(segment, steps[n])}
        if not reached:
            return False
    return len(steps) in reached


def _is_step(segment: _Segment, step: str) -> bool:
    return step == segment if isinstance(segment, str) else bool(segment.match(step))
