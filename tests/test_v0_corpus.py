"""Whole files of version 0 compile for Argo once there is what they name, or say why they cannot."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from pxc.diagnostics import Diagnostic, Report, Severity
from pxc.driver import Request, SourceText, compile_request
from pxc.grammar.v0.migrated import migrated
from pxc.source import Source

REASONS = {
    "PXC104": "it has no image, or an affinity that Kubernetes does not take",
    "PXC213": "its action is in no registry",
    "PXC302": "it names a param that it never gave",
    "PXC401": "its search space is a template",
    "PXC403": "a grid over a space without an end, which version 0 refused, too",
    "PXC420": "its operations wait for each other",
    "PXC701": "its runtime is that of MXNet, or it ends a search by a metric that it does not keep",
}
"""Why a file does not compile whatever there is around it."""

STORE = "artifactsStore: {name: kept, kind: volume_claim, schema: {volumeClaim: kept, mountPath: /kept}}"
MOST_ROUNDS = 12


def whole_files(shared: Path) -> Iterator[tuple[str, str]]:
    for line in (shared / "corpus" / "manifest.jsonl").read_text().splitlines():
        record = json.loads(line)
        whole = record["generation"] == "v0" and record["bucket"] != "fragments"
        if whole and not record["yaml_error"]:
            yield record["file"], (shared / "corpus" / record["file"]).read_text()


class Around:
    """What a file finds: connections of the names that it asks for, and values for its inputs."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.connections: dict[str, str] = {}
        self.params: dict[str, str] = {}

    def supply(self, error: Diagnostic) -> bool:
        """Bring what an error tells to be missing; whether that is new."""
        name = next(iter(re.findall("`([^`]+)`", error.message)), "")
        if error.code.id == "PXC209" and name not in self.connections:
            schema = f"{{volumeClaim: data, mountPath: {json.dumps(f'/data/{name}')}}}"
            told = f"{{name: {json.dumps(name)}, kind: volume_claim, schema: {schema}}}"
            self.connections[name] = told
        elif error.code.id == "PXC204" and name not in self.params:
            self.params[name] = json.dumps(["0123456789abcdef"]) if name == "uuids" else "1"
        else:
            return False
        return True

    def compiled(self, text: str) -> list[Diagnostic]:
        """The errors that are left; none when there are files."""
        errors: list[Diagnostic] = []
        for _ in range(MOST_ROUNDS):
            catalog = self.folder / "catalog.yaml"
            catalog.write_text(f"connections: [{', '.join(self.connections.values())}]\n{STORE}\n")
            request = Request(
                files=(SourceText("old.yaml", text.encode()),),
                target="argo",
                catalog=(catalog,),
                params=tuple(self.params.items()),
            )
            outcome = compile_request(request)
            errors = [d for d in outcome.report if d.severity is Severity.ERROR]
            brought = [self.supply(error) for error in errors]
            if outcome.files or not any(brought):
                break
        return errors


def test_whole_files_compile(shared: Path, tmp_path: Path) -> None:
    compiled, left = 0, Counter[str]()
    for name, text in whole_files(shared):
        found = migrated(Source(name, text), Report())
        if found is None:
            continue
        codes = {d.code.id for d in Around(tmp_path).compiled(found.text)}
        assert codes <= set(REASONS), (name, codes)
        compiled += not codes
        left.update(codes)
    assert compiled >= 310, left
    assert sum(left.values()) <= 40, left
