"""Turns small plans written in YAML into the Kubernetes objects of the target, judged."""

from __future__ import annotations

from typing import Any

from pxc.diagnostics import Report
from pxc.language import PolyaxonLanguage
from pxc.options import Options, Runtime
from pxc.targets import target
from pxc.world import World
from tests.kubernetes_oracle import judge
from tests.plan_reader import read_plan

JOB = "name: train\nmain: {image: 'img:1', command: [python, train.py]}\n"
SERVICE = "name: board\nkind: service\nmain: {image: 'img:1'}\n"

POLICY = """
limits:
  pod_failure_policy:
    rules:
      - {{action: FailJob, onExitCodes: {{containerName: {}, operator: In, values: [42]}}}}
      - {{action: Ignore, onPodConditions: [{{type: DisruptionTarget, status: 'True'}}]}}
"""


def world(**options: Any) -> World:
    unused: Any = None
    quiet = {"runtime": Runtime(tracking=False)}
    return World(
        options=Options(**(quiet | options)),
        language=PolyaxonLanguage(),
        files=unused,
        catalog=unused,
    )


def run(text: str, fields: dict[str, Any] | None = None, **options: Any) -> tuple[str, list[str]]:
    """The emitted text and the diagnostics as `PXC701 message`."""
    report = Report()
    plan = read_plan(text, **(fields or {}))
    files = target("kubernetes").emit(plan, world(**options), report)
    found = [f"{d.code.id} {d.message}" for d in report]
    assert all(d.help for d in report)
    assert len(files) == (0 if report.has_errors else 1)
    return (files[0].text if files else ""), found


def emit(text: str, fields: dict[str, Any] | None = None, **options: Any) -> list[dict[str, Any]]:
    """The documents of a plan without findings, judged."""
    written, found = run(text, fields, **options)
    assert found == []
    return judge(written)


def pod_of(document: dict[str, Any]) -> dict[str, Any]:
    spec = document["spec"]
    if document["kind"] == "CronJob":
        spec = spec["jobTemplate"]["spec"]
    found: dict[str, Any] = spec["template"]["spec"]
    return found


def main_of(text: str) -> dict[str, Any]:
    found: dict[str, Any] = pod_of(emit(text)[0])["containers"][0]
    return found


def refusals(text: str) -> list[str]:
    return run(text)[1]
