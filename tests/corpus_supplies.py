"""Turns a file of the corpus and the table of what such files need into a request to compile it.

The table is `corpus_supplies.yaml`. What stands in no file of the corpus and in no cluster is made up
there: a catalog with the components of a hub, values of required inputs, presets. A reference to a
component at a URL becomes one to a file, as the help of PXC220 says, and one to a file that lay beside
it in its repository leads to where the corpus has that.
"""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Callable, Iterator
from fnmatch import fnmatch
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from msgspec import Struct

from pxc.diagnostics import Severity
from pxc.driver import Outcome, Request, SourceText, compile_request
from pxc.options import Options
from tests.no_hub import NO_HUB

KINDS = frozenset(
    {"job", "service", "tfjob", "pytorchjob", "mpijob", "xgbjob", "raycluster", "daskcluster"}
)
SEVERAL_PODS = frozenset(
    {"tfjob", "pytorchjob", "mpijob", "xgbjob", "paddlejob", "raycluster", "rayjob", "daskcluster",
     "daskjob", "spark"}
)  # fmt: skip
TABLE = Path(__file__).parent / "corpus_supplies.yaml"

Record = dict[str, Any]


@cache
def table() -> dict[str, Any]:
    """The whole table."""
    found: dict[str, Any] = yaml.safe_load(TABLE.read_text("utf-8"))
    return found


def accepted() -> Iterator[Record]:
    """The records of what people write and the real system accepts."""
    for record in _records():
        if record["oracle"]["verdict"] == "accepted" and record["kind"] != "compiled_operation":
            yield record


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
    def shown(self) -> str:
        """What it is: its matrix, or its kind."""
        return f"matrix: {self.matrix}" if self.matrix else self.kind

    @property
    def matrix(self) -> str:
        return self.record["matrix_kind"] or ""

    @property
    def errors(self) -> frozenset[str]:
        """The codes of the errors."""
        found = self.outcome.report
        return frozenset(d.code.id for d in found if d.severity is Severity.ERROR)


def compiled(
    folder: Path, chosen: Callable[[Record], bool], target: str = "kubernetes"
) -> list[Compiled]:
    """Every accepted file that is chosen, compiled; the corpus must be the working directory."""
    found = []
    for record in filter(chosen, accepted()):
        outcome = compile_request(request(record, folder, target))
        found.append(Compiled(record, kind_of(record), outcome, *refusal(record, target)))
    return found


def is_run(record: Record) -> bool:
    """Whether a file is of a runtime that Kubernetes and its operators have."""
    return kind_of(record) in KINDS


def is_workflow(record: Record) -> bool:
    """Whether a file is of several runs: a dag or a matrix."""
    return kind_of(record) == "dag" or record["matrix_kind"] is not None


def is_distributed(record: Record) -> bool:
    """Whether a file is of one run of several pods."""
    return kind_of(record) in SEVERAL_PODS


def kind_of(record: Record) -> str:
    """The kind of the runtime of a file or of the component that it names; empty when unknown."""
    kind = record["run_kind"] or ""
    if not kind:
        main, *others = _localized(record["file"], record["source"])
        for component in (*_hub_component(main.data), *others):
            kind = kind or (_document(component.data).get("run") or {}).get("kind", "")
    return str(kind)


def refusal(record: Record, target: str) -> tuple[frozenset[str], str]:
    """The codes with which a target must refuse a file, and why; none when it must compile."""
    for row in table()["refused"]:
        if target in row.get("targets", (target,)):
            for pattern in row["files"]:
                if fnmatch(stem_of(record), pattern):
                    return frozenset(row["codes"].split()), row["reason"]
    return frozenset(), ""


def stem_of(record: Record) -> str:
    """The name of a file without its folder and its ending."""
    return Path(record["file"]).stem


def request(record: Record, folder: Path, target: str = "kubernetes") -> Request:
    """What compiles a file with everything it needs; the corpus must be the working directory.

    `folder` takes the catalog, once.
    """
    files = _localized(record["file"], record["source"])
    presets = [
        SourceText(f"supplied-{at}.yaml", json.dumps({"isPreset": True, **more}).encode())
        for at, (pattern, more) in enumerate(table()["files"].items())
        if fnmatch(stem_of(record), pattern)
    ]
    given = _given(files[0].data)
    params = {
        name: value
        for each in (*files, *_hub_component(files[0].data))
        for name, value in _params(each.data)
        if name not in given
    }
    return Request(
        files=(files[0], *presets),
        params=tuple(params.items()),
        overlays=files[1:],
        root=Path(),
        catalog=(_catalog(folder),),
        options=Options(hub=NO_HUB),
        target=target,
        verify=True,
    )


def _catalog(folder: Path) -> Path:
    """The folder of the catalog: connections, and the components of a hub."""
    catalog = folder / "catalog"
    if not catalog.exists():
        catalog.mkdir()
        (catalog / "connections.yaml").write_text(yaml.safe_dump(table()["catalog"]))
        for name in table()["hub"]:
            path = catalog / "components" / _path_of(name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(_component(table()["hub"][name]))
    return catalog


def _path_of(name: str) -> str:
    """Where a catalog keeps the component of a hub reference."""
    name, _, tag = name.partition(":")
    return f"{name}/{tag or 'latest'}.yaml"


def _component(supplied: Any) -> bytes:
    """A component of the table: the name of a file of the corpus, or the component itself."""
    if isinstance(supplied, str):
        return Path(supplied).read_bytes()
    return json.dumps(supplied).encode()


def _hub_component(data: bytes) -> list[SourceText]:
    name = _document(data).get("hubRef")
    if name not in table()["hub"]:
        return []
    return [SourceText(str(name), _component(table()["hub"][name]))]


def _document(data: bytes) -> dict[str, Any]:
    return next(iter(yaml.safe_load_all(data)), None) or {}


def _given(data: bytes) -> set[str]:
    """The inputs that an operation gives a value."""
    document = _document(data)
    given = set(document.get("params") or ())
    matrix = document.get("matrix")
    if isinstance(matrix, dict):
        given |= set(matrix.get("params") or ())
        rows = matrix.get("values")
        given |= {k for row in rows if isinstance(rows, list) for k in row} if rows else set()
    for join in document.get("joins") or ():
        given |= set(join.get("params") or ())
    return given


def _params(data: bytes) -> Iterator[tuple[str, str]]:
    """A value for every input that a file declares, needs and does not give."""
    document = _document(data)
    component = document.get("component")
    declaring = component if isinstance(component, dict) else document
    for declared in declaring.get("inputs") or ():
        needed = declared.get("value") is None and not declared.get("isOptional")
        if needed and declared["name"] in table()["params"]:
            value = table()["params"][declared["name"]]
            yield declared["name"], value if isinstance(value, str) else json.dumps(value)


def _localized(file: str, source: Record) -> tuple[SourceText, ...]:
    """A file and those it refers to, with every reference as one to a file of these."""
    found: list[SourceText] = []

    def local(reference: re.Match[str]) -> str:
        kind, name = reference[2], reference[3].strip("'\"")
        if kind == "pathRef":
            path = posixpath.normpath(posixpath.join(posixpath.dirname(source["path"]), name))
            other = _sources().get((source["repo"], path), path)
        else:
            path = other = name
        for pattern, supplied in table()["beside"].items():
            if fnmatch(path, pattern) and other not in _files():
                other = supplied
        if isinstance(other, dict):
            place = f"v1/supplied-{posixpath.basename(path)}"
            found.append(SourceText(place, _component(other)))
        elif other in _files():
            more = _localized(other, _files()[other])
            found.extend(more)
            place = more[0].name
        else:
            return reference[0]
        return f"{reference[1]}pathRef: ../{place}"

    text = Path(file).read_text("utf-8-sig")
    text = re.sub(r"^([ -]*)(urlRef|pathRef): *([^\s#]+)", local, text, flags=re.M)
    return SourceText(file, text.encode()), *found


@cache
def _files() -> dict[str, Record]:
    """File of the corpus -> where it comes from."""
    return {record["file"]: record["source"] for record in _records()}


@cache
def _records() -> list[Record]:
    lines = Path("manifest.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines]


@cache
def _sources() -> dict[tuple[str, str], str]:
    """(repository, path in it) -> file of the corpus."""
    found: dict[tuple[str, str], str] = {}
    for record in _records():
        for place in (record["source"], *record["also_in"]):
            if place.get("index") is None and record["bucket"] in ("v1", "users"):
                found.setdefault((place["repo"], place["path"]), record["file"])
    return found
