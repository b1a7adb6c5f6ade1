"""`pxc migrate --deployment`: the values of a v0 deployment as the catalog that its files need."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from pxc.diagnostics import Report
from pxc.grammar.v0.deployment import Deployment, deployment
from pxc.grammar.v0.deployment_files import deployment_files, settings_text
from pxc.grammar.v0.deployment_values import read_values
from pxc.source import Source
from tests.command_line import run, write


def migrated(text: str) -> tuple[dict[str, Any], list[str], str]:
    """The connections by name (the store of results as `*`), the codes, and all that is written."""
    report = Report()
    tree = read_values(Source("values.yaml", text), report)
    assert tree is not None
    found: Deployment = deployment(tree, report)
    files = deployment_files(found, tree.span.source)
    objects = {}
    for written in files.values():
        (one,) = yaml.safe_load_all(written)
        if "artifactsStore" in one:
            objects["*"] = one["artifactsStore"]
        else:
            objects[one["name"]] = one["spec"]
    everything = "".join(files.values()) + settings_text(found, tree.span.source)
    everything += "".join(f"{d.message} {d.help} {d.span.source.text}" for d in report)
    return objects, [d.code.id for d in report], everything


def data(fields: str) -> str:
    return f"persistence:\n  data:\n    d: {{{fields}}}\n"


CONNECTIONS: dict[str, tuple[str, dict[str, Any], list[str]]] = {
    "a claim": (data("mountPath: /d, existingClaim: pvc"),
                {"d": {"kind": "volume_claim", "schema": {"volumeClaim": "pvc", "mountPath": "/d"}}}, []),
    "a path of the host": (
        data("mountPath: /d, hostPath: /x, readOnly: true, existingClaim: "),
        {"d": {"kind": "host_path",
               "schema": {"hostPath": "/x", "mountPath": "/d", "readOnly": True}}}, []),
    "what older charts said": (
        data("enabled: true, mountPath: /d, existingClaim: pvc, accessMode: ReadWriteMany, size: 5Gi"),
        {"d": {"kind": "volume_claim", "schema": {"volumeClaim": "pvc", "mountPath": "/d"}}}, []),
    "a bucket of Google": (
        data("store: gcs, bucket: 'gs://b', secret: s, secretKey: k.json"),
        {"d": {"kind": "gcs", "schema": {"bucket": "gs://b"},
               "secret": {"name": "s", "mountPath": "/plx-context/.gc", "items": ["k.json"]},
               "env": {"GC_KEY_PATH": "/plx-context/.gc/k.json"}}}, []),
    "a bucket of Amazon": (
        data("store: s3, bucket: 's3://b', secret: s, secretKey: k"),
        {"d": {"kind": "s3", "schema": {"bucket": "s3://b"}, "secret": {"name": "s"}}}, ["PXC967"]),
    "a bucket of Azure": (
        data("store: azure, bucket: 'wasbs://c@a.blob.core.windows.net/'"),
        {"d": {"kind": "wasb", "schema": {"bucket": "wasbs://c@a.blob.core.windows.net/"}}}, []),
    "a store of results": (
        "persistence:\n  outputs:\n    o: {mountPath: /o, existingClaim: c}\n",
        {"*": {"name": "o", "kind": "volume_claim",
               "schema": {"volumeClaim": "c", "mountPath": "/o"}}}, []),
    "two stores of results": (
        "persistence:\n  outputs:\n    o: {mountPath: /o, hostPath: /c}\n    p: {mountPath: /p, hostPath: /d}\n",
        {"*": {"name": "o", "kind": "host_path", "schema": {"hostPath": "/c", "mountPath": "/o"}},
         "p": {"kind": "host_path", "schema": {"hostPath": "/d", "mountPath": "/p"}}}, ["PXC969"]),
    "no way at all": (data("mountPath: /d"), {}, ["PXC968"]),
    "two ways": (data("mountPath: /d, hostPath: /x, existingClaim: y"), {}, ["PXC968"]),
    "no place": (data("hostPath: /x"), {}, ["PXC968"]),
    "no bucket": (data("store: s3"), {}, ["PXC968"]),
    "a store of nobody": (data("store: ftp, bucket: x"), {}, ["PXC968"]),
    "a slip": (data("mountPath: /d, hostPath: /x, readonly: true"),
               {"d": {"kind": "host_path", "schema": {"hostPath": "/x", "mountPath": "/d"}}}, ["PXC966"]),
    "a name that cannot be one": ("persistence: {data: {a b: {mountPath: /d, hostPath: /x}}}\n", {}, ["PXC968"]),
    "one name twice": (
        "persistence:\n  data: {d: {mountPath: /d, hostPath: /x}}\n  outputs: {d: {mountPath: /d, hostPath: /y}}\n",
        {"d": {"kind": "host_path", "schema": {"hostPath": "/x", "mountPath": "/d"}}}, ["PXC968"]),
    "nothing": ("persistence: {data: {}, outputs: , logs: {}}\nintegrations: {slack: }\nemail: {host: smtp, hostUser: ''}\n", {}, []),
    "an open registry": ("privateRegistries: [r.example]\n",
                         {"r-example": {"kind": "registry", "schema": {"url": "r.example"}}}, []),
    "registries with credentials": (
        "privateRegistries:\n- me:sesame@r.example:5000\n- {host: s.example, user: me, password: sesame}\n",
        {"r-example-5000": {"kind": "registry", "schema": {"url": "r.example:5000"},
                            "secret": {"name": "r-example-5000-docker", "mountPath": "/kaniko/.docker",
                                       "items": ["config.json"]}},
         "s-example": {"kind": "registry", "schema": {"url": "s.example"},
                       "secret": {"name": "s-example-docker", "mountPath": "/kaniko/.docker",
                                  "items": ["config.json"]}}}, ["PXC965", "PXC965"]),
    "a registry elsewhere": (
        "docker-registry: {enabled: false, external: {host: r.example, port: 80}, auth: {user: , password: }}\n",
        {"r-example-80": {"kind": "registry", "schema": {"url": "r.example:80"}}}, []),
    "a token for git": ("reposAccessToken: sesame\n",
                        {"git": {"kind": "git", "secret": {"name": "git-credentials"}}}, ["PXC965"]),
    "repositories": (
        "externalRepos:\n- {name: code, url: 'https://x/y.git', secret: keys}\n- https://x/z.git\n",
        {"code": {"kind": "git", "schema": {"url": "https://x/y.git"}, "secret": {"name": "keys"}},
         "z": {"kind": "git", "schema": {"url": "https://x/z.git"}}}, []),
    "notifications": (
        "integrations:\n  slack: [{url: 'https://sesame', channel: ml}, {url: 'https://sesame'}]\n"
        "  webhooks: [{url: 'https://sesame', method: POST}]\n  pagerduty: [{service_key: sesame}]\n",
        {"slack": {"kind": "slack", "schema": {"channel": "ml"}, "secret": {"name": "slack"}},
         "slack-2": {"kind": "slack", "secret": {"name": "slack-2"}},
         "pagerduty": {"kind": "pagerduty", "secret": {"name": "pagerduty"}},
         "webhook": {"kind": "webhook", "schema": {"method": "POST"}, "secret": {"name": "webhook"}}},
        ["PXC965"] * 4),
    "mail": ("email: {host: m.example, port: 25, useTls: true, hostUser: me, hostPassword: sesame}\n",
             {"email": {"kind": "email", "schema": {"host": "m.example", "port": 25, "tls": True},
                        "secret": {"name": "email"}}}, ["PXC965"]),
    "choices of nodes": (
        "nodeSelectors: {core: {a: b}, experiments: {a: b}, jobs: }\ntolerations: {experiments: [{key: a}]}\n"
        "affinity: {core: {podAffinity: {}}}\n", {}, ["PXC966", "PXC966"]),
    "the platform itself": ("rbac: {enabled: true}\napi: {replicas: 2}\n", {}, ["PXC966"]),
    "a setting of nobody": ("persistance: {data: {}}\nrbca: {enabled: true}\n", {}, ["PXC966"]),
}  # fmt: skip


@pytest.mark.parametrize("name", CONNECTIONS)
def test_connections(name: str) -> None:
    text, expected, codes = CONNECTIONS[name]
    found, told, everything = migrated(text)
    assert found == expected
    assert told == codes
    assert "sesame" not in everything


@pytest.mark.parametrize("name", [n for n, (_, expected, _) in CONNECTIONS.items() if expected])
def test_the_catalog_is_accepted(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that names every connection compiles over the catalog that was made."""
    text, expected, codes = CONNECTIONS[name]
    monkeypatch.chdir(tmp_path)
    write(tmp_path, {"values.yaml": text})
    assert run("migrate", "--deployment", "values.yaml", "-o", ".").code == ("PXC968" in codes)
    names = [one["name"] if key == "*" else key for key, one in expected.items()]
    write(tmp_path, {"a.yaml": "version: 1.1\nkind: component\nrun:\n  kind: job\n"
                               f"  connections: {json.dumps(names)}\n  container: {{image: \"a:1\"}}\n"})  # fmt: skip
    ended = run("compile", "a.yaml", "--quiet")
    assert (ended.code, ended.err) == (0, "")


@given(st.text("abcXYZ0189{}:#'\"\\-_ ", min_size=8).filter(lambda text: text.strip() == text))
def test_no_credential_is_seen(secret: str) -> None:
    word = f"sesame{secret}"
    values = {
        "user": {"password": word},
        "internalToken": word,
        "postgresql": {"postgresPassword": word},
        "auth": {"github": {"clientId": "a", "clientSecret": word}},
        "privateRegistries": [{"host": "r.example", "user": "me", "password": word}],
        "integrations": {"slack": [{"url": word}]},
        "reposAccessToken": word,
    }
    assert "sesame" not in migrated(yaml.safe_dump(values))[2]


VALUES = """\
namespace: mlp
persistence:
  data:
    data1: {mountPath: /data/1, existingClaim: data-1}
  outputs:
    outputs1: {mountPath: /outputs/1, existingClaim: outputs-1}
"""

EXPERIMENT = """\
version: 1
kind: experiment
environment:
  data_refs: [data1]
  artifact_refs: [outputs1]
build: {image: "a:1"}
run: {cmd: python train.py}
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return write(tmp_path, {"values.yaml": VALUES, "old/x/a.yml": EXPERIMENT})


def test_migrated_files_find_what_they_name(folder: Path) -> None:
    assert run("migrate", "--deployment", "values.yaml", "-o", "new", "old").code == 0
    files = {p.relative_to(folder / "new").as_posix() for p in (folder / "new").rglob("*.y*ml")}
    assert files == {"pxc.yaml", "catalog/agent.yaml", "catalog/connections/data1.yaml", "x/a.yml"}
    ended = run("compile", "new/x/a.yml")
    assert (ended.code, ended.err) == (0, "")
    (job,) = (d for d in yaml.safe_load_all(ended.out) if d["kind"] == "Job")
    assert job["metadata"]["namespace"] == "mlp"
    volumes = {
        v["name"]: v.get("persistentVolumeClaim")
        for v in job["spec"]["template"]["spec"]["volumes"]
    }
    assert volumes["data1"]["claimName"] == "data-1"
    assert volumes["outputs1"]["claimName"] == "outputs-1"


def test_a_name_that_the_deployment_has_not_is_told_at_its_place(folder: Path) -> None:
    write(folder, {"old/b.yml": EXPERIMENT.replace("data1", "data2")})
    ended = run("migrate", "--deployment", "values.yaml", "-o", "new", "old", "--format", "json")
    assert ended.code == 1
    told = [
        (d["code"], d["file"], d["span"]["start"]["line"])
        for d in json.loads(ended.err)["diagnostics"]
    ]
    assert [one for one in told if one[0] == "PXC209"] == [("PXC209", "old/b.yml", 4)]


def test_the_catalog_alone(folder: Path) -> None:
    ended = run("migrate", "--deployment", "values.yaml")
    assert ended.code == 0
    assert [next(iter(d)) for d in yaml.safe_load_all(ended.out)] == ["artifactsStore", "kind"]
    assert ended.err == ""


def test_what_is_there_stays(folder: Path) -> None:
    write(folder, {"new/pxc.yaml": "project: mine\n"})
    assert run("migrate", "--deployment", "values.yaml", "-o", "new").code == 0
    assert (folder / "new/pxc.yaml").read_text() == "project: mine\n"
    (folder / "new/catalog/agent.yaml").write_text("mine: 1\n")
    ended = run("migrate", "--deployment", "values.yaml", "-o", "new")
    assert ended.code == 2
    assert "'new/catalog/agent.yaml' is there already" in ended.err


@pytest.mark.parametrize("arguments", [("--write",), ("--diff",), ("--check",), ("old",)])
def test_a_catalog_needs_a_place(folder: Path, arguments: tuple[str, ...]) -> None:
    ended = run("migrate", "--deployment", "values.yaml", *arguments)
    assert (ended.code, ended.out) == (2, "")
    assert "-o DIR" in ended.err


@pytest.mark.parametrize(
    ("text", "code"), [("a: [\n", "PXC001"), ("- a\n", "PXC002"), ("", "PXC014")]
)
def test_values_that_are_none(folder: Path, text: str, code: str) -> None:
    write(folder, {"values.yaml": text})
    ended = run("migrate", "--deployment", "values.yaml", "-o", "new")
    assert ended.code == 1
    assert f"[{code}]" in ended.err
    assert not (folder / "new").exists()
