"""Turns a text that is correct YAML into findings about its layout: key order, schema line."""

from __future__ import annotations

import re
from collections.abc import Collection

from pxc.diagnostics import Fix, Report
from pxc.source import Source, Span

__all__ = ["check_style"]

SCHEMA_FILE = "polyaxonfile.schema.json"
_MODELINE = re.compile(r"^#[ \t]*yaml-language-server:[ \t]*\$schema[ \t]*=", re.M)


def check_style(source: Source, codes: Collection[str], report: Report) -> None:
    """Report PXC912 and PXC930 of a text, those among `codes`; JSON has neither."""
    if source.text.lstrip().startswith("{"):
        return
    if "PXC912" in codes:
        _check_order(source, report)
    if "PXC930" in codes and not _MODELINE.search(source.text):
        line_end = "\r\n" if "\r\n" in source.text else "\n"
        line = f"# yaml-language-server: $schema={SCHEMA_FILE}{line_end}"
        start = Span(source, 0, 0)
        report.add(
            "PXC930",
            "editors cannot tell that this is a Polyaxonfile",
            start,
            help=f"begin with `{line.rstrip()}`, and save there what `pxc schema` prints",
            fix=Fix("add the line", ((start, line),)),
        )


def _check_order(source: Source, report: Report) -> None:
    from pxc.grammar.fmt import first_out_of_order, with_keys_in_order

    out = first_out_of_order(source.text)
    if out is None:
        return
    (name, line), before = out
    at = source.text.find(name, _line_start(source.text, line))
    ordered = with_keys_in_order(source.name, source.text)
    report.add(
        "PXC912",
        f"`{name}` stands after `{before}`",
        Span(source, at, at + len(name)),
        help="`pxc fmt` puts the keys of the root in their order",
        fix=Fix("put the keys in order", ((Span(source, 0, len(source.text)), ordered),))
        if ordered is not None
        else None,
    )


def _line_start(text: str, line: int) -> int:
    at = 0
    for _ in range(line):
        at = text.index("\n", at) + 1
    return at
