"""pxc.yaml of a workspace: what it sets, what is refused in it, and what goes before it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from pxc import compile_file, lint_file
from pxc.access_settings import Identity, Trust
from pxc.defaults import (
    DISTRIBUTED,
    MATRIX_FORMS,
    NAME_POLICIES,
    QUEUES,
    ROUTES,
    Defaults,
    read_defaults,
)
from pxc.driver.disk import read_settings_yaml
from pxc.lint.settings_file import WORKSPACE_KEYS, SettingsError
from pxc.options import AclOptions, Images, Options, Runtime
from tests.command_line import run, write
from tests.conftest import ROOT

JOB = """kind: component
name: a
run:
  kind: job
  init: [{git: {url: "https://h/r.git"}}]
  container: {image: "a:1", args: ["{{ globals.owner_name }}/{{ globals.project_name }}"]}
"""
USER = """kind: component
name: a
presets: [gpu]
run: {kind: job, connections: [data], container: {image: "a:1"}}
"""
DATA = """kind: Connection
name: data
spec: {kind: volume_claim, schema: {volumeClaim: c, mountPath: /data}}
"""
AGENT = "connections: [{name: data, kind: custom}]\n"
PRESET = "isPreset: true\nrunPatch: {environment: {nodeSelector: {gpu: yes}}}\n"


def defaults(root: Path) -> Defaults:
    return read_defaults(root, read_settings_yaml)


def compiled(*args: str | Path) -> list[dict[str, Any]]:
    ran = run("compile", *args)
    assert ran.code == 0, ran.err
    return list(yaml.safe_load_all(ran.out))


def main_of(objects: list[dict[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = objects[-1]["spec"]["template"]["spec"]["containers"][0]
    return found


FULL = """
owner: acme
project: vision
namespace: ml
namePolicy: pinned
matrix: indexed
distributed: indexed
queueAs: kueue
expose: {as: gateway, host: "*.ml.example", via: edge/public}
strictParams: true
catalog: [shared/agent.yaml]
runtime:
  profile: polyaxon
  host: "http://api"
  tokenSecret: agent
  tracking: false
  uploadInterval: 5
  uploadGrace: 60
  images: {git: "registry.example/git:1", rclone: "registry.example/rclone:1", shell: "busybox:1",
    init: "registry.example/init:1", sidecar: "registry.example/sidecar:1"}
lint: {ignore: [PXC501]}
organization: acme
projectOf: [{path: "a/**", project: vision/a}, {path: "*.yaml", project: vision/b}]
acl: {mode: off, undeclared: allow, unresolved: allow, strictQuota: true, annotate: true}
identity:
  require: verified
  claims: {user: actor, groups: teams}
  oidc: {issuers: ["https://token.example"], audience: pxc, jwks: keys.json}
  commits: {allowedSigners: keys/signers}
trust: {baseRef: origin/main}
"""


ALONE = FULL.replace("profile: polyaxon", "profile: standalone").partition("organization:")[0]


def test_every_key_is_read(tmp_path: Path) -> None:
    write(tmp_path, {"pxc.yaml": FULL, "shared/agent.yaml": AGENT})
    images = Images(
        git="registry.example/git:1",
        rclone="registry.example/rclone:1",
        shell="busybox:1",
        init="registry.example/init:1",
        sidecar="registry.example/sidecar:1",
    )
    found = defaults(tmp_path)
    assert found.options == Options(
        owner="acme",
        project="vision",
        namespace="ml",
        name_policy="pinned",
        matrix="indexed",
        distributed="indexed",
        queue_as="kueue",
        expose="gateway",
        expose_host="*.ml.example",
        expose_via="edge/public",
        strict_params=True,
        organization="acme",
        project_of=(("a/**", "vision/a"), ("*.yaml", "vision/b")),
        acl=AclOptions(
            mode="off", undeclared="allow", unresolved="allow", strict_quota=True, annotate=True
        ),
        runtime=Runtime(
            profile="polyaxon",
            host="http://api",
            token_secret="agent",
            images=images,
            tracking=False,
            upload_interval=5,
            upload_grace=60,
        ),
    )
    assert [p.resolve() for p in found.catalog] == [tmp_path / "shared/agent.yaml"]
    assert found.trust == Trust(base_ref="origin/main")
    assert found.identity == Identity(
        require="verified",
        user="actor",
        groups="teams",
        issuers=("https://token.example",),
        audience="pxc",
        jwks=found.identity.jwks,
        allowed_signers=found.identity.allowed_signers,
    )
    assert found.identity.allowed_signers is not None
    assert found.identity.allowed_signers.resolve() == tmp_path / "keys/signers"
    assert found.identity.jwks is not None
    assert found.identity.jwks.resolve() == tmp_path / "keys.json"


@pytest.mark.parametrize(
    "text", ["", "lint: {}\n", "owner: null\nruntime: {images: null}\n", "# the root\n"]
)
def test_what_is_not_said_is_built_in(text: str, tmp_path: Path) -> None:
    write(tmp_path, {"pxc.yaml": text})
    assert defaults(tmp_path) == Defaults()


def test_a_workspace_without_the_file_has_no_catalog(tmp_path: Path) -> None:
    write(tmp_path, {".git/config": "", "catalog/data.yaml": DATA})
    assert defaults(tmp_path) == Defaults()


REFUSED = [
    ("onwer: acme\n", 1, "did you mean `owner`"),
    ("\nname: acme\n", 2, "known: owner, project"),
    ("owner: 3\n", 1, "`owner` must be text"),
    ("owner: ''\n", 1, "`owner` must be text"),
    ("strictParams: 1\n", 1, "`strictParams` must be true or false"),
    ("namePolicy: random\n", 1, ", ".join(NAME_POLICIES)),
    ("matrix: grid\n", 1, ", ".join(MATRIX_FORMS)),
    ("distributed: yes\n", 1, ", ".join(DISTRIBUTED)),
    ("queueAs: slurm\n", 1, ", ".join(QUEUES)),
    ("expose: ingress\n", 1, "`expose` must be a map"),
    ("expose: {as: istio}\n", 1, ", ".join(ROUTES)),
    ("expose: {on: a}\n", 1, "known: as, host, via"),
    ("\nexpose: {as: gateway}\n", 2, "needs the Gateway"),
    ("\nexpose: {host: a.b}\n", 2, "need a route"),
    ("expose:\n  as: ingress\n  host: a_b\n", 3, "'a_b' is no host name"),
    ("expose:\n  as: ingress\n  via: a/b\n", 3, "'a/b' is no name"),
    ("runtime:\n  profile: polyaxon\n", 2, "needs `host`"),
    ("runtime:\n  profile: managed\n", 2, "standalone, polyaxon"),
    ("runtime: fast\n", 1, "`runtime` must be a map"),
    ("runtime:\n  uploadIntervall: 3\n", 2, "did you mean `uploadInterval`"),
    ("runtime:\n  uploadGrace: 0\n", 2, "1 or more"),
    ("runtime:\n  uploadGrace: true\n", 2, "1 or more"),
    ("runtime:\n  images:\n    git: 'A B'\n", 3, "`git` must be an image"),
    ("runtime:\n  images: {gti: a}\n", 2, "known: git, rclone, shell, tuner, init, sidecar"),
    ("catalog: 3\n", 1, "list of paths"),
    ("catalog: [nowhere]\n", 1, "does not exist"),
    ("catalog: [../outside]\n", 1, "outside of the workspace"),
    ("catalog: [/etc]\n", 1, "outside of the workspace"),
    ("catalog: [link]\n", 1, "outside of the workspace"),
    ("acl: {mode: maybe}\n", 1, "enforce, warn, off"),
    ("acl:\n  undeclard: deny\n", 2, "did you mean `undeclared`"),
    ("acl: {strictQuota: 1}\n", 1, "true or false"),
    ("acl: {annotate: all}\n", 1, "true or false"),
    ("acl:\n  annotat: true\n", 2, "did you mean `annotate`"),
    ("identity: {require: strong}\n", 1, "asserted, verified"),
    ("identity:\n  oidc:\n    issuer: a\n", 3, "did you mean `issuers`"),
    ("identity: {oidc: {jwks: ../k.json}}\n", 1, "outside of the workspace"),
    ("identity: {commits: {allowedSigners: ../k}}\n", 1, "outside of the workspace"),
    ("identity: {commits: {keys: k}}\n", 1, "allowedSigners"),
    ("trust: {baseref: main}\n", 1, "did you mean `baseRef`"),
    ("projectOf: a\n", 1, "must be a list"),
    ("projectOf: [{path: a}]\n", 1, "needs `path` and `project`"),
    ("projectOf: [{paht: a}]\n", 1, "did you mean `path`"),
    ("organization: 3\n", 1, "must be text"),
    ("owner: [\n", 0, "line 2"),
    ("- 1\n", 0, "map"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "line", "said"), REFUSED)
def test_what_means_nothing_is_told_with_its_place(
    text: str, line: int, said: str, tmp_path: Path
) -> None:
    write(tmp_path, {"in/pxc.yaml": text, "in/a.yaml": JOB, "outside/x.yaml": AGENT})
    (tmp_path / "in/link").symlink_to(tmp_path / "outside")
    with pytest.raises(SettingsError) as fault:
        defaults(tmp_path / "in")
    assert said in str(fault.value)
    assert f"pxc.yaml:{line}:" in str(fault.value) or not line
    for command in ("compile", "lint"):
        ran = run(command, tmp_path / "in/a.yaml")
        assert ran.code == 2
        assert said in ran.err
    with pytest.raises(ValueError, match=r"pxc\.yaml"):
        compile_file(tmp_path / "in/a.yaml")


def test_it_holds_for_every_file_below(tmp_path: Path) -> None:
    write(tmp_path, {"pxc.yaml": ALONE, "shared/agent.yaml": AGENT, "deep/er/a.yaml": JOB})
    (job,) = compiled(tmp_path / "deep/er/a.yaml")
    assert job["metadata"]["namespace"] == "ml"
    assert job["metadata"]["name"] == "a"
    pod = job["spec"]["template"]["spec"]
    assert pod["initContainers"][0]["image"] == "registry.example/git:1"
    assert pod["containers"][0]["args"] == ["acme/vision"]
    assert not any(e["name"].startswith("POLYAXON_") for e in pod["containers"][0].get("env", ()))


def test_the_command_line_goes_before_it(tmp_path: Path) -> None:
    write(tmp_path, {"pxc.yaml": ALONE, "shared/agent.yaml": AGENT, "a.yaml": JOB})
    options = ("--owner", "me", "-n", "mine", "--name-policy", "content")
    (job,) = compiled(tmp_path / "a.yaml", *options)
    assert job["metadata"]["namespace"] == "mine"
    assert job["metadata"]["name"].startswith("a-")
    assert main_of([job])["args"] == ["me/vision"]


WEB = "kind: component\nname: web\nrun: {kind: service, ports: [80], container: {image: a}}\n"
SWEEP = """kind: operation
name: s
matrix: {kind: mapping, values: [{x: 1}, {x: 2}]}
component:
  inputs: [{name: x}]
  run: {kind: job, container: {image: a, command: [run, "{{ x }}"]}}
"""
TORCH = "kind: component\nname: t\nrun: {kind: pytorchjob, worker: {container: {image: a}}}\n"
QUEUED = "kind: component\nname: q\nqueue: gpu\nrun: {kind: job, container: {image: a}}\n"
INGRESS = "namespace: ml\nexpose: {as: ingress, host: a.b, via: nginx}\n"
CHOICES = [
    # pxc.yaml, file, a flag against it, what is made by the first and by both
    ("matrix: indexed\n", SWEEP, "--matrix jobs", ["ConfigMap", "Job"], ["Job", "Job"]),
    ("distributed: indexed\n", TORCH, "--distributed operator", ["Service", "Job"],
     ["PyTorchJob"]),
    (INGRESS, WEB, "--expose none", ["Deployment", "Service", "Ingress"],
     ["Deployment", "Service"]),
    (INGRESS, WEB, "--expose gateway --expose-via public", ["Deployment", "Service", "Ingress"],
     ["Deployment", "Service", "HTTPRoute"]),
]  # fmt: skip


@pytest.mark.parametrize(("settings", "text", "flag", "first", "both"), CHOICES)
def test_what_a_flag_chooses_goes_before_it(
    settings: str, text: str, flag: str, first: list[str], both: list[str], tmp_path: Path
) -> None:
    write(tmp_path, {"pxc.yaml": settings, "a.yaml": text})
    assert [d["kind"] for d in compiled(tmp_path / "a.yaml")] == first
    assert [d["kind"] for d in compiled(tmp_path / "a.yaml", *flag.split())] == both


def test_a_route_of_the_command_line_has_its_own_host(tmp_path: Path) -> None:
    write(tmp_path, {"pxc.yaml": INGRESS, "a.yaml": WEB})
    hosts = [
        compiled(tmp_path / "a.yaml", *flags)[-1]["spec"]["rules"][0].get("host")
        for flags in ((), ("--expose-host", "c.d"), ("--expose", "ingress"))
    ]
    assert hosts == ["a.b", "c.d", None]


def test_a_queue_of_the_workspace(tmp_path: Path) -> None:
    write(tmp_path, {"pxc.yaml": "queueAs: kueue\n", "a.yaml": QUEUED})
    (job,) = compiled(tmp_path / "a.yaml")
    assert job["metadata"]["labels"]["kueue.x-k8s.io/queue-name"] == "gpu"
    assert "PXC702" in run("compile", tmp_path / "a.yaml", "--queue-as", "none").err


def test_names_after_a_revision_need_one(tmp_path: Path) -> None:
    write(tmp_path, {"pxc.yaml": "namePolicy: revision\n", "a.yaml": JOB})
    assert run("lint", tmp_path / "a.yaml").code == 0
    assert "go together" in run("compile", tmp_path / "a.yaml").err
    (job,) = compiled(tmp_path / "a.yaml", "--revision", "7")
    assert job["metadata"]["name"] == "a-r7"
    with pytest.raises(ValueError, match="need one"):
        compile_file(tmp_path / "a.yaml")


def test_isolated_reads_none(tmp_path: Path) -> None:
    write(tmp_path, {"pxc.yaml": "nonsense: 1\n", "a.yaml": JOB})
    assert main_of(compiled(tmp_path / "a.yaml", "--isolated"))["args"] == ["default/default"]
    assert run("lint", "--isolated", tmp_path / "a.yaml").code == 0


def test_the_folder_beside_it_is_the_catalog(tmp_path: Path) -> None:
    files = {"catalog/connections/data.yaml": DATA, "catalog/presets/gpu.yaml": PRESET}
    write(tmp_path, {"pxc.yaml": "", "a.yaml": USER, **files})
    objects = compiled(tmp_path / "a.yaml")
    assert {"name": "data", "mountPath": "/data"} in main_of(objects)["volumeMounts"]
    assert objects[-1]["spec"]["template"]["spec"]["nodeSelector"] == {"gpu": "true"}
    assert compile_file(tmp_path / "a.yaml").files


def test_a_linter_knows_the_catalog_and_when_it_changes(tmp_path: Path) -> None:
    files = {"catalog/connections/data.yaml": DATA, "catalog/presets/gpu.yaml": PRESET}
    write(tmp_path, {"pxc.yaml": "", "a.yaml": USER, **files})
    command = ("lint", "--format", "json", "--cache-dir", tmp_path / "cache", tmp_path / "a.yaml")

    def found() -> set[str]:
        return {d["code"] for d in json.loads(run(*command).out)["diagnostics"]}

    assert "PXC209" not in found()
    (tmp_path / "catalog/connections/data.yaml").write_text(DATA.replace("data", "other"))
    assert "PXC209" in found()
    assert "PXC209" in {d.code.id for d in lint_file(tmp_path / "a.yaml").report}


def test_a_catalog_of_the_command_line_stands_in_its_place(tmp_path: Path) -> None:
    write(tmp_path, {"in/pxc.yaml": "", "in/a.yaml": USER, "in/catalog/data.yaml": DATA,
                     "other.yaml": AGENT})  # fmt: skip
    ran = run("compile", tmp_path / "in/a.yaml", "--catalog", tmp_path / "other.yaml")
    assert "preset `gpu` is not in the catalog" in ran.err or "PXC224" in ran.err


def test_a_link_in_the_catalog_does_not_lead_out(tmp_path: Path) -> None:
    write(tmp_path, {"in/pxc.yaml": "", "in/a.yaml": JOB, "in/catalog/b.yaml": DATA,
                     "secret.yaml": "password: hunter2\n"})  # fmt: skip
    (tmp_path / "in/catalog/a.yaml").symlink_to(tmp_path / "secret.yaml")
    ran = run("compile", tmp_path / "in/a.yaml")
    assert ran.code == 2
    assert "leads out of the workspace" in ran.err
    assert "hunter2" not in ran.err


def test_what_is_written_does_not_depend_on_the_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, {"pxc.yaml": FULL, "shared/agent.yaml": AGENT, "d/a.yaml": JOB})
    texts = set()
    for folder, name in (
        (tmp_path, "d/a.yaml"),
        (tmp_path / "d", "a.yaml"),
        (Path("/"), tmp_path / "d/a.yaml"),
    ):
        monkeypatch.chdir(folder)
        texts.add(run("compile", name).out)
    assert len(texts) == 1


def test_the_environment_of_an_agent_is_a_catalog(tmp_path: Path) -> None:
    connections = json.dumps([{"name": "data", "kind": "custom", "env": [["A", "b"]]}])
    store = json.dumps({"name": "runs", "kind": "s3", "schema": {"bucket": "s3://bk"}})
    agent = (
        f"POLYAXON_AGENT_CONNECTIONS: '{connections}'\nPOLYAXON_AGENT_ARTIFACTS_STORE: '{store}'\n"
    )
    text = (
        "kind: component\nname: a\nrun: {kind: job, connections: [data], container: {image: a}}\n"
    )
    write(tmp_path, {"pxc.yaml": "catalog: agent.yaml\n", "agent.yaml": agent, "a.yaml": text})
    env = {e["name"]: e.get("value") for e in main_of(compiled(tmp_path / "a.yaml"))["env"]}
    assert (env["A"], env["POLYAXON_ARTIFACTS_STORE_NAME"]) == ("b", "runs")


def test_the_page_tells_every_key_and_what_is_built_in() -> None:
    page = (ROOT / "docs" / "workspace.md").read_text("utf-8")
    rows = [line.strip("|").split("|") for line in page.splitlines() if line.startswith("| `")]
    told = {key: row[-1].strip() for row in rows for key in re.findall(r"`([\w.]+)`", row[0])}
    assert {key.partition(".")[0] for key in told} == {*WORKSPACE_KEYS}
    built_in = Runtime()
    assert told["runtime.uploadInterval"] == f"`{built_in.upload_interval}`"
    assert told["runtime.uploadGrace"] == f"`{built_in.upload_grace}`"
