"""The commands on a real registry of OCI artifacts: what is published, signed, moved and locked."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from pxc.hub.lock import read_lock
from pxc.hub.registry import digest_of
from pxc.hub.signing_keys import new_key, secret_key_text
from tests.console import run
from tests.engines import oci_registry, place
from tests.hub_servers import no_credentials

KEY, OTHER = new_key(), new_key()
TRAIN = """\
kind: component
description: Trains a detector
tags: [detector]
inputs: [{name: lr, type: float, description: the learning rate, value: 0.1}]
termination: {timeout: 60}
run:
  kind: job
  environment: {serviceAccountName: trainer, securityContext: {runAsNonRoot: true, runAsUser: 1000}}
  container:
    image: "busybox:1.37.0"
    command: [echo, "{{ lr }}"]
    resources: {requests: {cpu: 50m, memory: 32Mi}}
"""
WIDER = TRAIN.replace(
    "    resources", "    securityContext: {capabilities: {add: [NET_ADMIN]}}\n    resources"
).replace("value: 0.1", "value: 0.2")
SETTINGS = """\
hub:
  registries: {{corp: {{kind: oci, url: "oci://{host}/{path}", orgs: [vision], mutableTags: [edge]}}}}
  signers:
    platform: {{key: {one}, orgs: [vision]}}
    release: {{key: {other}, orgs: [vision]}}
"""
DAY = "--today 2026-11-20"


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    lacking = oci_registry.missing()
    if lacking:
        pytest.skip(f"NO REAL REGISTRY: {', '.join(lacking)} missing; run `make engines`")
    with oci_registry.running(tmp_path_factory.mktemp("oci")) as started:
        yield started


@pytest.fixture
def root(host: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A workspace with the registry, a component and the keys of two who may sign it."""
    for name, value in no_credentials(tmp_path).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path / "docker"))
    for name in ("CI", "PXC_NO_CACHE", "PXC_OFFLINE", "http_proxy", "https_proxy", "HTTP_PROXY",
                 "HTTPS_PROXY", "all_proxy"):  # fmt: skip
        monkeypatch.delenv(name, raising=False)
    root = tmp_path / "ws"
    root.mkdir()
    path = "".join(c for c in tmp_path.name.lower() if c.isalnum())
    keys = {"one": KEY.public.text, "other": OTHER.public.text}
    (root / "pxc.yaml").write_text(SETTINGS.format(host=host, path=path, **keys))
    (root / "train.yaml").write_text(TRAIN)
    (root / "README.md").write_text("# How\n")
    for name, key in (("one", KEY), ("other", OTHER)):
        (tmp_path / f"{name}.key").write_text(secret_key_text(key, ""))
    return root


def push(root: Path, tag: str, text: str = TRAIN, *options: str) -> str:
    """Publish the component; what is shown."""
    (root / "train.yaml").write_text(text)
    example = f"kind: operation\nhubRef: vision/train:{tag}\nparams: {{lr: 0.3}}\n"
    (root / "example.yaml").write_text(example)
    command = f"pxc hub push train.yaml vision/train:{tag} --example example.yaml {DAY}"
    code, shown = run(" ".join((command, *options)), root)
    (root / "example.yaml").unlink()
    (root / "train.yaml").unlink()
    assert code == 0, shown
    return shown


def pulled(root: Path, tag: str, to: Path) -> dict[str, bytes]:
    """What the program `oras` pulls of a version."""
    url = (root / "pxc.yaml").read_text().partition("oci://")[2].partition('"')[0]
    command = [
        place.program("oras") or "",
        "pull",
        f"{url}/vision/train:{tag}",
        "--plain-http",
        "-o",
        to,
    ]
    subprocess.run(command, check=True, timeout=60, capture_output=True)
    return {path.name: path.read_bytes() for path in to.iterdir()}


def test_a_version_that_is_signed_where_it_is_published_keeps_all_its_layers(
    root: Path, tmp_path: Path
) -> None:
    push(root, "1", TRAIN, "--readme", "README.md", "--title", "Train", "--keyword", "boxes")
    before = pulled(root, "1", tmp_path / "before")
    assert set(before) == {"train.yaml", "README.md", "example.yaml"}
    settings = root / "pxc.yaml"
    settings.write_text(f"{settings.read_text()}  policy: {{unsigned: deny}}\n")
    assert "error[PXC235]" in run("pxc compile --hub vision/train:1 --no-locked", root)[1]
    (unsigned,) = json.loads(run("pxc hub ls vision/train --format json", root)[1])["versions"]
    for name in ("one", "other"):
        code, shown = run(f"pxc hub sign vision/train:1 --key {tmp_path}/{name}.key", root)
        assert code == 0, shown
    assert pulled(root, "1", tmp_path / "after") == before
    (version,) = json.loads(run("pxc hub ls vision/train --format json", root)[1])["versions"]
    assert version == unsigned | {"signed": True}, "its manifest is the same"
    assert "  yes  " in run("pxc hub ls vision/", root)[1]
    shown = run("pxc hub show vision/train:1", root)[1]
    assert "signed by key:platform" in shown or "signed by key:release" in shown
    (told,) = json.loads(run("pxc hub show vision/train:1 --format json", root)[1])["versions"]
    assert len(told["signatures"]) == 2
    assert (version["digest"], version["signed"]) == (digest_of(TRAIN.encode()), True)
    assert (version["keywords"], version["created"]) == (["boxes", "detector"], "2026-11-20")
    assert "title" not in version
    assert "Train" in run("pxc hub ls vision/", root)[1]
    for signer in ("platform", "release"):
        text = settings.read_text()
        settings.write_text(
            "\n".join(x for x in text.splitlines() if f"    {signer}:" not in x) + "\n"
        )
        code, shown = run("pxc compile --hub vision/train:1 --no-locked", root)
        assert code == 0, shown
        settings.write_text(text)


def test_a_tag_that_moved_changes_nothing_until_somebody_says_so(root: Path) -> None:
    push(root, "edge")
    (root / "op.yaml").write_text("kind: operation\nhubRef: vision/train:edge\n")
    assert run(f"pxc hub lock {DAY}", root)[0] == 0
    first = run("pxc compile op.yaml --locked", root)
    assert first[0] == 0
    shown = push(root, "edge", WIDER)
    assert "since `edge`" in shown
    assert run("pxc hub prune --days 0", root)[0] == 0
    assert run("pxc compile op.yaml --locked", root) == first
    assert "its tag was moved" in run("pxc hub outdated", root)[1]
    code, shown = run(f"pxc hub update vision/train {DAY}", root)
    assert code == 0
    assert "  widening  now also asks for `capability:NET_ADMIN`\n" in shown
    assert "  notice    the input `lr` is by default `0.2`, not `0.1`\n" in shown
    (entry,) = read_lock((root / "pxc.lock").read_text()).components
    assert entry.digest == digest_of(WIDER.encode())
    assert "NET_ADMIN" in run("pxc compile op.yaml --locked", root)[1]


def test_a_range_chooses_among_the_tags_of_a_repository(root: Path) -> None:
    for tag in ("1.0.0", "1.1.0", "2.0.0-rc.1"):
        push(root, tag, TRAIN.replace("0.1", f"0.{tag[2]}"), "--stage", "production")
    settings = root / "pxc.yaml"
    settings.write_text(f'{settings.read_text()}  versions: {{vision/train: "^1"}}\n')
    (root / "op.yaml").write_text("kind: operation\nhubRef: vision/train\n")
    code, shown = run(f"pxc hub lock {DAY}", root)
    assert (code, "+ corp//vision/train:1.1.0" in shown) == (0, True), shown
    push(root, "1.2.0", TRAIN, "--stage", "production")
    assert run("pxc compile op.yaml --locked", root)[0] == 0
    assert "1.1.0 -> 1.2.0  (^1)" in run(f"pxc hub update --all {DAY}", root)[1]


def test_a_component_is_found_by_its_keywords(root: Path) -> None:
    push(root, "1", TRAIN, "--keyword", "boxes")
    for word in ("boxes", "detector"):
        assert "vision/train" in run(f"pxc hub search {word}", root)[1]
