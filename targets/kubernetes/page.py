"""Turns the table of features into its part of `docs/targets/kubernetes.md`.

`python -m pxc.targets.kubernetes.page` rewrites the file, `--check` only compares.
"""

from __future__ import annotations

from pathlib import Path

from pxc.targets.kubernetes.features import TABLE, reason

__all__ = ["PAGE", "page_text"]

PAGE = Path(__file__).resolve().parents[2] / "docs" / "targets" / "kubernetes.md"
_BEGIN, _END = "<!-- the table of features, written by pxc -->\n", "<!-- end of the table -->\n"


def page_text(page: str) -> str:
    """The target's page with the table as it is now. Raises ValueError for one without a place."""
    before, begin, rest = page.partition(_BEGIN)
    _, end, after = rest.partition(_END)
    if not end:
        raise ValueError(f"the page has no {_BEGIN.strip()} and {_END.strip()}")
    rows = ["| what is written | answer | what becomes of it |", "| --- | --- | --- |"]
    for row in TABLE:
        option = f"; exact with `--{row.option.replace('_', '-')}`" if row.option else ""
        option += f"; exact under the profile `{row.profile}`" if row.profile else ""
        rows.append(f"| {row.shown} | {row.stance}{option} | {reason(row)} |")
    return "\n".join((before + begin, *rows, "", end + after))


def _main(arguments: list[str]) -> str | None:
    """Write the page, or compare it; the sentence to fail with, if any."""
    if arguments not in ([], ["--check"]):
        return "usage: python -m pxc.targets.kubernetes.page [--check]"
    page = PAGE.read_text("utf-8")
    text = page_text(page)
    if not arguments:
        PAGE.write_text(text, "utf-8")
    elif text != page:
        return f"{PAGE.name} is stale: run python -m pxc.targets.kubernetes.page"
    return None


if __name__ == "__main__":
    import sys

    raise SystemExit(_main(sys.argv[1:]))
