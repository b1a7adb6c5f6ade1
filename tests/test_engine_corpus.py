"""Puts what the files of the corpus compile to to a real kube-apiserver: strictly, then read back."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.corpus_supplies import KINDS, compiled
from tests.engines.api_server import ApiServer, Refused
from tests.test_engine_kubernetes import holds

Document = dict[str, Any]


@pytest.fixture(scope="module")
def manifests(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Document]]:
    """The documents of every file that compiles, by the name of the file."""
    with contextlib.chdir(shared / "corpus"):
        files = compiled(tmp_path_factory.mktemp("catalog"), KINDS)
    return {
        f.name: [d for out in f.outcome.files for d in yaml.safe_load_all(out.text)]
        for f in files
        if f.outcome.files
    }


@pytest.fixture(scope="module")
def server(api_server: ApiServer, manifests: dict[str, list[Document]]) -> ApiServer:
    documents = [document for each in manifests.values() for document in each]
    for namespace in sorted({namespace_of(d) for d in documents} - {"default"}):
        about = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}}
        with contextlib.suppress(Refused):  # another test made it
            api_server.ask("POST", "/api/v1/namespaces", about)
    api_server.know(documents)
    return api_server


def namespace_of(document: Document) -> str:
    return str(document["metadata"].get("namespace", "default"))


def losses(server: ApiServer, document: Document) -> Iterator[str]:
    """What a server refuses of a document, or does not hold once it is created."""
    path = server.path(document["apiVersion"], document["kind"], namespace_of(document))
    try:
        server.ask("POST", path, document, dryRun="All", fieldValidation="Strict")
        made = server.ask("POST", path, document, fieldValidation="Strict")
    except Refused as refused:
        yield str(refused)
        return
    place = f"{path}/{made['metadata']['name']}"
    yield from holds(server.ask("GET", place), document)
    # another file may make an object of this name
    server.ask("DELETE", place, {"propagationPolicy": "Background"})


def test_the_server_takes_what_files_compile_to(
    server: ApiServer, manifests: dict[str, list[Document]]
) -> None:
    lost = {
        name: [loss for document in documents for loss in losses(server, document)]
        for name, documents in manifests.items()
    }
    assert {name: each for name, each in lost.items() if each} == {}
    assert len(manifests) >= 285
