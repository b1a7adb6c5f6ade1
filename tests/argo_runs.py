"""Turns scripted dags into Polyaxonfiles, runs them, and compares with the plan's interpreter."""

from __future__ import annotations

import json
import math
import shlex
import time
from collections.abc import Mapping
from typing import Any

from pxc.driver import Outcome, Request, SourceText, compile_request
from pxc.options import Options, Runtime
from tests.argo_terms import fates
from tests.engines import argo as engine
from tests.engines.cluster import Cluster
from tests.engines.environment import Object
from tests.plan_interpreter import Fate, Script, interpret


def outcome_of(text: str, **options: Any) -> Outcome:
    """What a Polyaxonfile comes to for Argo; tracking is off unless it is asked for."""
    given: Any = {"runtime": Runtime(tracking=False)} | options
    request = Request(
        files=(SourceText("f.yaml", text.encode()),), target="argo", options=Options(**given)
    )
    outcome = compile_request(request)
    assert outcome.files, [d.message for d in outcome.report]
    return outcome


def unit(name: str, script: Script = Script(), more: str = "", log: str = "") -> str:  # noqa: B008
    """An operation whose program does what a script tells; it counts its tries below `/log/LOG`."""
    lines, types = [], []
    for key, value in script.outputs.items():
        text = shlex.quote(value if isinstance(value, str) else json.dumps(value))
        lines.append(f'printf %s {text} > "$PXC_OUTPUTS_DIR/{key}"')
        types.append(f"{{name: {key}, type: {type(value).__name__}}}")
    fails = "exit 3" if script.failures == math.inf else "true"
    if 0 < script.failures < math.inf:
        where = f"/log/{log}-{name}"
        fails = f"echo >> {where}; [ $(wc -l < {where}) -gt {script.failures} ]"
    program = "; ".join((fails, *lines))
    mounts = "volumeMounts: [{name: log, mountPath: /log}], " if log else ""
    volumes = "volumes: [{name: log, hostPath: {path: /log}}], " if log else ""
    program = program.replace("'", "''")
    run = f"run: {{kind: job, {volumes}container: {{image: i, {mounts}command: [sh, -ec, '{program}']}}}}"
    given = f"{more}, " if more else ""
    return f"{{name: {name}, {given}component: {{outputs: [{', '.join(types)}], {run}}}}}"


def dag(*operations: str, name: str = "pipe", more: str = "") -> str:
    """A Polyaxonfile of one dag."""
    lines = "".join(f"  - {each}\n" for each in operations)
    return f"kind: component\nname: {name}\nrun:\n  kind: dag\n{more}  operations:\n{lines}"


def ran(cluster: Cluster, outcome: Outcome, timeout: float = 200) -> Object:
    """The workflow of an outcome once it has ended."""
    made = cluster.apply("---\n".join(file.text for file in outcome.files))
    [name] = [each["metadata"]["name"] for each in made if each["kind"] == "Workflow"]
    return engine.ended(cluster, name, timeout)


def scheduled(cluster: Cluster, name: str) -> list[str]:
    """The workflows that a schedule has made by now, oldest first: one at least."""
    path = cluster.server.path(engine.VERSION, "Workflow", cluster.namespace)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        found = [each["metadata"]["name"] for each in cluster.server.ask("GET", path)["items"]]
        if mine := sorted(each for each in found if each.startswith(f"{name}-")):
            return mine
        time.sleep(0.2)
    raise AssertionError(f"{name} has made nothing")


def differences(
    workflow: Object, outcome: Outcome, scripts: Mapping[str, Script]
) -> dict[str, tuple[Fate | None, Fate | None, str]]:
    """Where members did something else than the plan says: what it says, what they did, and why.

    What ran and is no member is a difference too.
    """
    assert outcome.plan is not None
    expected = interpret(outcome.plan, scripts)
    seen, why = fates(workflow, outcome.plan)
    ran_too = {path for path, fate in seen.items() if fate.tries}
    return {
        path: (expected.get(path), seen.get(path), why.get(path, ""))
        for path in sorted(ran_too | set(expected))
        if expected.get(path) != seen.get(path)
    }
