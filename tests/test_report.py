"""How many findings a report keeps, and what it says of the others."""

from __future__ import annotations

from collections import Counter

import pytest

from pxc.diagnostics import MAX_FINDINGS, Report, cut_code
from pxc.lint.filter import filtered
from pxc.lint.select import Selection
from pxc.lint.settings import Settings
from pxc.source import Source, Span

ERROR, WARNING, INFO, OTHER = "PXC101", "PXC501", "PXC013", "PXC102"
SOURCE = Source("a.yaml", "x" * 5000)


def filled(*groups: tuple[str, int]) -> Report:
    report = Report()
    at = 0
    for code, count in groups:
        for _ in range(count):
            report.add(code, f"fault {at}", Span(SOURCE, at, at + 1))
            at += 1
    return report


def test_a_report_keeps_so_many_of_each_code() -> None:
    report = filled((INFO, 1500), (WARNING, MAX_FINDINGS), (ERROR, MAX_FINDINGS + 1), (OTHER, 3))
    counts = Counter(d.code.id for d in report)
    assert counts == {
        INFO: MAX_FINDINGS, WARNING: MAX_FINDINGS, ERROR: MAX_FINDINGS, OTHER: 3, "PXC023": 2,
    }  # fmt: skip
    assert report.has_errors
    assert sorted(filter(None, map(cut_code, report))) == [INFO, ERROR]


@pytest.mark.parametrize(("selectors", "told"), [((), True), (("PXC504",), False)])
def test_nothing_is_said_of_a_code_that_does_not_hold(
    selectors: tuple[str, ...], told: bool
) -> None:
    settings = Settings(selection=Selection(ignore=selectors))
    left = filtered(filled(("PXC504", MAX_FINDINGS + 1)), settings, [SOURCE], all_ran=False)
    assert any(d.code.id == "PXC023" for d in left) is told


def test_what_is_cut_begins_at_the_place_that_is_told() -> None:
    report = filled((ERROR, MAX_FINDINGS + 7))
    cut = [d for d in report if d.code.id == "PXC023"]
    assert [d.span.start for d in cut] == [MAX_FINDINGS]


def test_the_same_fault_and_a_withdrawn_one_take_no_room() -> None:
    report = filled((ERROR, MAX_FINDINGS))
    report.add(ERROR, "fault 0", Span(SOURCE, 0, 1))
    report.withdraw(ERROR, Span(SOURCE, 5, 6))
    report.add(ERROR, "another", Span(SOURCE, 4000, 4001))
    assert Counter(d.code.id for d in report) == {ERROR: MAX_FINDINGS}


def test_a_copy_of_a_full_report_says_what_it_said() -> None:
    copy = Report()
    for found in filled((ERROR, MAX_FINDINGS + 1), (WARNING, MAX_FINDINGS + 1)):
        copy.add(found.code.id, found.message, found.span)
    counts = Counter(d.code.id for d in copy)
    assert counts == {ERROR: MAX_FINDINGS, WARNING: MAX_FINDINGS, "PXC023": 2}
