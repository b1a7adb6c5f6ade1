"""Counts what real files of version 0 come to, for the page about migration.

    python -m tests.migration_counts CORPUS

CORPUS is a folder with `manifest.jsonl`: one record a file with its generation, kind and bucket.
The tables are written at the end of docs/migration.md; a test holds them.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path

from pxc.cli.migrating import result_of
from pxc.cli.workspaces import Workspaces
from pxc.codes import CODES
from pxc.diagnostics import Severity
from pxc.request import SourceText
from tests.conftest import ROOT

PAGE = ROOT / "docs" / "migration.md"
CLEAN, TOLD, DECIDE, ALONE = "nothing to do", "warnings", "something to decide", "left alone"
COLUMNS = (CLEAN, TOLD, DECIDE, ALONE)


def counts_text(corpus: Path) -> str:
    """The two tables: what becomes of files of each kind, and how many have each code."""
    kinds: dict[str, Counter[str]] = {}
    codes: Counter[str] = Counter()
    workspaces = Workspaces(isolated=True, catalogs=(), may_fetch=False)
    for line in (corpus / "manifest.jsonl").read_text().splitlines():
        record = json.loads(line)
        if record["generation"] != "v0" or record["bucket"] == "fragments":
            continue
        data = (corpus / record["file"]).read_bytes()
        result = result_of(record["file"], SourceText(record["file"], data), workspaces)
        severities = {d.severity for d in result.found}
        if result.left_alone:
            column = ALONE
        elif Severity.ERROR in severities:
            column = DECIDE
        else:
            column = TOLD if Severity.WARNING in severities else CLEAN
        kinds.setdefault(str(record["kind"] or "none"), Counter())[column] += 1
        codes.update({d.code.id for d in result.found})
    return f"{_kinds(kinds)}\n{_codes(codes)}"


def _kinds(kinds: dict[str, Counter[str]]) -> str:
    lines = [f"| kind | {' | '.join(COLUMNS)} |", "|---|" + "---|" * len(COLUMNS)]
    every: Counter[str] = Counter()
    for kind in sorted(kinds):
        lines.append(_row(f"`{kind}`", kinds[kind]))
        every.update(kinds[kind])
    return "\n".join([*lines, _row("all", every), ""])


def _row(name: str, counts: Counter[str]) -> str:
    return f"| {name} | {' | '.join(str(counts[column]) for column in COLUMNS)} |"


def _codes(codes: Counter[str]) -> str:
    lines = ["| code | name | severity | files |", "|---|---|---|---|"]
    for code, count in sorted(codes.items(), key=lambda item: (-item[1], item[0])):
        severity = CODES[code].severity.name.lower()
        link = f"[{code}](../pxc/codes/{code}.md)"
        lines.append(f"| {link} | {CODES[code].slug} | {severity} | {count} |")
    return "\n".join([*lines, ""])


def write_page(corpus: Path) -> None:
    """Put the tables in the place of those that the page has."""
    text = PAGE.read_text("utf-8")
    PAGE.write_text(text[: text.index("| kind | ")] + counts_text(corpus), "utf-8")


if __name__ == "__main__":
    write_page(Path(sys.argv[1]))
