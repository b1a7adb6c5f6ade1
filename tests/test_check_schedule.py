"""Schedules: what cannot be read, what never comes, what overlaps, and when runs start."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import islice, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pxc.ir.node import Lit
from pxc.ir.spec import Schedule
from pxc.language import PolyaxonLanguage
from pxc.passes.schedule_times import cron_times, next_runs, smallest_gap
from tests.reading import compiled, found, linted, operation

FINDINGS = [
    ("{kind: cron, cron: '61 * * * *'}", ["PXC430 1:31 61"]),
    ("{kind: cron, cron: '0 25 * * *'}", ["PXC430 1:33 25"]),
    ("{kind: cron, cron: '0  5 32 * *'}", ["PXC430 1:36 32"]),
    ("{kind: cron, cron: '61 61 * * *'}", ["PXC430 1:30 '61 61 * * *'"]),
    ("{kind: cron, cron: '0 0 31 2 *'}", ["PXC430 1:30 '0 0 31 2 *'"]),
    ("{kind: cron, cron: '0 0 31 apr,jun *'}", ["PXC430 1:30 '0 0 31 apr,jun *'"]),
    ("{kind: cron, cron: '0 0 31 2 mon'}", []),
    ("{kind: cron, cron: '0 0 29 2 *'}", []),
    ("{kind: cron, cron: ' '}", ["PXC430 1:30 ' '"]),
    (f"{{kind: cron, cron: '{'1,' * 300}1 * * * *'}}", [f"PXC430 1:30 '{'1,' * 300}1 * * * *'"]),
    ("{kind: cron, cron: null}", ["PXC430 1:30 null"]),
    ("{kind: interval, frequency: null}", ["PXC435 1:39 null"]),
    ("{kind: datetime, startAt: null}", ["PXC436 1:37 null"]),
    (
        "{kind: datetime, startAt: '9999-12-31T23:59:59-05:00'}",
        ["PXC436 1:37 '9999-12-31T23:59:59-05:00'"],
    ),
    ("{kind: cron, cron: '0 0 L * *'}", []),
    ("{kind: cron, cron: '@dayly'}", ["PXC430 1:30 '@dayly'"]),
    ("{kind: cron, cron: '@Daily'}", []),
    (
        "{kind: cron, cron: 'CRON_TZ=Europe/Berlin 0 2 * * *'}",
        ["PXC430 1:31 CRON_TZ=Europe/Berlin"],
    ),
    ("{kind: cron, cron: '0 0 12 * * ?'}", ["PXC430 1:30 '0 0 12 * * ?'"]),
    ("{kind: datetime, startAt: soon}", ["PXC436 1:37 soon"]),
    ("{kind: datetime, startAt: '2030-02-30'}", ["PXC436 1:37 '2030-02-30'"]),
    ("{kind: datetime, startAt: '2030-01-01'}", []),
    ("{kind: datetime, startAt: '2030-01-01T06:00:00Z'}", []),
    ("{kind: datetime, startAt: '2030-01-01 06:00:00-05:00'}", []),
    ("{kind: datetime, startAt: '2030-01-01T06:00:00'}", ["PXC431 1:37 '2030-01-01T06:00:00'"]),
    (
        "{kind: cron, cron: '@daily', startAt: '2030-01-02', endAt: '2030-01-02'}",
        ["PXC433 1:70 '2030-01-02'"],
    ),
    (
        "{kind: cron, cron: '@daily', startAt: '2030-01-01T23:00:00Z', endAt: '2030-01-02T00:00:00+02:00'}",
        ["PXC433 1:80 '2030-01-02T00:00:00+02:00'"],
    ),
    (
        "{kind: cron, cron: '@daily', startAt: '2030-01-01T23:00:00+02:00', endAt: '2030-01-02T00:00:00Z'}",
        [],
    ),
]


@pytest.mark.parametrize(("schedule", "expected"), FINDINGS)
def test_what_is_found(schedule: str, expected: list[str]) -> None:
    text = (
        f"schedule: {schedule}\nkind: operation\nrun: {{kind: job, container: {{image: 'a:1'}}}}\n"
    )
    assert found(linted(text).report) == expected


OVERLAPS = [
    ("kind: interval, frequency: 60", True),
    ("kind: interval, frequency: 3600", False),
    ("kind: interval, frequency: 60, dependsOnPast: true", False),
    ("kind: interval, frequency: 60, dependsOnPast: false", True),
    ("kind: interval, frequency: 60, maxRuns: 1", False),
    ("kind: cron, cron: '*/30 * * * *'", True),
    ("kind: cron, cron: '0 1,2 29 2 *'", False),
    ("kind: cron, cron: '0,45 1 29 2 *'", True),
    ("kind: cron, cron: '@hourly'", False),
    ("kind: datetime, startAt: '2030-01-01'", False),
]


@pytest.mark.parametrize(("schedule", "overlaps"), OVERLAPS)
def test_overlap(schedule: str, overlaps: bool) -> None:
    text = (
        f"schedule: {{{schedule}}}\nkind: operation\ntermination: {{timeout: 3600}}\n"
        "run: {kind: job, container: {image: 'a:1'}}\n"
    )
    codes = [line[:6] for line in found(linted(text).report)]
    assert codes == (["PXC432"] if overlaps else [])


def test_an_interval_that_was_an_expression() -> None:
    text = (
        "inputs: [{name: every, type: str, value: often}]\n"
        "schedule: {kind: interval, frequency: '{{ every }}'}\n"
        "run: {kind: job, container: {image: 'a:1'}}\n"
    )
    assert [line[:10] for line in found(compiled(text).report)] == ["PXC435 2:3"]


RUNS = [
    ("kind: cron, cron: '0 6 * * 1'", ["2026-01-05T06:00", "2026-01-12T06:00", "2026-01-19T06:00"]),
    (
        "kind: cron, cron: '@daily', startAt: '2026-02-01T05:00:00+01:00'",
        ["2026-02-01T04:00", "2026-02-02T00:00", "2026-02-03T00:00"],
    ),
    (
        "kind: cron, cron: '@daily', startAt: '2020-02-01'",
        ["2026-01-02T00:00", "2026-01-03T00:00", "2026-01-04T00:00"],
    ),
    ("kind: cron, cron: '@daily', maxRuns: 2", ["2026-01-02T00:00", "2026-01-03T00:00"]),
    ("kind: cron, cron: '@daily', endAt: '2026-01-03'", ["2026-01-02T00:00"]),
    (
        "kind: interval, frequency: PT36H",
        ["2026-01-02T12:00", "2026-01-04T00:00", "2026-01-05T12:00"],
    ),
    (
        "kind: interval, frequency: '01:00', startAt: '2025-12-31T23:30:00Z'",
        ["2026-01-01T00:30", "2026-01-01T01:30", "2026-01-01T02:30"],
    ),
    ("kind: interval, frequency: P9000Y, startAt: '0001-01-01T00:00:00Z'", ["8995-01-10T00:00"]),
    ("kind: datetime, startAt: '2027-01-01'", ["2027-01-01T00:00"]),
    ("kind: datetime, startAt: '2025-01-01'", []),
]


@pytest.mark.parametrize(("schedule", "expected"), RUNS)
def test_next_runs(schedule: str, expected: list[str]) -> None:
    main, report = operation(
        f"schedule: {{{schedule}}}\nrun: {{kind: job, container: {{image: a}}}}\n"
    )
    assert main is not None
    assert isinstance(main.schedule, Schedule)
    assert len(report) == 0
    runs = islice(next_runs(main.schedule, PolyaxonLanguage(), datetime(2026, 1, 1, tzinfo=UTC)), 3)
    assert [run.isoformat(timespec="minutes").removesuffix("+00:00") for run in runs] == expected


minutes = st.integers(0, 59).map(str) | st.sampled_from(["*", "*/7", "3-9", "1,30"])
hours = st.integers(0, 23).map(str) | st.sampled_from(["*", "*/5", "8-17"])


@settings(max_examples=60, deadline=None)
@given(minutes, hours, st.datetimes(datetime(2000, 1, 1), datetime(2090, 1, 1)))
def test_runs_come_in_order_and_no_closer_than_the_smallest_gap(
    minute: str, hour: str, after: datetime
) -> None:
    cron = f"{minute} {hour} * * *"
    times = list(islice(cron_times(cron, after.replace(tzinfo=UTC)), 30))
    main, _ = operation(f"schedule: {{kind: cron, cron: '{cron}'}}\nrun: {{kind: job}}\n")
    assert main is not None
    assert isinstance(main.schedule, Schedule)
    assert isinstance(main.schedule.cron, Lit)
    gap = smallest_gap(main.schedule, PolyaxonLanguage())
    assert gap is not None
    assert min((b - a).total_seconds() for a, b in pairwise(times)) >= gap
