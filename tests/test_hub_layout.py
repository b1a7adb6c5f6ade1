"""The components of a public hub, laid out as its repository lays them out, are those of a folder.

Needs the reference corpus (`PXC_SHARED`); skipped without it.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pxc.diagnostics import Diagnostic, Severity
from pxc.driver import Outcome, Request, SourceText, compile_request, lint_request
from pxc.driver.hubs import read_registry_yaml
from pxc.hub.index_writer import write_index
from pxc.hub.registries import open_registry
from pxc.options import HubOptions, Options, RegistryOptions
from tests.hub_servers import no_credentials, web_server
from tests.test_corpus import NEEDED

LAB = RegistryOptions(name="lab", kind="dir", url="hub")
BROKEN = {
    "buildah:latest": [("PXC303", "tls-verify"), ("PXC303", "tls-verify")],
    "buildah:1.14.8": [("PXC303", "tls-verify"), ("PXC303", "tls-verify")],
    "commuter:latest": [("PXC105", '{COMMUTER_LOCAL_STORAGE_BASEDIRECTORY: "{{path}}"}')],
    "commuter:gcs": [("PXC105", '{COMMUTER_BUCKET: "{{bucket}}"}')],
}
"""What cannot work: a subtraction for a name, and variables that Kubernetes does not know."""


@pytest.fixture(scope="module")
def workspace(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with the hub's folder; files that it has twice are there twice."""
    root = tmp_path_factory.mktemp("layout")
    for line in (shared / "corpus" / "manifest.jsonl").read_text().splitlines():
        record = json.loads(line)
        for source in (record["source"], *record.get("also_in", ())):
            if source.get("repo") == "polyaxon/polyaxon-hub":
                path = root / "hub" / source["path"]
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes((shared / "corpus" / record["file"]).read_bytes())
    return root


def versions(root: Path) -> list[str]:
    registry = open_registry(LAB, root, read_registry_yaml)
    return [f"{name}:{tag}" for name in registry.components() for tag in registry.tags(name)]


def asked(ref: str, root: Path) -> Request:
    text = f"kind: operation\nhubRef: lab//{ref}\n"
    options = Options(hub=HubOptions(registries=(LAB,)))
    files = (SourceText("op.yaml", text.encode()),)
    return Request(files=files, root=root, options=options, verify=True)


def errors(outcome: Outcome) -> list[Diagnostic]:
    return [found for found in outcome.report if found.severity is Severity.ERROR]


def test_every_version_is_there(workspace: Path) -> None:
    found = versions(workspace)
    files = (workspace / "hub").rglob("*.yaml")
    assert found == sorted(f"{path.parent.name}:{path.stem}" for path in files)
    assert len(found) > 25
    assert BROKEN.keys() <= set(found)


def test_every_version_loads_and_what_cannot_work_is_told_at_its_place(workspace: Path) -> None:
    for ref in versions(workspace):
        found = errors(lint_request(asked(ref, workspace)))
        assert [(each.code.id, each.span.text) for each in found] == BROKEN.get(ref, []), ref
        assert {each.span.source.name for each in found} <= {f"<lab//{ref}>"}


def test_every_other_version_compiles_or_asks_for_what_a_run_is_given(workspace: Path) -> None:
    compiled = 0
    for ref in versions(workspace):
        outcome = compile_request(asked(ref, workspace))
        codes = {each.code.id for each in errors(outcome)}
        compiled += bool(outcome.files)
        assert bool(outcome.files) is not bool(codes), ref
        assert ref in BROKEN or codes <= NEEDED.keys(), ref
    assert compiled > 15


def test_a_web_server_has_the_same_bytes(
    workspace: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in no_credentials(tmp_path).items():
        monkeypatch.setenv(name, value)
    write_index(workspace / "hub", read_registry_yaml)
    with web_server(workspace / "hub") as server:
        options = RegistryOptions(name="web", kind="http", url=server.url)
        registry = open_registry(options, None, read_registry_yaml)
        for ref in versions(workspace):
            name, _, tag = ref.partition(":")
            version = registry.find(name, tag)
            assert version is not None
            assert registry.read(version) == (workspace / "hub" / name / f"{tag}.yaml").read_bytes()
