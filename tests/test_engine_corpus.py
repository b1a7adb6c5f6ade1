"""Puts what the files of the corpus compile to to the real engines, which must take all of it.

A kube-apiserver validates each document strictly, and holds it whole; workflows are linted by two
releases of Argo, too.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.argo_manifests import objects_of
from tests.corpus_supplies import Record, compiled, is_distributed, is_run, is_workflow
from tests.engines import argo, place
from tests.engines.api_server import ApiServer, Refused
from tests.test_engine_kubernetes import holds

Document = dict[str, Any]
Texts = dict[str, str]


def texts_of(
    shared: Path, folder: Path, chosen: Callable[[Record], bool], target: str
) -> dict[str, str]:
    """What every file that compiles becomes, by the name of the file."""
    with contextlib.chdir(shared / "corpus"):
        files = compiled(folder, chosen, target)
    return {
        f.name: "---\n".join(out.text for out in f.outcome.files) for f in files if not f.errors
    }


@pytest.fixture(scope="module")
def manifests(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Texts:
    return texts_of(shared, tmp_path_factory.mktemp("catalog"), is_run, "kubernetes")


@pytest.fixture(scope="module")
def workflows(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Texts:
    folder = tmp_path_factory.mktemp("catalog")
    return texts_of(shared, folder, lambda r: is_workflow(r) or is_distributed(r), "argo")


def prepared(server: ApiServer, texts: Texts) -> dict[str, list[Document]]:
    """The documents by file, once the server has what they name."""
    found = {name: list(yaml.safe_load_all(text)) for name, text in texts.items()}
    documents = [document for each in found.values() for document in each]
    for namespace in sorted({namespace_of(d) for d in documents} - {"default"}):
        about = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}}
        with contextlib.suppress(Refused):  # another test made it
            server.ask("POST", "/api/v1/namespaces", about)
    server.know(documents)
    return found


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


def all_losses(server: ApiServer, texts: Texts) -> dict[str, list[str]]:
    lost = {
        name: [loss for document in documents for loss in losses(server, document)]
        for name, documents in prepared(server, texts).items()
    }
    return {name: each for name, each in lost.items() if each}


def test_the_server_takes_what_files_compile_to(api_server: ApiServer, manifests: Texts) -> None:
    assert all_losses(api_server, manifests) == {}
    assert len(manifests) >= 300


def test_the_server_takes_workflows(api_server: ApiServer, workflows: Texts) -> None:
    assert all_losses(api_server, workflows) == {}
    assert len(workflows) >= 70


def test_the_server_takes_what_workflows_create(api_server: ApiServer, workflows: Texts) -> None:
    """What stands in manifests, with sample values in it."""
    made = {
        name: "---\n".join(map(yaml.safe_dump, found))
        for name, text in workflows.items()
        if (found := [each for d in yaml.safe_load_all(text) for each in objects_of(d)])
    }
    assert all_losses(api_server, made) == {}
    assert len(made) >= 14


@pytest.mark.parametrize("program", argo.LINTS)
def test_argo_lints_workflows(program: str, workflows: Texts, tmp_path: Path) -> None:
    if place.missing(program):
        pytest.skip(f"NO {program} HERE: run `make engines`")
    paths = []
    workflows = {name: text for name, text in workflows.items() if "kind: Workflow" in text}
    for number, text in enumerate(workflows.values()):
        paths.append(tmp_path / f"{number}.yaml")
        paths[-1].write_text(text)
    found = argo.lint(program, paths)
    named = zip(workflows, paths, strict=True)
    assert {name: found[path] for name, path in named if found.get(path)} == {}
