"""Turns findings into those that no baseline knows; each file has the baseline of its settings."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pxc.diagnostics import Diagnostic
from pxc.workspace import display_name

if TYPE_CHECKING:
    from pxc.lint.baseline import Baseline

__all__ = ["Baselines"]

PathOf = Callable[[str], Path | None]
"""The baseline of the file of this name, if it has one."""


class Baselines:
    """All the baselines of one command, each read once."""

    def __init__(self, path_of: PathOf) -> None:
        self._path_of = path_of
        self._kept: dict[Path, _Kept] = {}

    def new(self, found: Iterable[Diagnostic]) -> list[Diagnostic]:
        """The findings that no baseline knows, in their order.

        Raises UsageError for a baseline that does not exist or cannot be used.
        """
        every = list(found)
        fresh = [d for d in every if self._of(d.span.source.name) is None]
        for kept, its in self._shared_out(every, ()):
            fresh += kept.read().new(its)
        order = {id(d): number for number, d in enumerate(every)}
        return sorted(fresh, key=lambda d: order[id(d)])

    def write(self, found: Iterable[Diagnostic], linted: Sequence[str]) -> list[tuple[Path, int]]:
        """Write baselines that hold what is found; each with how many findings that are."""
        return [(kept.path, kept.write(its)) for kept, its in self._shared_out(found, linted)]

    def prune(self, found: Iterable[Diagnostic], linted: Sequence[str]) -> list[tuple[Path, int]]:
        """Take out of the baselines what is gone; each with how many findings that were."""
        return [
            (kept.path, kept.prune(its, linted)) for kept, its in self._shared_out(found, linted)
        ]

    def _of(self, name: str) -> _Kept | None:
        path = self._path_of(name)
        if path is None:
            return None
        shown = Path(display_name(path))
        return self._kept.setdefault(path.absolute(), _Kept(shown))

    def _shared_out(
        self, found: Iterable[Diagnostic], linted: Sequence[str]
    ) -> list[tuple[_Kept, list[Diagnostic]]]:
        """The findings of each baseline, and each baseline of a file that was looked at."""
        shares: dict[int, tuple[_Kept, list[Diagnostic]]] = {}
        for name in linted:
            kept = self._of(name)
            if kept is not None:
                shares.setdefault(id(kept), (kept, []))
        for diagnostic in found:
            kept = self._of(diagnostic.span.source.name)
            if kept is not None:
                shares.setdefault(id(kept), (kept, []))[1].append(diagnostic)
        return list(shares.values())


class _Kept:
    """One baseline: read, written or pruned."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._read: Baseline | None = None

    def name_of(self, name: str) -> str:
        """The key of a file: its path from the folder of the baseline."""
        folder = self.path.absolute().parent
        return os.path.relpath(Path(name).absolute(), folder).replace(os.sep, "/")

    def read(self) -> Baseline:
        """The baseline. Raises UsageError when there is none, or when it cannot be used."""
        from pxc.lint.baseline import Baseline, BaselineError

        if self._read is not None:
            return self._read
        try:
            self._read = Baseline.parse(self.path.read_text("utf-8"), self.name_of)
        except FileNotFoundError as fault:
            raise click.UsageError(
                f"the baseline {self.path} does not exist; --write-baseline makes it"
            ) from fault
        except BaselineError as fault:
            raise click.UsageError(f"the baseline {self.path} {fault}") from fault
        except (OSError, UnicodeDecodeError) as fault:
            raise click.UsageError(f"the baseline {self.path} cannot be read: {fault}") from fault
        return self._read

    def write(self, found: Sequence[Diagnostic]) -> int:
        """Write a baseline that holds what is found; how many findings that are."""
        from pxc.lint.baseline import Baseline

        made = Baseline.of(found, self.name_of)
        self._save(made)
        return made.total()

    def prune(self, found: Sequence[Diagnostic], linted: Sequence[str]) -> int:
        """Take out of the baseline what is gone; how many findings that were."""
        old = self.read()
        folder = self.path.absolute().parent
        names = frozenset(self.name_of(name) for name in linted)
        new = old.pruned(found, names, lambda key: (folder / key).exists())
        self._save(new)
        return old.total() - new.total()

    def _save(self, baseline: Baseline) -> None:
        try:
            self.path.write_text(baseline.text(), "utf-8", newline="\n")
        except OSError as fault:
            raise click.UsageError(f"cannot write {self.path}: {fault.strerror}") from fault
        self._read = baseline
