"""Turns a table of features into its part of the page of a target."""

from __future__ import annotations

from pathlib import Path

from pxc.targets._features import Feature

__all__ = ["page_of", "page_text", "rewrite"]

_BEGIN, _END = "<!-- the table of features, written by pxc -->\n", "<!-- end of the table -->\n"


def page_of(target: str) -> Path:
    """Where the page of a target is."""
    return Path(__file__).resolve().parents[1] / "docs" / "targets" / f"{target}.md"


def page_text(page: str, table: tuple[Feature, ...]) -> str:
    """The target's page with the table as it is now. Raises ValueError for one without a place."""
    before, begin, rest = page.partition(_BEGIN)
    _, end, after = rest.partition(_END)
    if not end:
        raise ValueError(f"the page has no {_BEGIN.strip()} and {_END.strip()}")
    rows = ["| what is written | answer | what becomes of it |", "| --- | --- | --- |"]
    for row in table:
        option = f"; exact with `--{row.option.replace('_', '-')}`" if row.option else ""
        option += f"; exact under the profile `{row.profile}`" if row.profile else ""
        rows.append(f"| {row.shown} | {row.stance}{option} | {row.reason} |")
    return "\n".join((before + begin, *rows, "", end + after))


def rewrite(target: str, table: tuple[Feature, ...], arguments: list[str]) -> str | None:
    """Write the page of a target, or with `--check` compare it; the sentence to fail with."""
    if arguments not in ([], ["--check"]):
        return f"usage: python -m pxc.targets.{target}.page [--check]"
    page = page_of(target)
    before = page.read_text("utf-8")
    text = page_text(before, table)
    if not arguments:
        page.write_text(text, "utf-8")
    elif text != before:
        return f"{page.name} is stale: run python -m pxc.targets.{target}.page"
    return None
