"""A document that a program looks at, compiles and writes anew, wherever it came from."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from pxc.api.running import compile_text, lint_text
from pxc.api.workspace import Choice
from pxc.diagnostics import Diagnostic, Report
from pxc.driver import Outcome
from pxc.driver.failure import DiagnosticError
from pxc.ir.node import Map, plain
from pxc.request import SourceText

if TYPE_CHECKING:
    from pxc.access.principal import Principal
    from pxc.author.written import Section
    from pxc.ir.spec import Operation

__all__ = ["Document", "load", "read_tree"]

Given: TypeAlias = "str | Path | Mapping[str, Any] | Section"
"""What is loaded: a path, a text of YAML or JSON, data, or what `pxc.author` builds."""

_TEXT = re.compile(r"[\n{]|:(?:\s|$)")
"""What a text of YAML or JSON has, and no path."""


class Document:
    """One component or operation, as it was given.

    `name` is what diagnostics call it, `text` what it was given as. Faults are findings: a document
    that cannot be read has `diagnostics`, and only what needs its fields raises DiagnosticError.
    """

    def __init__(self, given: SourceText | None, place: Path, told: Report) -> None:
        self.name = given.name if given is not None else str(place)
        self._given = given
        self._place = place
        self._told = told

    def __repr__(self) -> str:
        kind = self.operation.kind if self.operation is not None else None
        return f"<{kind or 'document'} of {self.name}>"

    @property
    def text(self) -> str:
        """The text that the document was read from; the program, where it is built in Python."""
        return self._given.data.decode("utf-8", "replace") if self._given is not None else ""

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """What reading it found, by place; `lint` and `compile` find more."""
        return tuple(self._read[2])

    @property
    def operation(self) -> Operation | None:
        """What the compiler reads, every value with its place; None if it cannot be read."""
        return self._read[1]

    def to_dict(self) -> dict[str, Any]:
        """Its fields as they were given. Raises DiagnosticError where they cannot be read."""
        tree = self._read[0]
        if tree is None:
            raise DiagnosticError(self._read[2])
        found: dict[str, Any] = plain(tree)
        return found

    def to_yaml(self) -> str:
        """Its fields as YAML, the same text each time; without its remarks. Raises as `to_dict`."""
        from pxc.author.texts import yaml_of

        return yaml_of(self.to_dict())

    def to_json(self) -> str:
        """Its fields as JSON, the same text each time. Raises as `to_dict`."""
        from pxc.author.texts import json_of

        return json_of(self.to_dict())

    def lint(self, *, principal: Principal | None = None, today: str = "") -> Outcome:
        """What a linter finds, under the settings of its workspace; see `pxc.lint_file`."""
        if self._given is None:
            return Outcome(self._told)
        choice = Choice(principal=principal, today=today)
        return lint_text(self._given, self._place, choice, self._told)

    def compile(
        self,
        target: str = "kubernetes",
        *,
        params: Mapping[str, Any] | None = None,
        principal: Principal | None = None,
        today: str = "",
        locked: bool = False,
        offline: bool = False,
        resume: str | None = None,
        restart: str | None = None,
        copy: str | None = None,
        copy_dirs: tuple[str, ...] = (),
        copy_files: tuple[str, ...] = (),
        iteration: int | None = None,
    ) -> Outcome:
        """What it is compiled to, under pxc.yaml of its workspace; see `pxc.compile_file`."""
        if self._given is None:
            return Outcome(self._told)
        from pxc.api.files import begun_from

        choice = Choice(
            target=target,
            params=params or {},
            principal=principal,
            today=today,
            locked=locked,
            offline=offline,
            earlier=begun_from((resume, restart, copy, copy_dirs, copy_files, iteration)),
        )
        return compile_text(self._given, self._place, choice, self._told)

    @cached_property
    def _read(self) -> tuple[Map | None, Operation | None, Report]:
        """The tree of its fields, what the compiler makes of it, and what was found."""
        from pxc.grammar.documents import build_operation

        report = Report()
        for found in self._told:
            report.keep(found)
        tree = read_tree(self._given, report) if self._given is not None else None
        return tree, build_operation(tree, report) if tree is not None else None, report


def read_tree(given: SourceText, report: Report) -> Map | None:
    """The fields of a text, or of what a program handed over; None after a report."""
    from pxc.grammar.yaml_tree import load_source, read_yaml

    source = load_source(given.name, given.data, report)
    if source is None:
        return None
    source.authored = given.authored
    if given.authored is None:
        return read_yaml(source, report)
    from pxc.grammar.python.read_document import read_document

    return read_document(source, given.authored, report)


def load(given: Given, *, name: str = "", allow_python: bool = False) -> Document:
    """A document to look at, to compile and to write anew.

    `given` is a path (`train.yaml`, `train.json`, or `train.py:name`, which is executed with
    `allow_python` alone), a text of YAML or JSON, a dict of fields, or what `pxc.author` builds. A
    str is a text where it has a line end, a brace or a `: `; a Path never is. `name` is what
    diagnostics call what is no file. Texts and data are of the workspace of the current folder.
    Raises OSError for a file that cannot be read, and AuthorFault for data that no document can
    hold.
    """
    told = Report()
    if isinstance(given, Path) or (isinstance(given, str) and not _TEXT.search(given)):
        from pxc.api.files import given_file

        text = given_file(str(given), told, allow_python=allow_python)
        return Document(text, Path(text.name if text is not None else given), told)
    if isinstance(given, str):
        data = given.encode("utf-8", "surrogatepass")
        return Document(SourceText(name or "<text>", data), Path("text.yaml"), told)
    if isinstance(given, Mapping):
        from pxc.author.document import plain_document
        from pxc.author.texts import yaml_of

        data = yaml_of(plain_document(given)).encode("utf-8", "surrogatepass")
        return Document(SourceText(name or "<dict>", data), Path("dict.yaml"), told)
    from pxc.api.built import built_text

    text, place = built_text(given, name)
    return Document(text, place, told)
