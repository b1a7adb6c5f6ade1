"""Turns the events that start a run from outside into the assets that a DAG is scheduled by.

A push to a repository is an event of the asset that has its address: whatever hears of the push
tells Airflow's API of it. A run elsewhere is no asset: what waits for it knows its uuid, which
names neither its DAG nor its moment, and which nobody knows before it begins.
"""

from __future__ import annotations

from typing import Any

from pxc.ir.plan import Event
from pxc.targets._pushes import is_push, refuse_beside_schedule, refuse_without_address
from pxc.targets.airflow.build import Build
from pxc.targets.airflow.features import tell
from pxc.targets.airflow.python_text import WIDTH, Call, Code, flat, shown

__all__ = ["asset_schedule", "refuse_events"]


def refuse_events(build: Build) -> None:
    """PXC701 for every event that is none of an asset, and for those beside a schedule."""
    report = build.report
    for event in build.plan.events:
        for kind in event.kinds:
            if is_push(event, kind):
                refuse_without_address(event, report)
            else:
                tell("events", f"`{kind}` of `{event.origin}`", event.span, report)
    refuse_beside_schedule(build.plan, report)


def asset_schedule(events: tuple[Event, ...], build: Build) -> list[tuple[str, Any]]:
    """`schedule` of a DAG that any of these events starts, and what goes with it."""
    build.used |= {"Asset", "pendulum"}
    urls = list(dict.fromkeys(event.url for event in events))
    calls = [Call("Asset", (url,)) for url in urls]
    said = " | ".join(map(flat, calls))
    if len(f"    schedule={said},") > WIDTH:
        apart = [shown(each, 8, 2 if at else 0) for at, each in enumerate(calls)]
        said = "(\n        {}\n    )".format("\n        | ".join(apart))
    start = Code('pendulum.datetime(2020, 1, 1, 0, 0, tz="UTC")')
    return [
        ("schedule", Code(said) if len(calls) > 1 else calls),
        ("start_date", start),
        ("catchup", False),
    ]
