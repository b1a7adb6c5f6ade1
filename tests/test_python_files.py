"""Python files are executed where that is allowed alone, and can do nothing but make a document."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from pxc import compile_file, lint_file
from pxc.diagnostics import Report
from pxc.driver.python_files import execute_file, python_file
from pxc.request import SourceText
from pxc.sandbox.limits import Limits
from tests.command_line import Ran, program, run, write
from tests.conftest import ROOT

JOB = '{"kind": "component", "name": "x", "run": {"kind": "job", "container": {"image": "a:1"}}}'
MAIN = f"main = {JOB}\n"

LINUX = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="seccomp is of Linux")


def compiled(folder: Path, text: str, attribute: str = "", name: str = "train.py") -> Ran:
    write(folder, {name: text, "pxc.yaml": ""})
    return run("compile", str(folder / name) + attribute, "--allow-python", "--color", "never")


def codes(ran: Ran) -> list[str]:
    return re.findall(r"^\w+\[(PXC\d{3})\]", ran.err, re.M)


def place(ran: Ran) -> str:
    found = re.search(r"--> .*?(\w+\.py:\d+:\d+)", ran.err)
    assert found is not None, ran.err
    return found[1]


# what is executed


def test_nothing_is_executed_unless_that_is_allowed(tmp_path: Path) -> None:
    text = f"print('EXEC' + 'UTED')\nraise SystemExit\n{MAIN}"
    write(tmp_path, {"train.py": text})
    for command in (["compile"], ["graph"], ["schedule"], ["acl", "check"], ["acl", "claims"]):
        ran = run(*command, tmp_path / "train.py", "--color", "never")
        assert ran.code == 1, command
        assert "EXECUTED" not in ran.out + ran.err
        assert "PXC035" in ran.out + ran.err
        assert "--allow-python" in ran.out + ran.err


def test_commands_that_cannot_be_allowed_say_which_can(tmp_path: Path) -> None:
    write(tmp_path, {"train.py": f"print('EXEC' + 'UTED')\n{MAIN}"})
    ran = run("hub", "push", tmp_path / "train.py", "lab/a:v1")
    assert "EXECUTED" not in ran.out + ran.err
    assert "PXC035" in ran.err
    assert "`pxc compile --allow-python` executes it" in ran.err


def test_no_settings_of_a_workspace_allow_it(tmp_path: Path) -> None:
    for key in ("allowPython: true", "python: allow", "compile: {allowPython: true}"):
        write(tmp_path, {"train.py": MAIN, "pxc.yaml": f"{key}\n"})
        ran = run("compile", tmp_path / "train.py")
        assert ran.code != 0
        assert ran.out == ""


def test_the_environment_does_not_allow_it(tmp_path: Path) -> None:
    write(tmp_path, {"train.py": MAIN})
    ran = program("compile", "train.py", cwd=tmp_path, PXC_ALLOW_PYTHON="1", ALLOW_PYTHON="1")
    assert codes(ran) == ["PXC035"]


@pytest.mark.parametrize("command", [["compile"], ["graph"], ["acl", "check"]])
def test_commands_execute_it_where_that_is_allowed(command: list[str], tmp_path: Path) -> None:
    write(tmp_path, {"train.py": MAIN})
    ran = run(*command, tmp_path / "train.py", "--allow-python")
    assert ran.code == 0, ran.err


def test_a_schedule_of_python(tmp_path: Path) -> None:
    text = (
        'main = {"kind": "operation", "schedule": {"kind": "cron", "cron": "0 3 * * *"},'
        f' "component": {JOB}}}\n'
    )
    write(tmp_path, {"train.py": text})
    ran = run("schedule", tmp_path / "train.py", "--allow-python", "--from", "2030-01-01T00:00:00Z")
    assert "2030-01-01T03:00:00Z" in ran.out


def test_a_linter_executes_nothing(tmp_path: Path) -> None:
    sentinel = tmp_path / "sentinel"
    text = f"import pxc\nopen({str(sentinel)!r}, 'w').write('x')\n{MAIN}"
    write(
        tmp_path, {"train.py": text, "broken.py": "import pxc\ndef f(:\n", "other.py": "import x\n"}
    )
    for name in ("train.py", "train.py:main"):
        ran = run("lint", tmp_path / name, "--no-cache", "--color", "never")
        assert ran.code == 0
        assert "PXC044" in ran.out
    ran = run("lint", tmp_path / "broken.py", "--no-cache", "--color", "never")
    assert ran.code == 1
    assert "PXC037" in ran.out
    assert "broken.py:2:7" in ran.out
    assert "PXC" not in run("lint", tmp_path / "other.py", "--no-cache").out
    assert "PXC" not in run("lint", tmp_path, "--no-cache").out
    assert [d.code.id for d in lint_file(tmp_path / "train.py").report] == ["PXC044"]
    assert not sentinel.exists()


def test_what_a_file_refers_to_is_not_executed(tmp_path: Path) -> None:
    sentinel = tmp_path / "sentinel"
    step = f"open({str(sentinel)!r}, 'w').write('x')\n{MAIN}"
    refers = 'main = {"kind": "operation", "pathRef": "step.py"}\n'
    files = {
        "a.yaml": "kind: operation\npathRef: step.py\n",
        "b.yaml": "kind: operation\npathRef: step.py:main\n",
        "c.py": refers,
        "step.py": step,
    }
    write(tmp_path, files)
    for name in ("a.yaml", "b.yaml", "c.py"):
        ran = run("compile", tmp_path / name, "--allow-python", "--color", "never")
        assert codes(ran) == ["PXC045"], ran.err
    assert not sentinel.exists()


def test_a_path_reference_of_python_begins_at_the_file(tmp_path: Path) -> None:
    step = "kind: component\nrun: {kind: job, container: {image: 'a:1'}}\n"
    refers = 'main = {"kind": "operation", "pathRef": "parts/step.yaml"}\n'
    write(tmp_path, {"pipes/train.py": refers, "pipes/parts/step.yaml": step})
    ran = run("compile", tmp_path / "pipes" / "train.py", "--allow-python")
    assert ran.code == 0, ran.err
    assert "image: a:1" in ran.out


def test_a_signed_commit_vouches_for_no_python() -> None:
    from pxc.cli.signed_commits import unsigned
    from pxc.signed_files import SignedFiles
    from pxc.source import Authored

    text = SourceText("train.py", b"main = {}", Authored(b"{}"))
    signed = SignedFiles(commit="abc", top="/", digests={})
    assert next(unsigned(signed, [text], Path("/nonexistent"))) == (
        "train.py",
        "what Python makes hangs on more than the files of a commit",
    )


# which attribute


@pytest.mark.parametrize(
    ("argument", "wanted"),
    [
        ("a.py", ("a.py", "main")),
        ("a.py:op", ("a.py", "op")),
        ("a.py:", ("a.py", "")),
        ("d/a.py:op", ("d/a.py", "op")),
        ("a.yaml", None),
        ("a.pyc", None),
        (".py", None),
        ("-", None),
    ],
)
def test_arguments_that_name_python(argument: str, wanted: tuple[str, str] | None) -> None:
    found = python_file(argument)
    assert (found and (found.path.as_posix(), found.attribute)) == wanted


@pytest.mark.parametrize(
    ("attribute", "message"),
    [
        (":op", None),
        ("", "the file has no `main`"),
        (":", "no name follows the colon"),
        (":a-b", "`a-b` is no name"),
        (":oops", "the file has no `oops`"),
        (":func", "`func` is a function, not a component or an operation"),
        (":Class", "`Class` is a class, not a component or an operation"),
        (":json", "`json` is a module, not a component or an operation"),
        (":number", "`number` is an int, not a component or an operation"),
        (":nothing", "`nothing` is None, not a component or an operation"),
    ],
)
def test_attributes(attribute: str, message: str | None, tmp_path: Path) -> None:
    text = f"import json\nop = {JOB}\ndef func(): return op\nclass Class: pass\nnumber = 3\nnothing = None\n"
    ran = compiled(tmp_path, text, attribute)
    if message is None:
        assert ran.code == 0, ran.err
        return
    assert codes(ran) == ["PXC038"]
    assert message in ran.err
    assert "`op`" in ran.err or attribute in (":", ":a-b")


def test_the_nearest_name_is_proposed(tmp_path: Path) -> None:
    ran = compiled(tmp_path, f"nightly = {JOB}\n", ":nightli")
    assert "train.py:nightly`?" in ran.err


# what a file may do


def test_modules_beside_it_and_data_of_its_workspace(tmp_path: Path) -> None:
    files = {
        "pxc.yaml": "",
        "conf.json": '{"image": "a:7"}',
        "pipes/steps.py": 'def step(image):\n    return {"kind": "job", "container": {"image": image}}\n',
    }
    write(tmp_path, files)
    text = """\
import json
from steps import step
image = json.load(open("../conf.json"))["image"]
main = {"kind": "component", "run": step(image)}
"""
    ran = compiled(tmp_path, text, name="pipes/train.py")
    assert ran.code == 0, ran.err
    assert "image: a:7" in ran.out
    assert not list(tmp_path.rglob("__pycache__"))


def test_a_loop_of_events_needs_no_network(tmp_path: Path) -> None:
    text = f"import asyncio\nasync def made():\n    return {JOB}\nmain = asyncio.run(made())\n"
    assert compiled(tmp_path, text).code == 0


def test_the_folder_where_somebody_stands_is_of_no_use(tmp_path: Path) -> None:
    write(tmp_path, {"here/stray.py": "x = 1\n", "there/train.py": f"import stray\n{MAIN}"})
    write(tmp_path, {"there/pxc.yaml": ""})
    ran = program("compile", "../there/train.py", "--allow-python", cwd=tmp_path / "here")
    assert codes(ran) == ["PXC036"]
    assert "ModuleNotFoundError" in ran.err


def test_libraries_that_are_installed(tmp_path: Path) -> None:
    pytest.importorskip("numpy")
    text = f"import numpy\nmain = {JOB[:-3]}, 'args': [str(numpy.float64(0.5))]}}}}}}\n"
    ran = compiled(tmp_path, text)
    assert ran.code == 0, ran.err


def test_it_is_the_same_from_every_directory_and_every_time(tmp_path: Path) -> None:
    text = """\
names = {"a", "b", "c", "d", "e", "f"}
main = {"kind": "component", "name": "x",
        "run": {"kind": "job", "container": {"image": "a:1", "args": list(names)}}}
"""
    write(tmp_path, {"pxc.yaml": "", "in/train.py": text})
    made = {
        program("compile", where, "--allow-python", cwd=tmp_path / folder, PYTHONHASHSEED=seed).out
        for where, folder, seed in (
            ("train.py", "in", "1"), ("in/train.py", "", "2"), ("in/train.py", "", "3"),
        )
    }  # fmt: skip
    assert len(made) == 1
    assert made != {""}


def test_what_it_prints_is_shown_and_kept_out_of_the_product(tmp_path: Path) -> None:
    text = f"import os\nprint('hello \\x1b[31m')\nos.write(1, b'raw\\n')\n{MAIN}"
    ran = compiled(tmp_path, text)
    assert ran.code == 0
    assert codes(ran) == ["PXC042"]
    assert "hello" not in ran.out
    assert "hello" in ran.err
    assert "raw" in ran.err
    assert "\x1b" not in ran.err


def test_threads_that_are_left_do_not_keep_it(tmp_path: Path) -> None:
    text = (
        f"import threading, time\nthreading.Thread(target=time.sleep, args=(60,)).start()\n{MAIN}"
    )
    assert compiled(tmp_path, text).code == 0


FAULTS: dict[str, tuple[str, str, str, str]] = {
    "exception": ("x = 1\nx / 0\n", "PXC036", "train.py:2:1", "`ZeroDivisionError`: division by zero"),
    "inside": ("def f():\n    raise ValueError('ü')\nz = '日本'; f()\n", "PXC036", "train.py:2:5", "ü"),
    "wide": ("def f(): pass\nz = '日本'; f(1)\n", "PXC036", "train.py:2:11", "TypeError"),
    "library": ("import json\njson.loads('{')\n", "PXC036", "train.py:2:1", "`json/decoder.py`"),
    "no module": ("import nowhere_to_be\n", "PXC036", "train.py:1:1", "install it beside pxc"),
    "exit": ("import sys\nsys.exit(0)\n", "PXC036", "train.py:2:1", "ends the program"),
    "recursion": ("def f(): f()\nf()\n", "PXC036", "train.py:1:10", "RecursionError"),
    "own text": (
        "class E(Exception):\n    def __str__(self): raise E\nraise E\n",
        "PXC036", "train.py:3:1", "raises `E`",
    ),
    "base": ("class B(BaseException): pass\nraise B('x')\n", "PXC036", "train.py:2:1", "`B`: x"),
    "controls": ("raise ValueError('a\\x1b[31mb\\nc')\n", "PXC036", "train.py:1:1", "a\ufffd[31mb c"),
    "syntax": ("x = 1\ndef f(:\n", "PXC037", "train.py:2:7", "invalid syntax"),
    "null": ("x = 1\0\n", "PXC037", "train.py:1:1", "null"),
    "died": ("import os\nos._exit(7)\n", "PXC040", "train.py:1:1", "with status 7"),
    "crash": ("import ctypes\nctypes.string_at(0)\n", "PXC040", "train.py:1:1", "by SIGSEGV"),
    "abort": ("import os\nos.abort()\n", "PXC040", "train.py:1:1", "by SIGABRT"),
    "memory": ("x = bytearray(4 << 30)\n", "PXC039", "train.py:1:1", "1,024 MiB"),
    "flood": ("while True: print('x' * 100)\n", "PXC039", "train.py:1:1", "prints more than"),
    "itself": ("main = {}\nmain['a'] = main\n", "PXC032", "train.py:1:8", "contains itself"),
    "an object": ("main = {'kind': object()}\n", "PXC032", "train.py:1:17", "`object`"),
}  # fmt: skip


@LINUX
@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_one_diagnostic_at_its_line(name: str, tmp_path: Path) -> None:
    text, code, where, words = FAULTS[name]
    ran = compiled(tmp_path, text)
    assert (ran.code, ran.out) == (1, "")
    assert codes(ran) == [code], ran.err
    assert place(ran) == where
    assert words in ran.err
    assert "Traceback" not in ran.err
    assert str(tmp_path.parent.parent) not in ran.err.replace(str(tmp_path), "")


def test_time_is_limited(tmp_path: Path) -> None:
    for text in ("while True: pass\n", "import time\ntime.sleep(60)\n"):
        write(tmp_path, {"train.py": text})
        report = Report()
        given = SourceText(str(tmp_path / "train.py"), text.encode())
        assert execute_file(given, "main", report, Limits(seconds=1)) is None
        (found,) = report
        assert found.code.id == "PXC039"
        assert found.message == "the file takes longer than 1 seconds"
    assert "sandbox/child.py" not in _processes()


def test_a_document_is_limited(tmp_path: Path) -> None:
    text = "main = {'kind': 'component', 'description': 'x' * 5000}\n"
    write(tmp_path, {"train.py": text})
    report = Report()
    given = SourceText(str(tmp_path / "train.py"), text.encode())
    assert execute_file(given, "main", report, Limits(answer=1000)) is None
    assert [d.code.id for d in report] == ["PXC039"]


def _processes() -> str:
    found = []
    for each in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            parent = (each.parent / "stat").read_text().rpartition(")")[2].split()[1]
            if int(parent) == os.getpid():
                found.append(each.read_bytes().replace(b"\0", b" ").decode("utf-8", "replace"))
        except OSError:
            continue
    return "\n".join(found)


FORGED = {
    "fields": ('{"files": [], "tree": ["m", null, [[["s", null, "kind"], ["s", null, "?"]]]]}', ""),
    "no json": ("nonsense", ""),
    "deep": ("[" * 200_000, ""),
    "deep document": ('{"files": [], "tree": ' + '["l", null, [' * 50_000, ""),
    "place": ('{"files": ["/etc/passwd"], "tree": ["m", [0, 1, 1, 1, 2], []]}', "root:"),
    "outside": ('{"files": ["../../etc/hostname"], "tree": ["m", [0, 1, 1, 1, 2], []]}', "\x00"),
    "huge place": ('{"files": [], "tree": ["m", [9, 1, 1, 1, 1], []]}', ""),
    "surrogate": ('{"files": ["\\ud800.py"], "tree": ["m", [0, 1, 1, 1, 1], []]}', ""),
}


@pytest.mark.parametrize("letter", ["D", "F"])
@pytest.mark.parametrize("name", FORGED)
def test_a_forged_answer_is_only_an_answer(name: str, letter: str, tmp_path: Path) -> None:
    said, never = FORGED[name]
    text = f"""\
import os
said = {letter + said!r}.encode("utf-8", "surrogatepass")
for descriptor in range(3, 30):
    try:
        left = said
        while left:
            left = left[os.write(descriptor, left):]
    except OSError:
        pass
os._exit(0)
"""
    ran = compiled(tmp_path, text)
    assert ran.code == 1, ran.err
    assert ran.out == ""
    assert codes(ran)
    assert not never or never not in ran.err


# what a file cannot do

REFUSED = {
    "network": "import socket; socket.create_connection(('127.0.0.1', PORT), 2)",
    "datagram": "import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM)",
    "unix socket": "import socket; socket.socket(socket.AF_UNIX)",
    "datagrams": "import socket; socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)",
    "other processor": "import os; os.sched_setaffinity(os.getppid(), {0})",
    "netlink": "import socket; socket.socket(socket.AF_NETLINK, socket.SOCK_RAW)",
    "program": "import subprocess; subprocess.run(['true'])",
    "shell": "import os; assert os.system('true') == 0; raise SystemError",
    "exec": "import os; os.execv('/bin/true', ['true'])",
    "spawn": "import os; os.posix_spawn('/bin/true', ['true'], {})",
    "fork": "import os\nwhile True: os.fork()",
    "fork server": "import multiprocessing; multiprocessing.get_context('fork').Process().start()",
    "write": "open(OUTSIDE + '/new', 'w').write('x')",
    "write beside": "open('new', 'w').write('x')",
    "change": "open(OUTSIDE + '/secret', 'a').write('x')",
    "truncate": "import os; os.open(OUTSIDE + '/secret', os.O_RDONLY | os.O_TRUNC)",
    "delete": "import os; os.unlink('keep')",
    "rename": "import os; os.rename('keep', 'kept')",
    "folder": "import os; os.mkdir('new')",
    "link": "import os; os.symlink('/', 'new')",
    "mode": "import os; os.chmod('keep', 0o777)",
    "times": "import os; os.utime('keep', (1, 1))",
    "secret": "open(OUTSIDE + '/secret').read()",
    "home": "import os; os.listdir('/root' if os.path.exists('/root') else '/home')",
    "environment of pxc": "import os; open(f'/proc/{os.getppid()}/environ').read()",
    "memory of pxc": "import os; open(f'/proc/{os.getppid()}/mem', 'rb').read(1)",
    "kill pxc": "import os; os.kill(os.getppid(), 9)",
    "kill all": "import os; os.kill(-1, 9)",
    "limits of pxc": "import os, resource; resource.prlimit(os.getppid(), resource.RLIMIT_CPU, (1, 1))",
    "more time": "import resource; resource.setrlimit(resource.RLIMIT_CPU, (999, 999))",
    "more memory": "import resource; resource.setrlimit(resource.RLIMIT_DATA, (1 << 40, 1 << 40))",
    "other user": "import os; os.setuid(12345)",
    "shared memory": "import mmap; mmap.mmap(-1, 1 << 20)",
    "memory file": "import os; os.memfd_create('x')",
}  # fmt: skip


@LINUX
@pytest.mark.parametrize("name", REFUSED)
def test_what_reaches_out_is_refused(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if name == "other user" and os.getuid() != 0:
        monkeypatch.setenv("UNUSED", "1")  # nobody else may become another user anyway
    outside = tmp_path / "outside"
    inside = tmp_path / "inside"
    write(outside, {"secret": "SECRET"})
    write(inside, {"keep": "kept"})
    reached: list[int] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)

        def accept() -> None:
            try:
                server.accept()[0].close()
                reached.append(1)
            except OSError:
                pass

        listening = threading.Thread(target=accept)
        listening.start()
        port = server.getsockname()[1]
        text = f"PORT = {port}\nOUTSIDE = {str(outside)!r}\n{REFUSED[name]}\n{MAIN}"
        ran = compiled(inside, text)
        listening.join()
    assert ran.code == 1
    assert codes(ran) == ["PXC036"], ran.err
    assert re.search(r"PermissionError|OSError|AssertionError|ValueError", ran.err), ran.err
    assert not reached
    assert (outside / "secret").read_text() == "SECRET"
    assert sorted(p.name for p in inside.iterdir()) == ["keep", "pxc.yaml", "train.py"]
    assert (inside / "keep").stat().st_mode & 0o777 != 0o777
    assert "SECRET" not in ran.err


@LINUX
def test_this_system_confines_all(tmp_path: Path) -> None:
    # elsewhere than in the tests a warning says so, and the tests above would then prove nothing
    assert codes(compiled(tmp_path, MAIN)) == []


def test_the_environment_is_empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "hunter2")
    monkeypatch.setenv("PXC_IDENTITY_TOKEN", "hunter2")
    monkeypatch.setenv("PYTHONSTARTUP", "/nonexistent")
    ran = compiled(tmp_path, "import os\nraise ValueError(sorted(os.environ))\n")
    assert "hunter2" not in ran.err
    assert "AWS" not in ran.err
    assert "PXC_" not in ran.err
    assert "PYTHONSTARTUP" not in ran.err


def test_nothing_is_read_from_standard_input(tmp_path: Path) -> None:
    write(tmp_path, {"train.py": f"import sys\nassert sys.stdin.read() == ''\n{MAIN}"})
    ran = program("compile", "train.py", "--allow-python", cwd=tmp_path, stdin=b"secret")
    assert ran.code == 0, ran.err


_WITHOUT = """
import ctypes, os, platform, struct, sys
libc = ctypes.CDLL(None, use_errno=True)
libc.prctl(38, 1, 0, 0, 0)
prctl = {"x86_64": 157, "aarch64": 167}[platform.machine()]
no = (6, 0, 0, 0x00050000 | 38)
steps = [(0x20, 0, 0, 0), (0x15, 0, 1, 444), no, (0x15, 0, 3, prctl), (0x20, 0, 0, 16),
         (0x15, 0, 1, 22), no, (6, 0, 0, 0x7FFF0000)]
packed = b"".join(struct.pack("HBBI", *step) for step in steps)
held = ctypes.create_string_buffer(packed, len(packed))
given = struct.pack("HxxxxxxP", len(steps), ctypes.addressof(held))
assert libc.prctl(22, 2, ctypes.create_string_buffer(given, len(given)), 0, 0) == 0
os.execv(sys.executable, [sys.executable, "-m", "pxc", *sys.argv[1:]])
"""


@LINUX
def test_a_system_that_confines_less_says_so(tmp_path: Path) -> None:
    """The kernel itself is made to have neither Landlock nor filters, as in some containers."""
    write(tmp_path, {"train.py": MAIN})
    ended = subprocess.run(
        [sys.executable, "-c", _WITHOUT, "compile", "train.py", "--allow-python"],
        cwd=tmp_path, capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr
    assert "kind: Job" in ended.stdout
    assert "warning[PXC041]" in ended.stderr
    assert "reach the network, start programs and read and change files" in ended.stderr


# the library


def test_the_library_executes_where_it_is_told_to(tmp_path: Path) -> None:
    write(tmp_path, {"train.py": f"print('hi')\n{MAIN}", "bad.py": "1 / 0\n"})
    refused = compile_file(tmp_path / "train.py")
    assert [d.code.id for d in refused.report] == ["PXC035"]
    made = compile_file(f"{tmp_path / 'train.py'}:main", allow_python=True)
    assert [d.code.id for d in made.report] == ["PXC042"]
    assert "kind: Job" in made.files[0].text
    assert [d.code.id for d in compile_file(tmp_path / "bad.py", allow_python=True).report] == [
        "PXC036"
    ]


def test_the_decision_on_access_is_on_what_was_made() -> None:
    from pxc.driver import Request
    from pxc.driver.access import asked_of
    from pxc.source import Authored

    texts = [SourceText("a.py", b"x", Authored(document)) for document in (b"1", b"2")]
    one, other = (asked_of(Request(files=(text,))).sources for text in texts)
    assert one[0] == other[0]
    assert one[1] != other[1]
