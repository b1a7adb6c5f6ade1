"""What a registry on a web server answers, and what is told where the server does what it should not."""

from __future__ import annotations

import base64
import json
import os
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pxc.driver import Outcome, Request, SourceText, compile_request
from pxc.driver.hubs import read_registry_yaml
from pxc.hub.index import Index, index_of, read_index
from pxc.hub.registries import http_exchange, open_registry
from pxc.hub.registry import MOST_BYTES, Registry, RegistryFault
from pxc.options import HubOptions, Options, RegistryOptions
from tests.hub_servers import (
    WebServer,
    certificate,
    component,
    digest,
    no_credentials,
    web_server,
)

FIRST, SECOND = component(0.1), component(0.2)


@pytest.fixture(autouse=True)
def _alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in no_credentials(tmp_path).items():
        monkeypatch.setenv(name, value)
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[WebServer]:
    with web_server(tmp_path / "site") as started:
        put(started, {"trainer:v1": FIRST})
        yield started


def put(server: WebServer, versions: dict[str, bytes]) -> None:
    """Make a folder of some versions, and what the server serves of it."""
    files = server.root.parent / "files"
    for name, data in versions.items():
        path = files / f"{name.replace(':', '/')}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        blob = server.root / "blobs" / "sha256" / digest(data).partition(":")[2]
        blob.parent.mkdir(parents=True, exist_ok=True)
        blob.write_bytes(data)
    folder = open_registry(
        RegistryOptions(name="f", kind="dir", url="files"), files.parent, read_registry_yaml
    )
    index = server.root / "index.json"
    former = read_index(index.read_bytes()) if index.is_file() else Index()
    index.write_bytes(index_of(folder).over(former).text())


def settings(server: WebServer, **more: Any) -> RegistryOptions:
    return RegistryOptions(name="web", kind="http", url=server.url, **more)


def opened(server: WebServer, **more: Any) -> Registry:
    return open_registry(settings(server, **more), None, read_registry_yaml)


def fault_of(server: WebServer, **more: Any) -> RegistryFault:
    with pytest.raises(RegistryFault) as caught:
        _read(opened(server, **more))
    return caught.value


def _read(registry: Registry) -> bytes:
    found = registry.find("trainer", "v1")
    assert found is not None
    return registry.read(found)


def compiled(server: WebServer, ref: str = "web//trainer:v1") -> Outcome:
    text = f"kind: operation\nhubRef: {ref}\n"
    options = Options(hub=HubOptions(registries=(settings(server),)))
    return compile_request(Request(files=(SourceText("op.yaml", text.encode()),), options=options))


def test_nothing_is_asked_before_it_is_needed(server: WebServer) -> None:
    registry = opened(server)
    assert server.asked == []
    assert registry.is_remote
    registry.tags("trainer")
    registry.components()
    assert [path for _, path, _ in server.asked] == ["/index.json"]


def test_versions_are_found_and_read(server: WebServer) -> None:
    put(server, {"vision/train:2": SECOND, "trainer:latest": FIRST})
    registry = opened(server)
    assert registry.components() == ("trainer", "vision/train")
    assert registry.tags("trainer") == ("latest", "v1")
    assert registry.tags("nobody") == ()
    found = registry.find("vision/train", "2")
    assert found is not None
    assert (found.component, found.tag, found.digest) == ("vision/train", "2", digest(SECOND))
    assert registry.read(found) == SECOND
    assert registry.find("trainer", "v9") is None
    assert registry.find("nobody", "v1") is None


def test_a_component_is_compiled(server: WebServer) -> None:
    outcome = compiled(server)
    assert not [d for d in outcome.report if d.severity.name == "ERROR"]
    assert '"0.1"' in outcome.files[0].text


def test_a_moved_tag_is_new_and_what_it_was_is_found_by_digest(server: WebServer) -> None:
    put(server, {"trainer:v1": SECOND})
    registry = opened(server)
    now = registry.find("trainer", "v1")
    was = registry.find("trainer", "v1", digest(FIRST))
    assert now is not None
    assert was is not None
    assert (now.digest, was.digest) == (digest(SECOND), digest(FIRST))
    assert (registry.read(now), registry.read(was)) == (SECOND, FIRST)
    assert read_index((server.root / "index.json").read_bytes()).counter == 2


def test_an_index_that_did_not_change_is_not_sent_again(server: WebServer) -> None:
    assert opened(server).tags("trainer") == ("v1",)
    assert opened(server).tags("trainer") == ("v1",)
    assert "If-None-Match" in server.asked[1][2]
    put(server, {"trainer:v2": SECOND})
    assert opened(server).tags("trainer") == ("v1", "v2")


def test_a_kept_index_that_was_changed_is_not_believed(server: WebServer, tmp_path: Path) -> None:
    opened(server).tags("trainer")
    (kept,) = (tmp_path / "cache" / "http").iterdir()
    kept.write_bytes(kept.read_bytes().replace(b"v1", b"v7"))
    assert opened(server).tags("trainer") == ("v1",)


def test_bytes_that_are_gone(server: WebServer) -> None:
    (server.root / "blobs" / "sha256" / digest(FIRST).partition(":")[2]).unlink()
    fault = fault_of(server)
    assert str(fault) == "`trainer:v1` is in its index, and its bytes are gone (404)"
    assert fault.kind == "malformed"


def test_a_wrong_digest_is_told(server: WebServer) -> None:
    (server.root / "blobs" / "sha256" / digest(FIRST).partition(":")[2]).write_bytes(SECOND)
    (found,) = [d for d in compiled(server).report if d.severity.name == "ERROR"]
    assert digest(FIRST) in found.message
    assert digest(SECOND) in found.message


def test_an_answer_of_too_many_bytes(server: WebServer) -> None:
    (server.root / "blobs" / "sha256" / digest(FIRST).partition(":")[2]).write_bytes(
        b"x" * (MOST_BYTES + 1)
    )
    assert "has more bytes than the limit of 1,048,576" in str(fault_of(server))


def test_an_answer_that_is_cut_short(server: WebServer) -> None:
    def short(handler: Any) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "500")
        handler.end_headers()
        handler.wfile.write(b"{")
        handler.close_connection = True

    server.answers["/index.json"] = short
    assert "ends before its end" in str(fault_of(server))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "its index is no JSON"),
        ('{"x": ' + "[" * 100_000, "its index is no JSON"),
        ("[]", "its index is malformed: expected `object`, got `array`"),
        ('{"version": 2}', "its index is malformed: expected `int` <= 1 - at `$.version`"),
        ('{"components": {"../x": {}}}',
         "its index is malformed: `../x` is no name of a component"),
        ('{"components": {"trainer:v1": {}}}',
         "its index is malformed: `trainer:v1` is no name of a component"),
        ('{"components": {"a": {"tags": {"v1": {"digest": "sha256:x", "size": 1}}}}}',
         "its index is malformed: expected `str` matching regex '^sha256:[0-9a-f]{64}$'"),
        ('{"components": {"a": {"tags": {"../v": {"digest": "sha256:x", "size": 1}}}}}',
         "its index is malformed: expected `str` matching regex"),
    ],
)  # fmt: skip
def test_an_index_that_is_none(text: str, message: str, server: WebServer) -> None:
    (server.root / "index.json").write_text(text)
    assert str(fault_of(server)).startswith(message)


def test_no_index_and_other_answers(server: WebServer) -> None:
    (server.root / "index.json").unlink()
    assert str(fault_of(server)) == f"there is no `index.json` below `{server.url}`"
    server.answers["/index.json"] = lambda handler: handler.answer(500)
    assert str(fault_of(server)) == "the server answers 500 to a request for `index.json`"


def test_a_server_that_is_not_there(server: WebServer) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        server.url = f"http://127.0.0.1:{free.getsockname()[1]}"
        fault = fault_of(server)
    assert fault.kind == "unreachable"
    assert str(fault).endswith("gives no answer: connection refused")


def test_a_slow_server_is_left(server: WebServer, monkeypatch: pytest.MonkeyPatch) -> None:
    ended = threading.Event()

    def drip(handler: Any) -> None:
        handler.send_response(200)
        handler.end_headers()
        while not ended.wait(0.05):
            handler.wfile.write(b" ")

    server.answers["/index.json"] = drip
    monkeypatch.setattr(http_exchange, "_ALL_SECONDS", 0.5)
    begun = time.monotonic()
    try:
        fault = fault_of(server)
    finally:
        ended.set()
    assert time.monotonic() - begun < 5
    assert "takes too long" in str(fault)
    monkeypatch.setattr(http_exchange, "_SECONDS", 0.2)
    server.answers["/index.json"] = lambda _: time.sleep(1)
    assert "takes too long" in str(fault_of(server))


def test_credentials_come_from_netrc(server: WebServer, tmp_path: Path) -> None:
    server.opens = "Basic " + base64.b64encode(b"ana:s3cret").decode()
    fault = fault_of(server)
    assert fault.kind == "unauthorized"
    assert str(fault).endswith("asks who you are (401)")
    (tmp_path / "netrc2").write_text("machine 127.0.0.1 login ana password s3cret\n")
    (tmp_path / "netrc2").chmod(0o600)
    os.environ["NETRC"] = str(tmp_path / "netrc2")
    assert opened(server).tags("trainer") == ("v1",)
    (tmp_path / "netrc3").write_text("machine 127.0.0.1 login ana password wr0ng\n")
    os.environ["NETRC"] = str(tmp_path / "netrc3")
    fault = fault_of(server)
    assert "refuses the credential" in str(fault)
    assert "wr0ng" not in f"{fault} {fault.help}"


def test_the_default_of_netrc_is_for_nobody(server: WebServer, tmp_path: Path) -> None:
    (tmp_path / "netrc4").write_text("default login ana password s3cret\n")
    os.environ["NETRC"] = str(tmp_path / "netrc4")
    opened(server).tags("trainer")
    assert "Authorization" not in server.asked[0][2]


def test_a_token_comes_from_a_variable(server: WebServer, monkeypatch: pytest.MonkeyPatch) -> None:
    server.opens = "Bearer t0ken"
    fault = fault_of(server, token_env="PXC_HUB_TOKEN")
    assert str(fault) == (
        "the environment variable `PXC_HUB_TOKEN`, which `tokenEnv` names, is not set"
    )
    monkeypatch.setenv("PXC_HUB_TOKEN", "t0ken")
    assert opened(server, token_env="PXC_HUB_TOKEN").tags("trainer") == ("v1",)
    monkeypatch.setenv("PXC_HUB_TOKEN", "x\r\nHost: y")
    assert "holds no token" in str(fault_of(server, token_env="PXC_HUB_TOKEN"))


def test_a_redirect_takes_no_credential_to_another_host(
    server: WebServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PXC_HUB_TOKEN", "t0ken")
    server.opens = "Bearer t0ken"
    with web_server(server.root) as other:
        blob = f"/blobs/sha256/{digest(FIRST).partition(':')[2]}"
        target = other.url.replace("127.0.0.1", "localhost") + blob
        server.answers[blob] = lambda handler: handler.answer(307, Location=target)
        registry = opened(server, token_env="PXC_HUB_TOKEN")
        found = registry.find("trainer", "v1")
        assert found is not None
        assert registry.read(found) == FIRST
        assert [headers.get("Authorization") for _, _, headers in other.asked] == [None]
    assert all(headers.get("Authorization") == "Bearer t0ken" for _, _, headers in server.asked)


@pytest.mark.parametrize(
    "target", ["http://hub.example.com/x", "ftp://127.0.0.1/x", "file:///etc/passwd", "//a@b/x"]
)
def test_a_redirect_to_what_is_not_safe(target: str, server: WebServer) -> None:
    server.answers["/index.json"] = lambda handler: handler.answer(302, Location=target)
    assert "which is not safe" in str(fault_of(server))


def test_an_index_is_on_its_own_host_or_on_one_that_is_declared(server: WebServer) -> None:
    with web_server(server.root) as other:
        target = other.url.replace("127.0.0.1", "localhost") + "/index.json?sig=s3cret"
        server.answers["/index.json"] = lambda handler: handler.answer(302, Location=target)
        fault = fault_of(server)
        assert str(fault) == (
            f"the server redirects to `{target.partition('?')[0]}`, a host that pxc.yaml does not name"
        )
        assert fault.help == "if it is to be trusted, name `localhost` under `redirectHosts`"
        assert other.asked == []
        assert opened(server, redirect_hosts=("localhost",)).tags("trainer") == ("v1",)
        server.answers["/index.json"] = lambda h: h.answer(302, Location="/other.json")
        (server.root / "other.json").write_bytes((server.root / "index.json").read_bytes())
        assert opened(server).tags("trainer") == ("v1",)


def test_a_redirect_without_end(server: WebServer) -> None:
    server.answers["/index.json"] = lambda h: h.answer(302, Location="/index.json")
    assert str(fault_of(server)) == "the server redirects more than 5 times"
    assert len(server.asked) == 6


def test_tls_is_verified_and_never_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pem = certificate(tmp_path)
    with web_server(tmp_path / "site", certificate=pem) as server:
        put(server, {"trainer:v1": FIRST})
        fault = fault_of(server)
        assert "is not accepted: self-signed certificate" in str(fault)
        monkeypatch.setenv("SSL_CERT_FILE", str(pem))
        assert opened(server).tags("trainer") == ("v1",)
        with web_server(tmp_path / "site") as plain:
            target = f"{plain.url}/index.json"
            server.answers["/index.json"] = lambda h: h.answer(302, Location=target)
            assert "which is not safe" in str(fault_of(server))
            assert plain.asked == []


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("http://hub.example.com", "`http://hub.example.com/` does not begin with `https://`"),
        ("ftp://hub.example.com", "`ftp://hub.example.com/` does not begin with `https://`"),
        ("https://", "`https:/` is no address of a server"),
        ("https://a:b@hub.example.com", "`url` holds a credential"),
        ("https://hub.example.com?x", "`https://hub.example.com?x/` is no address of a server"),
    ],
)
def test_addresses_that_are_refused(url: str, message: str) -> None:
    with pytest.raises(RegistryFault) as caught:
        open_registry(RegistryOptions(name="w", kind="http", url=url), None, read_registry_yaml)
    assert str(caught.value) == message


def test_the_order_of_a_folder_changes_no_index(tmp_path: Path) -> None:
    texts = []
    for turn in (False, True):
        names = [f"{a}/{b}" for a in ("x", "org/y", "b") for b in ("v2", "v10", "latest")]
        folder = tmp_path / str(turn)
        for name in reversed(names) if turn else names:
            path = folder / f"{name}.yaml"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(FIRST)
        options = RegistryOptions(name="f", kind="dir", url=str(turn))
        texts.append(index_of(open_registry(options, tmp_path, read_registry_yaml)).text())
    assert texts[0] == texts[1]
    assert list(json.loads(texts[0])["components"]) == ["b", "org/y", "x"]


def test_a_fault_is_one_diagnostic(server: WebServer) -> None:
    server.answers["/index.json"] = lambda handler: handler.answer(503)
    (found,) = [d for d in compiled(server).report if d.severity.name == "ERROR"]
    assert found.code.id == "PXC243"
    assert found.message == (
        "cannot ask the registry `web`: the server answers 503 to a request for `index.json`"
    )
    assert found.span.text == "web//trainer:v1"
