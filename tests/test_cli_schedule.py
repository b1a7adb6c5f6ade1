"""`pxc schedule`: when runs start, in UTC and in a zone, whatever the machine's clock and zone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pxc.zones import time_zone, zone_names
from tests.command_line import run, write

RUN = "run: {kind: job, container: {image: 'a:1'}}\n"
NIGHTLY = "schedule: {kind: cron, cron: '30 0 * * *'}\n" + RUN
FROM = ("--from", "2026-10-24T00:00:00Z")


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def times(*args: str) -> list[str]:
    ended = run("schedule", "a.yaml", *FROM, *args)
    assert (ended.code, ended.err) == (0, "")
    return ended.out.splitlines()


def test_five_runs_in_utc(here: Path) -> None:
    write(here, {"a.yaml": NIGHTLY})
    days = ["Sat", "Sun", "Mon", "Tue", "Wed"]
    assert times() == [f"{day} 2026-10-{24 + i}T00:30:00Z" for i, day in enumerate(days)]


def test_a_zone_shows_where_clocks_change(here: Path) -> None:
    write(here, {"a.yaml": NIGHTLY})
    assert times("--zone", "Europe/Berlin", "--next", "3") == [
        "Sat 2026-10-24T00:30:00Z  Sat 2026-10-24T02:30:00+02:00 Europe/Berlin",
        "Sun 2026-10-25T00:30:00Z  Sun 2026-10-25T02:30:00+02:00 Europe/Berlin",
        "Mon 2026-10-26T00:30:00Z  Mon 2026-10-26T01:30:00+01:00 Europe/Berlin  clocks changed",
    ]


def test_json(here: Path) -> None:
    write(here, {"a.yaml": NIGHTLY})
    shown = json.loads("\n".join(times("--format", "json", "--next", "1", "--zone", "Asia/Tokyo")))
    assert shown == {
        "runs": [
            {
                "utc": "2026-10-24T00:30:00Z",
                "local": "2026-10-24T09:30:00+09:00",
                "zone": "Asia/Tokyo",
            }
        ]
    }


def test_params_presets_and_an_offset(here: Path) -> None:
    hours = "schedule: {kind: cron, cron: '0 {{ h }} * * *'}\n"
    write(here, {"a.yaml": "inputs: [{name: h, type: int}]\n" + hours + RUN})
    write(here, {"p.yaml": "isPreset: true\nschedule: {kind: cron, maxRuns: 1}\n"})
    found = times("-P", "h=3", "-f", "p.yaml", "--from", "2026-10-24T06:00:00+02:00")
    assert found == ["Sun 2026-10-25T03:00:00Z"]


def test_what_the_machine_says_changes_nothing(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(here, {"a.yaml": NIGHTLY})
    shown = times("--zone", "America/New_York")
    monkeypatch.setenv("TZ", "Pacific/Apia")
    monkeypatch.setenv("PYTHONTZPATH", str(here))
    assert times("--zone", "America/New_York") == shown


@pytest.mark.parametrize(
    ("text", "args", "code", "said"),
    [
        (RUN, (), 2, "'a.yaml' has no schedule"),
        ("schedule: {kind: cron, cron: '{{ c }}'}\n" + RUN, (), 2, "has no schedule that is known"),
        ("schedule: {kind: cron, cron: '0 0 31 2 *'}\n" + RUN, (), 1, "error[PXC430]"),
        ("schedule: [\n", (), 1, "error[PXC001]"),
        (NIGHTLY, ("--zone", "Europe/Berlim"), 2, "Did you mean 'Europe/Berlin'?"),
        (NIGHTLY, ("--zone", "../../etc/passwd"), 2, "there is no time zone"),
        (NIGHTLY, ("--from", "tomorrow"), 2, "'tomorrow' is not a time"),
        (NIGHTLY, ("--from", "0001-01-01T00:00:00+05:00"), 2, "is not a time"),
        (NIGHTLY, ("--next", "0"), 2, "--next"),
        ("schedule: {kind: datetime, startAt: '2020-01-01'}\n" + RUN, (), 0, "no run starts"),
    ],
)
def test_what_cannot_be_shown(
    here: Path, text: str, args: tuple[str, ...], code: int, said: str
) -> None:
    write(here, {"a.yaml": text})
    ended = run("schedule", "a.yaml", *args)
    assert ended.code == code
    assert said in ended.err
    assert ended.out == ""


def test_a_file_that_is_not_there(here: Path) -> None:
    ended = run("schedule", "none.yaml")
    assert ended.code == 2
    assert "error[PXC021]" in ended.err


def test_every_zone_has_rules() -> None:
    assert "UTC" in zone_names()
    assert "Europe/Berlin" in zone_names()
    assert all(time_zone(name) is not None for name in zone_names())
