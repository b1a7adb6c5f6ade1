"""A file's project and organization give its runs a namespace, a queue, presets and an owner."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from pxc.options import Options
from pxc.project_options import of_place
from tests.command_line import Ran, run, write

ORG = """
kind: Organization
name: acme
defaults: {presets: [limits]}
---
kind: Project
name: vision/detector
namespace: vision
defaults: {queue: gke/batch, presets: [team, limits]}
---
{kind: Project, name: plain}
---
{kind: Cluster, name: gke, namespaces: [{name: vision}, {name: gpus}]}
---
{kind: Queue, name: gke/gpu, namespace: gpus}
---
{kind: Queue, name: gke/batch}
"""
JOB = """kind: operation
name: a
component:
  run:
    kind: job
    container: {image: "a:1", args: ["{{ globals.owner_name }}/{{ globals.project_name }}"]}
"""
FILES = {
    "pxc.yaml": "project: vision/detector\nnamespace: ml\n",
    "catalog/org.yaml": ORG,
    "catalog/presets/limits.yaml": "isPreset: true\ntermination: {timeout: 60, maxRetries: 1}\n",
    "catalog/presets/team.yaml": "isPreset: true\ntermination: {timeout: 120}\n",
    "catalog/presets/mine.yaml": "isPreset: true\ntermination: {timeout: 180}\n",
    "catalog/presets/last.yaml": "isPreset: true\ntermination: {timeout: 240}\n",
    "a.yaml": JOB,
}

FREE = {**FILES, "pxc.yaml": FILES["pxc.yaml"] + "acl: {mode: off}\n"}
"""The same, where who may do what is told elsewhere."""


def compiled(folder: Path, *args: str, **files: str) -> dict[str, Any]:
    """The object of `a.yaml`, in a workspace with further files."""
    ran = attempted(folder, *args, **files)
    assert ran.code == 0, ran.err
    found: dict[str, Any] = yaml.safe_load(ran.out)
    return found


def attempted(folder: Path, *args: str, **files: str) -> Ran:
    names = {"a": "a.yaml", "workspace": "pxc.yaml", "org": "catalog/org.yaml"}
    written = {**FILES, **{names[key]: text for key, text in files.items()}}
    if "acl:" not in written["pxc.yaml"]:  # who may do what is told elsewhere
        written["pxc.yaml"] += "acl: {mode: off}\n"
    write(folder, written)
    return run("compile", folder / "a.yaml", "-q", *args)


def args_of(job: dict[str, Any]) -> Any:
    return job["spec"]["template"]["spec"]["containers"][0]["args"]


def test_a_project_gives_namespace_and_presets(tmp_path: Path) -> None:
    job = compiled(tmp_path)
    assert job["metadata"]["namespace"] == "vision"
    assert args_of(job) == ["acme/vision/detector"]
    # the organization's first, then the project's, each once
    assert job["spec"]["activeDeadlineSeconds"] == 120
    assert job["spec"]["backoffLimit"] == 1


def test_presets_come_in_order(tmp_path: Path) -> None:
    """Organization, project, file, command line: the last one counts."""
    own = JOB.replace("name: a\n", "name: a\npresets: [mine]\n", 1)
    assert compiled(tmp_path, a=own)["spec"]["activeDeadlineSeconds"] == 180
    assert compiled(tmp_path, "--preset", "last", a=own)["spec"]["activeDeadlineSeconds"] == 240
    both = compiled(tmp_path, "--preset", "last", "--preset", "team", a=own)
    assert both["spec"]["activeDeadlineSeconds"] == 120


DAG = """kind: component
run:
  kind: dag
  operations:
  - {name: b, component: {run: {kind: job, container: {image: b}}}}
  - {name: c, component: {run: {kind: job, container: {image: c}}}}
"""


def test_operations_of_a_dag_have_the_presets_of_their_project(tmp_path: Path) -> None:
    """The dag itself has no pod, so what a preset says of pods is for its operations alone."""
    gpu = "isPreset: true\nrunPatch: {container: {resources: {limits: {nvidia.com/gpu: 1}}}}\n"
    env = "isPreset: true\nenvironment: {nodeSelector: {pool: x}}\nqueue: gke/gpu\n"
    write(tmp_path, FREE)
    write(tmp_path, {"catalog/presets/team.yaml": gpu, "catalog/presets/limits.yaml": env})
    write(tmp_path, {"a.yaml": DAG})
    ran = run("compile", tmp_path / "a.yaml", "-q", "-t", "argo")
    assert ran.code == 0, ran.err
    assert ran.out.count("nvidia.com/gpu") == 2
    assert ran.out.count("pool: x") == 2
    assert "namespace: gpus" in ran.out
    assert run("lint", tmp_path / "a.yaml").code == 0


def test_a_fault_in_a_preset_of_many_is_said_once(tmp_path: Path) -> None:
    write(tmp_path, {**FREE, "a.yaml": DAG})
    write(tmp_path, {"catalog/presets/team.yaml": "isPreset: true\ntermination: {timout: 1}\n"})
    ran = run("compile", tmp_path / "a.yaml", "-t", "argo")
    assert ran.code == 1
    assert ran.err.count("timout") == 2  # the message and the line it shows
    assert "1 error" in ran.err


def test_a_preset_makes_no_run_of_nothing(tmp_path: Path) -> None:
    """What a reference hides stays hidden, and a preset is no run."""
    env = "isPreset: true\nenvironment: {nodeSelector: {pool: x}}\n"
    hub = "kind: operation\nhubRef: kaniko\n"
    write(tmp_path, {**FREE, "catalog/presets/team.yaml": env, "a.yaml": hub})
    for path in ("a.yaml", "catalog/presets/team.yaml"):
        plain = run("lint", tmp_path / path, "--isolated")
        assert run("lint", tmp_path / path).out.count("error") == plain.out.count("error")


def test_a_preset_of_the_command_line_that_is_not_there(tmp_path: Path) -> None:
    ran = attempted(tmp_path, "--preset", "lats")
    assert ran.code == 1
    assert "PXC224" in ran.err
    assert "did you mean `last`?" in ran.err
    assert "--preset lats" in ran.err


@pytest.mark.parametrize(
    ("line", "namespace"),
    [
        ("queue: gke/gpu\n", "gpus"),
        ("queue: gke/batch\n", "vision"),
        ("queue: gke/gpu\nnamespace: own\n", "own"),
    ],
)
def test_a_queue_leads_to_a_namespace(tmp_path: Path, line: str, namespace: str) -> None:
    job = compiled(tmp_path, "--queue-as", "kueue", a=JOB + line)
    assert job["metadata"]["namespace"] == namespace
    assert job["metadata"]["labels"]["kueue.x-k8s.io/queue-name"] == line.split("/")[1].split()[0]


def test_templates_see_the_namespace_of_a_queue(tmp_path: Path) -> None:
    text = JOB.replace("{{ globals.project_name }}", "{{ globals.namespace }}")
    assert args_of(compiled(tmp_path, a=text + "queue: gke/gpu\n")) == ["acme/gpus"]
    assert args_of(compiled(tmp_path, a=text)) == ["acme/vision"]
    org = ORG.replace("gke/batch, presets", "gke/gpu, presets")
    assert args_of(compiled(tmp_path, a=text, org=org)) == ["acme/gpus"]


def test_templates_see_who_compiles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = JOB.replace("{{ globals.project_name }}", "{{ globals.username }}")
    for name in ("ana", "user:ana"):
        monkeypatch.setenv("PXC_USER", name)
        org = "{kind: Project, name: vision/detector}"
        assert args_of(compiled(tmp_path, a=text, org=org)) == ["default/ana"]


def test_a_project_has_a_queue(tmp_path: Path) -> None:
    job = compiled(tmp_path, "--queue-as", "kueue")
    assert job["metadata"]["labels"]["kueue.x-k8s.io/queue-name"] == "batch"
    org = ORG.replace("gke/batch, presets", "gke/gpu, presets")
    assert compiled(tmp_path, org=org)["metadata"]["namespace"] == "gpus"


def test_the_queue_of_a_project_is_no_loss(tmp_path: Path) -> None:
    """Nobody wrote it into the file, so that it becomes nothing is not worth a warning."""
    write(tmp_path, FREE)
    ran = run("compile", tmp_path / "a.yaml")
    assert ran.code == 0
    assert "PXC702" not in ran.err


def test_an_unknown_queue(tmp_path: Path) -> None:
    ran = attempted(tmp_path, a=JOB + "queue: gke/gpus\n")
    assert ran.code == 1
    assert "PXC802" in ran.err
    assert "did you mean `gke/gpu`?" in ran.err
    opened = "project: plain\nacl: {undeclared: allow, mode: off}\n"
    assert attempted(tmp_path, a=JOB + "queue: gke/gpus\n", workspace=opened).code == 0
    dag = """kind: component
run:
  kind: dag
  operations:
  - {name: b, queue: gke/gpus, component: {run: {kind: job, container: {image: b}}}}
"""
    assert "PXC802" in attempted(tmp_path, "-t", "argo", a=dag).err


def test_another_project(tmp_path: Path) -> None:
    job = compiled(tmp_path, "--project", "plain")
    assert job["metadata"]["namespace"] == "ml"
    assert args_of(job) == ["acme/plain"]
    assert job["spec"]["activeDeadlineSeconds"] == 60
    assert args_of(compiled(tmp_path, "--owner", "me")) == ["me/vision/detector"]


def test_the_place_of_a_file_decides_its_project(tmp_path: Path) -> None:
    rules = 'projectOf: [{path: "*.yaml", project: plain}]\nproject: vision/detector\n'
    job = compiled(tmp_path, "--project", "vision/detector", workspace=rules)
    assert args_of(job) == ["acme/plain"]


@pytest.mark.parametrize(
    ("path", "project"),
    [
        ("pipelines/vision/a.yaml", "vision"),
        ("pipelines/vision/deep/er/a.yaml", "vision"),
        ("pipelines/a.yaml", "top"),
        ("pipelines/other/a.yaml", "default"),
        ("pipelinesX/a.yaml", "default"),
        ("a.nightly.yaml", "nightly"),
        ("x/y/a.nightly.yaml", "nightly"),
        ("", "default"),
    ],
)
def test_patterns_of_paths(path: str, project: str) -> None:
    pairs = (
        ("pipelines/vision/**", "vision"),
        ("./pipelines/*.yaml", "top"),
        ("**/*.nightly.yaml", "nightly"),
    )
    assert of_place(Options(project_of=pairs), path).project == project


@pytest.mark.parametrize(
    ("workspace", "said"),
    [
        ("organization: acme\n", None),
        ("organization: acm\n", "and is of `acme`"),
    ],
)
def test_the_organization_of_a_workspace(tmp_path: Path, workspace: str, said: str | None) -> None:
    ran = attempted(tmp_path, workspace=workspace)
    assert ran.code == (0 if said is None else 1), ran.err
    assert (said or "") in ran.err


def test_a_catalog_without_the_organization_opens_nothing(tmp_path: Path) -> None:
    """Without the file that declares it everything would be allowed."""
    write(tmp_path, {"pxc.yaml": "organization: acme\n", "a.yaml": JOB})
    ran = run("compile", tmp_path / "a.yaml")
    assert ran.code == 1
    assert "PXC810" in ran.err
    assert "has none" in ran.err
    assert run("lint", tmp_path / "a.yaml").code == 1
