"""Holds the page about migration to the table of codes, and to what real files come to."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pxc.codes import CODES
from pxc.codes.index import sentence
from tests.conftest import ROOT
from tests.migration_counts import PAGE, counts_text

MIGRATION = [code for code in CODES if "PXC940" <= code < "PXC980"]


@pytest.mark.parametrize("code", MIGRATION)
def test_every_code_of_migration_is_told(code: str) -> None:
    meaning = sentence((ROOT / "pxc" / "codes" / f"{code}.md").read_text("utf-8"))
    severity = CODES[code].severity.name.lower()
    link = f"[{code}](../pxc/codes/{code}.md)"
    assert f"| {link} {CODES[code].slug} | {severity} | {meaning} |\n" in PAGE.read_text("utf-8")


def test_no_other_code_is_in_the_table() -> None:
    table = PAGE.read_text("utf-8").split("## All codes of migration\n")[1].split("\n## ")[0]
    assert re.findall(r"^\| \[(PXC\d{3})\]", table, re.M) == MIGRATION


def test_the_counts_are_those_of_the_corpus(shared: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = counts_text(shared / "corpus")
    assert text in PAGE.read_text("utf-8"), "run python -m tests.migration_counts CORPUS"
