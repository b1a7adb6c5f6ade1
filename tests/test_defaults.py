"""pxc.yaml of a workspace: what it sets, what is refused in it, and what goes before it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from pxc.defaults import NAME_POLICIES, Defaults, read_defaults
from pxc.driver import compile_file, lint_file, read_settings_yaml
from pxc.lint.settings_file import WORKSPACE_KEYS, SettingsError
from pxc.world import Images, Options, Runtime
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
strictParams: true
catalog: [shared/agent.yaml]
runtime:
  tracking: false
  uploadInterval: 5
  uploadGrace: 60
  images: {git: "registry.example/git:1", rclone: "registry.example/rclone:1", shell: "busybox:1"}
lint: {ignore: [PXC501]}
"""


def test_every_key_is_read(tmp_path: Path) -> None:
    write(tmp_path, {"pxc.yaml": FULL, "shared/agent.yaml": AGENT})
    images = Images(
        git="registry.example/git:1", rclone="registry.example/rclone:1", shell="busybox:1"
    )
    found = defaults(tmp_path)
    assert found.options == Options(
        owner="acme",
        project="vision",
        namespace="ml",
        name_policy="pinned",
        strict_params=True,
        runtime=Runtime(images=images, tracking=False, upload_interval=5, upload_grace=60),
    )
    assert [p.resolve() for p in found.catalog] == [tmp_path / "shared/agent.yaml"]


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
    ("runtime: fast\n", 1, "`runtime` must be a map"),
    ("runtime:\n  uploadIntervall: 3\n", 2, "did you mean `uploadInterval`"),
    ("runtime:\n  uploadGrace: 0\n", 2, "1 or more"),
    ("runtime:\n  uploadGrace: true\n", 2, "1 or more"),
    ("runtime:\n  images:\n    git: 'A B'\n", 3, "`git` must be an image"),
    ("runtime:\n  images: {gti: a}\n", 2, "known: git, rclone, shell"),
    ("catalog: 3\n", 1, "list of paths"),
    ("catalog: [nowhere]\n", 1, "does not exist"),
    ("catalog: [../outside]\n", 1, "outside of the workspace"),
    ("catalog: [/etc]\n", 1, "outside of the workspace"),
    ("catalog: [link]\n", 1, "outside of the workspace"),
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
    write(tmp_path, {"pxc.yaml": FULL, "shared/agent.yaml": AGENT, "deep/er/a.yaml": JOB})
    (job,) = compiled(tmp_path / "deep/er/a.yaml")
    assert job["metadata"]["namespace"] == "ml"
    assert job["metadata"]["name"] == "a"
    pod = job["spec"]["template"]["spec"]
    assert pod["initContainers"][0]["image"] == "registry.example/git:1"
    assert pod["containers"][0]["args"] == ["acme/vision"]
    assert not any(e["name"].startswith("POLYAXON_") for e in pod["containers"][0].get("env", ()))


def test_the_command_line_goes_before_it(tmp_path: Path) -> None:
    write(tmp_path, {"pxc.yaml": FULL, "shared/agent.yaml": AGENT, "a.yaml": JOB})
    options = ("--owner", "me", "-n", "mine", "--name-policy", "content")
    (job,) = compiled(tmp_path / "a.yaml", *options)
    assert job["metadata"]["namespace"] == "mine"
    assert job["metadata"]["name"].startswith("a-")
    assert main_of([job])["args"] == ["me/vision"]


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
