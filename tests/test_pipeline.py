"""The runner: order, the rule that stops it, dumps and timings."""

from __future__ import annotations

import json
from typing import Any

from pxc.diagnostics import Report
from pxc.driver import Request, SourceText, compile_request, pass_list
from pxc.passes import PIPELINE
from pxc.pipeline import Phase, run_pipeline
from pxc.source import Source, whole
from pxc.world import World

FILE = b"kind: component\ninputs: [{name: n, value: 2}]\nrun: {kind: job, container: {image: x, args: ['{{ n }}']}}\n"
WORLD: Any = None


def test_a_phase_is_finished_before_an_error_stops_it() -> None:
    ran = []
    place = whole(Source("f", "text"))

    def first(state: Any, world: World, report: Report) -> Any:
        ran.append("first")
        report.add("PXC001", "one", place)
        return state

    def second(state: Any, world: World, report: Report) -> Any:
        ran.append("second")
        report.add("PXC001", "two", place)
        return state

    def third(state: Any, world: World, report: Report) -> Any:
        ran.append("third")
        return state

    report = Report()
    progress = run_pipeline(0, (Phase("a", (first, second)), Phase("b", (third,))), WORLD, report)
    assert ran == ["first", "second"]
    assert not progress.finished
    assert len(report) == 2


def test_a_warning_stops_nothing() -> None:
    def warn(state: Any, world: World, report: Report) -> Any:
        report.add("PXC004", "text", whole(Source("f", "text")))
        return state

    progress = run_pipeline(0, (Phase("a", (warn,)), Phase("b", (warn,))), WORLD, Report())
    assert progress.finished
    assert [name for name, _ in progress.timings] == ["warn", "warn"]


def test_dump_after_a_pass_shows_the_program_there() -> None:
    def dump(after: str) -> Any:
        outcome = compile_request(Request(files=(SourceText("f.yaml", FILE),), dump_after=after))
        return json.loads(outcome.dump or "null")

    args = dump("resolve_params")["composed"]["run"]["container"]["args"]
    assert args == [{"template": [{"expression": "n"}]}]
    assert dump("evaluate_expressions")["composed"]["run"]["container"]["args"] == ["2"]
    assert dump("lower_plan")["is"] == "Plan"


def test_every_pass_says_what_it_does() -> None:
    listed = pass_list()
    assert [name for _, name, _ in listed] == [s.__name__ for p in PIPELINE for s in p.passes]
    assert all(line and line[0].isupper() and line.endswith(".") for _, _, line in listed)


def test_every_pass_is_a_file_of_its_name() -> None:
    for phase in PIPELINE:
        for step in phase.passes:
            assert step.__module__ == f"pxc.passes.{step.__name__}"
