"""An index that must be signed: by whom, until when, and never an older one than was seen."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import chdir
from pathlib import Path

import pytest

from pxc.driver.hubs import read_registry_yaml
from pxc.hub.index_writer import write_index
from pxc.hub.registries import open_registry
from pxc.hub.registries.http import HttpRegistry
from pxc.hub.registry import About, RegistryFault
from pxc.hub.settings import read_hub
from pxc.hub.signing_keys import new_key, secret_key_text, sign
from pxc.lint.settings_values import SettingFault
from tests.command_line import run
from tests.hub_servers import WebServer, component, no_credentials, web_server

KEY, OTHER = new_key(), new_key()


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[WebServer]:
    for name, value in no_credentials(tmp_path).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("PXC_CACHE_DIR", str(tmp_path / "cache"))
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    with web_server(tmp_path / "site") as started:
        publish(started, "v1")
        yield started


def publish(server: WebServer, *tags: str, key: object = KEY, expires: str = "") -> bytes:
    """Serve a signed index of some versions; its bytes."""
    assert isinstance(key, type(KEY))
    for at, tag in enumerate(tags):
        path = server.root / "trainer" / f"{tag}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(component(at / 10))
    write_index(server.root, read_registry_yaml, expires=expires)
    data = (server.root / "index.json").read_bytes()
    (server.root / "index.json.minisig").write_text(sign(data, key, "file:index.json"))
    return data


def asked(server: WebServer, today: str = "") -> HttpRegistry:
    """The registry, as it is asked on a day by a program that was just started."""
    (options,) = read_hub("hub", {
        "signers": {"platform": {"key": KEY.public.text, "orgs": ["*"]},
                    "other": {"key": OTHER.public.text, "orgs": ["*"]}},
        "registries": {"web": {"kind": "http", "url": server.url, "signedBy": ["platform"]}},
    }).registries  # fmt: skip
    made = open_registry(options, None, read_registry_yaml, today=today)
    assert isinstance(made, HttpRegistry)
    return made


def test_a_signed_index_is_believed(server: WebServer) -> None:
    found = asked(server)
    assert found.tags("trainer") == ("v1",)
    version = found.find("trainer", "v1")
    assert version is not None
    assert found.read(version) == component(0.0)


def test_an_index_that_was_changed_is_not(server: WebServer) -> None:
    path = server.root / "index.json"
    path.write_bytes(path.read_bytes().replace(b'"v1"', b'"v2"'))
    with pytest.raises(RegistryFault, match="the signature is over other bytes"):
        asked(server).components()


def test_neither_is_one_by_somebody_else_or_without_a_signature(server: WebServer) -> None:
    publish(server, "v1", key=OTHER)
    with pytest.raises(RegistryFault, match="by a key that `signedBy` of"):
        asked(server).components()
    (server.root / "index.json.minisig").unlink()
    with pytest.raises(RegistryFault, match="its index is not signed"):
        asked(server).components()


def test_an_older_index_than_was_seen_is_refused(server: WebServer) -> None:
    old = {path: path.read_bytes() for path in server.root.glob("index.json*")}
    assert asked(server).tags("trainer") == ("v1",)
    publish(server, "v1", "v2")
    assert asked(server).tags("trainer") == ("v1", "v2")
    for path, data in old.items():
        path.write_bytes(data)
    with pytest.raises(RegistryFault, match=r"it sends index 1, an older one than 2"):
        asked(server).components()


def test_an_index_that_has_ended_is_refused(server: WebServer) -> None:
    publish(server, "v1", expires="2020-01-01")
    with pytest.raises(RegistryFault, match="is believed until 2020-01-01 alone"):
        asked(server).components()


def test_the_day_is_that_of_the_request(server: WebServer, tmp_path: Path) -> None:
    publish(server, "v1", expires="2031-05-06")
    assert asked(server, "2031-05-06").tags("trainer") == ("v1",)
    for today in ("2031-05-07", ""):
        with pytest.raises(RegistryFault, match="is believed until 2031-05-06 alone"):
            asked(server, today).components()
    web = {"kind": "http", "url": server.url, "signedBy": ["platform"], "orgs": []}
    signers = {"platform": {"key": KEY.public.text, "orgs": ["*"]}}
    (tmp_path / "pxc.yaml").write_text(
        json.dumps({"hub": {"registries": {"web": web}, "signers": signers}})
    )
    for day, code in (("2031-05-06", 0), ("2031-05-07", 1)):
        with chdir(tmp_path):
            ran = run("compile", "--hub", "web//trainer:v1", "--no-locked", "--today", day)
        assert ran.code == code, ran.err
        assert ("is believed until 2031-05-06 alone" in ran.err) == bool(code)


def test_nobody_publishes_beside_the_signature(server: WebServer) -> None:
    with pytest.raises(RegistryFault, match="its index is signed where it is made"):
        asked(server).publish("trainer", "v3", component(0.3), About())


def test_the_command_signs_what_it_writes(server: WebServer, tmp_path: Path) -> None:
    (tmp_path / "k").write_text(secret_key_text(KEY, ""))
    (server.root / "trainer" / "v7.yaml").write_bytes(component(0.7))
    done = run("hub", "index", server.root, "--key", tmp_path / "k")
    assert done.code == 0
    assert asked(server).tags("trainer") == ("v1", "v7")


@pytest.mark.parametrize(
    ("registry", "message"),
    [
        ({"kind": "http", "url": "https://x", "signedBy": ["platfrom"]},
         "there is no signer `platfrom`, did you mean `platform`?"),
        ({"kind": "dir", "url": "x", "signedBy": ["platform"]}, "of the kind http"),
    ],
)  # fmt: skip
def test_who_signs_is_somebody_that_is_known(registry: object, message: str) -> None:
    signers = {"platform": {"key": KEY.public.text, "orgs": ["*"]}}
    with pytest.raises(SettingFault) as fault:
        read_hub("hub", {"signers": signers, "registries": {"r": registry}})
    assert message in str(fault.value)
