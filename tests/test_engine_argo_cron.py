"""Schedules of every form before the lint of Argo, and what is refused before it gets there."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from pxc.driver import Outcome, Request, SourceText, compile_request
from pxc.options import ArgoOptions, Options, Runtime
from tests.engines import argo as engine
from tests.engines import place
from tests.kubernetes_oracle import judge

LONG = "a-name-that-is-much-too-long-for-what-a-schedule-starts-again-and-again"
RUN = "component: {run: {kind: job, container: {image: a, command: [b, '{{ globals.schedule_at }}']}}}"
SCHEDULES = {
    "macro": "kind: cron, cron: '@hourly'",
    "quarterly": "kind: cron, cron: '@quarterly'",
    "names": "kind: cron, cron: '0 6 1 JAN-mar Mon,FRI'",
    "sunday": "kind: cron, cron: '0 0 * * 5-7'",
    "steps": "kind: cron, cron: '*/5 0-6/2 1,15 * *'",
    "past": "kind: cron, cron: '0 6 * * *', startAt: '2001-01-01'",
    "ended": "kind: cron, cron: '0 6 * * *', startAt: '2001-01-01', endAt: '2001-02-01T00:00:00+09:00'",
    "often": "kind: interval, frequency: 1",
    "iso": "kind: interval, frequency: PT1H30M, maxRuns: 3, dependsOnPast: true",
    "clock": "kind: interval, frequency: '1:30:00', startAt: '2001-01-01T10:00:00Z'",
    "once": "kind: datetime, startAt: '2001-02-03T04:05:06Z'",
    "leap": "kind: datetime, startAt: '2032-02-29'",
}
KINDS = ("cron", "template")


def compiled(schedule: str, kind: str, name: str = LONG) -> Outcome:
    text = f"kind: operation\nname: {name}\nschedule: {{{schedule}}}\n{RUN}\n"
    # without a namespace the lint, which knows no cluster, looks for a template in another one
    options = Options(namespace="ml", runtime=Runtime(tracking=False), argo=ArgoOptions(kind=kind))
    files = (SourceText("f.yaml", text.encode()),)
    return compile_request(Request(files=files, target="argo", options=options))


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> dict[Path, str]:
    """A file of each schedule in each form, with its text."""
    folder, found = tmp_path_factory.mktemp("cron"), {}
    for name, schedule in SCHEDULES.items():
        for kind in KINDS:
            outcome = compiled(schedule, kind)
            assert outcome.files, [d.message for d in outcome.report]
            path = folder / f"{name}-{kind}.yaml"
            path.write_text(outcome.files[0].text)
            found[path] = outcome.files[0].text
    return found


@pytest.mark.parametrize("program", engine.LINTS)
def test_argo_has_nothing_against_a_schedule(program: str, written: dict[Path, str]) -> None:
    if place.missing(program):
        pytest.skip(f"NO ARGO LINT: {program} missing; run `make engines`")
    found = engine.lint(program, list(written))
    assert {path.name: told for path, told in found.items() if told} == {}


def test_names_fit_and_differ(written: dict[Path, str]) -> None:
    """A CronWorkflow has 52 characters for its name: two long ones stay two."""
    for text in written.values():
        assert all(len(each["metadata"]["name"]) <= 52 for each in judge(text))
    other = compiled(SCHEDULES["macro"], "cron", f"{LONG}-2").files[0].text
    first = next(iter(written.values()))
    names = {
        each["metadata"]["name"] for text in (first, other) for each in yaml.safe_load_all(text)
    }
    assert len(names) == 2


REFUSED = {
    "CRON_TZ=Europe/Rome 0 6 * * *": "PXC430",
    "@reboot": "PXC430",
    "@every 5m": "PXC430",
    "0 0 6 * * *": "PXC430",
    "0 6 31 2 *": "PXC430",
    "0 6 L * *": "PXC701",
    "0 6 * * 1#2": "PXC701",
}


@pytest.mark.parametrize("cron", REFUSED)
def test_what_argo_cannot_read_is_refused(cron: str) -> None:
    outcome = compiled(f"kind: cron, cron: '{cron}'", "cron")
    assert not outcome.files
    assert [d.code.id for d in outcome.report if d.code.id in ("PXC430", "PXC701")] == [
        REFUSED[cron]
    ]


def test_an_operation_of_a_dag_has_no_schedule() -> None:
    text = (
        "name: p\nrun:\n  kind: dag\n  operations:\n"
        f"  - {{name: a, schedule: {{kind: cron, cron: '@daily'}}, {RUN}}}\n"
    )
    files = (SourceText("f.yaml", text.encode()),)
    outcome = compile_request(Request(files=files, target="argo"))
    assert "PXC429" in {d.code.id for d in outcome.report}
    assert not outcome.files
