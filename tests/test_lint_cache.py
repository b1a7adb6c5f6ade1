"""What the cache of `pxc lint` may never do: change a byte, go stale, or make anything fail."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace

from pxc.codes import CODES
from pxc.diagnostics import Diagnostic
from pxc.driver import Request, SourceText, lint_request
from pxc.lint import cache as cache_module
from pxc.lint.cache import Cache, Entry, cache_home
from pxc.lint.digest import digest
from pxc.lint.identity import DEPENDENCIES, Identity
from pxc.lint.record import Record, known_sources, record, restore
from pxc.render import FORMATS
from pxc.source import Source, Span
from tests.command_line import Ran, environment, run, write
from tests.conftest import ROOT
from tests.test_imports import imported

COMPONENT = """\
version: 1.1
kind: component
inputs: [{name: lr, type: float, value: 0.1}]
run: {kind: job, container: {image: "a:1", args: ["{{ lr }}"]}}
"""
LATEST = COMPONENT.replace("a:1", "a:latest")
REFERENCE = """\
version: 1.1
kind: operation
pathRef: ./part.yaml
params: {lr: {value: 0.5}}
"""
PRESET = "version: 1.1\nkind: operation\nisPreset: true\nqueue: QUEUE\n"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder of its own, and a cache beside it that is in use."""
    folder = tmp_path / "work"
    (folder / ".git").mkdir(parents=True)
    monkeypatch.chdir(folder)
    monkeypatch.delenv("PXC_NO_CACHE")
    monkeypatch.setenv("PXC_CACHE_DIR", str(tmp_path / "cache"))
    return folder


def known(*args: str | Path) -> int:
    """How many files a run takes from the cache."""
    said = [x for x in run("lint", "-v", *args).err.splitlines() if " files known from " in x]
    (line,) = said
    return int(line.split()[0])


def packs(here: Path) -> list[Path]:
    return sorted((here.parent / "cache" / "lint").glob("*.pack"))


def same_everywhere(paths: list[Path]) -> None:
    """In every format, what is printed without a cache, by filling one, and from it."""
    run("lint", *paths)
    assert known(*paths) > 0
    for format_ in FORMATS:
        fresh = run("lint", "--no-cache", "--show-all", "--format", format_, *paths)
        warm = run("lint", "--show-all", "--format", format_, *paths)
        assert warm == fresh
        assert fresh.out or format_ in ("concise", "text", "github", "jsonl")


def test_goldens_read_the_same_from_the_cache(here: Path) -> None:
    for case in sorted((ROOT / "golden").iterdir()):
        shutil.copytree(case, here / case.name)
    paths = [p for p in here.rglob("*.yaml") if not p.name.startswith("expected.")]
    filled = run("lint", "--format", "json", *paths)
    assert filled == run("lint", "--no-cache", "--format", "json", *paths)
    same_everywhere(paths)


def test_the_corpus_reads_the_same_from_the_cache(here: Path, shared: Path) -> None:
    files = sorted((shared / "corpus" / "users").rglob("*.y*ml"))[::4]
    assert len(files) > 50
    for number, file in enumerate(files):
        shutil.copy(file, here / f"polyaxonfile-{number}.yaml")
    same_everywhere([here])


def test_every_part_of_a_finding_comes_back() -> None:
    text = "\ufeffversion: 1.1\nkind: component\nrun:\n  kind: job\n  container:\n    imag: é\n"
    data = (text + "    node_selector: {}\n").encode()
    found = list(lint_request(Request(files=(SourceText("a.yaml", data),))).report)
    assert any(d.fix for d in found)
    assert any(d.help for d in found)
    sources = known_sources("a.yaml", data, ())
    made = record(found, sources)
    assert made is not None
    assert made.sources == (0,)
    again = restore(made, sources)
    assert [_flat(d) for d in again] == [_flat(d) for d in found]
    assert all(d.span.source is sources[0] for d in again)


def _flat(found: Diagnostic) -> object:
    edits = [(str(s), s.end, text) for s, text in found.fix.edits] if found.fix else None
    notes = [(n.message, n.span and str(n.span)) for n in found.notes]
    return (found.order(), found.code, found.label, notes, found.help, edits)


def _write(name: str, text: str) -> Callable[[Path], object]:
    return lambda here: write(here, {name: text})


CHANGES: dict[str, tuple[dict[str, str], tuple[str, ...], Callable[[Path], object]]] = {
    "the file": ({"a.yaml": COMPONENT}, ("a.yaml",), _write("a.yaml", LATEST)),
    "a component": (
        {"a.yaml": REFERENCE, "part.yaml": COMPONENT}, ("a.yaml",),
        _write("part.yaml", COMPONENT.replace("type: float", "type: bool")),
    ),
    "a component that goes": (
        {"a.yaml": REFERENCE, "part.yaml": COMPONENT}, ("a.yaml",),
        lambda here: (here / "part.yaml").unlink(),
    ),
    "a component that comes": (
        {"a.yaml": REFERENCE}, ("a.yaml",), _write("part.yaml", COMPONENT),
    ),
    "settings": (
        {"a.yaml": LATEST}, ("a.yaml",),
        _write("pyproject.toml", '[tool.pxc.lint]\nignore = ["PXC504"]\n'),
    ),
    "settings in pxc.yaml": (
        {"a.yaml": LATEST}, ("a.yaml",), _write("pxc.yaml", "lint: {ignore: [PXC504]}\n"),
    ),
    "settings by path": (
        {"a.yaml": LATEST}, ("a.yaml",),
        _write("pyproject.toml", '[tool.pxc.lint.per-file-ignores]\n"a*" = ["PXC504"]\n'),
    ),
    "a connection": (
        {"a.yaml": COMPONENT.replace("{kind: job", "{kind: job, connections: [data]"),
         "cat/c.yaml": "connections: [{name: other, kind: git}]\n"},
        ("--catalog", "cat", "a.yaml"),
        _write("cat/c.yaml", "connections: [{name: data, kind: git}]\n"),
    ),
    "a preset": (
        {"a.yaml": COMPONENT.replace("kind: component", "kind: operation\npresets: [p]")
         .replace("inputs", "component:\n  inputs").replace("\nrun", "\n  run"),
         "cat/presets/p.yaml": PRESET},
        ("--catalog", "cat", "a.yaml"), _write("cat/presets/p.yaml", PRESET + "quue: a\n"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", CHANGES)
def test_nothing_outlives_what_it_depends_on(what: str, here: Path) -> None:
    files, args, change = CHANGES[what]
    write(here, files)
    before = run("lint", *args)
    assert run("lint", *args) == before
    assert known(*args) == 1
    change(here)
    changed = run("lint", *args)
    assert changed == run("lint", "--no-cache", *args)
    assert changed.out != before.out
    assert known(*args) == 1


@pytest.mark.parametrize(
    "options", [("--select", "PXC501"), ("--preset", "strict"), ("--ignore", "PXC504")]
)
def test_options_that_decide_have_entries_of_their_own(
    options: tuple[str, ...], here: Path
) -> None:
    write(here, {"a.yaml": LATEST})
    plain = run("lint", "a.yaml")
    assert known(*options, "a.yaml") == 0
    assert run("lint", *options, "a.yaml") == run("lint", "--no-cache", *options, "a.yaml")
    assert run("lint", "a.yaml") == plain
    assert known("a.yaml") == known(*options, "a.yaml") == 1


def test_another_folder_names_files_otherwise(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(here, {"sub/a.yaml": LATEST})
    assert "--> sub/a.yaml:" in run("lint", "sub/a.yaml").out
    monkeypatch.chdir(here / "sub")
    assert "--> a.yaml:" in run("lint", "a.yaml").out


def test_other_code_knows_nothing(tmp_path: Path) -> None:
    package = write(
        tmp_path / "pxc", {"a.py": "x = 1\n", "grammar/b.lark": "b\n", "passes/c.py": "c\n"}
    )
    entry = Entry(b"data", (), Record((), b""))
    made = Cache(tmp_path / "home", tmp_path, Identity(package))
    made.keep(b"key", entry)
    made.save()

    def knows() -> bool:
        return Cache(tmp_path / "home", tmp_path, Identity(package)).find(b"key", b"data") == entry

    assert knows()
    os.utime(package / "a.py", (1, 1))  # as a fresh installation of the same release looks
    assert knows()
    (package / "grammar" / "b.lark").write_text("c\n")
    assert not knows()


def test_code_in_an_archive_is_not_known(tmp_path: Path) -> None:
    identity = Identity(tmp_path / "pxc.zip" / "pxc")
    assert not identity.is_known
    made = Cache(tmp_path / "home", tmp_path, identity)
    made.keep(b"key", Entry(b"data", (), Record((), b"")))
    made.save()
    assert not (tmp_path / "home").exists()


def test_the_libraries_are_those_of_the_project() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    named = {d.partition(">")[0].partition("[")[0] for d in project["dependencies"]}
    assert named == set(DEPENDENCIES)


def _flip(data: bytes) -> bytes:
    return data[:-20] + bytes([data[-20] ^ 1]) + data[-19:]


BREAKS: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda data: b"",
    "cut": lambda data: data[: len(data) // 2],
    "longer": lambda data: data + b"x",
    "one bit": _flip,
    "another format": lambda data: b'{"version": 2}',
    "a sum that is right over nonsense": lambda data: (
        cache_module._MAGIC + cache_module._sum(b"\xc1nonsense") + b"\xc1nonsense"
    ),
}


@pytest.mark.parametrize("how", BREAKS)
def test_a_broken_cache_is_an_empty_one(how: str, here: Path) -> None:
    write(here, {"a.yaml": LATEST})
    sound = run("lint", "a.yaml")
    (pack,) = packs(here)
    pack.write_bytes(BREAKS[how](pack.read_bytes()))
    assert run("lint", "a.yaml") == sound
    assert known("a.yaml") == 1


def test_an_entry_that_means_nothing_is_found_again(here: Path) -> None:
    write(here, {"a.yaml": LATEST})
    sound = run("lint", "a.yaml")
    (pack,) = packs(here)
    for broken in (
        b"\x00", Record((7,), b"\x90"), Record((0,), b"\x91\x01"), Record((), b"\x91\xc1")
    ):  # fmt: skip
        cache = Cache(pack.parent.parent, here)
        (key,) = cache._entries
        if isinstance(broken, bytes):
            cache._new[key] = broken
        else:
            cache.keep(key, Entry(digest((LATEST.encode(),)), (), broken))
        cache.save()
        assert run("lint", "--no-cache", "a.yaml") == sound
        assert run("lint", "a.yaml") == sound


@pytest.mark.parametrize("blocked", ["cache", "cache/lint", "cache/lint/PACK"])
def test_a_cache_that_cannot_be_written_stops_nobody(blocked: str, here: Path) -> None:
    write(here, {"a.yaml": LATEST})
    sound = run("lint", "--no-cache", "a.yaml")
    run("lint", "a.yaml")
    (pack,) = packs(here)
    shutil.rmtree(here.parent / "cache")
    path = here.parent / blocked.replace("PACK", pack.name)
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.name == pack.name:
        path.mkdir()
    else:
        path.write_text("a file")
    assert run("lint", "a.yaml") == sound
    assert list(here.parent.rglob("*.tmp")) == []


def test_text_that_utf8_cannot_hold_is_not_kept() -> None:
    source = Source("a.yaml", "a: b\n")
    found = Diagnostic(CODES["PXC101"], "half a pair: \ud800", Span(source, 0, 1))
    assert record([found], [source]) is None
    elsewhere = Source("\udcff.yaml", "a: b\n")
    assert record([replace(found, message="", span=Span(elsewhere, 0, 1))], [source]) is None


def test_a_file_name_that_is_no_text_is_kept(here: Path) -> None:
    name = os.fsdecode(b"\xff-polyaxonfile.yaml")
    write(here, {name: LATEST})
    assert run("lint", name) == run("lint", "--no-cache", name)
    assert known(name) == 1


def test_fixes_and_standard_input_leave_it_alone(here: Path) -> None:
    write(here, {"a.yaml": LATEST})
    run("lint", "--fix", "a.yaml")
    run("lint", "--diff", "a.yaml")
    assert packs(here) == []
    run("lint", "-", stdin=LATEST.encode())
    assert packs(here) == []
    run("lint", "--no-cache", "a.yaml")
    assert packs(here) == []


def test_runs_at_the_same_time(here: Path) -> None:
    for number in range(24):
        write(here, {f"f{number}.yaml": LATEST})
    command = [sys.executable, "-m", "pxc", "lint", "--format", "concise"]
    files = [f"f{number}.yaml" for number in range(24)]
    running = [
        subprocess.Popen([*command, *files[at : at + 8]], cwd=here, env=environment(),
                         stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for at in (0, 8, 16)
    ]  # fmt: skip
    said = b"".join(r.communicate(timeout=60)[0] for r in running)
    assert [r.returncode for r in running] == [0, 0, 0]
    assert said.count(b"PXC504") == 24
    assert known() >= 8  # at least what the last of them wrote
    assert known() == 24
    assert list(here.parent.rglob("*.tmp")) == []


def test_a_writer_keeps_what_another_wrote_meanwhile(tmp_path: Path) -> None:
    entry = Entry(b"data", (), Record((), b""))
    first, second = (Cache(tmp_path / "home", tmp_path) for _ in range(2))
    first.keep(b"one", entry)
    second.keep(b"two", entry)
    first.save()
    second.save()
    now = Cache(tmp_path / "home", tmp_path)
    assert now.find(b"one", b"data") == now.find(b"two", b"data") == entry
    assert now.find(b"one", b"other data") is None


def test_a_pack_drops_what_was_of_no_use(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache_module, "PACK_BYTES", 400)
    for key in (b"old", b"used", b"new"):
        cache = Cache(tmp_path / "home", tmp_path)
        cache.find(b"used", b"data")
        cache.keep(key, Entry(b"data", (), Record((), b"x" * 150)))
        cache.save()
    cache = Cache(tmp_path / "home", tmp_path)
    assert cache.find(b"old", b"data") is None
    assert cache.find(b"used", b"data")
    assert cache.find(b"new", b"data")


def test_a_large_entry_is_not_kept(tmp_path: Path) -> None:
    cache = Cache(tmp_path / "home", tmp_path)
    cache.keep(b"large", Entry(b"data", (), Record((), b"x" * cache_module.ENTRY_BYTES)))
    cache.save()
    assert not (tmp_path / "home").exists()


def test_a_home_drops_the_packs_used_longest_ago(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    monkeypatch.setattr(cache_module, "HOME_BYTES", 700)
    made = []
    for number in range(4):
        cache = Cache(home, tmp_path / str(number))
        cache.keep(b"key", Entry(b"data", (), Record((), b"x" * 150)))
        cache.save()
        os.utime(cache.path, (number, number))
        made.append(cache.path)
    assert [p.exists() for p in made] == [False, False, True, True]
    assert (home / "CACHEDIR.TAG").read_text().startswith("Signature: 8a477f597d28d172789f")


@pytest.mark.parametrize(
    ("environ", "platform", "expected"),
    [
        ({}, "linux", "HOME/.cache/pxc"),
        ({}, "darwin", "HOME/Library/Caches/pxc"),
        ({"XDG_CACHE_HOME": "/x"}, "linux", "/x/pxc"),
        ({"XDG_CACHE_HOME": "relative"}, "linux", "HOME/.cache/pxc"),
        ({"LOCALAPPDATA": "/local"}, "win32", "/local/pxc/Cache"),
        ({"PXC_CACHE_DIR": "here", "XDG_CACHE_HOME": "/x"}, "linux", "here"),
    ],
)
def test_where_the_cache_is(
    environ: dict[str, str], platform: str, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", "/home/me")
    assert cache_home(environ, platform) == Path(expected.replace("HOME", "/home/me"))


def test_what_is_known_needs_no_compiler(here: Path) -> None:
    write(here, {"a.yaml": LATEST, "b.yaml": REFERENCE, "part.yaml": COMPONENT})
    assert "yaml" in imported(here, "lint", ".")
    modules = imported(here, "lint", ".")
    assert modules & {"yaml", "pxc.driver", "pxc.ir", "pxc.grammar", "pxc.passes", "lark"} == set()


def test_a_folder_in_the_cache_option(here: Path) -> None:
    write(here, {"a.yaml": LATEST})
    assert run("lint", "--cache-dir", "own", "a.yaml") == run("lint", "--no-cache", "a.yaml")
    assert packs(here) == []
    assert (here / "own" / ".gitignore").read_text() == "*\n"
    ran: Ran = run("lint", "-v", "--cache-dir", "own", "a.yaml")
    assert ran.err.startswith("1 of 1 files known from own/lint/")
