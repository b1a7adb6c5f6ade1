"""Signatures in an OCI registry are referrers of what they sign, whether it has their API or not.

The CNCF's registry has no API of referrers: there they are listed under a tag. The registry of
go-containerregistry has it. The program `oras` sees, and makes, what pxc does.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from pxc.driver import Outcome, Request, SourceText, compile_request
from pxc.driver.hubs import read_registry_yaml, set_registry_yaml
from pxc.hub.lock import Lock, Locked
from pxc.hub.lock_writing import lock_text
from pxc.hub.registries import open_registry
from pxc.hub.registries.oci_client import OciClient
from pxc.hub.registries.oci_manifest import ARTIFACT, EMPTY, MANIFEST
from pxc.hub.registries.oci_referrers import INDEX, MOST_REFERRERS, SIGNATURE
from pxc.hub.registry import About, Publishing, RegistryFault, Version, digest_of
from pxc.hub.signers import about_of
from pxc.hub.signing_keys import SecretKey, new_key, sign
from pxc.options import HubOptions, Options, RegistryOptions, Signer
from tests.engines import oci_registry, place
from tests.hub_servers import WebServer, component, digest, no_credentials, web_server

FIRST = component(0.1)
KEY, OTHER, STRANGER = new_key(), new_key(), new_key()
SIGNERS = (
    Signer(name="platform", key=KEY.public.text, orgs=("vision",)),
    Signer(name="release", key=OTHER.public.text, orgs=("vision",)),
)
NAME = "vision/train"


@pytest.fixture(scope="module", params=["tag", "api"])
def host(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A registry without, and one with the API of referrers."""
    folder = tmp_path_factory.mktemp("oci")
    has_api = request.param == "api"
    lacking = oci_registry.lacks_referrers() if has_api else oci_registry.missing()
    if lacking:
        pytest.skip(f"NO REAL REGISTRY: {', '.join(lacking)} missing; run `make engines`")
    start = oci_registry.running_with_referrers if has_api else oci_registry.running
    with start(folder) as started:
        yield started


@pytest.fixture(autouse=True)
def _alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in no_credentials(tmp_path).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path / "docker"))
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "all_proxy", "CI"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def path(tmp_path: Path) -> str:
    """A part of the registry that is of one test."""
    return "".join(c for c in tmp_path.name.lower() if c.isalnum())


def options(host: str, path: str, **more: Any) -> RegistryOptions:
    url = f"oci://{host}/{path}"
    return RegistryOptions(name="corp", kind="oci", url=url, orgs=("vision",), **more)


def opened(host: str, path: str, **more: Any) -> Publishing:
    registry = open_registry(
        options(host, path, **more), None, read_registry_yaml, set_registry_yaml
    )
    assert isinstance(registry, Publishing)
    return registry


def found(registry: Publishing, tag: str = "1") -> Version:
    version = registry.find(NAME, tag)
    assert version is not None
    return version


def signature(key: SecretKey, tag: str = "1", data: bytes = FIRST, name: str = NAME) -> str:
    return sign(data, key, about_of(name, tag))


def compiled(host: str, path: str, unsigned: str = "deny", *, tag: str = "1", **more: Any) -> Any:
    """What a compilation says of a version, and who asks for it."""
    hub = HubOptions(
        registries=(options(host, path),), unsigned=unsigned, locked=False,
        **{"signers": SIGNERS, **more},
    )  # fmt: skip
    text = f"kind: operation\nhubRef: vision/train:{tag}\n".encode()
    return compile_request(Request(files=(SourceText("op.yaml", text),), options=Options(hub=hub)))


def codes(outcome: Outcome) -> list[str]:
    """What is said of the version's signatures."""
    return [each.code.id for each in outcome.report if each.code.id in ("PXC235", "PXC236")]


def oras(*arguments: str, at: Path) -> str:
    """What the program `oras` says in a folder."""
    command = [place.program("oras") or "", *arguments, "--plain-http"]
    done = subprocess.run(command, check=False, timeout=60, capture_output=True, text=True, cwd=at)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_what_is_signed_stays_as_it_is_and_several_may_sign(
    host: str, path: str, tmp_path: Path
) -> None:
    opened(host, path).publish(NAME, "1", FIRST, About(stage="production", readme=b"# How\n"))
    before = found(opened(host, path))
    assert codes(compiled(host, path)) == ["PXC235"]
    signatures = [signature(KEY), signature(OTHER)]
    for text in (*signatures, signatures[0]):
        registry = opened(host, path)
        registry.add_signature(found(registry), FIRST, text)
        assert found(opened(host, path)) == before
    registry = opened(host, path)
    assert sorted(registry.signatures(found(registry))) == sorted(signatures)
    assert registry.tags(NAME) == ("1",)
    for signer in SIGNERS:
        assert codes(compiled(host, path, signers=(signer,))) == []
    ref = f"{host}/{path}/{NAME}:1"
    told = json.loads(oras("discover", ref, "--format", "json", at=tmp_path))
    keys = {key.number[::-1].hex().upper() for key in (KEY, OTHER)}
    assert f"manifest {told['digest']}" == before.origin
    assert {each["annotations"]["vnd.pxc.key"] for each in told["referrers"]} == keys
    for each in told["referrers"]:
        manifest = json.loads(oras("manifest", "fetch", each["reference"], at=tmp_path))
        assert manifest["artifactType"] == SIGNATURE
        assert manifest["subject"]["digest"] == told["digest"]
        oras("pull", each["reference"], "-o", "pulled", at=tmp_path)
        assert (tmp_path / "pulled" / "train.yaml.minisig").read_text() in signatures


def test_what_oras_attaches_is_a_signature(host: str, path: str, tmp_path: Path) -> None:
    opened(host, path).publish(NAME, "1", FIRST, About())
    (tmp_path / "train.yaml.minisig").write_text(signature(KEY))
    (tmp_path / "sbom.json").write_text("{}")
    ref = f"{host}/{path}/{NAME}:1"
    oras("attach", ref, "--artifact-type", "application/spdx+json", "sbom.json:a/b", at=tmp_path)
    oras("attach", ref, "--artifact-type", SIGNATURE, "train.yaml.minisig", at=tmp_path)
    assert codes(compiled(host, path, signers=SIGNERS[:1])) == []
    registry = opened(host, path)
    registry.add_signature(found(registry), FIRST, signature(OTHER))
    assert codes(compiled(host, path, signers=SIGNERS[1:])) == []
    told = json.loads(oras("discover", ref, "--format", "json", at=tmp_path))
    assert len(told["referrers"]) == 3, "what others attach stays"


def test_a_version_is_published_with_its_signatures_and_keeps_them(host: str, path: str) -> None:
    opened(host, path).publish(NAME, "1", FIRST, About(stage="testing"), (signature(KEY),))
    assert codes(compiled(host, path)) == []
    first = found(opened(host, path))
    assert first.signatures == (), "its manifest has none"
    opened(host, path).publish(NAME, "1", FIRST, About(stage="production"))
    later = found(opened(host, path))
    assert (later.stage, later.origin == first.origin) == ("production", False)
    assert codes(compiled(host, path)) == []


def test_signatures_that_older_releases_wrote_are_read(host: str, path: str) -> None:
    opened(host, path).publish(NAME, "1", FIRST, About())
    client = OciClient(host)
    place_of = f"{path}/{NAME}/manifests/1"
    manifest = client.ask(place_of, accept=MANIFEST).json()
    manifest["annotations"] = {"vnd.pxc.signature.0": signature(KEY)}
    body = json.dumps(manifest).encode()
    assert client.ask(place_of, "PUT", data=body, content=MANIFEST).status_code == 201
    registry = opened(host, path)
    assert found(registry).signatures == (signature(KEY),)
    assert codes(compiled(host, path, signers=SIGNERS[:1])) == []
    registry.add_signature(found(registry), FIRST, signature(OTHER))
    assert set(registry.signatures(found(registry))) == {signature(KEY), signature(OTHER)}
    registry.publish(NAME, "1", FIRST, About(stage="production"))
    for signer in SIGNERS:
        assert codes(compiled(host, path, signers=(signer,))) == []


def test_tags_of_one_manifest_share_no_signatures_that_name_a_tag(host: str, path: str) -> None:
    registry = opened(host, path)
    for tag in ("1", "2"):
        registry.publish(NAME, tag, FIRST, About())
    assert found(registry).origin == found(registry, "2").origin
    registry.add_signature(found(registry), FIRST, signature(KEY))
    assert codes(compiled(host, path)) == []
    assert codes(compiled(host, path, tag="2")) == ["PXC235"]
    assert codes(compiled(host, path, "warn", tag="2")) == ["PXC236"]
    assert codes(compiled(host, path, tag=f"2@{digest(FIRST)}")) == []
    registry.add_signature(found(registry, "2"), FIRST, signature(KEY, "2"))
    assert codes(compiled(host, path, tag="2")) == []


class Attached:
    """A version of a registry, and whatever somebody with the right to push attaches to it."""

    def __init__(self, host: str, path: str) -> None:
        registry = opened(host, path)
        registry.publish(NAME, "1", FIRST, About())
        self.client = OciClient(host)
        self.repository = f"{path}/{NAME}"
        answer = self.client.ask(f"{self.repository}/manifests/1", accept=MANIFEST)
        self.subject = self.of(answer.content)

    @staticmethod
    def of(manifest: bytes) -> dict[str, Any]:
        return {"mediaType": MANIFEST, "digest": digest_of(manifest), "size": len(manifest)}

    def attach(self, data: bytes, *, kind: str = SIGNATURE, **more: Any) -> str:
        """Push a referrer and list it; its digest."""
        for blob in (EMPTY, data):
            self.client.put_blob(self.repository, blob, digest_of(blob))
        empty = {"mediaType": "application/vnd.oci.empty.v1+json", "digest": digest_of(EMPTY)}
        layer = {"mediaType": kind, "digest": digest_of(data), "size": len(data)}
        manifest = {
            "schemaVersion": 2, "mediaType": MANIFEST, "artifactType": kind,
            "config": empty | {"size": 2}, "layers": [layer], "subject": self.subject, **more,
        }  # fmt: skip
        body = json.dumps(manifest).encode()
        own = self.of(body) | {"artifactType": SIGNATURE}
        self.put(own["digest"], body, MANIFEST)
        self.list([own])
        return str(own["digest"])

    def list(self, told: list[dict[str, Any]]) -> None:
        index = {"schemaVersion": 2, "mediaType": INDEX, "manifests": told}
        tag = self.subject["digest"].replace(":", "-")
        self.put(tag, json.dumps(index).encode(), INDEX)

    def put(self, at: str, body: bytes, kind: str) -> None:
        path = f"{self.repository}/manifests/{at}"
        answer = self.client.ask(path, "PUT", data=body, content=kind)
        assert answer.status_code == 201, answer.content


@pytest.mark.parametrize(
    ("attach", "code"),
    [
        (lambda it: it.attach(signature(KEY).encode()), ""),
        (lambda it: it.attach(sign(FIRST, KEY, "bytes alone").encode()), ""),
        (lambda it: None, "PXC236"),
        (lambda it: it.attach(signature(STRANGER).encode()), "PXC236"),
        (lambda it: it.attach(signature(KEY, "2").encode()), "PXC236"),
        (lambda it: it.attach(signature(KEY, name="vision/other").encode()), "PXC236"),
        (lambda it: it.attach(b"nonsense"), "PXC236"),
        (lambda it: it.attach(b"\xff" * 100), "PXC236"),
        (lambda it: it.attach(b"x" * 20_000), "PXC236"),
        (lambda it: it.attach(signature(KEY).encode(), annotations={"a": "x" * 70_000}), "PXC236"),
        (lambda it: it.attach(signature(KEY).encode(), kind="application/x"), "PXC236"),
        (lambda it: it.attach(signature(KEY).encode(), layers=[]), "PXC236"),
        (lambda it: it.attach(
            signature(KEY).encode(), subject={**it.subject, "digest": digest(b"another")}
        ), "PXC236"),
        (lambda it: it.attach(signature(KEY, data=b"other bytes").encode()), "PXC235"),
        (lambda it: it.attach(signature(KEY).replace("train:1", "train:2").encode()), "PXC236"),
    ],
)  # fmt: skip
def test_a_referrer_that_lies_is_no_signature(
    attach: Callable[[Attached], Any], code: str, host: str, path: str
) -> None:
    attach(Attached(host, path))
    assert codes(compiled(host, path, "warn")) == ([code] if code else [])
    assert codes(compiled(host, path, "deny")) == (["PXC235"] if code else [])


def test_a_signature_that_is_taken_away_is_none(host: str, path: str) -> None:
    attached = Attached(host, path)
    digest_ = attached.attach(signature(KEY).encode())
    assert codes(compiled(host, path)) == []
    attached.client.ask(f"{attached.repository}/manifests/{digest_}", "DELETE")
    assert codes(compiled(host, path)) == ["PXC235"]


@pytest.mark.parametrize("auth", ["basic", "token"])
def test_who_signs_is_known_by_docker(auth: str, tmp_path: Path) -> None:
    if lacking := oci_registry.missing():
        pytest.skip(f"NO REAL REGISTRY: {', '.join(lacking)} missing; run `make engines`")
    with oci_registry.running(tmp_path / "oci", auth=auth) as guarded:
        oci_registry.log_in(tmp_path / "docker", guarded)
        registry = opened(guarded, "x")
        registry.publish(NAME, "1", FIRST, About())
        registry.add_signature(found(registry), FIRST, signature(KEY))
        assert codes(compiled(guarded, "x")) == []


@pytest.fixture
def server(tmp_path: Path) -> Iterator[WebServer]:
    """A server that says what a test wants, with one version."""
    with web_server(tmp_path / "site") as started:
        started.answers["/v2/"] = lambda handler: handler.answer(200, b"{}")
        started.answers[f"{ROOT}/manifests/1"] = lambda handler: handler.answer(200, BODY)
        started.answers[f"{ROOT}/manifests/{SUBJECT}"] = lambda handler: handler.answer(200, BODY)
        started.answers[f"{ROOT}/blobs/{digest(FIRST)}"] = lambda h: h.answer(200, FIRST)
        yield started


ROOT = f"/v2/x/{NAME}"
LAYER = {"mediaType": ARTIFACT, "digest": digest(FIRST), "size": len(FIRST)}
BODY = json.dumps({"schemaVersion": 2, "artifactType": ARTIFACT, "layers": [LAYER]}).encode()
SUBJECT = digest_of(BODY)
API = f"{ROOT}/referrers/{SUBJECT}?artifactType={SIGNATURE.replace('+', '%2B')}"


def of(server: WebServer, unsigned: str = "deny", **more: Any) -> Outcome:
    outcome: Outcome = compiled(server.url.removeprefix("http://"), "x", unsigned, **more)
    return outcome


def errors(outcome: Outcome) -> list[tuple[str, str]]:
    return [
        (each.code.id, each.message) for each in outcome.report if each.severity.name == "ERROR"
    ]


def asked_for_signatures(server: WebServer) -> bool:
    return any("/referrers/" in path or "/manifests/sha256-" in path for _, path, _ in server.asked)


def test_signatures_are_fetched_only_where_a_key_is_known(
    server: WebServer, tmp_path: Path
) -> None:
    assert codes(of(server, "allow", signers=())) == []
    assert codes(of(server, "deny", signers=())) == ["PXC235"]
    assert not asked_for_signatures(server)
    assert codes(of(server)) == ["PXC235"]
    assert asked_for_signatures(server)


@pytest.mark.parametrize(("signer", "code"), [("key:platform", ""), ("key:gone", "PXC235")])
def test_who_signed_what_is_locked_is_not_asked_again(
    signer: str, code: str, server: WebServer, tmp_path: Path
) -> None:
    entry = Locked(ref="corp//vision/train:1", digest=digest(FIRST), signer=signer)
    (tmp_path / "pxc.lock").write_text(lock_text(Lock(components=(entry,))))
    hub = HubOptions(
        registries=(options(server.url.removeprefix("http://"), "x"),),
        signers=SIGNERS, unsigned="deny",
    )  # fmt: skip
    text = SourceText("op.yaml", b"kind: operation\nhubRef: vision/train:1\n")
    outcome = compile_request(Request(files=(text,), root=tmp_path, options=Options(hub=hub)))
    assert codes(outcome) == ([code] if code else [])
    assert asked_for_signatures(server) == bool(code)


def listed(told: Any, kind: str = INDEX, **headers: str) -> Callable[[Any], None]:
    body = json.dumps(told).encode()
    return lambda handler: handler.answer(200, body, Content_Type=kind, **headers)


@pytest.mark.parametrize(
    ("told", "code", "message"),
    [
        ({"manifests": [{"artifactType": SIGNATURE, "digest": digest(b"%d" % n)}
                        for n in range(MOST_REFERRERS + 1)]},
         "PXC243", f"`{SUBJECT}` has more than {MOST_REFERRERS} signatures"),
        ({"manifests": [{"artifactType": SIGNATURE, "digest": digest(b"%d" % n)}
                        for n in range(MOST_REFERRERS)]}, "PXC235", "is signed by nobody"),
        ({"manifests": [{"artifactType": "application/x", "digest": digest(b"%d" % n)}
                        for n in range(1000)]}, "PXC235", "is signed by nobody"),
        ({"manifests": [3, {}, {"digest": "../1"}, {"digest": 7}]}, "PXC235", "signed by nobody"),
        ({"manifests": "x"}, "PXC235", "is signed by nobody"),
        ([], "PXC243", "is no JSON of a registry"),
    ],
)  # fmt: skip
def test_a_list_of_referrers_is_bounded(
    told: Any, code: str, message: str, server: WebServer
) -> None:
    server.answers[API] = listed(told)
    (only,) = errors(of(server))
    assert only[0] == code
    assert message in only[1]


def test_a_list_in_parts_is_bounded(server: WebServer) -> None:
    server.answers[API] = listed({"manifests": []}, Link=f'<{API}>; rel="next"')
    ((code, message),) = errors(of(server))
    assert (code, "has more than 16 pages" in message) == ("PXC243", True)
    assert len([path for _, path, _ in server.asked if path == API]) == 16


@pytest.mark.parametrize("status", [400, 404, 405, 406, 501, 200])
def test_what_has_no_such_api_is_asked_for_a_tag(status: int, server: WebServer) -> None:
    server.answers[API] = lambda handler: handler.answer(status, b"<html>", Content_Type="a/b")
    referrer = referrer_of(signature(KEY).encode())
    serve(server, referrer, signature(KEY).encode())
    tag = f"{ROOT}/manifests/{SUBJECT.replace(':', '-')}"
    own = {"artifactType": SIGNATURE, "digest": digest_of(referrer)}
    server.answers[tag] = listed({"manifests": [own]})
    assert codes(of(server)) == []


@pytest.mark.parametrize("status", [500, 429])
def test_a_list_that_is_not_to_be_had_is_no_missing_signature(
    status: int, server: WebServer
) -> None:
    server.answers[API] = lambda handler: handler.answer(status)
    ((code, message),) = errors(of(server, "allow"))
    assert (code, f"answers {status}" in message) == ("PXC243", True)


def test_other_bytes_than_those_of_a_digest_are_no_signature(server: WebServer) -> None:
    text = signature(KEY).encode()
    referrer = referrer_of(text)
    server.answers[API] = listed({"manifests": [{"digest": digest_of(referrer)}]})
    serve(server, referrer, text)
    assert codes(of(server)) == []
    serve(server, referrer, text, sent=signature(OTHER).encode())
    assert codes(of(server)) == ["PXC235"]
    serve(server, referrer, text)
    server.answers[f"{ROOT}/manifests/{digest_of(referrer)}"] = lambda handler: handler.answer(
        200, referrer + b" "
    )
    assert codes(of(server)) == ["PXC235"]


def referrer_of(text: bytes) -> bytes:
    layer = {"mediaType": SIGNATURE, "digest": digest_of(text), "size": len(text)}
    subject = {"digest": SUBJECT}
    return json.dumps({"artifactType": SIGNATURE, "layers": [layer], "subject": subject}).encode()


def serve(server: WebServer, referrer: bytes, text: bytes, *, sent: bytes = b"") -> None:
    manifest, blob = digest_of(referrer), digest_of(text)
    server.answers[f"{ROOT}/manifests/{manifest}"] = lambda h: h.answer(200, referrer)
    server.answers[f"{ROOT}/blobs/{blob}"] = lambda h: h.answer(200, sent or text)


def writable(server: WebServer, **headers: str) -> None:
    """Have the server take any blob, and the referrer of one signature."""
    text = signature(KEY).encode()
    for blob in (EMPTY, text):
        server.answers[f"{ROOT}/blobs/{digest_of(blob)}"] = lambda handler: handler.answer(200)
    registry = opened(server.url.removeprefix("http://"), "x")
    with pytest.raises(RegistryFault, match="answers 405"):
        registry.add_signature(found(registry), FIRST, text.decode())
    (place,) = [path for method, path, _ in server.asked if method == "PUT"]
    server.asked.clear()
    server.answers[place] = lambda handler: handler.answer(201, **headers)


def test_a_registry_that_says_that_it_knows_the_subject_lists_it_itself(server: WebServer) -> None:
    writable(server, OCI_Subject=SUBJECT)
    registry = opened(server.url.removeprefix("http://"), "x")
    registry.add_signature(found(registry), FIRST, signature(KEY))
    assert [method for method, _, _ in server.asked if method == "PUT"] == ["PUT"]
    assert not asked_for_signatures(server)


def test_a_registry_that_forgets_a_signature_is_told_of(server: WebServer) -> None:
    writable(server)
    server.answers[API] = listed({"manifests": []})
    registry = opened(server.url.removeprefix("http://"), "x")
    with pytest.raises(RegistryFault, match="took a signature, and does not tell of it"):
        registry.add_signature(found(registry), FIRST, signature(KEY))


def test_a_list_that_others_overwrite_is_told_of(server: WebServer) -> None:
    writable(server)
    tag = f"{ROOT}/manifests/{SUBJECT.replace(':', '-')}"

    def overwritten(handler: Any) -> None:
        if handler.command == "PUT":
            handler.answer(201)
        else:
            handler.answer(200, b'{"manifests": []}')

    server.answers[tag] = overwritten
    registry = opened(server.url.removeprefix("http://"), "x")
    with pytest.raises(RegistryFault, match="others sign the same version at the same time"):
        registry.add_signature(found(registry), FIRST, signature(KEY))


def test_a_manifest_that_changed_meanwhile_is_not_signed(server: WebServer) -> None:
    registry = opened(server.url.removeprefix("http://"), "x")
    version = replace(found(registry), origin=f"manifest {digest(b'another')}")
    at = f"{ROOT}/manifests/{digest(b'another')}"
    server.answers[at] = lambda handler: handler.answer(200, BODY)
    with pytest.raises(RegistryFault, match="is not that of its digest"):
        registry.add_signature(version, FIRST, signature(KEY))


def test_nothing_is_published_where_signatures_are_listed(server: WebServer) -> None:
    registry = opened(server.url.removeprefix("http://"), "x")
    tag = SUBJECT.replace(":", "-")
    with pytest.raises(RegistryFault, match="registries keep what is about a version"):
        registry.publish(NAME, tag, FIRST, About())
    body = json.dumps({"tags": ["1", tag, f"{tag}.sig"]}).encode()
    server.answers[f"{ROOT}/tags/list?n=1000"] = lambda handler: handler.answer(200, body)
    assert registry.tags(NAME) == ("1",)
