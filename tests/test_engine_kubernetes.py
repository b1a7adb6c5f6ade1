"""Puts every golden to a real kube-apiserver: strict validation, then created and read back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from kubernetes.utils.quantity import parse_quantity

from tests.argo_manifests import objects_of
from tests.conftest import ROOT
from tests.engines.api_server import ApiServer

TARGETS = ("kubernetes", "argo")
MANIFESTS = [
    path
    for target in TARGETS
    for path in sorted((ROOT / "golden").glob(f"*/expected.{target}.yaml"))
]


def name_of(path: Path) -> str:
    return f"{path.parent.name}-{path.suffixes[0].lstrip('.')}"


@pytest.fixture(scope="module")
def server(api_server: ApiServer) -> ApiServer:
    documents = [d for path in MANIFESTS for d in yaml.safe_load_all(path.read_text())]
    for namespace in sorted({d["metadata"].get("namespace", "default") for d in documents}):
        if namespace != "default":
            assert api_server.kubectl("create", "namespace", namespace).returncode == 0
    api_server.know(documents)
    return api_server


@pytest.mark.parametrize("path", MANIFESTS, ids=name_of)
def test_strict_validation(server: ApiServer, path: Path) -> None:
    done = server.kubectl("apply", "--dry-run=server", "--validate=strict", "-f", str(path))
    assert done.returncode == 0, done.stderr


def created_by(path: Path) -> list[dict[str, Any]]:
    """What the resource templates of a golden create, with sample values in them."""
    return [made for each in yaml.safe_load_all(path.read_text()) for made in objects_of(each)]


CREATING = [path for path in MANIFESTS if created_by(path)]


@pytest.mark.parametrize("path", CREATING, ids=name_of)
def test_what_workflows_create(server: ApiServer, path: Path) -> None:
    """The objects in manifests pass as those do that are applied."""
    made = created_by(path)
    server.know(made)
    text = yaml.safe_dump_all(made)
    line = ("apply", "--dry-run=server", "--validate=strict", "-f", "-")
    done = server.kubectl(*line, text=text)
    assert done.returncode == 0, done.stderr


def test_manifests_of_every_kind_are_tried() -> None:
    kinds = {made["kind"] for path in CREATING for made in created_by(path)}
    assert kinds >= {
        "TFJob", "PyTorchJob", "XGBoostJob", "PaddleJob", "MPIJob", "RayJob", "SparkApplication",
        "DaskJob", "Job", "Service", "RayCluster", "DaskCluster", "DaskAutoscaler",
    }  # fmt: skip


def holds(stored: Any, sent: Any, where: str = "") -> list[str]:
    """Where what is stored does not hold what was sent; the server may add, never change."""
    if isinstance(sent, dict) and isinstance(stored, dict):
        return [
            lost
            for key, value in sent.items()
            if value != "" or key in stored  # an empty text is not written down
            for lost in (
                holds(stored[key], value, f"{where}.{key}") if key in stored else [f"{where}.{key}"]
            )
        ]
    if isinstance(sent, list) and isinstance(stored, list) and len(sent) <= len(stored):
        return [
            lost
            for i, value in enumerate(sent)
            for lost in holds(stored[i], value, f"{where}[{i}]")
        ]
    same = stored == sent or (".resources." in where and is_same_quantity(stored, sent))
    return [] if same else [f"{where}: {sent!r} became {stored!r}"]


def is_same_quantity(stored: Any, sent: Any) -> bool:
    """Whether two quantities are one number, which the server writes in a form of its own."""
    try:
        return bool(parse_quantity(stored) == parse_quantity(sent))
    except ValueError:
        return False


@pytest.mark.parametrize("path", MANIFESTS, ids=name_of)
def test_created_and_read_back_without_loss(server: ApiServer, path: Path) -> None:
    done = server.kubectl("apply", "-f", str(path), "-o", "json")
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    stored = answer["items"] if answer["kind"] == "List" else [answer]
    sent = list(yaml.safe_load_all(path.read_text()))
    assert [lost for s, t in zip(stored, sent, strict=True) for lost in holds(s, t)] == []


def test_a_wrong_field_is_refused(server: ApiServer) -> None:
    """The oracle can say no."""
    text = MANIFESTS[0].read_text().replace("backoffLimit", "backofLimit")
    done = server.kubectl("apply", "--dry-run=server", "--validate=strict", "-f", "-", text=text)
    assert done.returncode != 0
    assert "backofLimit" in done.stderr
