"""`pxc convert`: turns a Polyaxonfile into YAML or JSON, from either of them or from Python."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from pxc.cli.findings import exit_code, merged, printed
from pxc.cli.inputs import read_given
from pxc.cli.options import (
    STDIN,
    check_stdin_filename,
    color_option,
    format_option,
    python_option,
    stdin_option,
)
from pxc.cli.output import write_file
from pxc.cli.terminal import write_product
from pxc.diagnostics import Report
from pxc.request import SourceText
from pxc.source import head_of

__all__ = ["convert_command"]


@click.command(
    "convert",
    epilog="""\b
Examples:
  pxc convert train.yaml > train.json
  pxc convert train.json -o train.yaml
  pxc convert pipeline.py --allow-python
  pxc convert pipeline.py:nightly --allow-python --to json""",
)
@click.argument("file", metavar="FILE", type=click.Path())
@click.option(
    "--to", type=click.Choice(("yaml", "json")),
    help="What to write.  [default: JSON of YAML, YAML of everything else]",
)  # fmt: skip
@python_option
@click.option("-o", "--output", metavar="PATH", help="Write to this file.")
@format_option
@color_option
@stdin_option
def convert_command(
    file: str,
    to: str | None,
    allow_python: bool,
    output: str | None,
    format_: str,
    color: str,
    stdin_filename: str | None,
) -> int:
    """Write a Polyaxonfile as YAML or as JSON.

    FILE is YAML, JSON or Python, '-' is standard input. The fields and their order stay; remarks,
    anchors and the way that a value is spelled do not. It is read, not linted: only what keeps it
    from being read is told.
    """
    check_stdin_filename(stdin_filename, (file,))
    report = Report()
    given = read_given(file, report, stdin_filename, allow_python=allow_python)
    text = None if given is None else _converted(given, to or _other(given), report)
    found = merged([report])
    printed(found, 1, format_, color, sys.stderr)
    if text is not None and not report.has_errors:
        if output is None or output == STDIN:
            write_product(text)
        else:
            write_file(Path(output), text)
    return exit_code(found)


def _other(given: SourceText) -> str:
    """What a file is not yet."""
    is_json = given.data.lstrip()[:1] == b"{"
    return "yaml" if is_json or given.authored is not None else "json"


def _converted(given: SourceText, to: str, report: Report) -> str | None:
    """The text of a file in another form; None after a report."""
    from pxc.api.document import read_tree
    from pxc.author.faults import AuthorFault
    from pxc.author.texts import json_of, yaml_of
    from pxc.ir.node import plain

    tree = read_tree(given, report)
    if tree is None:
        return None
    try:
        return json_of(plain(tree)) if to == "json" else yaml_of(plain(tree))
    except AuthorFault as fault:
        report.add(fault.code, fault.message, head_of(tree.span), help=fault.help)
        return None
