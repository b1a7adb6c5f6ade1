"""Holds the table of codes, its pages and the sources to one another, and runs every example."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from pxc.codes import CODES, find
from pxc.codes.index import INDEX, index_text, sentence
from tests.code_pages import Example, examples_of
from tests.conftest import ROOT

PAGES = {path.stem: path for path in sorted((ROOT / "pxc" / "codes").glob("PXC*.md"))}
WITHOUT_EXAMPLE = {"PXC000", "PXC041"}
ROOMS = ("grammar", "passes", "targets", "pxc")


@cache
def page(code: str) -> str:
    return PAGES[code].read_text("utf-8")


def examples() -> list[tuple[str, Example]]:
    return [(code, example) for code in PAGES for example in examples_of(page(code))]


@cache
def codes_in_sources() -> dict[str, set[str]]:
    """Every code that a source names between quotes, with the files that do."""
    found: dict[str, set[str]] = {}
    table = ROOT / "pxc" / "codes" / "__init__.py"
    for room in ROOMS:
        for path in (ROOT / room).rglob("*.py"):
            if path == table or not _is_own(path, room):
                continue
            for code in re.findall(r'"(PXC\d{3})"', path.read_text("utf-8")):
                found.setdefault(code, set()).add(path.relative_to(ROOT).as_posix())
    found.setdefault("PXC000", set()).update(_names_internal_error())
    return found


def _is_own(path: Path, room: str) -> bool:
    """Whether a file lies in the room itself, not behind one of the links in pxc/."""
    return room != "pxc" or path.relative_to(ROOT / "pxc").parts[0] not in ROOMS


def _names_internal_error() -> set[str]:
    """PXC000 is printed when there may be no report left, so it stands in a text."""
    path = ROOT / "pxc" / "cli" / "__init__.py"
    return {path.name} if "error[PXC000]" in path.read_text("utf-8") else set()


def test_every_code_has_a_page_and_every_page_a_code() -> None:
    assert list(PAGES) == sorted(CODES)


def test_ids_are_unique_and_in_order() -> None:
    table = re.findall(r'\("(PXC\d{3})", "([a-z0-9-]+)"', _table_text())
    ids = [code for code, _ in table]
    assert ids == sorted(set(ids))
    assert ids == list(CODES)


def test_slugs_are_unique() -> None:
    slugs = [code.slug for code in CODES.values()]
    assert len(set(slugs)) == len(slugs)
    assert all(find(code.slug) is code and find(code.id.lower()) is code for code in CODES.values())


def _table_text() -> str:
    return (ROOT / "pxc" / "codes" / "__init__.py").read_text("utf-8")


def test_every_code_is_used_and_every_used_code_is_in_the_table() -> None:
    assert sorted(codes_in_sources()) == sorted(CODES)


@pytest.mark.parametrize("code", PAGES)
def test_a_page_has_its_parts(code: str) -> None:
    lines = page(code).splitlines()
    assert lines[0] == f"# {code} {CODES[code].slug}"
    assert sentence(page(code)).endswith(".")
    headings = [line[3:] for line in lines if line.startswith("## ")]
    if code in WITHOUT_EXAMPLE:
        return
    assert headings[:3] == ["Why it matters", "Wrong", "Right"]
    assert headings[3:] in ([], ["Background"])
    verdicts = [example.verdict for example in examples_of(page(code))]
    assert verdicts == ["wrong", "right"]
    assert len(lines) <= 40
    assert max(map(len, lines)) <= 110


@pytest.mark.parametrize(("code", "example"), examples(), ids=lambda v: getattr(v, "verdict", v))
def test_examples_do_what_they_say(code: str, example: Example) -> None:
    wanted = [code] if example.verdict == "wrong" else []
    assert sorted(example.codes()) == sorted(wanted + example.also)


def test_every_code_is_seen_at_work() -> None:
    seen = {code for code, example in examples() if example.verdict == "wrong"}
    for path in (ROOT / "golden").glob("*/expected.diagnostics.txt"):
        seen.update(re.findall(r"\[(PXC\d{3})\]", path.read_text("utf-8")))
    assert sorted(CODES.keys() - seen) == sorted(WITHOUT_EXAMPLE)


def test_pages_name_only_codes_that_exist() -> None:
    named = {code for path in PAGES.values() for code in re.findall(r"PXC\d{3}", path.read_text())}
    assert named <= CODES.keys()


def test_the_index_is_what_the_pages_say() -> None:
    assert INDEX.read_text("utf-8") == index_text()
