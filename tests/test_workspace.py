"""Files are read under their root alone; folders give the Polyaxonfiles in them and no others."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pxc.discovery import Kind, discover, named_polyaxonfile, sniff
from pxc.gitignore import IgnoreRules, ignore_rules_above, ignore_rules_in
from pxc.workspace import MAX_BYTES, TooLarge, Workspace, display_name, find_root, read_bytes
from tests.command_line import write

COMPONENT = "version: 1.1\nkind: component\nrun: {kind: job, container: {image: a}}\n"
OURS = "kind: operation\nhubRef: a\n"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that is the current one, with another beside it."""
    (tmp_path / "outside.yaml").write_text("secret")
    folder = tmp_path / "root"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


READ = [
    ("b.yaml", None, "b.yaml", "b"),
    ("./b.yaml", "a.yaml", "b.yaml", "b"),
    ("c.yaml", "sub/a.yaml", "sub/c.yaml", "c"),
    ("../b.yaml", "sub/a.yaml", "b.yaml", "b"),
    ("link.yaml", None, "link.yaml", "c"),
    ("linked/c.yaml", None, "linked/c.yaml", "c"),
    ("bom.yaml", None, "bom.yaml", "x"),
    ("deep/up/../c.yaml", None, "deep/up/../c.yaml", "c"),
]


@pytest.mark.parametrize(("path", "beside", "name", "text"), READ)
def test_a_path_is_read_beside_the_file_that_refers_to_it(
    here: Path, path: str, beside: str | None, name: str, text: str
) -> None:
    write(here, {"b.yaml": "b", "sub/c.yaml": "c", "sub/in/x": "", "bom.yaml": b"\xef\xbb\xbfx"})
    (here / "link.yaml").symlink_to("sub/c.yaml")
    (here / "linked").symlink_to("sub")
    (here / "deep").mkdir()
    (here / "deep/up").symlink_to("../sub/in")  # so that up/.. is sub, not deep
    source = Workspace(here).read(path, beside=beside)
    assert (source.name, source.text) == (name, text)


REFUSED = [
    ("none.yaml", FileNotFoundError, "the file does not exist"),
    ("a.yaml/b.yaml", FileNotFoundError, "the file does not exist"),
    ("../outside.yaml", ValueError, "the file is outside the workspace `.`"),
    ("/etc/hosts", ValueError, "the file is outside the workspace `.`"),
    ("out.yaml", ValueError, "the file is outside the workspace `.`"),
    ("out/outside.yaml", ValueError, "the file is outside the workspace `.`"),
    ("folder", ValueError, "it is a folder"),
    ("pipe", ValueError, "it is not a regular file"),
    ("latin.yaml", ValueError, "the file is not UTF-8 text (byte 3)"),
    ("big.yaml", TooLarge, "the file is larger than 16,777,216 bytes"),
    ("loop.yaml", OSError, "symbolic link"),
    ("", ValueError, "the path is empty"),
    ("a\0b", ValueError, "the path holds a null byte"),
    ("x" * 300, OSError, "file name too long"),
]


@pytest.mark.parametrize(("path", "fault", "reason"), REFUSED)
def test_what_cannot_be_read_is_refused_in_words(
    here: Path, path: str, fault: type[Exception], reason: str
) -> None:
    write(here, {"a.yaml": "", "latin.yaml": b"a: \xe9"})
    (here / "out.yaml").symlink_to("../outside.yaml")
    (here / "out").symlink_to("..")
    (here / "loop.yaml").symlink_to("loop.yaml")
    (here / "folder").mkdir()
    os.mkfifo(here / "pipe")
    with (here / "big.yaml").open("wb") as big:
        big.truncate(MAX_BYTES + 1)
    with pytest.raises(fault) as refused:
        Workspace(here).read(path)
    assert reason in str(refused.value)
    assert str(here) not in str(refused.value)


def test_without_a_root_nothing_is_read(here: Path) -> None:
    write(here, {"a.yaml": "a"})
    with pytest.raises(ValueError, match="no workspace"):
        Workspace(None).read("a.yaml")


def test_an_overlay_stands_for_a_file(here: Path) -> None:
    workspace = Workspace(here, overlays={"sub/a.yaml": b"new"})
    assert workspace.read("a.yaml", beside="sub/b.yaml").text == "new"
    assert workspace.read("sub/../sub/a.yaml").name == "sub/a.yaml"


def test_the_root_is_the_nearest_mark(tmp_path: Path) -> None:
    write(tmp_path, {".git/config": "", "a/pxc.yaml": "", "a/b/x.yaml": "", "c/d/x.yaml": ""})
    assert find_root(tmp_path / "a/b/x.yaml") == tmp_path / "a"
    assert find_root(tmp_path / "c/d/x.yaml") == tmp_path
    assert find_root(tmp_path / "c/none/x.yaml") == tmp_path


def test_a_name_is_as_written(here: Path) -> None:
    assert display_name(Path("../a.yaml")) == "../a.yaml"
    assert display_name(Path("./a.yaml")) == "a.yaml"
    assert display_name(here / "sub/a.yaml") == "sub/a.yaml"
    assert display_name(Path("/elsewhere/a.yaml")) == "/elsewhere/a.yaml"


def test_a_pipe_that_was_named_is_read(tmp_path: Path) -> None:
    read, written = os.pipe()
    os.write(written, b"a")
    os.close(written)
    assert read_bytes(Path(f"/dev/fd/{read}")) == b"a"
    os.close(read)


NAMES = {
    "polyaxonfile.yaml": True, "polyaxonfile.yml": True, "polyaxonfile.json": True,
    "polyaxonfile_tuned.yml": True, "polyaxonfile-gpu.yaml": True, "polyaxonfile.gpu.yml": True,
    "polyaxon.yaml": True, "polyaxonci.yml": True, "a.plx.yaml": True, "a.polyaxon.yml": True,
    "a.plx.json": True, "polyaxonfile.schema.json": False, "polyaxonfile": False,
    "polyaxonfile.py": False, "polyaxonfiles.yaml": False, "values.yaml": False, "plx.txt": False,
    "my-polyaxon.yaml": False,
}  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_names(name: str) -> None:
    assert named_polyaxonfile(name) == NAMES[name]


SNIFFED = {
    "component": (COMPONENT, Kind.POLYAXON),
    "operation": (OURS, Kind.POLYAXON),
    "quoted": ('"kind": "component"\n"run":\n  kind: job\n', Kind.POLYAXON),
    "comment": ("# a\n\n---\nkind: component # b\nrun: {}\n", Kind.POLYAXON),
    "byte order mark": ("\ufeff" + OURS, Kind.POLYAXON),
    "crlf": (OURS.replace("\n", "\r\n"), Kind.POLYAXON),
    "a wrong kind that is near": ("version: 1.1\nkind: operations\nrun: {}\n", Kind.POLYAXON),
    "old": ("version: 1\nkind: experiment\nrun: {cmd: a}\n", Kind.POLYAXON),
    "old kind alone": ("kind: job\nrun: {cmd: a}\n", Kind.OTHER),
    "no kind": ("version: 1.1\nhubRef: a\n", Kind.POLYAXON),
    "templates": (COMPONENT + "# {{ a }}\ncmd: |\n  {{ b }}\n", Kind.POLYAXON),
    "json": ('{"version": 1.1, "kind": "component", "run": {"kind": "job"}}', Kind.POLYAXON),
    "json with lines": ('{\n  "run": {"a": [1, {"b": 2}]},\n "kind":"operation"}', Kind.POLYAXON),
    "flow yaml": ("{kind: component, run: {kind: job}}", Kind.POLYAXON),
    "cut json": ('{"kind": "component", "run": {"container": {"ima', Kind.POLYAXON),
    "kind alone": ("kind: component\n", Kind.OTHER),
    "kind below": ("a:\n  kind: component\n  run: {}\n", Kind.OTHER),
    "json kind below": ('{"a": {"kind": "component", "run": 1}}', Kind.OTHER),
    "json kind in a text": ('{"a": "\\"kind\\": \\"component\\"", "run": 1}', Kind.OTHER),
    "second document": ("a: 1\n---\nkind: component\nrun: {}\n", Kind.OTHER),
    "kubernetes": ("apiVersion: v1\nkind: Service\n", Kind.KUBERNETES),
    "kubernetes json": ('{"apiVersion": "v1", "kind": "Pod"}', Kind.KUBERNETES),
    "helm": ("apiVersion: v1\nkind: Service\n{{- if .Values.a }}\n", Kind.HELM),
    "helm name": ("kind: component\nname: {{ .Values.name }}\nrun: {}\n", Kind.HELM),
    "helm include": ('a: {{ include "x" . }}\n', Kind.HELM),
    "helm first": ('{{- define "x" -}}\n', Kind.HELM),
    "compose": ("version: '3'\nservices: {}\n", Kind.OTHER),
    "workflow": ("name: ci\non: push\njobs: {}\n", Kind.OTHER),
    "list": ("- kind: component\n  run: {}\n", Kind.OTHER),
    "empty": ("", Kind.OTHER),
    "broken": ('"\x00{{{[[[', Kind.OTHER),
}  # fmt: skip


@pytest.mark.parametrize("name", SNIFFED)
def test_sniffing(name: str) -> None:
    text, kind = SNIFFED[name]
    assert sniff(text) is kind


@given(st.text(alphabet="{}[]:,\"'\\ \nkind: component run", max_size=300))
def test_sniffing_takes_any_text(text: str) -> None:
    assert sniff(text) in Kind


def found_in(folder: Path, *paths: str) -> list[str]:
    missing: list[Path] = []
    found = discover([folder / p for p in paths] or [folder], missing.append)
    assert not missing
    return [f.path.relative_to(folder).as_posix() for f in found]


def test_a_folder_gives_its_polyaxonfiles(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "z.yaml": COMPONENT,
            "polyaxonfile.yaml": "",
            "sub/deep/train.yml": OURS,
            "sub/k8s.yaml": "apiVersion: v1\nkind: Pod\n",
            "sub/polyaxonfile.yaml": "apiVersion: v1\nkind: Pod\n",
            "sub/notes.txt": COMPONENT,
            ".hidden/a.yaml": OURS,
            ".dot.yaml": OURS,
            "node_modules/a.yaml": OURS,
            ".venv/a.yaml": OURS,
            "chart/templates/a.yaml": "kind: component\nrun: {{ .Values.run }}\n",
        },
    )
    assert found_in(tmp_path) == [".dot.yaml", "polyaxonfile.yaml", "sub/deep/train.yml", "z.yaml"]


def test_links_make_no_loops_and_no_doubles(tmp_path: Path) -> None:
    write(tmp_path, {"a/x.yaml": OURS})
    (tmp_path / "a/up").symlink_to("..")
    (tmp_path / "a/y.yaml").symlink_to("x.yaml")
    (tmp_path / "a/dead.yaml").symlink_to("none.yaml")
    assert len(found_in(tmp_path)) == 1
    assert found_in(tmp_path, "a/x.yaml", "a", "a/x.yaml") == ["a/x.yaml"]


def test_a_very_deep_tree_is_walked(tmp_path: Path) -> None:
    folder = tmp_path
    descriptor = os.open(tmp_path, os.O_RDONLY)
    for _ in range(1200):  # deeper than Python recurses
        os.mkdir("d", dir_fd=descriptor)
        below = os.open("d", os.O_RDONLY, dir_fd=descriptor)
        os.close(descriptor)
        descriptor = below
    file = os.open("p.plx.yaml", os.O_CREAT | os.O_WRONLY, dir_fd=descriptor)
    os.close(file)
    os.close(descriptor)
    found = discover([folder], lambda _: None)
    subprocess.run(["rm", "-r", tmp_path / "d"], check=True)  # what removes it later recurses
    assert len(found) == 1


def test_a_named_file_is_found_whatever_it_is(tmp_path: Path) -> None:
    write(tmp_path, {"k.yaml": "apiVersion: v1\n", "o.txt": "", ".git/x": "", ".gitignore": "*"})
    found = discover([tmp_path / "k.yaml", tmp_path / "o.txt"], lambda _: None)
    assert [(f.kind, f.given) for f in found] == [(Kind.KUBERNETES, True), (Kind.OTHER, True)]


def test_a_missing_path_is_told(tmp_path: Path) -> None:
    missing: list[Path] = []
    assert discover([tmp_path / "none"], missing.append) == []
    assert missing == [tmp_path / "none"]


def test_gitignore_holds_in_a_checkout_alone(tmp_path: Path) -> None:
    files = {
        ".gitignore": "out/\n*.gen.yaml\n!keep.gen.yaml\n",
        "a.yaml": OURS,
        "a.gen.yaml": OURS,
        "keep.gen.yaml": OURS,
        "out/b.yaml": OURS,
        "sub/.gitignore": "/c.yaml\n",
        "sub/c.yaml": OURS,
        "sub/d/c.yaml": OURS,
    }
    write(tmp_path, files)
    assert len(found_in(tmp_path)) == 6
    write(tmp_path, {".git/info/exclude": "a.yaml\n"})
    assert found_in(tmp_path) == ["keep.gen.yaml", "sub/d/c.yaml"]
    assert found_in(tmp_path, "sub") == ["sub/d/c.yaml"]
    assert found_in(tmp_path, "sub/c.yaml") == ["sub/c.yaml"]


PATTERNS = [
    "a", "/a", "a/", "a/b", "**/a", "a/**", "a/**/b", "*.yaml", "a*", "?", "[ab]", "[!a]", "[^a]",
    "[a-c]x", "!a", "!b/", "# a", "\\#a", "\\!a", "a\\ ", "a ", "", "/", "**", "*", "a**b", "**a",
    "b/*", "*/b", "/*/b", "[a", "\\a", "a\\", "a//b", "/**/b", "a.b", "[]a]", "[a]]", "***",
    "!*", "*b*a*", "\\*", "[*]", "a[/]b", "b/**/", "!/a/b",
]  # fmt: skip
PATHS = ["a", "b", "c", "ab", "ba", "a.b", "x.yaml", "#a", "!a", "cx", "a ", "*", "[a", "]", "a]"]


@given(
    st.lists(st.sampled_from(PATTERNS), min_size=1, max_size=4),
    st.lists(st.sampled_from(PATTERNS), max_size=2),
    st.lists(st.lists(st.sampled_from(PATHS), min_size=1, max_size=4), min_size=8, max_size=8),
)
@settings(max_examples=120, deadline=None)
def test_ignore_rules_agree_with_git(
    checkout: Path, top: list[str], inner: list[str], paths: list[list[str]]
) -> None:
    (checkout / ".gitignore").write_text("\n".join(top) + "\n")
    (checkout / "a/.gitignore").write_text("\n".join(inner) + "\n")
    names = sorted({"/".join(p) for p in paths})
    asked = subprocess.run(
        ["git", "-C", checkout, "-c", "core.quotePath=false", "check-ignore", "--stdin", "-z"],
        input="\0".join(names).encode(),
        capture_output=True,
        check=False,
        env={"PATH": os.environ["PATH"], "HOME": str(checkout)},
    )
    assert asked.returncode in (0, 1), asked.stderr
    expected = {n for n in asked.stdout.decode().split("\0") if n}
    assert {n for n in names if ignored(checkout, n)} == expected


def ignored(checkout: Path, name: str) -> bool:
    """Walk down as discovery does: what lies in an ignored folder is ignored."""
    in_git, above = ignore_rules_above(checkout)
    assert in_git
    folder = checkout
    steps = name.split("/")
    rules: IgnoreRules | None = ignore_rules_in(folder, above)
    for depth, step in enumerate(steps):
        is_folder = depth < len(steps) - 1 or (folder / step).is_dir()
        path = f"{folder.as_posix()}/{step}"
        if rules and rules.ignores(path, is_folder=is_folder):
            return True
        folder = folder / step
        rules = ignore_rules_in(folder, rules)
    return False


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("checkout")
    try:
        subprocess.run(["git", "init", "-q", folder], check=True, capture_output=True)
    except FileNotFoundError:
        pytest.skip("git is not installed")
    (folder / "a").mkdir()
    return folder


def test_a_hostile_pattern_costs_little(tmp_path: Path) -> None:
    write(tmp_path, {".git/x": "", ".gitignore": "*a" * 60 + "b\n" + "**/" * 60 + "b/c\n"})
    rules = ignore_rules_in(tmp_path, None)
    assert rules is not None
    long = "a" * 250
    assert not rules.ignores(f"{tmp_path.as_posix()}/{long}/{'a/' * 100}{long}", is_folder=False)
