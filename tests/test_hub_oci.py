"""What a real registry of OCI artifacts answers, and what `oras` makes of what pxc pushes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pxc.driver import Outcome, Request, SourceText, compile_request
from pxc.driver.hubs import read_registry_yaml, set_registry_yaml
from pxc.hub.registries import open_registry
from pxc.hub.registries.docker_login import Login, login_of
from pxc.hub.registries.oci_manifest import ARTIFACT
from pxc.hub.registry import MOST_BYTES, About, Publishing, RegistryFault, Version
from pxc.options import HubOptions, Options, RegistryOptions
from tests.engines import oci_registry, place
from tests.hub_servers import WebServer, component, digest, no_credentials, web_server

FIRST, SECOND = component(0.1), component(0.2)
ABOUT = About(title="Trainer", stage="testing", created="2026-03-04", readme=b"# How\n")


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
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def path(tmp_path: Path) -> str:
    """A part of the registry that is of one test."""
    return "".join(c for c in tmp_path.name.lower() if c.isalnum())


def opened(host: str, path: str, **more: Any) -> Publishing:
    options = RegistryOptions(name="corp", kind="oci", url=f"oci://{host}/{path}", **more)
    registry = open_registry(options, None, read_registry_yaml, set_registry_yaml)
    assert isinstance(registry, Publishing)
    return registry


def found(registry: Publishing, tag: str = "1", digest: str = "") -> Version:
    version = registry.find("vision/train", tag, digest)
    assert version is not None
    return version


def run_oras(*arguments: str, at: Path) -> str:
    """What the program `oras` says in a folder."""
    command = [place.program("oras") or "", *arguments, "--plain-http"]
    done = subprocess.run(command, check=False, timeout=60, capture_output=True, text=True, cwd=at)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_moved_tag_is_new_and_what_it_was_is_found_by_digest(host: str, path: str) -> None:
    opened(host, path).publish("vision/train", "1", FIRST, ABOUT)
    opened(host, path, mutable_tags=("1",)).publish("vision/train", "1", SECOND, About())
    registry = opened(host, path)
    assert registry.read(found(registry)) == SECOND
    was = found(registry, "1", digest(FIRST))
    assert (registry.read(was), was.size) == (FIRST, len(FIRST))
    assert registry.find("vision/train", "1", digest(b"never")) is None
    registry.publish("vision/train", "2", FIRST, ABOUT)
    assert found(registry, "1", digest(FIRST)).tag == "2"


def test_components_are_those_below_the_path(host: str, path: str) -> None:
    registry = opened(host, path)
    registry.publish("solo", "1", FIRST, ABOUT)
    registry.publish("vision/train", "1", FIRST, ABOUT)
    opened(host, f"{path}/deep").publish("vision/train", "1", FIRST, ABOUT)
    assert registry.components() == ("solo", "vision/train")
    assert registry.tags("solo") == ("1",)
    assert registry.tags("nobody") == ()
    assert registry.tags("Upper") == ()
    assert registry.find("Upper", "1") is None
    with pytest.raises(RegistryFault, match="is no name of a repository"):
        registry.publish("Upper", "1", FIRST, ABOUT)


def test_nothing_is_asked_before_it_is_needed(tmp_path: Path) -> None:
    with web_server(tmp_path) as server:
        opened(server.url.removeprefix("http://"), "x")
        assert server.asked == []


def test_oras_pulls_what_pxc_pushes(host: str, path: str, tmp_path: Path) -> None:
    opened(host, path).publish("vision/train", "1", FIRST, ABOUT)
    ref = f"{host}/{path}/vision/train:1"
    run_oras("pull", ref, "-o", "pulled", at=tmp_path)
    assert (tmp_path / "pulled" / "train.yaml").read_bytes() == FIRST
    assert (tmp_path / "pulled" / "README.md").read_bytes() == b"# How\n"
    told = json.loads(run_oras("manifest", "fetch", ref, at=tmp_path))
    assert told["artifactType"] == ARTIFACT
    assert run_oras("repo", "tags", ref.rpartition(":")[0], at=tmp_path) == "1\n"


def test_pxc_pulls_what_oras_pushes(host: str, path: str, tmp_path: Path) -> None:
    (tmp_path / "train.yaml").write_bytes(SECOND)
    for tag, kind in (("1", ARTIFACT), ("2", "application/yaml")):
        ref = f"{host}/{path}/vision/train:{tag}"
        run_oras("push", ref, "--artifact-type", ARTIFACT, f"train.yaml:{kind}", at=tmp_path)
        registry = opened(host, path)
        version = found(registry, tag)
        assert (version.digest, version.size) == (digest(SECOND), len(SECOND))
        assert registry.read(version) == SECOND


def test_oras_in_python_pulls_and_pushes(host: str, path: str, tmp_path: Path) -> None:
    import oras.client

    client = oras.client.OrasClient(insecure=True)
    opened(host, path).publish("vision/train", "1", FIRST, ABOUT)
    client.pull(target=f"{host}/{path}/vision/train:1", outdir=str(tmp_path / "pulled"))
    assert (tmp_path / "pulled" / "train.yaml").read_bytes() == FIRST
    file = tmp_path / "train.yaml"
    file.write_bytes(SECOND)
    client.push(
        target=f"{host}/{path}/vision/train:2", files=[f"{file}:{ARTIFACT}"],
        disable_path_validation=True, quiet=True,
    )  # fmt: skip
    registry = opened(host, path)
    assert registry.read(found(registry, "2")) == SECOND


def test_another_artifact_is_told_and_never_replaced(host: str, path: str, tmp_path: Path) -> None:
    (tmp_path / "x.bin").write_bytes(b"x")
    ref, kind = f"{host}/{path}/vision/train:1", "application/vnd.acme+x"
    run_oras("push", ref, "--artifact-type", kind, "x.bin:a/b", at=tmp_path)
    for ask in (
        lambda: found(opened(host, path)),
        lambda: opened(host, path, mutable_tags=("1",)).publish("vision/train", "1", FIRST, ABOUT),
    ):
        with pytest.raises(RegistryFault) as caught:
            ask()
        assert str(caught.value) == (
            "`vision/train:1`: it holds no component but `application/vnd.acme+x`"
        )
    assert opened(host, path).find("vision/train", "1", digest(FIRST)) is None


def test_a_component_is_compiled(host: str, path: str) -> None:
    opened(host, path).publish("vision/train", "1", SECOND, ABOUT)
    corp = RegistryOptions(name="corp", kind="oci", url=f"oci://{host}/{path}", orgs=("vision",))
    outcome = compile_request(
        Request(
            files=(SourceText("op.yaml", b"kind: operation\nhubRef: vision/train:1\n"),),
            options=Options(hub=HubOptions(registries=(corp,))),
        )
    )
    assert not [d for d in outcome.report if d.severity.name == "ERROR"]
    assert '"0.2"' in outcome.files[0].text


@pytest.mark.parametrize("auth", ["basic", "token"])
def test_docker_knows_who_asks(auth: str, host: str, tmp_path: Path) -> None:
    with oci_registry.running(tmp_path / "oci", auth=auth) as guarded:
        with pytest.raises(RegistryFault) as caught:
            opened(guarded, "x").publish("vision/train", "1", FIRST, ABOUT)
        assert caught.value.kind == "unauthorized"
        assert caught.value.help is not None
        assert f"docker login {guarded}" in caught.value.help
        oci_registry.log_in(tmp_path / "docker", guarded, "wr0ng")
        with pytest.raises(RegistryFault) as caught:
            found(opened(guarded, "x"))
        assert caught.value.kind == "unauthorized"
        assert "wr0ng" not in f"{caught.value} {caught.value.help}"
        oci_registry.log_in(tmp_path / "docker", guarded)
        opened(guarded, "x").publish("vision/train", "1", FIRST, ABOUT)
        registry = opened(guarded, "x")
        assert registry.read(found(registry)) == FIRST
        assert registry.tags("vision/train") == ("1",)
        run_oras("pull", f"{guarded}/x/vision/train:1", "-o", "pulled", at=tmp_path)
        assert (tmp_path / "pulled" / "train.yaml").read_bytes() == FIRST


def test_a_helper_of_docker_knows_who_asks(
    host: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    helper = tmp_path / "bin" / "docker-credential-tests"
    helper.parent.mkdir()
    said = json.dumps({"Username": oci_registry.USER, "Secret": oci_registry.PASSWORD})
    helper.write_text(f"#!/bin/sh\ncat > {tmp_path}/asked\necho '{said}'\n")
    helper.chmod(0o755)
    monkeypatch.setenv("PATH", f"{helper.parent}:{os.environ['PATH']}")
    (tmp_path / "docker").mkdir()
    with oci_registry.running(tmp_path / "oci", auth="basic") as guarded:
        (tmp_path / "docker" / "config.json").write_text('{"credsStore": "tests", "auths": {}}')
        opened(guarded, "x").publish("vision/train", "1", FIRST, ABOUT)
        assert found(opened(guarded, "x")).digest == digest(FIRST)
        assert (tmp_path / "asked").read_text() == guarded


def helper(folder: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """A helper `tests` of Docker, which everything is asked of."""
    path = folder / "bin" / "docker-credential-tests"
    path.parent.mkdir()
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    monkeypatch.setenv("PATH", f"{path.parent}:{os.environ['PATH']}")
    (folder / "docker").mkdir()
    (folder / "docker" / "config.json").write_text('{"credsStore": "tests", "auths": {}}')


def test_an_identity_token_is_exchanged_for_what_is_asked(host: str, tmp_path: Path) -> None:
    with oci_registry.running(tmp_path / "oci", auth="token") as guarded:
        oci_registry.log_in_by_identity(tmp_path / "docker", guarded, "another")
        with pytest.raises(RegistryFault) as caught:
            opened(guarded, "x").publish("vision/train", "1", FIRST, ABOUT)
        assert (caught.value.kind, "another" in str(caught.value)) == ("unauthorized", False)
        oci_registry.log_in_by_identity(tmp_path / "docker", guarded)
        opened(guarded, "x").publish("vision/train", "1", FIRST, ABOUT)
        registry = opened(guarded, "x")
        assert registry.read(found(registry)) == FIRST
        run_oras("pull", f"{guarded}/x/vision/train:1", "-o", "pulled", at=tmp_path)
        assert (tmp_path / "pulled" / "train.yaml").read_bytes() == FIRST


def test_a_helper_may_know_an_identity_token(
    host: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = json.dumps({"Username": "<token>", "Secret": oci_registry.IDENTITY})
    helper(tmp_path, monkeypatch, f"echo '{said}'")
    with oci_registry.running(tmp_path / "oci", auth="token") as guarded:
        opened(guarded, "x").publish("vision/train", "1", FIRST, ABOUT)
        assert found(opened(guarded, "x")).digest == digest(FIRST)


def test_an_identity_token_goes_to_no_unsafe_server_and_is_not_passed_on(
    server: WebServer, tmp_path: Path
) -> None:
    oci_registry.log_in_by_identity(tmp_path / "docker", server.url.removeprefix("http://"))
    with web_server(tmp_path / "other") as other:
        target = other.url.replace("127.0.0.1", "localhost") + "/t"

        def passed_on(handler: Any) -> None:
            handler.answer(307, Location=target)

        server.answers["/t"] = passed_on
        for realm, message in (
            ("http://tokens.example.com/t", "which is not safe"),
            (f"{server.url}/t", "a host that pxc.yaml does not name"),
        ):
            told = f'Bearer realm="{realm}",service="x",scope="repository:x:pull"'
            server.answers["/v2/"] = server.answers[MANIFEST] = challenge(told)
            fault = fault_of(server)
            assert oci_registry.IDENTITY not in f"{fault} {fault.help}"
            assert message in str(fault)
        assert other.asked == []


def challenge(told: str) -> Callable[[Any], None]:
    return lambda handler: handler.answer(401, WWW_Authenticate=told)


def test_a_helper_that_never_answers_is_ended(
    host: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pxc.hub.registries.docker_login.HELPER_SECONDS", 1)
    helper(tmp_path, monkeypatch, f"sleep 600 & echo $! > {tmp_path}/child; wait")
    with pytest.raises(RegistryFault) as caught:
        found(opened(host, "x"))
    message = "`docker-credential-tests`, which Docker's settings name, takes more than 1 seconds"
    assert str(caught.value) == message
    child = int((tmp_path / "child").read_text())
    assert not _is_running(child)


def _is_running(process: int) -> bool:
    status = Path(f"/proc/{process}/status")
    for _ in range(50):
        if not status.exists() or "State:\tZ" in status.read_text():
            return False
        time.sleep(0.1)
    return True


@pytest.mark.parametrize(
    ("script", "message"),
    [
        ("echo not json", "`docker-credential-tests` says what cannot be read"),
        ("echo '{}'", "`docker-credential-tests` says what cannot be read"),
        ("echo 'credentials not found in native keychain'; exit 1", ""),
    ],
)
def test_what_a_helper_does_not_know(
    script: str, message: str, host: str, path: str, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    helper(tmp_path, monkeypatch, script)
    if message:
        with pytest.raises(RegistryFault) as caught:
            found(opened(host, path))
        assert str(caught.value) == message
    else:
        assert opened(host, path).find("vision/train", "1") is None


@pytest.mark.parametrize(
    ("settings", "known"),
    [
        ({"auths": {"r.io": {"auth": "YTpi"}}}, Login(basic="YTpi")),
        ({"auths": {"https://r.io": {"auth": "YTpi"}}}, Login(basic="YTpi")),
        ({"auths": {"r.io": {"username": "a", "password": "b"}}}, Login(basic="YTpi")),
        ({"auths": {"r.io": {"auth": "YTo=", "identitytoken": "t"}}}, Login(identity="t")),
        ({"auths": {"r.io": {"auth": "YTo="}}}, Login()),
        ({"auths": {"r.io": {}}, "credHelpers": {"r.io": "none-such"}}, Login()),
        ({"auths": {"other.io": {"auth": "YTpi"}}}, Login()),
        ({}, Login()),
        ({"auths": {"r.io": {"auth": 3}}}, None),
        ({"auths": {"r.io": {"auth": "%"}}}, None),
        ({"auths": []}, Login()),
        ({"auths": [1]}, None),
        ({"credsStore": "../x"}, None),
    ],
)
def test_what_settings_of_docker_say(settings: Any, known: Login | None, tmp_path: Path) -> None:
    (tmp_path / "docker").mkdir()
    (tmp_path / "docker" / "config.json").write_text(json.dumps(settings))
    if known is None:
        with pytest.raises(RegistryFault, match="the settings of Docker"):
            login_of("r.io")
    else:
        assert login_of("r.io") == known


def test_docker_hub_is_known_by_its_own_name(tmp_path: Path) -> None:
    oci_registry.log_in(tmp_path / "docker", "https://index.docker.io/v1/")
    assert login_of("registry-1.docker.io").basic
    assert not login_of("docker.io.example.com").basic


def test_settings_of_docker_that_cannot_be_read(host: str, tmp_path: Path) -> None:
    (tmp_path / "docker").mkdir()
    (tmp_path / "docker" / "config.json").write_text("{")
    with pytest.raises(RegistryFault, match="the settings of Docker"):
        found(opened(host, "x"))


@pytest.fixture
def server(tmp_path: Path) -> Iterator[WebServer]:
    with web_server(tmp_path / "site") as started:
        started.answers["/v2/"] = lambda handler: handler.answer(200, b"{}")
        yield started


def fault_of(server: WebServer) -> RegistryFault:
    with pytest.raises(RegistryFault) as caught:
        _read(opened(server.url.removeprefix("http://"), "x"))
    return caught.value


def _read(registry: Publishing) -> bytes:
    return registry.read(found(registry))


def compiled(server: WebServer) -> Outcome:
    url = server.url.replace("http", "oci") + "/x"
    corp = RegistryOptions(name="corp", kind="oci", url=url, orgs=("vision",))
    return compile_request(
        Request(
            files=(SourceText("op.yaml", b"kind: operation\nhubRef: vision/train:1\n"),),
            options=Options(hub=HubOptions(registries=(corp,))),
        )
    )


def manifest(data: bytes) -> bytes:
    layer = {"mediaType": ARTIFACT, "digest": digest(data), "size": len(data)}
    return json.dumps({"schemaVersion": 2, "artifactType": ARTIFACT, "layers": [layer]}).encode()


MANIFEST = "/v2/x/vision/train/manifests/1"
BLOB = f"/v2/x/vision/train/blobs/{digest(FIRST)}"


def test_bytes_that_are_gone_wrong_and_too_many(server: WebServer) -> None:
    server.answers[MANIFEST] = lambda handler: handler.answer(200, manifest(FIRST))
    message = "the manifest of `vision/train:1` is there, and its bytes are gone"
    assert str(fault_of(server)) == message
    server.answers[BLOB] = lambda handler: handler.answer(200, b"x" * (MOST_BYTES + 1))
    assert "has more bytes than the limit of 1,048,576" in str(fault_of(server))
    server.answers[BLOB] = lambda handler: handler.answer(200, b"x" * (5 * 1024 * 1024))
    assert "has more bytes than the limit of" in str(fault_of(server))
    server.answers[BLOB] = lambda handler: handler.answer(200, SECOND)
    (told,) = [d for d in compiled(server).report if d.severity.name == "ERROR"]
    assert digest(FIRST) in told.message
    assert digest(SECOND) in told.message


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"[]", "is no JSON of a registry"),
        (b"{", "is no JSON of a registry"),
        (b"{}", "it holds no component but `None`"),
        (b'{"layers": 3, "config": {"mediaType": "x"}}', "it holds no component but `x`"),
        (b'{"layers": [{"mediaType": "%s", "digest": "md5:1", "size": 1}]}' % ARTIFACT.encode(),
         "the manifest of `vision/train:1` is malformed"),
    ],
)  # fmt: skip
def test_a_manifest_that_is_none(data: bytes, message: str, server: WebServer) -> None:
    server.answers[MANIFEST] = lambda handler: handler.answer(200, data)
    assert message in str(fault_of(server))


def test_other_answers_are_told_at_once(server: WebServer) -> None:
    server.answers[MANIFEST] = lambda handler: handler.answer(
        500, b'{"errors": [{"code": "UNKNOWN", "message": "the disk is full"}]}'
    )
    assert "answers 500: the disk is full" in str(fault_of(server))
    assert len([path for _, path, _ in server.asked if path == MANIFEST]) == 1


def test_a_registry_that_lists_nothing(server: WebServer) -> None:
    server.answers["/v2/_catalog?n=1000"] = lambda handler: handler.answer(404)
    with pytest.raises(RegistryFault) as caught:
        opened(server.url.removeprefix("http://"), "x").components()
    assert caught.value.kind == "unsupported"
    assert "does not list what it has" in str(caught.value)
    (told,) = [d for d in compiled(server).report if d.severity.name == "ERROR"]
    assert told.code.id == "PXC213"
    assert told.help == "it does not list its components: check the name"


def test_a_redirect_takes_no_credential_to_another_host(server: WebServer, tmp_path: Path) -> None:
    host = server.url.removeprefix("http://")
    oci_registry.log_in(tmp_path / "docker", host)
    server.opens = "Basic YW5hOnMzY3JldA=="

    def guarded(data: bytes) -> Any:
        def answer(handler: Any) -> None:
            if handler.headers.get("Authorization") == server.opens:
                handler.answer(200, data)
            else:
                handler.answer(401, WWW_Authenticate='Basic realm="x"')

        return answer

    server.answers["/v2/"] = guarded(b"{}")
    server.answers[MANIFEST] = guarded(manifest(FIRST))
    with web_server(tmp_path / "other") as other:
        target = other.url.replace("127.0.0.1", "localhost") + "/blob?sig=s3cret"
        server.answers[BLOB] = lambda handler: handler.answer(307, Location=target)
        other.answers["/blob?sig=s3cret"] = lambda handler: handler.answer(200, FIRST)
        assert _read(opened(host, "x")) == FIRST
        assert [headers.get("Authorization") for _, _, headers in other.asked] == [None]


@pytest.mark.parametrize("target", ["http://hub.example.com/x?sig=s3cret", "file:///etc/passwd"])
def test_a_redirect_to_what_is_not_safe(target: str, server: WebServer) -> None:
    server.answers[MANIFEST] = lambda handler: handler.answer(302, Location=target)
    assert "a host that pxc.yaml does not name" in str(fault_of(server))
    assert "s3cret" not in str(fault_of(server))
    server.answers[MANIFEST] = lambda handler: handler.answer(200, manifest(FIRST))
    server.answers[BLOB] = lambda handler: handler.answer(302, Location=target)
    fault = fault_of(server)
    assert "is not safe" in str(fault) or "cannot be followed" in str(fault)
    assert "s3cret" not in str(fault)


def test_a_manifest_is_on_its_own_host_or_on_one_that_is_declared(
    server: WebServer, tmp_path: Path
) -> None:
    host = server.url.removeprefix("http://")
    server.answers[BLOB] = lambda handler: handler.answer(200, FIRST)
    with web_server(tmp_path / "other") as other:
        target = other.url.replace("127.0.0.1", "localhost") + "/m"
        server.answers[MANIFEST] = lambda handler: handler.answer(307, Location=target)
        other.answers["/m"] = lambda handler: handler.answer(200, manifest(FIRST))
        fault = fault_of(server)
        assert str(fault) == (
            f"the server redirects to `{target}`, a host that pxc.yaml does not name"
        )
        assert fault.help == "if it is to be trusted, name `localhost` under `redirectHosts`"
        assert other.asked == []
        assert _read(opened(host, "x", redirect_hosts=("localhost",))) == FIRST


def test_a_password_is_sent_to_no_unsafe_server_of_tokens(
    server: WebServer, tmp_path: Path
) -> None:
    oci_registry.log_in(tmp_path / "docker", server.url.removeprefix("http://"))
    realm = 'Bearer realm="http://tokens.example.com/t",service="x"'
    server.answers["/v2/"] = lambda handler: handler.answer(401, WWW_Authenticate=realm)
    server.answers[MANIFEST] = lambda handler: handler.answer(401, WWW_Authenticate=realm)
    assert "http://tokens.example.com/t`, which is not safe" in str(fault_of(server))


@pytest.mark.parametrize(
    "url", ["https://h/x", "oci://", "oci://h/X", "oci://a:b@h/x", "oci://h/../x", "oci://h/x?y"]
)
def test_addresses_that_are_refused(url: str) -> None:
    with pytest.raises(RegistryFault) as caught:
        open_registry(RegistryOptions(name="c", kind="oci", url=url), None, read_registry_yaml)
    assert str(caught.value) == f"`{url}` is no address of an OCI registry"


def test_a_library_that_is_missing_is_told_when_it_is_needed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delitem(sys.modules, "pxc.hub.registries.oci_client", raising=False)
    monkeypatch.setitem(sys.modules, "oras", None)
    registry = opened("registry.example.com", "x")
    with pytest.raises(RegistryFault) as caught:
        registry.tags("a")
    assert str(caught.value) == "a registry of the kind `oci` needs the library oras"
    assert caught.value.help == "run: pip install 'pxc[oci]'"
