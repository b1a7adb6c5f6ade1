"""Turns one given file into what it comes to in version 1.1, and all that is to be said of that."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from msgspec import Struct

from pxc.cli.workspaces import Workspaces
from pxc.diagnostics import Diagnostic, Report, Severity
from pxc.driver import Request, lint_request
from pxc.grammar.v0 import is_v0
from pxc.grammar.v0.migrated import Migrated, migrated
from pxc.grammar.yaml_bytes import load_source
from pxc.grammar.yaml_tree import read_yaml
from pxc.request import SourceText
from pxc.source import Source

__all__ = ["Result", "result_of"]

_MARK = b"\xef\xbb\xbf"
_UNTOLD = frozenset({"PXC013"})
"""What is no news of a migration: the byte order mark and the line ends stay."""

_TO_DECLARE = "PXC943"


class Result(Struct, frozen=True):
    """A file before and after, and what was found; `left_alone` says why it is as it was."""

    path: str
    given: SourceText
    data: bytes
    found: tuple[Diagnostic, ...] = ()
    left_alone: str = ""

    @property
    def changed(self) -> bool:
        """Whether there is a migrated file."""
        return not self.left_alone


def result_of(
    path: str,
    given: SourceText,
    workspaces: Workspaces,
    *,
    stdin_filename: str | None = None,
    catalog: Sequence[Path] = (),
) -> Result:
    """What one file comes to.

    The migrated text is linted as `pxc lint` does, over the workspace's catalog and `catalog`; its
    errors are told at the places of the old file that they come from.
    """
    report = Report()
    source = load_source(given.name, given.data, report)
    if source is None:
        return Result(path, given, given.data, tuple(report), "it cannot be read")
    made = migrated(source, report, as_json=given.name.endswith(".json"))
    if made is None:
        return _left(path, given, source, report)
    mark = _MARK if given.data.startswith(_MARK) else b""
    data = mark + made.text.encode()
    root = workspaces.root_of(path, stdin_filename)
    defaults = workspaces.defaults_of(root)
    new = SourceText(given.name, data)
    request = Request(
        files=(new,),
        options=defaults.options,
        overlays=() if stdin_filename is None else (new,),
        root=root,
        catalog=(*defaults.catalog, *catalog),
    )
    declared = any(path.exists() for path in request.catalog)
    told = [d for d in report if not (d.code.id in _UNTOLD or (declared and _is_looked_up(d)))]
    return Result(path, given, data, (*told, *_errors(made, lint_request(request).report)))


def _is_looked_up(found: Diagnostic) -> bool:
    """Whether a finding tells to declare a connection: with a catalog, linting looks it up."""
    return found.code.id == _TO_DECLARE and found.message.endswith("name of a connection")


def _left(path: str, given: SourceText, source: Source, report: Report) -> Result:
    """A file that is as it was: faulty, or of another version."""
    tree = read_yaml(source, Report())
    if tree is not None and not is_v0(tree):
        return Result(path, given, given.data, (), "it is not of version 0")
    errors = tuple(d for d in report if d.severity is Severity.ERROR)
    return Result(path, given, given.data, errors, "it has errors")


def _errors(made: Migrated, found: Iterable[Diagnostic]) -> list[Diagnostic]:
    """The errors in the migrated text, where they come from."""
    return [
        made.old_place(d) if d.span.source.text == made.text else d
        for d in found
        if d.severity is Severity.ERROR
    ]
