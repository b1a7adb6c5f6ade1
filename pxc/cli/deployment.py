"""Turns the values file of a v0 deployment into the files of a workspace with its catalog."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from msgspec import Struct

from pxc.cli.inputs import read_given
from pxc.cli.output import write_folder
from pxc.contracts import OutFile
from pxc.diagnostics import Report
from pxc.grammar.v0.deployment import deployment
from pxc.grammar.v0.deployment_files import (
    CATALOG,
    SETTINGS,
    deployment_files,
    deployment_text,
    settings_text,
)
from pxc.grammar.v0.deployment_values import read_values
from pxc.grammar.yaml_bytes import load_source

__all__ = ["Written", "check_deployment", "read_deployment"]


class Written(Struct, frozen=True):
    """What a deployment comes to: a stream of documents, the files of it, and a pxc.yaml."""

    text: str
    files: dict[str, str]
    settings: str

    def files_for(self, folder: Path) -> list[OutFile]:
        """The files to write below a folder: a pxc.yaml only where there is none."""
        settings = {} if (folder / SETTINGS).exists() else {SETTINGS: self.settings}
        return [OutFile(path, text) for path, text in (settings | self.files).items()]

    @contextmanager
    def as_catalog(self) -> Iterator[tuple[Path, ...]]:
        """The catalog as a folder, for as long as files are linted over it."""
        with tempfile.TemporaryDirectory(prefix="pxc-") as name:
            write_folder(Path(name), [OutFile(path, text) for path, text in self.files.items()])
            yield (Path(name) / CATALOG,) if self.files else ()


def check_deployment(given: str | None, *, elsewhere: bool, alone: bool, output: bool) -> None:
    """Refuse a deployment whose catalog has no place to go to. Raises UsageError."""
    if given is None:
        return
    if elsewhere:
        raise click.UsageError("--deployment writes new files: choose -o DIR.")
    if not alone and not output:
        raise click.UsageError("--deployment with a PATH needs -o DIR.")


def read_deployment(path: str, report: Report) -> Written | None:
    """What a values file comes to; None after an error that leaves nothing."""
    given = read_given(path, report)
    source = None if given is None else load_source(given.name, given.data, report)
    tree = None if source is None else read_values(source, report)
    if tree is None:
        return None
    found = deployment(tree, report)
    hidden = tree.span.source
    return Written(
        deployment_text(found, hidden),
        deployment_files(found, hidden),
        settings_text(found, hidden),
    )
