"""`pxc migrate`: where its files come from and go to, what it says, and what it leaves alone."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pxc.diagnostics import Severity
from pxc.driver import Request, SourceText, lint_request
from tests.command_line import Ran, environment, run, write

OLD = """\
# licence

version: 1
kind: experiment  # a run
params: {lr: 0.1}
build: {image: "python:3.12-slim"}
run:
  # the command
  cmd: python train.py --lr={{ lr }}
"""

NEW = """\
# licence

version: 1.1
kind: component  # a run
inputs:
- name: lr
  type: float
  value: 0.1
run:
  kind: job
  container:
    image: "python:3.12-slim"
    # the command
    command: [/bin/bash, -c]
    args: ["python train.py --lr={{ lr }}"]
"""

CODE = "PXC953"
"""What every file with a command is told: its code was in the image."""

FAULTY = "version: 1\nkind: experiment\nbuild: {image: a}\nrun: {cmdd: x}\n"
UNCARRIED = "version: 1\nkind: experiment\nbuild: {ref: 12}\nrun: {cmd: x}\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def texts(folder: Path) -> dict[str, str]:
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes().decode() for path in files}


def test_one_file_goes_to_standard_output(folder: Path) -> None:
    write(folder, {"a.yml": OLD})
    ended = run("migrate", "a.yml")
    assert (ended.code, ended.out) == (0, NEW)
    assert CODE in ended.err
    assert texts(folder) == {"a.yml": OLD}


def test_standard_input(folder: Path) -> None:
    for options in ((), ("--write",)):
        ended = run("migrate", *options, "-", stdin=OLD.encode())
        assert (ended.code, ended.out) == (0, NEW)
    assert (
        run("migrate", "-", "--stdin-filename", "x/b.yml", "-o", "out", stdin=OLD.encode()).code
        == 0
    )
    assert texts(folder) == {"out/x/b.yml": NEW}
    told = run("migrate", "-", "--stdin-filename", "x/a.yml", stdin=FAULTY.encode())
    assert (told.code, told.out) == (1, "")
    assert "--> x/a.yml:4:7" in told.err


def test_the_second_time_changes_nothing(folder: Path) -> None:
    write(folder, {"a.yml": NEW})
    left = "left `a.yml` alone: it is not of version 0\n"
    assert run("migrate", "a.yml") == Ran(0, NEW, left)
    assert run("migrate", "--write", "a.yml") == Ran(0, "", left)
    assert run("migrate", "--diff", "a.yml") == Ran(0, "", left)
    assert texts(folder) == {"a.yml": NEW}


def test_a_folder_in_place(folder: Path) -> None:
    write(folder, {"x/a.yml": OLD, "x/y/b.yaml": OLD, "x/c.yaml": NEW, "x/other.yaml": "a: 1\n",
                   "x/bad.yml": FAULTY})  # fmt: skip
    (folder / "x/a.yml").chmod(0o640)
    ended = run("migrate", "--write", "x", "-v")
    assert ended.code == 1
    assert ended.out == ""
    assert "left `x/c.yaml` alone: it is not of version 0\n" in ended.err
    assert "left `x/bad.yml` alone: it has errors\n" in ended.err
    assert "error[PXC102]" in ended.err
    assert ended.err.endswith("2 files migrated, 2 left alone\n")
    assert texts(folder / "x") == {"a.yml": NEW, "bad.yml": FAULTY, "c.yaml": NEW,
                                   "other.yaml": "a: 1\n", "y/b.yaml": NEW}  # fmt: skip
    assert (folder / "x/a.yml").stat().st_mode & 0o777 == 0o640


def test_a_link_is_kept(folder: Path) -> None:
    write(folder, {"real/a.yml": OLD})
    (folder / "link.yml").symlink_to("real/a.yml")
    assert run("migrate", "--write", "link.yml").code == 0
    assert (folder / "link.yml").is_symlink()
    assert texts(folder / "real") == {"a.yml": NEW}


def test_several_files_need_a_place(folder: Path) -> None:
    write(folder, {"a.yml": OLD, "b.yml": OLD})
    for arguments in (("a.yml", "b.yml"), (".",), ()):
        ended = run("migrate", *arguments)
        assert (ended.code, ended.out) == (2, "")
        assert "Name one file, or choose --write, --diff, --check or -o DIR." in ended.err


@pytest.mark.parametrize("one", [("--write", "--diff"), ("--diff", "--check"), ("--check", "-o=x")])
def test_ways_exclude_each_other(folder: Path, one: tuple[str, str]) -> None:
    write(folder, {"a.yml": OLD})
    ended = run("migrate", "a.yml", one[0], *one[1].split("="))
    assert ended.code == 2
    assert "exclude each other" in ended.err
    assert texts(folder) == {"a.yml": OLD}


def test_diff_and_check_write_nothing(folder: Path) -> None:
    write(folder, {"a.yml": OLD, "b.yaml": NEW})
    shown = run("migrate", "--diff", ".")
    assert shown.code == 0
    assert shown.out.startswith("--- a/a.yml\n+++ b/a.yml\n")
    assert "-  cmd: python train.py --lr={{ lr }}\n" in shown.out
    checked = run("migrate", "--check", ".")
    assert (checked.code, checked.out) == (1, "")
    assert "would migrate `a.yml`\n" in checked.err
    assert texts(folder) == {"a.yml": OLD, "b.yaml": NEW}
    assert run("migrate", "--check", "b.yaml").code == 0


def test_below_another_folder(folder: Path) -> None:
    write(folder, {"x/a.yml": OLD, "x/y/b.yaml": OLD, "c.yml": OLD, "d.yaml": NEW})
    assert run("migrate", "-o", "out", "x", "c.yml", "d.yaml").code == 0
    assert texts(folder / "out") == {"a.yml": NEW, "c.yml": NEW, "y/b.yaml": NEW}
    assert run("migrate", "-o", "out", "x").code == 0  # the same texts are there
    (folder / "out/a.yml").write_text("mine\n")
    (folder / "out/y/b.yaml").unlink()
    ended = run("migrate", "-o", "out", "x")
    assert ended.code == 2
    assert "'out/a.yml' is there already, with another text; nothing was written." in ended.err
    assert texts(folder / "out") == {"a.yml": "mine\n", "c.yml": NEW}


def test_two_files_of_one_path(folder: Path) -> None:
    write(folder, {"x/a.yml": OLD, "y/a.yml": OLD.replace("0.1", "0.2")})
    ended = run("migrate", "-o", "out", "x", "y")
    assert ended.code == 2
    assert "Two different files would be written as 'a.yml'" in ended.err
    assert not (folder / "out").exists()


def test_what_cannot_be_carried_is_told_and_the_rest_written(folder: Path) -> None:
    write(folder, {"a.yml": UNCARRIED})
    ended = run("migrate", "--write", "a.yml", "--format", "json")
    assert ended.code == 1
    found, code = json.loads(ended.err)["diagnostics"]
    assert code["code"] == CODE
    assert (found["code"], found["file"], found["span"]["start"]["line"]) == ("PXC940", "a.yml", 3)
    assert found["help"]
    assert "version: 1.1" in texts(folder)["a.yml"]


def test_a_mistake_of_the_old_file_stops_it(folder: Path) -> None:
    write(folder, {"a.yml": FAULTY, "b.yml": "a: [\n"})
    for name in ("a.yml", "b.yml"):
        ended = run("migrate", "--write", name)
        assert (ended.code, ended.out) == (1, "")
        assert f"--> {name}:" in ended.err
    assert texts(folder) == {"a.yml": FAULTY, "b.yml": "a: [\n"}


def test_a_missing_file(folder: Path) -> None:
    write(folder, {"train.yml": OLD})
    ended = run("migrate", "--write", "trian.yml")
    assert ended.code == 2
    assert "did you mean `train.yml`?" in ended.err


def test_marks_and_line_ends_stay(folder: Path) -> None:
    write(folder, {"a.yml": b"\xef\xbb\xbf" + OLD.replace("\n", "\r\n").encode()})
    assert run("migrate", "--write", "a.yml").code == 0
    assert (folder / "a.yml").read_bytes() == b"\xef\xbb\xbf" + NEW.replace("\n", "\r\n").encode()


def test_json_stays_json(folder: Path) -> None:
    old = '{"version": 1, "kind": "experiment", "params": {"lr": 1e-3, "n": 0.10, "s": "a"},\n' \
          ' "build": {"image": "a"}, "run": {"cmd": "x --lr={{ lr }}"}}'  # fmt: skip
    write(folder, {"polyaxonfile.json": old})
    assert run("migrate", "--write", ".").code == 0
    text = texts(folder)["polyaxonfile.json"]
    new = json.loads(text)
    assert new["version"] == 1.1
    assert [i["name"] for i in new["inputs"]] == ["lr", "n", "s"]
    assert new["inputs"][2]["value"] == "a"
    assert '"value": 0.10' in text
    assert run("lint", "polyaxonfile.json").code == 0


def test_errors_of_the_migrated_file_are_told_where_they_come_from(folder: Path) -> None:
    inputs = "inputs:\n- name: lr\n  type: int\n  default: fast\n"
    write(folder, {"a.yml": OLD.replace("params: {lr: 0.1}\n", inputs)})
    ended = run("migrate", "a.yml", "--format", "json")
    found = json.loads(ended.err)["diagnostics"]
    assert [(d["code"], d["span"]["start"]["line"]) for d in found] == [("PXC202", 8), (CODE, 12)]
    assert found[0]["notes"][0]["message"] == "in the migrated file it is here"
    assert found[0]["notes"][0]["span"]["start"]["line"] == 8
    assert ended.code == 1


def test_anchors_are_written_out_and_that_is_told(folder: Path) -> None:
    old = "version: 1\nkind: experiment\nbuild: {image: a}\nrun: {cmd: x}\nenvironment:\n" \
          "  labels: &l {a: b}\n  annotations: *l\n"  # fmt: skip
    write(folder, {"a.yml": old})
    ended = run("migrate", "a.yml")
    assert ended.code == 0
    assert "info[PXC964]" in ended.err
    assert ended.out.count("a: b") == 2


def test_a_kill_leaves_each_file_whole(folder: Path) -> None:
    names = [f"f{number}.yml" for number in range(40)]
    write(folder, dict.fromkeys(names, OLD))
    for delay in (0.4, 0.6, 0.8):
        command = [sys.executable, "-m", "pxc", "migrate", "--write", "."]
        started = subprocess.Popen(
            command, cwd=folder, env=environment(), stderr=subprocess.DEVNULL
        )
        time.sleep(delay)
        started.send_signal(signal.SIGKILL)
        started.wait()
        assert {(folder / name).read_text() for name in names} <= {OLD, NEW}
    assert run("migrate", "--write", ".").code == 0
    assert {(folder / name).read_text() for name in names} == {NEW}


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_written(folder: Path) -> None:
    write(folder, {"x/a.yml": OLD})
    (folder / "x").chmod(0o500)
    try:
        ended = run("migrate", "--write", "x")
    finally:
        (folder / "x").chmod(0o700)
    assert ended.code == 2
    assert "cannot write" in ended.err
    assert texts(folder) == {"x/a.yml": OLD}


def test_what_cannot_take_a_file_keeps_all_others(folder: Path) -> None:
    write(folder, {"x/a.yml": OLD, "x/b.yml": OLD, "out/b.yml/in_the_way": ""})
    ended = run("migrate", "-o", "out", "x")
    assert ended.code == 2
    assert texts(folder / "out") == {"b.yml/in_the_way": ""}


def test_real_files(shared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All files of version 0: what is written lints clean, and is left alone from then on."""
    monkeypatch.chdir(tmp_path)
    records = [json.loads(line) for line in
               (shared / "corpus" / "manifest.jsonl").read_text().splitlines()]  # fmt: skip
    names = [record["file"] for record in records if record["generation"] == "v0"]
    for name in names:
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes((shared / "corpus" / name).read_bytes())
    ended = run("migrate", "-o", "out", *names, "--format", "json")
    told: dict[str, set[str]] = {}
    for found in json.loads(ended.err)["diagnostics"]:
        if found["severity"] == "error":
            told.setdefault(found["file"], set()).add(found["code"])
    written = texts(tmp_path / "out")
    assert len(written) > 350
    for name, text in written.items():
        request = Request(files=(SourceText(name, text.encode()),), root=tmp_path)
        errors = [d for d in lint_request(request).report if d.severity is Severity.ERROR]
        assert {d.code.id for d in errors} <= told.get(name, set()), name
    assert run("migrate", "--check", *(f"out/{name}" for name in written)).code == 0
