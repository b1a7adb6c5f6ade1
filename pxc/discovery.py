"""Turns files and folders into the Polyaxonfiles to lint, told by name or by their first lines."""

import os
import re
from collections.abc import Callable, Iterable, Iterator
from enum import Enum
from pathlib import Path

from msgspec import Struct

from pxc.gitignore import IgnoreRules, ignore_rules_above, ignore_rules_in
from pxc.workspace import display_name

__all__ = ["SNIFFED_BYTES", "Found", "Kind", "discover", "named_polyaxonfile", "sniff"]

SNIFFED_BYTES = 4096
"""How much of a file is read to tell what it is."""

_SUFFIXES = (".yaml", ".yml", ".json")
_SKIPPED_FOLDERS = frozenset({"node_modules", "__pycache__", "venv", "site-packages"})

_NAMED = re.compile(r"polyaxonfile|polyaxon(?:ci)?|.+\.(?:plx|polyaxon)")
_NAMED_YAML = re.compile(r"polyaxonfile[-_.].+")
_TOP_KEY = re.compile(r"""(["']?)([A-Za-z]\w*)\1[ \t]*:(?:[ \t]+(.*))?$""")
_FLOW_TOKEN = re.compile(r""""(?:[^"\\]|\\.)*"|'[^']*'|[{}\[\],:]|[^\s"'{}\[\],:]+""")
_HELM = re.compile(r"^\{\{|\{\{-?\s*(?:\.(?:Values|Release|Chart)\b|include\s+\")", re.MULTILINE)

_OUR_KINDS = frozenset({"component", "operation"})
_NEAR_KINDS = frozenset({"components", "operations", "op", "ops"})
_OLD_KINDS = frozenset(
    {"experiment", "group", "job", "build", "notebook", "tensorboard", "plugin", "pipeline"}
)
_BODIES = frozenset({"run", "component", "hubRef", "pathRef", "urlRef", "dagRef"})
_COMPANIONS = _BODIES | frozenset(
    {
        "version", "name", "inputs", "outputs", "params", "matrix", "presets", "runPatch",
        "isPreset", "joins", "events", "hooks", "schedule", "trigger", "conditions",
        "dependencies", "queue", "namespace", "termination", "plugins", "build", "cache",
    }
)  # fmt: skip


class Kind(Enum):
    """What a file looks like."""

    POLYAXON = "a Polyaxonfile"
    KUBERNETES = "a Kubernetes manifest"
    HELM = "a Helm template"
    OTHER = "something else"


class Found(Struct, frozen=True):
    """A file to look at; `given` when the user named it, not a folder above it."""

    path: Path
    name: str
    kind: Kind
    given: bool


def discover(paths: Iterable[Path], missing: Callable[[Path], None]) -> list[Found]:
    """The files of some paths, each once, sorted by name.

    A file that was named is always among them, whatever its kind. From a folder come the
    Polyaxonfiles in it and below, without hidden folders, installed packages, copies of components
    of hubs (vendor/pxc), linked folders and, in a git checkout, what git ignores. `missing` is told
    of each path that does not exist.
    """
    found: dict[str, Found] = {}
    for path in paths:
        if path.is_dir():
            for file in _walk(path):
                real = os.path.realpath(file)
                found.setdefault(real, Found(file, display_name(file), Kind.POLYAXON, False))
        elif path.exists():
            found[os.path.realpath(path)] = Found(path, display_name(path), _kind(path), True)
        else:
            missing(path)
    return sorted(found.values(), key=lambda f: f.name)


def named_polyaxonfile(name: str) -> bool:
    """Whether a file name alone says that the file is a Polyaxonfile."""
    stem, dot, ending = name.rpartition(".")
    suffix = dot + ending
    if suffix not in _SUFFIXES:
        return False
    if _NAMED.fullmatch(stem):
        return True
    # polyaxonfile_tuned.yaml is one; polyaxonfile.schema.json is not
    return suffix != ".json" and _NAMED_YAML.fullmatch(stem) is not None


def sniff(head: str) -> Kind:
    """What a text is, by the top level of its first lines."""
    text = head.removeprefix("\ufeff")
    if _HELM.search(text):
        return Kind.HELM
    keys = _flow_keys(text) if text.lstrip().startswith("{") else _block_keys(text)
    kind = keys.get("kind", "").lower()
    if "apiVersion" in keys and kind not in _OUR_KINDS:
        return Kind.KUBERNETES
    if kind in _OUR_KINDS | _NEAR_KINDS and _COMPANIONS & keys.keys():
        return Kind.POLYAXON
    if re.fullmatch(r"1(\.\d+)?", keys.get("version", "")):
        if kind in _OLD_KINDS:  # the specification before 1.0: to be told apart, not passed over
            return Kind.POLYAXON
        if "kind" not in keys and _BODIES & keys.keys():
            return Kind.POLYAXON
    return Kind.OTHER


def _walk(top: Path) -> Iterator[Path]:
    """The Polyaxonfiles below a folder; folders that cannot be listed are passed over."""
    in_git, above = ignore_rules_above(top.absolute())
    waiting = [(top, above)]
    while waiting:
        folder, above = waiting.pop()
        rules = ignore_rules_in(folder.absolute(), above) if in_git else None
        for entry in _entries(folder, rules):
            if entry.is_dir(follow_symlinks=False):
                waiting.append((folder / entry.name, rules))
            elif _kind(folder / entry.name) is Kind.POLYAXON:
                yield folder / entry.name


def _entries(folder: Path, rules: IgnoreRules | None) -> Iterator[os.DirEntry[str]]:
    """The folders to go into and the files to look into."""
    try:
        with os.scandir(folder) as listing:
            entries = list(listing)
    except OSError:
        return
    here = folder.absolute().as_posix().rstrip("/")
    for entry in entries:
        is_folder = entry.is_dir(follow_symlinks=False)
        if is_folder:
            wanted = not entry.name.startswith(".") and entry.name not in _SKIPPED_FOLDERS
            wanted = wanted and not (entry.name == "pxc" and folder.name == "vendor")
        else:
            wanted = entry.name.endswith(_SUFFIXES) and entry.is_file()
        if wanted and not (rules and rules.ignores(f"{here}/{entry.name}", is_folder=is_folder)):
            yield entry


def _kind(path: Path) -> Kind:
    """What a file is, by its first lines, then by its name."""
    if not path.is_file():  # a pipe is read once, and whoever names one means it
        return Kind.POLYAXON
    try:
        with path.open("rb") as file:
            head = file.read(SNIFFED_BYTES)
    except OSError:
        head = b""  # said when the whole file is read
    kind = sniff(head.decode("utf-8", "replace"))
    return Kind.POLYAXON if kind is Kind.OTHER and named_polyaxonfile(path.name) else kind


def _block_keys(text: str) -> dict[str, str]:
    """The keys at the left edge with the scalar after each; the first document only."""
    keys: dict[str, str] = {}
    for line in text.splitlines():
        if keys and line.startswith(("---", "...")):
            break
        match = _TOP_KEY.match(line)
        if match:
            value = re.sub(r"(?:^|\s)#.*", "", match[3] or "").strip()
            keys.setdefault(match[2], value.strip("\"'"))
    return keys


def _flow_keys(text: str) -> dict[str, str]:
    """The keys of the outer `{...}` with the scalar after each."""
    keys: dict[str, str] = {}
    depth = 0
    before = key = ""
    for match in _FLOW_TOKEN.finditer(text):
        token = match[0]
        if token in "{[":
            depth += 1
        elif token in "}]":
            depth -= 1
        elif depth == 1 and before in ("{", ","):
            key = token.strip("\"'")
            keys.setdefault(key, "")
        elif depth == 1 and before == ":" and not keys.get(key, "-"):
            keys[key] = token.strip("\"'")
        before = token
    return keys
