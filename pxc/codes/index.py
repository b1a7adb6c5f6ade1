"""Turns the table of codes and their pages into `docs/codes.md`.

`python -m pxc.codes.index` rewrites the file, `--check` only compares.
"""

from __future__ import annotations

from pathlib import Path

from pxc.codes import CODES

PAGES = Path(__file__).resolve().parent
INDEX = PAGES.parents[1] / "docs" / "codes.md"

_CATEGORIES = {
    "0": "Syntax and file",
    "1": "Schema",
    "2": "Inputs, types, references",
    "3": "Expressions",
    "4": "Dags, hooks, joins, schedules and matrices",
    "5": "Kubernetes",
    "6": "Security",
    "7": "Targets",
    "8": "Catalog",
    "9": "Meta",
}

_HEAD = """\
# Diagnostic codes

Every finding has a code with a number that is never reused and a name that may be written instead
of it. `pxc rule PXC102` and `pxc rule misspelled-field` print the same page. Errors stop a
compilation; warnings and remarks (info) do not. This file is written by
`python -m pxc.codes.index`.
"""


def sentence(page: str) -> str:
    """The first paragraph of a page, in one line: what the code means."""
    paragraphs = page.split("\n\n")
    return " ".join(paragraphs[1].split())


def index_text() -> str:
    """The whole of `docs/codes.md`. Raises FileNotFoundError for a code without a page."""
    blocks = [_HEAD]
    category = ""
    for code in CODES.values():
        if code.id[3] != category:
            category = code.id[3]
            blocks.append(
                f"\n## {_CATEGORIES[category]}\n\n"
                "| code | name | severity | meaning |\n|---|---|---|---|\n"
            )
        page = (PAGES / f"{code.id}.md").read_text("utf-8")
        link = f"[{code.id}](../pxc/codes/{code.id}.md)"
        meaning = sentence(page).replace("|", "\\|")
        blocks.append(f"| {link} | {code.slug} | {code.severity.name.lower()} | {meaning} |\n")
    return "".join(blocks)


def _main(arguments: list[str]) -> str | None:
    """Write the file, or compare it; the sentence to fail with, if any."""
    if arguments not in ([], ["--check"]):
        return "usage: python -m pxc.codes.index [--check]"
    text = index_text()
    if not arguments:
        INDEX.write_text(text, "utf-8")
    elif not INDEX.is_file() or INDEX.read_text("utf-8") != text:
        return "docs/codes.md is stale: run python -m pxc.codes.index"
    return None


if __name__ == "__main__":
    import sys

    raise SystemExit(_main(sys.argv[1:]))
