"""The command line: what goes where, how it ends, and that no file is ever half written."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

import pxc
from pxc.cli import COMMANDS, cli
from pxc.cli.compile import compile_command
from pxc.cli.terminal import wants_color
from pxc.codes import CODES
from pxc.driver import pass_list, target_names
from tests.command_line import environment, program, run, write
from tests.conftest import ROOT

GOOD = """\
version: 1.1
kind: component
name: hello
inputs:
- {name: lr, type: float, value: 0.1}
run:
  kind: job
  container: {image: "busybox:1.36", command: [echo, "{{ lr }}"]}
"""
OTHER = GOOD.replace("hello", "other")
WARNS = GOOD.replace("value: 0.1", "value: 1e-4, isOptional: true").replace("float", "str")
WRONG = GOOD.replace("container:", "containr:")
BROKEN = "kind: component\nrun: [\n"
KUBERNETES = "apiVersion: v1\nkind: Service\n"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty current folder."""
    for name in ("NO_COLOR", "FORCE_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "PXC_DEBUG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def names(text: str) -> list[str]:
    return [d["metadata"]["labels"]["app.kubernetes.io/name"] for d in yaml.safe_load_all(text)]


# compile


def test_compile_writes_the_product_and_nothing_else(here: Path) -> None:
    write(here, {"a.yaml": GOOD})
    ran = run("compile", "a.yaml")
    assert (ran.code, ran.err) == (0, "")
    assert names(ran.out) == ["hello"]


def test_params_presets_and_options_reach_the_driver(here: Path) -> None:
    preset = "isPreset: true\nrunPatch: {container: {env: [{name: A, value: preset}]}}\n"
    write(here, {"a.yaml": GOOD, "p.yaml": preset})
    ran = run("compile", "a.yaml", "-P", "lr=0.25", "-f", "p.yaml", "-n", "ns", "--target",
              "kubernetes")  # fmt: skip
    assert (ran.code, ran.err) == (0, "")
    (document,) = yaml.safe_load_all(ran.out)
    container = document["spec"]["template"]["spec"]["containers"][0]
    assert document["metadata"]["namespace"] == "ns"
    assert container["command"] == ["echo", "0.25"]
    assert {"name": "A", "value": "preset"} in container["env"]


def test_a_param_keeps_every_equals_sign(here: Path) -> None:
    write(here, {"a.yaml": GOOD.replace("type: float, value: 0.1", "type: str")})
    ran = run("compile", "a.yaml", "-P", "lr=a=b=")
    assert "a=b=" in ran.out


def test_several_files_are_one_stream(here: Path) -> None:
    write(here, {"a.yaml": GOOD, "b.yaml": OTHER})
    ran = run("compile", "b.yaml", "a.yaml")
    assert ran.code == 0
    assert names(ran.out) == ["other", "hello"]
    assert ran.out.count("\n---\n") == 1


def test_one_error_and_nothing_is_written(here: Path) -> None:
    write(here, {"a.yaml": GOOD, "b.yaml": WRONG})
    ran = run("compile", "a.yaml", "b.yaml")
    assert (ran.code, ran.out) == (1, "")
    assert "b.yaml:8:3" in ran.err
    assert ran.err.endswith("1 error in 1 of 2 files\n")
    assert run("compile", "a.yaml", "b.yaml", "-o", "out.yaml").code == 1
    assert run("compile", "a.yaml", "b.yaml", "-o", "out/").code == 1
    assert sorted(p.name for p in here.iterdir()) == ["a.yaml", "b.yaml"]


def test_a_shared_preset_is_reported_once(here: Path) -> None:
    write(here, {"a.yaml": GOOD, "b.yaml": OTHER, "p.yaml": "isPreset: true\nquue: a\n"})
    ran = run("compile", "a.yaml", "b.yaml", "-f", "p.yaml", "--format", "json")
    assert [d["file"] for d in json.loads(ran.err)["diagnostics"]] == ["p.yaml"]


def test_standard_input_goes_by_a_name(here: Path) -> None:
    write(here, {"sub/c.yaml": GOOD})
    text = b"kind: operation\npathRef: c.yaml\n"
    ran = run("compile", "-", "--stdin-filename", "sub/op.yaml", stdin=text)
    assert (ran.code, ran.err) == (0, "")
    ran = run("compile", "-", stdin=WRONG.encode())
    assert "--> -:8:3" in ran.err
    ran = run("compile", "-", "--stdin-filename", "sub/x.yaml", stdin=WRONG.encode())
    assert "--> sub/x.yaml:8:3" in ran.err


def test_standard_input_stands_for_its_file_in_references(here: Path) -> None:
    (here / ".git").mkdir(exist_ok=True)
    write(here, {
        "sub/op.yaml": "kind: component\nrun: {kind: job, container: {image: 'disk:1'}}\n",
        "back.yaml": "kind: operation\npathRef: sub/op.yaml\n",
    })  # fmt: skip
    around = b"kind: operation\npathRef: ../back.yaml\n"
    for command in ("lint", "compile"):
        ran = run(command, "-", "--stdin-filename", "sub/op.yaml", stdin=around)
        assert ran.code == 1
        assert "`sub/op.yaml` -> `back.yaml` -> `sub/op.yaml`" in ran.out + ran.err
        assert run(command, "back.yaml").code == 0
    buffer = b"kind: component\nrun: {kind: job, container: {image: 'buffer:1'}}\n"
    ran = run("compile", "back.yaml", "-", "--stdin-filename", "sub/op.yaml", stdin=buffer)
    assert ran.out.count("image: buffer:1") == 2
    assert "disk:1" not in ran.out


def test_json_goes_to_standard_error(here: Path) -> None:
    write(here, {"a.yaml": GOOD, "b.yaml": WRONG})
    ran = run("compile", "a.yaml", "--format", "json")
    assert names(ran.out) == ["hello"]
    assert json.loads(ran.err)["diagnostics"] == []
    ran = run("compile", "b.yaml", "--format", "json")
    assert (ran.code, ran.out) == (1, "")
    assert json.loads(ran.err)["summary"]["errors"] == 1


def test_quiet_keeps_errors(here: Path) -> None:
    write(here, {"a.yaml": WARNS, "b.yaml": WRONG})
    assert "warning[" in run("compile", "a.yaml").err
    ran = run("compile", "a.yaml", "-q")
    assert (ran.code, ran.err) == (0, "")
    ran = run("compile", "b.yaml", "-q")
    assert ran.err.startswith("error[")
    assert ran.err.endswith("PXC102\n\n")


def test_dump_and_time(here: Path) -> None:
    write(here, {"a.yaml": GOOD})
    first, last = pass_list()[0][1], pass_list()[-1][1]
    dumps = {p: run("compile", "a.yaml", "--dump-after", p).out for p in (first, last)}
    assert dumps[first] != dumps[last]
    assert all("hello" in d and "apiVersion" not in d for d in dumps.values())
    timed = run("compile", "a.yaml", "--time")
    assert names(timed.out) == ["hello"]
    assert [line.split()[-1] for line in timed.err.splitlines()] == [
        *(name for _, name, _ in pass_list()), "total",
    ]  # fmt: skip


def test_a_dump_outlives_a_later_error(here: Path) -> None:
    write(here, {"a.yaml": GOOD.replace("{{ lr }}", "{{ nope }}")})
    ran = run("compile", "a.yaml", "--dump-after", pass_list()[0][1])
    assert ran.code == 1
    assert "nope" in ran.out


def test_a_catalog_is_read(here: Path) -> None:
    text = GOOD.replace("kind: job", "kind: job\n  connections: [data]")
    connection = "{name: data, kind: host_path, schema: {hostPath: /x, mountPath: /y}}"
    write(here, {"a.yaml": text, "catalog/c.yaml": f"connections: [{connection}]", "e/x.txt": ""})
    assert "PXC209" not in run("compile", "a.yaml", "--catalog", "catalog").err
    assert "PXC209" in run("compile", "a.yaml", "--catalog", "e").err


# compile -o


def test_output_to_a_file(here: Path) -> None:
    write(here, {"a.yaml": GOOD})
    ran = run("compile", "a.yaml", "-o", "out.yaml")
    assert ran == (0, "", "")
    assert names((here / "out.yaml").read_text()) == ["hello"]
    umask = os.umask(0o22)
    os.umask(umask)
    assert stat.S_IMODE((here / "out.yaml").stat().st_mode) == 0o666 & ~umask


@pytest.mark.parametrize("output", ["out/", "there"])
def test_output_to_a_folder(here: Path, output: str) -> None:
    write(here, {"a.yaml": GOOD, "b.yaml": OTHER, "there/keep": "x"})
    assert run("compile", "a.yaml", "b.yaml", "-o", output).code == 0
    made = [p for p in (here / output).iterdir() if p.name != "keep"]
    assert len(made) == 2
    assert sorted(n for p in made for n in names(p.read_text())) == ["hello", "other"]


def test_output_keeps_link_and_mode(here: Path) -> None:
    write(here, {"a.yaml": GOOD, "real/out.yaml": "old"})
    (here / "real/out.yaml").chmod(0o640)
    (here / "out.yaml").symlink_to("real/out.yaml")
    assert run("compile", "a.yaml", "-o", "out.yaml").code == 0
    assert (here / "out.yaml").is_symlink()
    assert names((here / "real/out.yaml").read_text()) == ["hello"]
    assert stat.S_IMODE((here / "real/out.yaml").stat().st_mode) == 0o640
    assert [p.name for p in (here / "real").iterdir()] == ["out.yaml"]


def test_output_to_a_device_writes_to_it(here: Path) -> None:
    write(here, {"a.yaml": GOOD})
    assert run("compile", "a.yaml", "-o", "/dev/null").code == 0
    assert stat.S_ISCHR(Path("/dev/null").stat().st_mode)
    ran = run("compile", "a.yaml", "-o", "/dev/full")
    assert ran.code == 2
    assert "cannot write '/dev/full': no space left on device" in ran.err


def test_a_failing_write_loses_nothing(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(here, {"a.yaml": GOOD, "b.yaml": OTHER, "out/old": "old", "out.yaml": "old"})

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    for output in ("out.yaml", "out/"):
        ran = run("compile", "a.yaml", "b.yaml", "-o", output)
        assert ran.code == 2
        assert "no space left on device" in ran.err
    assert (here / "out.yaml").read_text() == "old"
    assert [p.name for p in (here / "out").iterdir()] == ["old"]
    assert sorted(p.name for p in here.iterdir()) == ["a.yaml", "b.yaml", "out", "out.yaml"]


UNWRITABLE: dict[str, tuple[str, str]] = {
    "folder that is not there": ("none/out.yaml", "no such file or directory"),
    "file in the way": ("a.yaml/out.yaml", "not a directory"),
    "folder under a file": ("a.yaml/", "file exists"),
}


@pytest.mark.parametrize("name", UNWRITABLE)
def test_where_nothing_can_be_written(here: Path, name: str) -> None:
    output, reason = UNWRITABLE[name]
    write(here, {"a.yaml": GOOD})
    ran = run("compile", "a.yaml", "-o", output)
    assert (ran.code, ran.out) == (2, "")
    assert f"cannot write '{output.rstrip('/')}': {reason}" in ran.err
    assert (here / "a.yaml").read_text() == GOOD


def test_two_files_of_one_name_are_refused(here: Path) -> None:
    pinned = ("--name-policy", "pinned", "-o", "out/")
    write(here, {"a.yaml": GOOD, "b.yaml": GOOD.replace("busybox", "alpine")})
    ran = run("compile", "a.yaml", "b.yaml", *pinned)
    assert ran.code == 1
    assert "PXC710" in ran.err
    assert not (here / "out").exists()
    write(here, {"c.yaml": "kind: operation\nnamespace: c\npathRef: a.yaml\n"})
    ran = run("compile", "a.yaml", "c.yaml", *pinned)
    assert ran.code == 2
    assert "Two different files would be written as" in ran.err
    assert not (here / "out").exists()
    assert run("compile", "a.yaml", "a.yaml", *pinned).code == 0


def test_what_the_cluster_has(here: Path) -> None:
    pod = "{container: {image: a}}"
    write(here, {"a.yaml": f"name: a\nqueue: q\nrun: {{kind: pytorchjob, worker: {pod}}}\n"})
    plain = run("compile", "a.yaml")
    assert "kind: PyTorchJob" in plain.out
    assert "--queue-as" in plain.err
    made = run("compile", "a.yaml", "--distributed", "indexed", "--queue-as", "kueue")
    assert (made.code, made.err) == (0, "")
    assert "completionMode: Indexed" in made.out
    assert "kueue.x-k8s.io/queue-name: q" in made.out


# lint


def test_lint_recurses_sorts_and_counts(here: Path) -> None:
    write(
        here,
        {
            "z/polyaxonfile.yaml": WRONG, "a.yaml": WRONG, "good.yaml": GOOD,
            "k8s.yaml": KUBERNETES, "m/warn.yaml": WARNS, "values.yaml": ": [",
        },
    )  # fmt: skip
    ran = run("lint")
    assert ran.code == 1
    places = [line.split()[1] for line in ran.out.splitlines() if "-->" in line]
    assert [p.split(":")[0] for p in places] == sorted(p.split(":")[0] for p in places)
    assert {p.split(":")[0] for p in places} == {"a.yaml", "m/warn.yaml", "z/polyaxonfile.yaml"}
    assert ran.err.endswith(" in 3 of 4 files\n")
    assert ran.err.startswith("2 errors, 1 warning")
    assert run("lint", ".").out == ran.out


def test_lint_of_clean_files_is_silent(here: Path) -> None:
    write(here, {"a.yaml": GOOD, "b.yaml": GOOD})
    assert run("lint") == (0, "", "")
    assert run("lint", terminal=True).err == "all clean: 2 files\n"
    assert run("lint", "-v").err == "all clean: 2 files\n"


def test_lint_says_when_there_is_nothing(here: Path) -> None:
    write(here, {"k8s.yaml": KUBERNETES})
    assert run("lint") == (0, "", "no Polyaxonfiles found\n")


GIVEN: dict[str, tuple[str | bytes, int, str, str]] = {
    "k8s.yaml": (KUBERNETES, 0, "", "passed over `k8s.yaml`: a Kubernetes manifest\n"),
    "helm.yaml": (
        "{{- if .Values.a }}\na: [\n",
        0,
        "",
        "passed over `helm.yaml`: a Helm template\n",
    ),
    "values.yaml": ("a: 1\n", 0, "", "passed over `values.yaml`: something else\n"),
    "many.yaml": ("a: 1\n---\nb: !x 2\n", 0, "", "passed over `many.yaml`: something else\n"),
    "notes.txt": (": [", 0, "", "passed over `notes.txt`: something else\n"),
    "broken.yaml": ("a: [\n", 1, "PXC001", ""),
    "bytes.yaml": (b"a: \xff\n", 1, "PXC018", ""),
    "polyaxonfile.yaml": ("", 1, "PXC014", ""),
    "ours.yaml": (BROKEN, 1, "PXC001", ""),
}


@pytest.mark.parametrize("name", GIVEN)
def test_a_named_file_that_is_not_ours_is_passed_over(here: Path, name: str) -> None:
    text, code, found, said = GIVEN[name]
    write(here, {name: text})
    ran = run("lint", "-v", name)
    assert ran.code == code
    assert found in ran.out
    assert bool(ran.out) == bool(found)
    assert said in ran.err


def test_lint_options(here: Path) -> None:
    write(here, {"w.yaml": WARNS, "e.yaml": WRONG})
    assert run("lint", "w.yaml").code == 0
    assert run("lint", "w.yaml", "--fail-on", "warning").code == 1
    assert run("lint", "w.yaml", "--fail-on", "warning", "--exit-zero").code == 0
    assert run("lint", "w.yaml", "--min-severity", "error") == (0, "", "")
    assert run("lint", "e.yaml", "--exit-zero").code == 0
    assert run("lint", "none.yaml", "--exit-zero").code == 2


def test_lint_json_goes_to_standard_output_and_keeps_its_schema(here: Path) -> None:
    schema = json.loads(run("schema", "--which", "diagnostics").out)
    write(here, {"w.yaml": WARNS, "日本.yaml": WRONG, "ok.yaml": GOOD})
    for arguments in (("w.yaml",), (), ("ok.yaml",), ("none.yaml",)):
        ran = run("lint", "--format", "json", *arguments)
        assert ran.err == ""
        jsonschema.validate(json.loads(ran.out), schema)
    document = json.loads(run("lint", "--format", "json").out)
    assert {d["file"] for d in document["diagnostics"]} == {"w.yaml", "日本.yaml"}
    assert document["summary"]["files"] == 3


def test_lint_reads_standard_input(here: Path) -> None:
    write(here, {"sub/c.yaml": GOOD})
    text = b"kind: operation\npathRef: none.yaml\n"
    ran = run("lint", "-", "--stdin-filename", "sub/op.yaml", stdin=text)
    assert ran.code == 1
    assert "--> sub/op.yaml:2:10" in ran.out
    text = text.replace(b"none", b"c")
    assert run("lint", "-", "--stdin-filename", "sub/op.yaml", stdin=text) == (0, "", "")


def test_a_pipe_that_is_named_is_linted(here: Path) -> None:
    read, written = os.pipe()
    os.write(written, WRONG.encode())
    os.close(written)
    ran = run("lint", f"/dev/fd/{read}")
    os.close(read)
    assert ran.code == 1
    assert f"--> /dev/fd/{read}:8:3" in ran.out


# wrong use


WRONG_USE: list[tuple[tuple[str, ...], str]] = [
    (("compile",), "Name a FILE, or a component by --hub."),
    (("compile", "none.yaml"), "error[PXC021] file-not-found: `none.yaml` does not exist"),
    (("compile", "god.yaml"), "= help: did you mean `good.yaml`?"),
    (("compile", "folder"), "cannot read `folder`: is a directory"),
    (("compile", "good.yaml", "-f", "none.yaml"), "`none.yaml` does not exist"),
    (("compile", "good.yaml", "-P", "lr"), "'lr' is not NAME=VALUE"),
    (("compile", "good.yaml", "-P", "=1"), "'=1' is not NAME=VALUE"),
    (("compile", "good.yaml", "-t", "nomad"), "'nomad' is not one of 'airflow', 'argo', 'kubernetes'"),
    (("compile", "good.yaml", "--catalog", "none"), "Path 'none' does not exist"),
    (("compile", "good.yaml", "--dump-after", "lower_pln"), "Did you mean 'lower_plan'?"),
    (("compile", "good.yaml", "--stdin-filename", "x"), "--stdin-filename needs '-'"),
    (("compile", "-", "-"), "'-' can be given once"),
    (("compile", "-", "-f", "-"), "'-' can be given once"),
    (("compile", "good.yaml", "--nmespace", "x"), "--namespace"),
    (("lint", "none/"), "`none` does not exist"),
    (("lint", "good.yaml", "none.yaml"), "`none.yaml` does not exist"),
    (("lint", "--format", "xml"), "'xml'"),
    (("rule", "PXC9999"), "There is no code 'PXC9999'"),
    (("rule", "unknown-varible"), "Did you mean 'unknown-variable'?"),
    (("schema", "--which", "x"), "'x'"),
    (("completion", "tcsh"), "'tcsh'"),
    (("lnt",), "Did you mean 'lint'?"),
    (("--nope",), "No such option"),
]  # fmt: skip


@pytest.mark.parametrize(("arguments", "said"), WRONG_USE, ids=lambda v: " ".join(v)[:40])
def test_wrong_use_is_said_and_exits_2(here: Path, arguments: tuple[str, ...], said: str) -> None:
    write(here, {"good.yaml": GOOD, "folder/x": ""})
    ran = run(*arguments)
    assert ran.code == 2
    assert said in ran.out + ran.err
    assert "Traceback" not in ran.err


# show


def test_version_and_help(here: Path) -> None:
    assert run("--version") == (0, f"pxc {pxc.__version__}\n", "")
    for arguments in ((), *((name,) for name in COMMANDS)):
        ran = run(*arguments, "-h")
        assert ran.code == 0
        assert run(*arguments, "--help") == ran
    assert all(name in run("-h").out for name in COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_the_table_of_commands_tells_the_truth(name: str) -> None:
    command = cli.get_command(None, name)
    assert command is not None
    assert command.name == name
    assert (command.help or "").split("\n")[0] == COMMANDS[name][1]


def test_the_version_is_that_of_the_project() -> None:
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert pxc.__version__ == project["version"]


def test_the_targets_are_those_there_are() -> None:
    from pxc import targets

    assert target_names() == targets.TARGETS
    (option,) = (p for p in compile_command.params if p.name == "target")
    assert tuple(option.type.choices) == target_names()  # type: ignore[attr-defined]


def test_passes_lists_every_pass(here: Path) -> None:
    ran = run("passes")
    assert ran.code == 0
    listed = [line.split()[0] for line in ran.out.splitlines() if line.startswith("  ")]
    assert listed == [name for _, name, _ in pass_list()]


def test_rule_prints_pages_and_the_list(here: Path) -> None:
    ran = run("rule")
    assert [line.split()[0] for line in ran.out.splitlines()] == list(CODES)
    page = run("rule", "pxc302").out
    assert page.startswith("PXC302 unknown-variable\nerror, since 0.1\n\n")
    assert page == run("rule", "unknown-variable").out
    assert page.count("PXC302") == 1


@pytest.mark.parametrize("which", ["polyaxonfile", "kubernetes", "diagnostics"])
def test_schemas_are_schemas(here: Path, which: str) -> None:
    ran = run("schema", "--which", which)
    assert ran.code == 0
    schema = json.loads(ran.out)
    jsonschema.validators.validator_for(schema).check_schema(schema)


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_scripts(here: Path, shell: str) -> None:
    ran = run("completion", shell)
    assert ran.code == 0
    assert "_PXC_COMPLETE" in ran.out
    assert ran.out.startswith("# ")


COMPLETED: list[tuple[str, set[str]]] = [
    ("pxc co", {"compile", "completion", "convert"}),
    ("pxc rule PXC30", {c for c in CODES if c.startswith("PXC30")}),
    ("pxc rule unknown-v", {"unknown-variable"}),
    ("pxc compile a --target ku", {"kubernetes"}),
    ("pxc compile a --dump-after lower_", {"lower_plan"}),
    ("pxc lint --fail-on w", {"warning"}),
]


@pytest.mark.parametrize(("typed", "offered"), COMPLETED)
def test_completion_offers(here: Path, typed: str, offered: set[str]) -> None:
    ran = program(
        cwd=here, _PXC_COMPLETE="bash_complete", COMP_WORDS=typed,
        COMP_CWORD=str(len(typed.split()) - 1),
    )  # fmt: skip
    assert {line.split(",")[1] for line in ran.out.splitlines()} == offered


# colours


COLOURS: list[tuple[str, dict[str, str], bool, bool]] = [
    ("auto", {}, True, True),
    ("auto", {}, False, False),
    ("always", {"NO_COLOR": "1"}, False, True),
    ("never", {"FORCE_COLOR": "1"}, True, False),
    ("auto", {"NO_COLOR": "1"}, True, False),
    ("auto", {"NO_COLOR": ""}, True, True),
    ("auto", {"FORCE_COLOR": "1"}, False, True),
    ("auto", {"FORCE_COLOR": "0"}, False, False),
    ("auto", {"CLICOLOR_FORCE": "1"}, False, True),
    ("auto", {"NO_COLOR": "1", "FORCE_COLOR": "1"}, True, False),
    ("auto", {"CLICOLOR": "0"}, True, False),
    ("auto", {"TERM": "dumb"}, True, False),
    ("auto", {"TERM": "dumb", "FORCE_COLOR": "1"}, False, True),
]


@pytest.mark.parametrize(("choice", "environ", "terminal", "wanted"), COLOURS)
def test_when_to_colour(
    here: Path,
    monkeypatch: pytest.MonkeyPatch,
    choice: str,
    environ: dict[str, str],
    terminal: bool,
    wanted: bool,
) -> None:
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: terminal)
    assert wants_color(choice, sys.stdout) is wanted
    write(here, {"a.yaml": WRONG})
    assert ("\x1b[" in run("lint", "--color", choice, terminal=terminal).out) is wanted


# ends


def test_our_own_fault_is_confessed(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(here, {"a.yaml": GOOD})

    def fails(*_: Any, **__: Any) -> Any:
        raise ZeroDivisionError(f"at {here}")

    import pxc.cli.workers

    monkeypatch.setattr(pxc.cli.workers, "lint_request", fails)
    ran = run("lint", "a.yaml")
    assert ran.code == 70
    assert ran.err.startswith("error[PXC000] internal-error: ")
    assert "ZeroDivisionError in pxc.cli.workers:" in ran.err
    assert f"pxc {pxc.__version__}, Python 3." in ran.err
    assert "PXC_DEBUG=1" in ran.err
    assert str(here) not in ran.err
    assert "Traceback" not in ran.err
    monkeypatch.setenv("PXC_DEBUG", "1")
    ran = run("lint", "a.yaml")
    assert ran.code == 70
    assert "Traceback" in ran.err
    assert str(here) in ran.err


@pytest.mark.parametrize("fault", [RecursionError, MemoryError])
def test_running_out_is_ours_too(
    here: Path, monkeypatch: pytest.MonkeyPatch, fault: type[Exception]
) -> None:
    write(here, {"a.yaml": GOOD})

    def fails(*_: Any) -> Any:
        raise fault

    import pxc.cli.compile

    monkeypatch.setattr(pxc.cli.compile, "compile_request", fails)
    assert run("compile", "a.yaml").code == 70


def test_as_a_program(here: Path) -> None:
    write(here, {"a.yaml": GOOD, "b.yaml": WRONG})
    ran = program("compile", "a.yaml", cwd=here)
    assert (ran.code, ran.err, names(ran.out)) == (0, "", ["hello"])
    ran = program("compile", "b.yaml", cwd=here)
    assert (ran.code, ran.out) == (1, "")
    ran = program("lint", cwd=here)
    assert ran.code == 1
    assert ran.out.startswith("error[PXC102]")
    assert ran.err == "1 error in 1 of 2 files\n"
    assert program("lint", "none", cwd=here).code == 2
    assert "\x1b[" in program("lint", cwd=here, FORCE_COLOR="1").out
    assert "\x1b[" not in program("lint", cwd=here, FORCE_COLOR="1", NO_COLOR="1").out


def test_a_narrow_encoding_is_no_fault(here: Path) -> None:
    write(here, {"日本.yaml": WRONG, "a.yaml": GOOD.replace("echo", "日本")})
    narrow: dict[str, Any] = {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    ran = program("lint", "日本.yaml", cwd=here, **narrow)
    assert ran.code == 1
    assert "--> \\u65e5\\u672c.yaml:8:3" in ran.out
    assert "日本" in program("compile", "a.yaml", cwd=here, **narrow).out
    ran = program("lint", "日本.yaml", "--format", "json", cwd=here, **narrow)
    assert json.loads(ran.out)["diagnostics"][0]["file"] == "日本.yaml"


def test_a_reader_that_leaves_is_no_fault(here: Path) -> None:
    write(here, {"a.yaml": WRONG})
    read, written = os.pipe()
    os.close(read)
    ended = subprocess.run(
        [sys.executable, "-m", "pxc", "rule"],
        cwd=here, stdout=written, stderr=subprocess.PIPE, env=environment(), check=False,
    )  # fmt: skip
    os.close(written)
    assert ended.returncode == 141
    assert ended.stderr == b""


def test_a_full_disk_is_said(here: Path) -> None:
    write(here, {"a.yaml": GOOD})
    with Path("/dev/full").open("wb") as full:
        ended = subprocess.run(
            [sys.executable, "-m", "pxc", "compile", "a.yaml"],
            cwd=here, stdout=full, stderr=subprocess.PIPE, env=environment(), check=False,
        )  # fmt: skip
    assert ended.returncode == 2
    assert b"no space left on device" in ended.stderr
    assert b"Traceback" not in ended.stderr


def test_an_interrupt_ends_with_130(here: Path) -> None:
    running = subprocess.Popen(
        [sys.executable, "-m", "pxc", "lint", "-"],
        cwd=here, stdin=subprocess.PIPE, stderr=subprocess.PIPE, env=environment(),
    )  # fmt: skip
    assert running.stdin is not None
    running.stdin.write(b"a" * 70000)  # more than a pipe holds: it is reading now
    running.stdin.flush()
    time.sleep(0.05)  # nothing outside tells when the rest of it is awaited
    running.send_signal(signal.SIGINT)
    _, said = running.communicate(timeout=30)
    assert running.returncode == 130
    assert b"Traceback" not in said


def test_the_public_names_load() -> None:
    outcome = pxc.compile_file
    assert isinstance(outcome, Callable)
    assert set(dir(pxc)) == set(pxc.__all__)
    for name in pxc.__all__:
        assert getattr(pxc, name) is not None
    with pytest.raises(AttributeError, match="nope"):
        _ = pxc.nope
