"""What pxc writes for Airflow is Python that a formatter leaves alone, and text that Jinja gives back."""

from __future__ import annotations

import ast
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import jinja2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pxc.driver import Request, SourceText, compile_request
from pxc.targets.airflow.jinja import expression, rendered
from pxc.targets.airflow.preamble import preamble
from pxc.targets.airflow.python_text import Call, Code, Entries, shown
from tests.test_golden import CASES, run_case

PIECES = st.sampled_from(
    [
        "{",
        "{",
        "}",
        "%",
        "#",
        "\r",
        "\n",
        "a",
        "-",
        " ",
        "{% raw %}",
        "{% endraw %}",
        "'",
        '"',
        "\\",
    ]
)
TEXTS = st.lists(st.lists(PIECES, max_size=5).map("".join), max_size=7)


def ruff(*arguments: str) -> str:
    command = [sys.executable, "-m", "ruff", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout if done.returncode else ""


@given(TEXTS, st.booleans())
def test_text_comes_out_as_it_was(texts: list[str], has_value: bool) -> None:
    value = "<{{ v }}>\n"
    has_value = has_value and len(texts) > 1
    mark, said = (expression("v"), value) if has_value else ("", "")
    found = rendered(mark.join(texts))
    if isinstance(found, Call):
        assert not has_value
        assert found.positional == ("".join(texts),)
    else:
        made = jinja2.Environment(undefined=jinja2.StrictUndefined).from_string(found)
        assert made.render(v=value) == said.join(texts)


def some_text(draw: random.Random) -> str:
    letters = "ab \"'\\\n\t{}$é\x1b\u200b\u732bxyz  U"
    return "".join(draw.choice(letters) for _ in range(draw.choice((0, 1, 3, 8, 20, 60, 120))))


def some_value(draw: random.Random, depth: int) -> Any:
    kind = draw.randrange(9)
    inner = [some_value(draw, depth - 1) for _ in range(draw.randrange(4))] if depth else []
    if depth == 0 or kind < 4:
        scalars = (1, True, None, 2.5, float("inf"), Code("x"))
        return draw.choice((*scalars, some_text(draw), some_text(draw), some_text(draw)))
    if kind == 4:
        return inner
    if kind == 5:
        return {f"{some_text(draw)}{at}": each for at, each in enumerate(inner)}
    if kind == 6:
        return Entries(tuple(inner))
    named = tuple((f"n{at}" * draw.randrange(1, 6), each) for at, each in enumerate(inner))
    return Call("f.g", tuple(inner[:1]), named, is_open=draw.random() < 0.3)


def plain(value: Any) -> Any:
    if isinstance(value, Entries):
        return [plain(each) for each in value.items]
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items()}
    return [plain(each) for each in value] if isinstance(value, list) else value


def has_names(value: Any) -> bool:
    if isinstance(value, dict):
        return any(map(has_names, value.values()))
    if isinstance(value, list | Entries):
        return any(map(has_names, value if isinstance(value, list) else value.items))
    return isinstance(value, Call | Code)


def test_a_formatter_changes_nothing(tmp_path: Path) -> None:
    draw = random.Random(7)
    values = [[some_value(draw, 4)] for _ in range(600)]
    lines = [f"x{at} = {shown(each, 0, len(f'x{at} = '))}" for at, each in enumerate(values)]
    file = tmp_path / "all.py"
    file.write_text("\n".join(lines) + "\n", "utf-8")
    assert ruff("format", "--isolated", "--diff", str(file)) == ""
    read = [ast.literal_eval(shown(each)) for each in values if not has_names(each)]
    assert read == [plain(each) for each in values if not has_names(each)]
    assert len(read) > 100


@pytest.mark.parametrize("release", ["both", "3", "2"])
def test_imports_are_in_order(release: str, tmp_path: Path) -> None:
    used = (
        "DAG", "TaskGroup", "literal", "timedelta", "k8s", "pendulum", "run_uuid", "may_start",
        "OutputsOperator", "ResourceOperator", "watcher", "EmptyOperator", "ShortCircuitOperator",
        "TrialOperator", "TunerOperator", "JoinOperator", "TrialSparkOperator",
        "KubernetesPodOperator", "CronTriggerTimetable", "DeltaTriggerTimetable",
    )  # fmt: skip
    file = tmp_path / "head.py"
    file.write_text(preamble(used, release), "utf-8")
    assert ruff("format", "--isolated", "--diff", str(file)) == ""
    rules = "E,F,I" if release == "2" else "E,F,I,AIR"  # which tells what Airflow 3 moved
    assert ruff("check", "--isolated", f"--select={rules}", "--ignore=F401", str(file)) == ""


def test_files_of_goldens_are_clean(tmp_path: Path) -> None:
    made = [case.name for case in CASES if write(case, tmp_path)]
    assert len(made) >= 25
    assert ruff("format", "--isolated", "--diff", str(tmp_path)) == ""
    rules = "--select=E,F,I,AIR"
    assert ruff("check", "--isolated", "--preview", rules, "--ignore=E501", str(tmp_path)) == ""


def write(case: Path, folder: Path) -> bool:
    """Whether a golden is sayable; its DAG file is in the folder then."""
    if case.name.startswith("wrong-"):
        return False
    outcome = run_case(case, "airflow")
    for file in outcome.files:
        (folder / f"{case.name}.py").write_text(file.text, "utf-8")
    return bool(outcome.files)


def test_the_hash_seed_changes_nothing() -> None:
    text = (
        "kind: component\nname: x\nrun:\n  kind: dag\n  operations:\n"
        "  - {name: a, component: {outputs: [{name: o}], run: {kind: job, container: {image: i}}}}\n"
        "  - {name: b, trigger: one_failed, dependencies: [a], params: {o: {ref: ops.a, value: outputs.o}},"
        " component: {inputs: [{name: o}], run: {kind: job, container: {image: i, args: ['{{ o }}']}}}}\n"
        "  - {name: c, trigger: all_failed, dependencies: [a, b], component: {run: {kind: job,"
        " container: {image: i}}}}\n"
    )
    script = (
        "import sys\nfrom tests.test_airflow_text import compiled\n"
        "sys.stdout.write(compiled(sys.stdin.read()))\n"
    )
    found = {
        subprocess.run(
            [sys.executable, "-c", script], input=text, capture_output=True, text=True, check=True,
            env={"PYTHONHASHSEED": seed, "PATH": "", "PYTHONPATH": ":".join(sys.path)},
        ).stdout
        for seed in ("0", "1", "2")
    }  # fmt: skip
    assert len(found) == 1
    assert "OutputsOperator" in found.pop()


def compiled(text: str) -> str:
    files = (SourceText("x.yaml", text.encode()),)
    [file] = compile_request(Request(files=files, target="airflow")).files
    return file.text


@pytest.mark.parametrize(
    ("schedule", "end"),
    [
        ("kind: cron, cron: '0 9 * * 1', startAt: '2030-01-07T09:00:00Z', maxRuns: 3", "2030, 1, 21, 9, 0"),
        ("kind: cron, cron: '0 9 * * 1', startAt: '2030-01-08T09:00:00Z', maxRuns: 1", "2030, 1, 14, 9, 0"),
        ("kind: interval, frequency: 90, startAt: '2030-01-07T09:00:00Z', maxRuns: 3", "2030, 1, 7, 9, 3"),
        ("kind: interval, frequency: 90, startAt: '2030-01-07T09:00:00Z', maxRuns: 3,"
         " endAt: '2030-01-07T09:01:00Z'", "2030, 1, 7, 9, 1"),
    ],
)  # fmt: skip
def test_a_number_of_runs_is_a_last_moment(schedule: str, end: str) -> None:
    run = "component: {run: {kind: job, container: {image: i}}}"
    text = compiled(f"kind: operation\nname: x\nschedule: {{{schedule}}}\n{run}\n")
    assert f'end_date=pendulum.datetime({end}, tz="UTC")' in text
