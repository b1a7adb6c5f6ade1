"""The images of components, pinned in pxc.lock by what real registries say, and compiled so."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pxc.hub.lock import read_lock
from pxc.hub.registries.oci_images import Images, place_of
from pxc.hub.registry import RegistryFault
from tests.console import run
from tests.engines import oci_registry, place
from tests.hub_servers import no_credentials, web_server

COMPONENT = """\
kind: component
inputs: [{{name: image, type: str, value: "{host}/base:1.0"}}]
run:
  kind: job
  init: [{{container: {{name: first, image: "{host}/base:multi"}}}}]
  sidecars: [{{name: beside, image: "{host}/base:1.0"}}]
  container: {{image: "{{{{ image }}}}", command: [x]}}
"""
DAY = "--today 2026-11-20"


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    lacking = oci_registry.missing()
    if lacking:
        pytest.skip(f"NO REAL REGISTRY: {', '.join(lacking)} missing; run `make engines`")
    with oci_registry.running(tmp_path_factory.mktemp("oci")) as started:
        yield started


@pytest.fixture(autouse=True)
def _alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in no_credentials(tmp_path).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path / "docker"))
    for name in ("CI", "PXC_NO_CACHE", "PXC_OFFLINE", "http_proxy", "https_proxy", "HTTP_PROXY",
                 "HTTPS_PROXY", "all_proxy"):  # fmt: skip
        monkeypatch.delenv(name, raising=False)


def oras(*arguments: str, at: Path) -> str:
    command = [place.program("oras") or "", *arguments, "--plain-http"]
    return subprocess.run(
        command, check=True, timeout=60, capture_output=True, text=True, cwd=at
    ).stdout.strip()


def push(host: str, at: Path, content: str = "one") -> tuple[str, str]:
    """Push an image and an index of it; their digests, as `oras` tells them."""
    (at / "layer").write_text(content)
    oras("push", f"{host}/base:1.0", "layer:application/vnd.oci.image.layer.v1.tar", at=at)
    oras("manifest", "index", "create", f"{host}/base:multi", "1.0", at=at)
    return oras("resolve", f"{host}/base:1.0", at=at), oras("resolve", f"{host}/base:multi", at=at)


def put(root: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


@pytest.fixture
def root(tmp_path: Path, host: str) -> Path:
    root = tmp_path / "ws"
    put(root, {
        "pxc.yaml": "hub: {registries: {lab: {kind: dir, url: hub, orgs: [acme]}}}\n",
        "hub/acme/train/1.yaml": COMPONENT.format(host=host),
        "train.yaml": "kind: operation\nhubRef: acme/train:1\n",
    })  # fmt: skip
    return root


def images(root: Path, at: int = 0) -> dict[str, str]:
    return dict(read_lock((root / "pxc.lock").read_text()).components[at].images)


def test_images_are_pinned_and_compiled_by_their_digests(
    root: Path, host: str, tmp_path: Path
) -> None:
    one, index = push(host, tmp_path)
    code, shown = run(f"pxc hub lock {DAY}", root)
    assert (code, images(root)) == (0, {})
    plain = run("pxc compile train.yaml --locked", root)[1]
    code, shown = run(f"pxc hub lock --images {DAY}", root)
    assert code == 0, shown
    assert f"image {host}/base:1.0  {one}\n" in shown
    assert images(root) == {f"{host}/base:1.0": one, f"{host}/base:multi": index}
    assert run("pxc hub lock --images --check", root)[0] == 0
    assert run("pxc hub lock --check", root)[0] == 0
    push(host, tmp_path, "two")  # what the tags mean from now on
    for target in ("kubernetes", "argo", "airflow"):
        code, shown = run(f"pxc compile train.yaml -t {target} --locked --offline", root)
        assert code == 0, shown
        assert (shown.count(f"{host}/base@{one}"), shown.count(f"{host}/base@{index}")) == (2, 1)
        assert f"{host}/base:" not in shown
    pinned = run("pxc compile train.yaml --locked", root)[1]
    assert _name(pinned) != _name(plain), "a job of another image is another job"
    assert run("pxc lint train.yaml", root)[0] == 0


def test_an_update_asks_the_registries_again(root: Path, host: str, tmp_path: Path) -> None:
    one, _ = push(host, tmp_path, "one")
    assert run(f"pxc hub lock --images {DAY}", root)[0] == 0
    two, index = push(host, tmp_path, "two")
    assert one != two
    for command in (f"pxc hub lock --images {DAY}", f"pxc hub update acme/train {DAY}"):
        assert run(command, root)[0] == 0
        assert images(root)[f"{host}/base:1.0"] == one
    code, shown = run(f"pxc hub update acme/train --images {DAY}", root)
    assert code == 0
    assert f"image {host}/base:1.0  {one[:19]} -> {two[:19]}\n" in shown
    assert images(root) == {f"{host}/base:1.0": two, f"{host}/base:multi": index}
    changed = COMPONENT.format(host=host).replace("[x]", "[y]")
    put(root, {"hub/acme/train/1.yaml": changed})
    code, shown = run(f"pxc hub update acme/train {DAY}", root)
    assert "its images are not pinned any more; run: pxc hub lock --images" in shown
    assert images(root) == {}


def test_an_image_that_somebody_names_himself_stays_as_it_is(
    root: Path, host: str, tmp_path: Path
) -> None:
    one, _ = push(host, tmp_path)
    assert run(f"pxc hub lock --images {DAY}", root)[0] == 0
    shown = run("pxc compile train.yaml --locked -P image=mine:2", root)[1]
    assert "image: mine:2\n" in shown
    assert shown.count(f"{host}/base@{one}") == 1
    put(root, {"other.yaml": f'kind: component\nrun: {{kind: job, container: {{image: "{host}/base:1.0"}}}}\n'})  # fmt: skip
    assert f"image: {host}/base:1.0\n" in run("pxc compile other.yaml --locked", root)[1]


def test_all_of_a_dag_and_its_hooks_are_pinned(root: Path, host: str, tmp_path: Path) -> None:
    one, _ = push(host, tmp_path)
    put(root, {
        "train.yaml": """\
kind: component
hooks: [{hubRef: acme/train:1, trigger: failed}]
run:
  kind: dag
  operations:
    - {name: a, hubRef: acme/train:1}
    - name: inner
      component:
        run: {kind: dag, operations: [{name: b, hubRef: acme/train:1, cache: {disable: false}}]}
""",
    })  # fmt: skip
    assert run(f"pxc hub lock --images {DAY}", root)[0] == 0
    code, shown = run("pxc compile train.yaml -t argo --locked", root)
    assert code == 0, shown
    assert f"{host}/base@{one}" in shown
    assert f"{host}/base:" not in shown


def test_a_guarded_registry_is_asked_as_whoever_logged_in(root: Path, tmp_path: Path) -> None:
    with oci_registry.running(tmp_path / "guarded", auth="token") as guarded:
        put(root, {"hub/acme/train/1.yaml": COMPONENT.format(host=guarded)})
        code, shown = run(f"pxc hub lock --images {DAY}", root)
        assert code == 1
        assert f"error[PXC250] image-not-pinned: the image `{guarded}/base:1.0` of `lab//acme/train:1`" in shown  # fmt: skip
        assert f"docker login {guarded}" in shown
        assert not (root / "pxc.lock").exists()
        oci_registry.log_in_by_identity(tmp_path / "docker", guarded)
        one, _ = push(guarded, tmp_path)
        code, shown = run(f"pxc hub lock --images {DAY}", root)
        assert (code, images(root)[f"{guarded}/base:1.0"]) == (0, one), shown


def test_what_is_not_to_be_had_writes_nothing(root: Path, host: str) -> None:
    put(root, {"hub/acme/train/1.yaml": COMPONENT.format(host=host).replace("base:", "none:")})
    code, shown = run(f"pxc hub lock --images {DAY}", root)
    assert code == 1
    assert f"cannot be pinned: `{host}` has no `none:1.0`" in shown
    code, shown = run(f"pxc hub lock --images --offline {DAY}", root)
    assert (code, "cannot be pinned: --offline asks no registry" in shown) == (1, True)
    assert not (root / "pxc.lock").exists()
    assert run(f"pxc hub lock {DAY}", root)[0] == 0


def test_an_image_with_a_digest_is_pinned_already(root: Path) -> None:
    text = f'kind: component\nrun: {{kind: job, container: {{image: "x@sha256:{"0" * 64}"}}}}\n'
    put(root, {"hub/acme/train/1.yaml": text})
    assert run(f"pxc hub lock --images {DAY}", root)[0] == 0
    assert images(root) == {}


def test_images_that_nobody_knows_yet_are_told(root: Path) -> None:
    text = "kind: component\ninputs: [{name: n, type: int}]\ntermination: {timeout: '{{ n }}'}\n"
    put(root, {"hub/acme/train/1.yaml": text + "run: {kind: job, container: {image: 'x:1'}}\n"})
    code, shown = run(f"pxc hub lock --images {DAY}", root)
    assert (code, images(root)) == (0, {})
    assert "lab//acme/train:1: what it runs is known once it has its inputs" in shown


def test_what_is_pinned_is_shown(root: Path, host: str, tmp_path: Path) -> None:
    one, index = push(host, tmp_path)
    assert run(f"pxc hub lock --images {DAY}", root)[0] == 0
    shown = run("pxc hub show acme/train:1", root)[1]
    assert f"    {host}/base:multi  {index}\n" in shown
    assert f"    {host}/base:1.0  {one}\n" in shown


def test_two_digests_of_one_image_are_a_fault_of_the_lock(
    root: Path, host: str, tmp_path: Path
) -> None:
    push(host, tmp_path)
    put(root, {"hub/acme/more/1.yaml": COMPONENT.format(host=host).replace("[x]", "[y]")})
    put(root, {"train.yaml": "kind: component\nrun: {kind: dag, operations: [{name: a, hubRef: acme/train:1}, {name: b, hubRef: acme/more:1}]}\n"})  # fmt: skip
    assert run(f"pxc hub lock --images {DAY}", root)[0] == 0
    assert images(root, 0) == images(root, 1)
    path = root / "pxc.lock"
    head, mark, tail = path.read_text().partition('ref = "lab//acme/train:1"')
    path.write_text(
        head + mark + tail.replace(images(root)[f"{host}/base:1.0"], f"sha256:{'0' * 64}")
    )
    code, shown = run("pxc compile train.yaml -t argo --locked", root)
    assert code == 1
    assert f"error[PXC244] lock-fault: the image `{host}/base:1.0` of" in shown
    assert "has another digest elsewhere" in shown


def test_a_registry_that_tells_what_is_not_true_is_not_believed(tmp_path: Path) -> None:
    kind = "application/vnd.oci.image.manifest.v1+json"
    with web_server(tmp_path) as server:
        server.answers["/v2/"] = lambda handler: handler.answer(200, b"{}")
        image = f"{server.url.removeprefix('http://')}/a:1"
        for headers, message in (
            ({"Content_Type": kind, "Docker_Content_Digest": "sha256:1"}, "tells the digest"),
            ({"Content_Type": "text/html"}, "answers with `text/html`, which is no image"),
        ):
            server.answers["/v2/a/manifests/1"] = answering(headers)
            with pytest.raises(RegistryFault, match=message):
                Images().digest(image)


def answering(headers: dict[str, str]) -> Callable[[Any], None]:
    return lambda handler: handler.answer(200, b"{}", **headers)


@pytest.mark.parametrize(
    ("image", "found"),
    [
        ("python", ("registry-1.docker.io", "library/python", "latest")),
        ("python:3.12", ("registry-1.docker.io", "library/python", "3.12")),
        ("rclone/rclone:1", ("registry-1.docker.io", "rclone/rclone", "1")),
        ("docker.io/python:3", ("registry-1.docker.io", "library/python", "3")),
        ("ghcr.io/a/b/c:v1", ("ghcr.io", "a/b/c", "v1")),
        ("localhost/x", ("localhost", "x", "latest")),
        ("10.0.0.1:5000/x:2", ("10.0.0.1:5000", "x", "2")),
    ],
)
def test_where_an_image_is(image: str, found: tuple[str, str, str]) -> None:
    assert place_of(image) == found


@pytest.mark.parametrize("image", ["A:1", "x@sha256:1", "x y", "http://x/y", ""])
def test_what_is_no_image(image: str) -> None:
    with pytest.raises(RegistryFault):
        place_of(image)


def _name(shown: str) -> str:
    return next(line for line in shown.splitlines() if line.startswith("  name: "))
