"""Type checkers find what is wrong in a file of builders, and nothing in one that is right."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

SOUND = """\
from datetime import date
from pxc.author import (
    Operation, bayes, component, container, cron, dag, env_var, expr, grid, choice, input, io, job, metric,
    operation, output, param, range, run, termination, this_dag, uniform, utility_function,
)

lr = input(name="lr", type="float")
step = component(
    inputs=[lr, {"name": "n"}],
    outputs=[output(name="loss")],
    termination=termination(max_retries=expr("n"), timeout=60),
    run=job(container=container(image=lr, args=["--lr", lr, 3], env=[env_var(name="A", value=1)])),
)
first: Operation = operation(name="a", component=step, params={"lr": this_dag.inputs["lr"]})
steps: list[Operation] = [
    operation(name=f"s{n}", component=step, params={"lr": first.outputs["loss"], "n": param(value=n)})
    for n in (1, 2)
]
search = operation(
    component=step, dependencies=[first, "b"], trigger="all_done",
    schedule=cron(cron="0 0 * * *", start_at=date(2027, 1, 1)),
    matrix=bayes(params={"lr": uniform(0, 1), "n": range(1, 3, 1)}, num_initial_runs=2, max_iterations=3,
                 metric=metric(name="loss", optimization="minimize"),
                 utility_function=utility_function(acquisition_function="ucb", kappa=2.5)),
)
main = component(run=dag(operations=[first, *steps, search], concurrency=2))
main.name = "x"
main.inputs.append(io(name="y"))
text: str = main.to_yaml()
"""

HEAD = "from pxc.author import *\nfrom pxc.author import input, range\n"

WRONG = {
    "component(nam='x')": "call-arg",
    "component(name=1)": "arg-type",
    "input(type='int')": "call-arg",
    "job(container=3)": "arg-type",
    "job(image='x')": "call-arg",
    "termination(max_retries='3')": "arg-type",
    "operation(trigger='all_suceeded')": "arg-type",
    "grid(params={}, concurrency=1.5)": "arg-type",
    "component(inputs=input(name='x'))": "arg-type",
    "component(run=component())": "arg-type",
    "uniform('a', 'b')": "arg-type",
    "operation(dependencies=[1])": "list-item",
    "container(image_pull_policy='Sometimes')": "arg-type",
    "hyperband(max_iterations=1)": "call-arg",
    "component().to_yml()": "attr-defined",
    "operation().outputs[1.5]": "call-overload",
}


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[int, str]:
    """What mypy says of a file whose lines are the wrong calls, by line; sound ones come first."""
    folder = tmp_path_factory.mktemp("types")
    (folder / "sound.py").write_text(SOUND, "utf-8")
    (folder / "wrong.py").write_text(HEAD + "\n".join(WRONG) + "\n", "utf-8")
    command = [sys.executable, "-m", "mypy", "--strict", "--config-file=", "--no-error-summary"]
    done = subprocess.run(
        [*command, f"--cache-dir={folder / 'cache'}", "sound.py", "wrong.py"],
        cwd=folder,
        env={"MYPYPATH": str(ROOT), "PYTHONPATH": str(ROOT), "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    said = re.findall(r"^(\w+)\.py:(\d+): error: .*\[([\w-]+)\]$", done.stdout, re.M)
    assert said, done.stdout + done.stderr
    assert [row for row in said if row[0] != "wrong"] == [], done.stdout
    return {int(line): code for _, line, code in said}


@pytest.mark.parametrize("call", WRONG)
def test_a_wrong_argument_is_found(call: str, told: dict[int, str]) -> None:
    line = list(WRONG).index(call) + HEAD.count("\n") + 1
    assert told.get(line) == WRONG[call]


def test_sound_builders_make_documents(tmp_path: Path) -> None:
    found: dict[str, object] = {"__name__": "sound"}
    exec(compile(SOUND, str(tmp_path / "sound.py"), "exec"), found)
    assert "max_iterations" not in str(found["text"])
    assert "maxIterations: 3" in str(found["text"])
