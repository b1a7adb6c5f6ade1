"""Turns a file of the corpus and the table of what such files need into a request to compile it.

The table is `corpus_supplies.yaml`. What stands in no file of the corpus and in no cluster is made up
there: a catalog, values of required inputs, presets. A reference to a component on a hub or at a URL
becomes one to a file, as the help of PXC213 and PXC220 says; so does one to a file that lay beside it
in its repository.
"""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Iterator
from fnmatch import fnmatch
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from msgspec import Struct

from pxc.diagnostics import Severity
from pxc.driver import Outcome, Request, SourceText, compile_request

KINDS = frozenset(
    {"job", "service", "tfjob", "pytorchjob", "mpijob", "xgbjob", "raycluster", "daskcluster"}
)
TABLE = Path(__file__).parent / "corpus_supplies.yaml"

Record = dict[str, Any]


@cache
def table() -> dict[str, Any]:
    """The whole table."""
    found: dict[str, Any] = yaml.safe_load(TABLE.read_text("utf-8"))
    return found


def accepted() -> Iterator[Record]:
    """The records of what people write and the real system accepts."""
    for line in Path("manifest.jsonl").read_text("utf-8").splitlines():
        record = json.loads(line)
        if record["oracle"]["verdict"] == "accepted" and record["kind"] != "compiled_operation":
            yield record


def kind_of(record: Record) -> str:
    """The kind of the runtime of a file or of the component that it names; empty when unknown."""
    kind = record["run_kind"] or ""
    if not kind:
        for component in _with_components(record)[1]:
            document = next(iter(yaml.safe_load_all(component.data)))
            kind = (document.get("run") or {}).get("kind", "")
    return str(kind)


def refusal(record: Record, target: str) -> tuple[frozenset[str], str]:
    """The codes with which a target must refuse a file, and why; none when it must compile."""
    for row in table()["refused"]:
        if target in row.get("targets", (target,)):
            for pattern in row["files"]:
                if fnmatch(stem_of(record), pattern):
                    return frozenset(row["codes"].split()), row["reason"]
    return frozenset(), ""


class Compiled(Struct):
    """A file of the corpus, what compiling it with its supplies came to, and what is expected."""

    record: Record
    kind: str
    outcome: Outcome
    expected: frozenset[str]
    reason: str

    @property
    def name(self) -> str:
        return stem_of(self.record)

    @property
    def errors(self) -> frozenset[str]:
        """The codes of the errors."""
        found = self.outcome.report
        return frozenset(d.code.id for d in found if d.severity is Severity.ERROR)


def compiled(folder: Path, kinds: frozenset[str], target: str = "kubernetes") -> list[Compiled]:
    """Every accepted file of some kinds, compiled; the corpus must be the working directory."""
    found = []
    for record in accepted():
        if (kind := kind_of(record)) in kinds:
            outcome = compile_request(request(record, folder, target))
            found.append(Compiled(record, kind, outcome, *refusal(record, target)))
    return found


def stem_of(record: Record) -> str:
    """The name of a file without its folder and its ending."""
    return Path(record["file"]).stem


def request(record: Record, folder: Path, target: str = "kubernetes") -> Request:
    """What compiles a file with everything it needs; the corpus must be the working directory.

    `folder` takes the catalog, once.
    """
    catalog = folder / "catalog.yaml"
    if not catalog.exists():
        catalog.write_text(yaml.safe_dump(table()["catalog"]))
    text, components = _with_components(record)
    presets = [
        SourceText(f"supplied-{at}.yaml", json.dumps({"isPreset": True, **more}).encode())
        for at, (pattern, more) in enumerate(table()["files"].items())
        if fnmatch(stem_of(record), pattern)
    ]
    given = _given(text)
    params = {
        name: value
        for each in (text, *(each.data.decode("utf-8-sig") for each in components))
        for name, value in _params(each)
        if name not in given
    }
    return Request(
        files=(SourceText(record["file"], text.encode()), *presets),
        params=tuple(params.items()),
        overlays=tuple(components),
        root=Path(),
        catalog=(catalog,),
        target=target,
        verify=True,
    )


def _given(text: str) -> set[str]:
    """The inputs that an operation gives a value."""
    document = next(iter(yaml.safe_load_all(text)), None) or {}
    given = set(document.get("params") or ())
    matrix = document.get("matrix")
    if isinstance(matrix, dict):
        given |= set(matrix.get("params") or ())
        rows = matrix.get("values")
        given |= {k for row in rows if isinstance(rows, list) for k in row} if rows else set()
    for join in document.get("joins") or ():
        given |= set(join.get("params") or ())
    return given


def _params(text: str) -> Iterator[tuple[str, str]]:
    """A value for every input that a file declares, needs and does not give."""
    document = next(iter(yaml.safe_load_all(text)), None) or {}
    component = document.get("component")
    declaring = component if isinstance(component, dict) else document
    for declared in declaring.get("inputs") or ():
        needed = declared.get("value") is None and not declared.get("isOptional")
        if needed and declared["name"] in table()["params"]:
            value = table()["params"][declared["name"]]
            yield declared["name"], value if isinstance(value, str) else json.dumps(value)


def _with_components(record: Record) -> tuple[str, list[SourceText]]:
    """The text with references into the corpus or the table, and the files that these name."""
    found: list[SourceText] = []
    source = record["source"]
    text = Path(record["file"]).read_text("utf-8-sig")

    def local(reference: re.Match[str]) -> str:
        kind, name = reference.groups()
        if kind == "pathRef":
            path = posixpath.normpath(posixpath.join(posixpath.dirname(source["path"]), name))
            file = _sources().get((source["repo"], path))
        else:
            file = next((f for p, f in table()["components"].items() if fnmatch(name, p)), None)
        if file is None:
            return reference[0]
        if isinstance(file, dict):
            found.append(SourceText(f"v1/supplied-{name}.yaml", json.dumps(file).encode()))
        else:
            found.append(SourceText(file, Path(file).read_bytes()))
        return f"pathRef: ../{found[-1].name}"

    text = re.sub(r"^(hubRef|urlRef|pathRef): *([^\s#]+)", local, text, flags=re.M)
    return text, found


@cache
def _sources() -> dict[tuple[str, str], str]:
    """(repository, path in it) -> file of the corpus."""
    found: dict[tuple[str, str], str] = {}
    for line in Path("manifest.jsonl").read_text("utf-8").splitlines():
        record = json.loads(line)
        for place in (record["source"], *record["also_in"]):
            if place.get("index") is None and record["bucket"] in ("v1", "users"):
                found.setdefault((place["repo"], place["path"]), record["file"])
    return found
