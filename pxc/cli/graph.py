"""The command that draws what a Polyaxonfile runs, in what order."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from pxc.cli.findings import exit_code, merged, printed
from pxc.cli.inputs import one_input, read_given
from pxc.cli.options import (
    STDIN,
    catalog_option,
    check_stdin_filename,
    color_option,
    hub_option,
    isolated_option,
    locked_options,
    named_preset_option,
    param_option,
    preset_option,
    python_option,
    stdin_option,
)
from pxc.cli.output import write_file
from pxc.cli.principals import this_day
from pxc.cli.terminal import write_product
from pxc.cli.workspaces import Workspaces
from pxc.diagnostics import Report, Severity
from pxc.driver import Request, plan_request
from pxc.graph import FORMATS, draw

__all__ = ["graph_command"]


@click.command(
    "graph",
    epilog="""\b
Examples:
  pxc graph polyaxonfile.yaml
  pxc graph polyaxonfile.yaml --format svg -o graph.svg
  pxc graph polyaxonfile.yaml --format dot | dot -Tpdf -o graph.pdf""",
)
@click.argument("file", metavar="[FILE]", required=False, type=click.Path())
@hub_option
@python_option
@click.option(
    "--format", "format_", type=click.Choice(FORMATS), default=FORMATS[0], show_default=True,
    help="The language of the picture.",
)  # fmt: skip
@click.option(
    "-o", "--output", metavar="PATH", default=STDIN,
    help="Write to this file.  [default: standard output]",
)  # fmt: skip
@param_option
@preset_option
@named_preset_option
@catalog_option
@isolated_option
@locked_options
@color_option
@stdin_option
def graph_command(
    file: str | None,
    hubs: tuple[str, ...],
    allow_python: bool,
    format_: str,
    output: str,
    params: tuple[tuple[str, str], ...],
    presets: tuple[str, ...],
    named_presets: tuple[str, ...],
    catalogs: tuple[str, ...],
    isolated: bool,
    color: str,
    stdin_filename: str | None,
    **where: bool | None,
) -> int:
    """Draw what a Polyaxonfile runs, in what order.

    'mermaid' is for Markdown, 'dot' for Graphviz, 'svg' an image of its own. Errors of FILE go to
    standard error.
    """
    file = one_input(file, hubs)
    check_stdin_filename(stdin_filename, (file, *presets))
    unread = Report()
    texts = [
        read_given(path, unread, stdin_filename, allow_python=allow_python)
        for path in (file, *presets)
    ]
    given = tuple(text for text in texts if text is not None)
    reports = [unread]
    if len(given) == len(texts):
        chosen = {"presets": named_presets or None, **where}
        workspaces = Workspaces(isolated=isolated, catalogs=catalogs, chosen=chosen)
        root = workspaces.root_of(file, stdin_filename)
        defaults = workspaces.defaults_of(root)
        request = Request(
            files=given,
            params=params,
            options=defaults.options,
            root=root,
            catalog=defaults.catalog,
            today=this_day(),
        )
        report, plan = plan_request(request)
        reports.append(report)
        if plan is not None:
            _write(draw(plan, format_), output)
    found = [d for d in merged(reports) if d.severity is Severity.ERROR]
    printed(found, 1, "text", color, sys.stderr)
    return exit_code(found)


def _write(text: str, output: str) -> None:
    if output == STDIN:
        write_product(text)
    else:
        write_file(Path(output), text)
