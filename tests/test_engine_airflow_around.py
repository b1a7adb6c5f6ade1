"""Hooks, builds, approvals and what else stands around operations, in real releases of Airflow."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from pxc.driver import Outcome, Request, SourceText, compile_request
from pxc.ir.plan import Group, Unit
from pxc.options import AirflowOptions, Options, Runtime
from tests.engines import dag_files
from tests.hub import hub
from tests.plan_interpreter import FAILED, FAILS, SUCCEEDED, Fate, Script, interpret
from tests.test_engine_airflow import TRIGGERS, differences, release
from tests.test_engine_hooks import COMPONENTS as TELLING
from tests.test_engine_hooks import ENDS

__all__ = ["release"]

JOB = "run: {kind: job, container: {image: any, command: [c]}}"
COMPONENTS = {
    "tell/latest": """
        kind: component
        inputs: [{name: text, type: str, isOptional: true}]
        run: {kind: job, container: {image: any, command: [tell], args: ["{{ text }}", "{{ status }}"]}}
        """,
    "outer/latest": f"""
        kind: component
        outputs: [{{name: size, type: int}}]
        hooks:
          - {{hubRef: tell, params: {{text: {{value: "{{{{ size }}}} after {{{{ globals.status }}}}"}}}}}}
          - {{hubRef: tell, trigger: failed}}
        {JOB}
        """,
    "flow/latest": f"""
        kind: component
        run:
          kind: dag
          operations:
            - {{name: one, component: {{{JOB}}}}}
            - {{name: two, dependencies: [one], trigger: all_done, component: {{{JOB}}}}}
        """,
    "kaniko/v1": """
        kind: component
        inputs: [{name: destination, type: image}]
        run: {kind: job, container: {image: kaniko, args: ["{{ destination }}"]}}
        """,
}
HEARD = ("succeeded", "failed", "done", "skipped", "upstream_failed")


NESTED = """
hooks:
  - {hubRef: outer, trigger: failed, params: {text: {value: "{{ globals.status }}"}}}
container: {image: any, command: [sh, -c, "exit 3"]}
"""
CLASHING = f"""
hooks: [{{hubRef: tell}}, {{hubRef: flow, trigger: succeeded}}]
run:
  kind: dag
  operations:
    - {{name: start, component: {{{JOB}}}}}
    - {{name: end, dependencies: [start], component: {{{JOB}}}}}
    - {{name: hooks, component: {{{JOB}}}}}
    - {{name: clashing-tell, component: {{{JOB}}}}}
    - {{name: clashing-flow, hooks: [{{hubRef: tell}}], component: {{{JOB}}}}}
"""
NAMED = f"""
run:
  kind: dag
  operations:
    - {{name: watcher, component: {{outputs: [{{name: y, type: int}}], {JOB}}}}}
    - {{name: may_start, dependencies: [watcher], component: {{{JOB}}}}}
    - {{name: b_condition, dependencies: [may_start], component: {{{JOB}}}}}
    - name: b
      dependencies: [b_condition]
      params: {{y: {{ref: ops.watcher, value: outputs.y}}}}
      conditions: "{{{{ y > 1 }}}}"
      component: {{inputs: [{{name: y, type: int}}], {JOB}}}
    - name: number
      dependencies: [b]
      trigger: all_done
      skipOnUpstreamSkip: true
      matrix: {{kind: mapping, concurrency: 1, values: [{{x: 1}}], earlyStopping: [{{kind: failure_early_stopping, percent: 50}}]}}
      component: {{inputs: [{{name: x, type: int}}], {JOB}}}
    - {{name: json, dependencies: [number], component: {{{JOB}}}}}
    - {{name: cells, dependencies: [json, watcher], trigger: one_failed, component: {{{JOB}}}}}
"""
BUILT = """
build: {hubRef: kaniko:v1, connection: images}
hooks: [{hubRef: tell, params: {text: {value: "{{ globals.uuid }}"}}}]
run: {kind: job, container: {command: [c]}}
"""
ASKED = f"""
isApproved: false
hooks: [{{hubRef: tell}}]
run:
  kind: dag
  operations:
    - {{name: load, component: {{{JOB}}}}}
    - {{name: ship, dependencies: [load], isApproved: false, hooks: [{{hubRef: tell}}], component: {{{JOB}}}}}
    - {{name: skipped, isApproved: false, conditions: "{{{{ false }}}}", component: {{{JOB}}}}}
    - {{name: alert, dependencies: [ship], trigger: one_failed, component: {{{JOB}}}}}
    - name: inner
      isApproved: false
      dependencies: [ship]
      trigger: all_done
      component: {{run: {{kind: dag, operations: [{{name: one, component: {{{JOB}}}}}]}}}}
"""


@pytest.fixture(scope="module")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = hub(tmp_path_factory.mktemp("catalog"), COMPONENTS)
    for name in ("code", "other"):
        text = "kind: Connection\nname: {0}\nspec: {{kind: git, schema: {{url: 'https://g.example/{0}'}}}}\n"
        (folder / f"{name}.yaml").write_text(text.format(name))
    return folder


def made(catalog: Path, name: str, text: str, options: Options | None = None) -> Outcome:
    """What a file comes to."""
    request = Request(
        files=(SourceText(f"{name}.yaml", f"kind: component\nname: {name}\n{text}".encode()),),
        target="airflow",
        catalog=(catalog,),
        options=options or Options(runtime=Runtime(tracking=False)),
        verify=True,
    )
    outcome = compile_request(request)
    assert outcome.files, [d.message for d in outcome.report]
    return outcome


def hooks(draw: random.Random) -> str:
    """Hooks of all kinds, some of which are dags, or have hooks themselves."""
    chosen = [
        f"{{hubRef: {draw.choice(('tell', 'tell', 'outer', 'flow'))}, trigger: {draw.choice(HEARD)}}}"
        for _ in range(draw.choice((1, 1, 2)))
    ]
    return f"hooks: [{', '.join(chosen)}]"


def pipeline(draw: random.Random, indent: int, size: int, depth: int) -> str:
    """A dag of random operations with hooks."""
    pad = " " * indent
    text = f"{pad}kind: dag\n{pad}operations:\n"
    for at in range(size):
        ups = draw.sample(range(at), min(at, draw.choice((0, 1, 1, 2))))
        text += f"{pad}- name: o{at}\n"
        if ups:
            text += f"{pad}  dependencies: [{', '.join(f'o{up}' for up in sorted(ups))}]\n"
            text += f"{pad}  trigger: {draw.choice(TRIGGERS)}\n"
        if at and draw.random() < 0.25:
            kind = f"run_status_{draw.choice(HEARD)}"
            text += f"{pad}  events: [{{ref: ops.o{draw.randrange(at)}, kinds: [{kind}]}}]\n"
        if draw.random() < 0.15:
            text += f"{pad}  conditions: '{{{{ false }}}}'\n"
        if draw.random() < 0.2:
            text += f"{pad}  skipOnUpstreamSkip: true\n"
        if draw.random() < 0.5:
            text += f"{pad}  {hooks(draw)}\n"
        if depth and draw.random() < 0.3:
            text += f"{pad}  component:\n{pad}    run:\n" + pipeline(draw, indent + 6, 3, depth - 1)
        else:
            text += f"{pad}  component: {{{JOB}}}\n"
    return text


def all_units(member: Unit | Group, path: str, beside: str) -> Iterator[str]:
    """The paths of all that may run, hooks too."""
    if isinstance(member, Unit):
        yield path
    else:
        for inner in member.members:
            yield from all_units(inner, f"{path}/{inner.name}".lstrip("/"), f"{path}/")
    for hook in member.hooks:
        own = f"{beside}{hook.unit.name}".lstrip("/")
        yield from all_units(hook.unit, own, beside)


def played(
    release: str,
    outcomes: list[Outcome],
    scripts: list[tuple[int, dict[str, Script]]],
    folder: Path,
    more: Sequence[dict[str, Any]] = (),
) -> list[tuple[dict[str, Fate], dict[str, Any]]]:
    """What the plan says of each scene, and what became of it."""
    files = {f"f{at}.py": each.files[0].text for at, each in enumerate(outcomes)}
    scenes, fates = [], []
    for at, script in scripts:
        plan = outcomes[at].plan
        assert plan is not None
        lines = {
            (name or plan.name).replace("/", "."): {
                "failures": min(each.failures, 9),
                "outputs": dict(each.outputs),
            }
            for name, each in script.items()
        }
        scenes.append({"dag_id": plan.name, "script": lines})
        found = interpret(plan, script)
        if plan.group is None:
            state = found[""].state
            found[plan.name] = Fate(state, int(state in (SUCCEEDED, FAILED)))
        fates.append(found)
    told, results = dag_files.play(release, files, [*scenes, *more], folder)
    assert told["errors"] == {}
    assert len(results) == len(scenes) + len(more)
    fates += [{}] * len(more)
    return list(zip(fates, results, strict=True))


def test_hooks_are_called_as_the_plan_says(release: str, catalog: Path, tmp_path: Path) -> None:
    outcomes, scripts = [], []
    for seed in range(10):
        draw = random.Random(seed)
        text = "run:\n" + pipeline(draw, 2, 5, 1)
        outcome = made(catalog, f"p{seed}", f"{hooks(draw)}\n{text}" if seed % 2 else text)
        outcomes.append(outcome)
        assert outcome.plan is not None
        assert outcome.plan.group is not None
        units = list(all_units(outcome.plan.group, "", ""))
        for _ in range(2):
            failing = [unit for unit in units if draw.random() < 0.3]
            scripts.append((seed, dict.fromkeys(failing, FAILS)))
    found = played(release, outcomes, scripts, tmp_path)
    told = {str(script): differences(*each) for script, each in zip(scripts, found, strict=True)}
    assert {name: each for name, each in told.items() if each} == {}
    assert sum("-tell" in task for _, result in found for task in result["pods"]) > 20


def arguments(result: dict[str, Any]) -> dict[str, str]:
    """What each pod was told, by its task."""
    pods = {cell.rpartition("/")[0]: pod for cell, pod in result["pods"].items()}
    main = {name: pod["spec"]["containers"][0] for name, pod in pods.items()}
    found = {name: " ".join(each["args"]) for name, each in main.items() if each.get("args")}
    for name, text in found.items():
        for entry in main[name].get("env", ()):
            text = text.replace(f"$({entry['name']})", entry.get("value", ""))
        found[name] = text
    return found


def test_hooks_are_told_of_the_run_before(
    release: str, catalog: Path, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    telling = hub(tmp_path_factory.mktemp("telling"), TELLING)
    outcomes = [
        made(telling, "ends", ENDS.strip().removeprefix("name: ends")),
        made(telling, "nested", NESTED),
        made(catalog, "clashing", CLASHING),
        made(catalog, "built", BUILT),
        made(catalog, "named", NAMED),
    ]
    good = Script(outputs={"accuracy": 0.95})
    scripts = [
        (0, {"good": good, "bad": FAILS, "good-breaks": FAILS, "ends-breaks": FAILS}),
        (1, {"": FAILS, "nested-outer": Script(outputs={"size": 7})}),
        (2, {"end": FAILS, "clashing-flow-tell": FAILS}),
        (3, {}),
        (3, {"built-build": FAILS}),
        (4, {"watcher": Script(outputs={"y": 2})}),
    ]
    found = played(release, outcomes, scripts, tmp_path)
    assert [differences(*found[at]) for at in (0, 1, 3, 4)] == [[]] * 4
    ends, nested, clashing, built, unbuilt, _ = (arguments(result) for _, result in found)
    assert found[5][1]["state"] == "success"
    assert {"b/-1", "json/-1", "number.trials_1/0"} <= found[5][1]["pods"].keys()
    assert clashing == {"clashing-tell-2": "failed", "clashing-flow-tell": "succeeded"}
    assert {name: text for name, text in ends.items() if "tell" in name} == {
        "good-tell": "0.95 of good succeeded",
        "bad-tell-2": "<> failed",
        "bad-tell-3": "None failed",
        "after-bad-tell": "None upstream_failed",
        "after-bad-tell-3": "None upstream_failed",
        "unwanted-tell": "None skipped",
        "unwanted-tell-2": "None skipped",
        "ends-tell": "whole failed",
    }
    assert nested["nested-outer-tell"] == "7 after failed succeeded"
    image = found[3][1]["pods"]["built/-1"]["spec"]["containers"][0]["image"]
    assert image == f"r.example/ml/{built['built-build']}"
    assert built["built-tell"].endswith(" succeeded")
    assert unbuilt["built-tell"].endswith(" upstream_failed")


LATE = f"""
termination: {{timeout: 2}}
hooks: [{{hubRef: tell}}]
run:
  kind: dag
  operations:
    - {{name: load, component: {{{JOB}}}}}
    - {{name: ship, dependencies: [load], isApproved: false, hooks: [{{hubRef: tell}}], component: {{{JOB}}}}}
    - {{name: alert, dependencies: [ship], trigger: all_done, component: {{{JOB}}}}}
"""


def test_nobody_starts_before_it_is_approved(catalog: Path, tmp_path: Path) -> None:
    why = dag_files.missing("3.3")
    if why:
        pytest.skip(why)
    options = Options(runtime=Runtime(tracking=False), airflow=AirflowOptions(release="3"))
    outcomes = [
        made(catalog, "asked", ASKED, options),
        made(catalog, "one", f"isApproved: false\n{JOB}", options),
        made(catalog, "late", LATE, options),
    ]
    unanswered = {"dag_id": "late", "script": {"ship.approval": {"waits": True}}}
    refused = [(0, "ship"), (0, "asked"), (0, "inner"), (1, "one")]
    scripts = [(0, {}), (0, {"load": FAILS}), (1, {})]
    scripts += [(at, {f"{name}.approval": FAILS}) for at, name in refused]
    found = played("3.3", outcomes, scripts, tmp_path, [unanswered])
    assert [differences(*each) for each in found[:3]] == [[]] * 3
    *results, late = (result for _, result in found)
    assert (late["state"], [*late["pods"]]) == ("failed", ["load/-1"])
    ended = dict.fromkeys(late["tasks"], "skipped") | {"load": "success"}
    assert {name: state for name, [state] in late["tasks"].items()} == ended
    states = [{name: each for name, [each] in result["tasks"].items()} for result in results]
    assert {state["ship.approval"] for state in states[:2]} == {"success", "upstream_failed"}
    assert states[0]["skipped.approval"] == "skipped"
    asked = {name: said for result in results for name, said in result["asked"].items()}
    assert asked["ship.approval"] == ["Shall ship run?", None, ["Approve", "Reject"], "Approve"]
    for (_, name), result, state in zip(refused, results[3:], states[3:], strict=True):
        assert (result["state"], state[f"{name}.approval"]) == ("failed", "failed")
        assert result["asked"][f"{name}.approval"][-1] == "Reject"
    ship, whole, inner, one = states[3:]
    assert (one["one"], results[6]["pods"]) == ("upstream_failed", {})
    assert (ship["load"], ship["ship"], ship["inner.one"]) == (
        "success", "upstream_failed", "success"
    )  # fmt: skip
    assert ship["alert"] == "skipped"  # nothing has failed that it waits for
    assert arguments(results[3]) == {
        "ship-tell": "upstream_failed",
        "asked-tell": "failed",
    }
    assert {name for name, state in whole.items() if state == "success"} <= {
        "asked-tell", "asked-tell.gate", "hooks", *(n for n in whole if n.endswith(".gate"))
    }  # fmt: skip
    assert arguments(results[4]) == {"asked-tell": "upstream_failed"}
    assert (inner["ship"], inner["inner.one"]) == ("success", "upstream_failed")
    assert arguments(results[5]) == {"ship-tell": "succeeded", "asked-tell": "failed"}


FAST = f"""
run:
  kind: dag
  earlyStopping: [{{kind: failure_early_stopping, percent: 10}}]
  operations:
    - {{name: first, component: {{{JOB}}}}}
    - {{name: second, dependencies: [first], component: {{{JOB}}}}}
    - name: inner
      dependencies: [second]
      component: {{run: {{kind: dag, operations: [{{name: one, component: {{{JOB}}}}}]}}}}
    - {{name: other, dependencies: [second], component: {{{JOB}}}}}
"""


METRIC = f"""
run:
  kind: dag
  earlyStopping: [{{kind: metric_early_stopping, metric: good, value: 0.5, optimization: maximize}}]
  operations:
    - {{name: first, component: {{outputs: [{{name: good, type: float}}, {{name: n, type: int}}], {JOB}}}}}
    - {{name: next, dependencies: [first], component: {{outputs: [{{name: n, type: int}}], {JOB}}}}}
    - name: checked
      dependencies: [next]
      trigger: all_done
      params: {{n: {{ref: ops.next, value: outputs.n}}}}
      conditions: "{{{{ n > 1 }}}}"
      component: {{inputs: [{{name: n, type: int}}], {JOB}}}
    - name: loop
      dependencies: [first]
      matrix: {{kind: mapping, values: [{{x: 1}}, {{x: 2}}]}}
      component: {{inputs: [{{name: x, type: int}}], {JOB}}}
    - {{name: asked, dependencies: [loop], component: {{{JOB}}}}}
    - {{name: beside, component: {{{JOB}}}}}
    - name: inner
      dependencies: [beside]
      component:
        run:
          kind: dag
          earlyStopping: [{{kind: metric_early_stopping, metric: loss, value: 0.5, optimization: minimize}}]
          operations:
            - {{name: one, component: {{outputs: [{{name: loss, type: float}}], {JOB}}}}}
            - {{name: two, dependencies: [one], component: {{{JOB}}}}}
    - {{name: after, dependencies: [inner, asked], component: {{{JOB}}}}}
"""
FIRST = ({"next", "checked", "loop", "asked", "after"}, {"inner.two"})
METRICS = [
    # what the first and the inner one leave, what is skipped then
    ("0.5", "0.75", FIRST[0]),
    ("0.25", "0.5", FIRST[1]),
    ("", "nan", set[str]()),
]
SECONDLY = "schedule: {kind: interval, frequency: 1, %s}"
PASTS = {"waits": "dependsOnPast: true", "goes-on": "dependsOnPast: false"}
CODE = "{ref: connections.code, kinds: [connection_git_commit]}"


def test_a_failure_or_a_metric_ends_a_dag_and_runs_wait_for_the_past(
    release: str, catalog: Path, tmp_path: Path
) -> None:
    scripts = [(0, {}), (0, {"first": FAILS}), (0, {"inner/one": FAILS, "other": FAILS})]
    pushed = made(catalog, "pushed", f"events: [{CODE}, {CODE.replace('code', 'other')}]\n{JOB}")
    outcomes = [made(catalog, "fast", FAST), pushed]
    outcomes += [made(catalog, name, f"{SECONDLY % past}\n{JOB}") for name, past in PASTS.items()]
    outcomes.append(made(catalog, "metric", METRIC))
    more: list[dict[str, Any]] = [{"dag_id": name, "seconds": 3} for name in PASTS]
    for good, loss, _ in METRICS:
        left = {"first": {"good": good}, "next": {"n": "2"}, "inner.one": {"loss": loss}}
        script = {name: {"outputs": values} for name, values in left.items()}
        more.append({"dag_id": "metric", "script": script})
    found = played(release, outcomes, scripts, tmp_path, more)
    well, early, late, waits, goes_on, *metrics = (result for _, result in found)
    for (_, _, skipped), result in zip(METRICS, metrics, strict=True):
        units = FIRST[0] | FIRST[1] | {"first", "beside", "inner.one", "inner.end"}
        assert {name: {*result["tasks"][name]} for name in units} == {
            name: {"skipped" if name in skipped else "success"} for name in units
        }
        assert result["state"] == "success"
    assert waits == {"runs": [["running"], ["failed", "running"]], "tasks": ["scheduled"]}
    assert len(goes_on["runs"][0]) > 1
    assert well["state"] == "success"
    assert {state for states in well["tasks"].values() for state in states} == {"success"}
    assert early["state"] == "failed"
    assert early["tasks"] == {name: ["skipped"] for name in early["tasks"]} | {
        "first": ["failed"],
        "ended_well": ["failed"],
    }
    assert [*early["pods"]] == ["first/-1"]
    assert late["state"] == "failed"
    assert len(late["pods"]) == 3
