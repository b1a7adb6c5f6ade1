"""Many files and many findings: several processes, and no more than a person reads."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import pytest

from pxc.cli import workers
from pxc.driver import lint_request
from pxc.render.shorten import PER_FILE
from tests.command_line import environment, run, write

COMPONENT = """\
version: 1.1
kind: component
run: {kind: job, container: {image: "a:latest", args: ["{{ nobody }}"]}}
"""
MANY = 120


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".git").mkdir()
    return tmp_path


def many(here: Path) -> None:
    reference = "version: 1.1\nkind: operation\npathRef: part.yaml\n"
    write(here, {"part.yaml": COMPONENT.replace("a:latest", "A B")})
    for number in range(MANY):
        write(here, {f"f{number}.yaml": reference if number % 3 else COMPONENT})


@pytest.mark.parametrize("start", ["forked", "spawned"])
def test_several_processes_say_what_one_says(
    start: str, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    many(here)
    monkeypatch.setattr(workers, "_can_fork", lambda: start == "forked")
    monkeypatch.setattr(workers, "_LEAST_SPAWNED", 50)
    started = []
    start_one = BaseProcess.start

    def watched(process: BaseProcess) -> None:
        started.append(process)
        start_one(process)

    monkeypatch.setattr(BaseProcess, "start", watched)
    one = run("lint", "--jobs", "1", "--format", "json")
    assert started == []
    assert len(json.loads(one.out)["diagnostics"]) > MANY / 2
    assert run("lint", "--jobs", "2", "--format", "json") == one
    assert len(started) == 2
    monkeypatch.delenv("PXC_NO_CACHE")
    monkeypatch.setenv("PXC_CACHE_DIR", str(here / "cache"))
    assert run("lint", "-j2", "--format", "json") == one
    assert run("lint", "-j2", "--format", "json") == one
    assert len(started) == 4


def test_few_files_stay_in_one_process(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(20):
        write(here, {f"f{number}.yaml": COMPONENT})
    monkeypatch.setattr(BaseProcess, "start", None)
    assert run("lint", "--jobs", "8").code == 0


@pytest.mark.parametrize("possible", [0, 1])
def test_without_processes_there_are_fewer(
    possible: int, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    many(here)
    # Whatever threads other tests have left in this process.
    monkeypatch.setattr(workers, "_can_fork", lambda: sys.platform == "linux")
    monkeypatch.setattr(workers, "_LEAST_SPAWNED", 50)
    one = run("lint", "--jobs", "1")
    started = []
    start_one = BaseProcess.start

    def refuses(process: BaseProcess) -> None:
        if len(started) == possible:
            raise BlockingIOError(11, "no more processes")
        started.append(process)
        start_one(process)

    monkeypatch.setattr(BaseProcess, "start", refuses)
    assert run("lint", "--jobs", "3") == one
    assert len(started) == possible


@pytest.mark.skipif(sys.platform != "linux", reason="the patch reaches forked processes alone")
def test_our_fault_in_another_process_is_confessed(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    many(here)
    monkeypatch.setattr(workers, "_can_fork", lambda: True)
    lint = lint_request

    def fails(request: Any, **more: Any) -> Any:
        if request.files[0].name == "f90.yaml":
            raise ZeroDivisionError
        return lint(request, **more)

    monkeypatch.setattr(workers, "lint_request", fails)
    ran = run("lint", "--jobs", "2")
    assert ran.code == 70
    assert ran.out == ""
    assert ran.err.startswith("error[PXC000] internal-error: ")
    assert "ZeroDivisionError in pxc.cli.workers:" in ran.err


@pytest.mark.skipif(sys.platform != "linux", reason="the patch reaches forked processes alone")
def test_a_process_that_dies_is_replaced_by_this_one(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    many(here)
    monkeypatch.setattr(workers, "_can_fork", lambda: True)
    one = run("lint", "--jobs", "1")
    lint, parent = lint_request, os.getpid()

    def dies(request: Any, **more: Any) -> Any:
        if request.files[0].name == "f90.yaml" and os.getpid() != parent:
            os.kill(os.getpid(), signal.SIGKILL)
        return lint(request, **more)

    monkeypatch.setattr(workers, "lint_request", dies)
    assert run("lint", "--jobs", "2") == one


@pytest.mark.skipif(not hasattr(os, "killpg"), reason="there are no process groups")
@pytest.mark.parametrize("whole_group", [True, False])
def test_an_interrupt_ends_all_processes(whole_group: bool, here: Path) -> None:
    slow = COMPONENT.replace('["{{ nobody }}"]', str(["{{ nobody }}"] * 3000))
    for number in range(MANY):
        write(here, {f"f{number}.yaml": slow})
    running = subprocess.Popen(
        [sys.executable, "-m", "pxc", "lint", "--jobs", "2"], cwd=here, start_new_session=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment(),
    )  # fmt: skip
    children = Path(f"/proc/{running.pid}/task/{running.pid}/children")
    deadline = time.monotonic() + 30
    while not (children.exists() and children.read_text().split()) and running.poll() is None:
        if not children.exists() or time.monotonic() > deadline:
            time.sleep(1)
            break
        time.sleep(0.01)
    if whole_group:
        os.killpg(running.pid, signal.SIGINT)
    else:
        running.send_signal(signal.SIGINT)
    out, said = running.communicate(timeout=30)
    assert running.returncode == 130
    assert (out, said.strip()) == (b"", b"")
    with pytest.raises(ProcessLookupError):  # nobody of the group is left
        os.killpg(running.pid, 0)


def _args(count: int) -> str:
    lines = "".join(f'      - "{{{{ nobody{n} }}}}"\n' for n in range(count))
    head = "version: 1.1\nkind: component\nrun:\n  kind: job\n  container:\n    image: a:1\n"
    return f"{head}    args:\n{lines}"


def test_of_one_code_in_one_file_a_few_are_shown(here: Path) -> None:
    write(here, {"a.yaml": _args(5), "b.yaml": _args(15)})
    text = run("lint")
    assert text.out.count("--> a.yaml") == 5
    assert text.out.count("--> b.yaml") == 3
    listed = ", ".join(map(str, range(11, 23)))
    assert f"note: 12 more of `PXC318` in this file, on lines {listed}\n" in text.out
    assert "20 " in text.err
    assert run("lint", "--show-all").out.count("-->") == 20
    assert run("lint", "--format", "concise").out.count("\n") == 20
    assert len(json.loads(run("lint", "--format", "json").out)["diagnostics"]) == 20


def test_long_lists_of_lines_end(here: Path) -> None:
    write(here, {"a.yaml": _args(500)})
    assert ", 29, 30 and 477 more\n" in run("lint").out


def test_of_one_file_fifty_are_listed(here: Path) -> None:
    write(here, {"a.yaml": _args(PER_FILE + 7), "b.yaml": _args(PER_FILE)})
    ran = run("lint", "--format", "concise")
    assert ran.out.count("a.yaml:") == ran.out.count("b.yaml:") == PER_FILE
    assert ran.err.startswith("7 more in `a.yaml`: --show-all shows them\n")
    assert str(2 * PER_FILE + 7) in ran.err
    ran = run("lint", "--format", "concise", "--show-all")
    assert ran.out.count("\n") == 2 * PER_FILE + 7
    assert "more in" not in ran.err


def test_statistics_count_by_code(here: Path) -> None:
    write(here, {"a.yaml": _args(12).replace("image: a:1", "imag: a:1"), "b.yaml": COMPONENT})
    ran = run("lint", "--statistics")
    assert ran.out.splitlines()[-1].split()[:2] == ["1", "PXC504"]
    counts = json.loads(run("lint", "--statistics", "--format", "json").out)
    assert {r["code"]: r["count"] for r in counts["statistics"]}["PXC504"] == 1
    assert ran.out == "".join(
        f"{r['count']:>{len(str(counts['statistics'][0]['count']))}}  {r['code']} {r['slug']}"
        + (f"  ({r['fixable']} fixable)" if r["fixable"] else "")
        + "\n"
        for r in counts["statistics"]
    )
    assert run("lint").code == ran.code
    assert run("lint", "--statistics", "--format", "sarif").code == 2
    write(here, {"a.yaml": "", "b.yaml": ""})
    assert run("lint", "--statistics", "--ignore", "ALL").out == ""
