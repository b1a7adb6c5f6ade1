"""Paths that only the run completes: of init steps, of what they bring, of a working directory."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from pxc.driver import Request, SourceText, compile_request
from tests.emitting import pod_of
from tests.kubernetes_oracle import judge
from tests.test_init_steps import compiled

RUN = "/plx-context/artifacts/$(PXC_RUN_UUID)"
FILE = """
kind: component
name: j
run:
  kind: job
  connections: [{connections}]
  init: [{init}]
  volumes: [{{name: disk, emptyDir: {{}}}}]
  container:
    image: a
    command: [run]
    volumeMounts: [{{name: disk, mountPath: /disk}}, {{name: disk, mountPath: /disk/in, readOnly: true}}]
    {more}
"""


def pod(tmp_path: Path, *, init: str = "", connections: str = "", more: str = "") -> dict[str, Any]:
    outcome = compiled(FILE.format(init=init, connections=connections, more=more), tmp_path)
    assert [d.message for d in outcome.report] == []
    documents = [d for out in outcome.files for d in judge(out.text)]
    return pod_of(documents[-1])


def refused(tmp_path: Path, **parts: str) -> list[tuple[str, str]]:
    given = {"init": "", "connections": "", "more": ""} | parts
    outcome = compiled(FILE.format(**given), tmp_path)
    return [(d.code.id, d.message) for d in outcome.report]


def values(container: dict[str, Any]) -> dict[str, str]:
    return {e["name"]: e.get("value", "") for e in container["env"]}


def mounts(container: dict[str, Any], name: str) -> list[tuple[str, str]]:
    found = [m for m in container["volumeMounts"] if m["name"] == name]
    return [(m["mountPath"], m.get("subPathExpr", "")) for m in found]


HERE = '"{{ globals.run_artifacts_path }}"'
PLACES = {
    f"{{path: {HERE}, connection: data, artifacts: {{dirs: [a/b/]}}}}": f"{RUN}/a/b",
    f"{{path: {HERE}, connection: data}}": RUN,
    f"{{artifacts: {{dirs: [[a, {HERE}]]}}}}": RUN,
    "{artifacts: {files: [[a, '{{ globals.run_artifacts_path }}/x/']]}}": f"{RUN}/x",
    "{artifacts: {dirs: ['{{ globals.uuid }}']}}": RUN,
    "{artifacts: {dirs: [[a, '{{ globals.uuid }}/b']]}}": f"{RUN}/b",
    "{paths: ['{{ globals.run_relative_outputs_path }}/m']}": f"{RUN}/outputs/m",
    "{path: '/disk/{{ globals.uuid }}', paths: [a]}": "/disk/$(PXC_RUN_UUID)/a",
}


@pytest.mark.parametrize("entry", PLACES)
def test_files_go_where_the_run_says(entry: str, tmp_path: Path) -> None:
    spec = pod(tmp_path, init=entry)
    step = next(c for c in spec["initContainers"] if c["name"] == "files-1")
    assert step["args"][2] == PLACES[entry]
    assert next(iter(values(step))) == "PXC_RUN_UUID"  # before what expands it
    name = "disk" if "/disk" in entry else "artifacts-context"
    assert mounts(step, name)[0] == mounts(spec["containers"][0], name)[0]


def test_a_source_and_its_place_are_one_value(tmp_path: Path) -> None:
    spec = pod(tmp_path, init="{artifacts: {dirs: ['{{ globals.uuid }}/outputs/']}}")
    step = next(c for c in spec["initContainers"] if c["name"] == "files-1")
    assert step["args"][1:] == ["store:bk/$(PXC_RUN_UUID)/outputs", f"{RUN}/outputs"]


def test_every_kind_of_step_takes_a_place_of_the_run(tmp_path: Path) -> None:
    spec = pod(
        tmp_path,
        init=f"{{path: {HERE}, connection: code}}, {{path: {HERE}, file: {{content: x}}}},"
        f"{{path: {HERE}, container: {{image: b}}}},"
        f"{{path: {HERE}, tensorboard: {{uuids: [8aac02e3a62a4f0aaa257c59da5eab80]}}}}",
    )
    found = {c["name"]: c for c in spec["initContainers"]}
    assert values(found["git-1"])["PXC_GIT_DIRECTORY"] == f"{RUN}/code"
    assert values(found["file-2"])["PXC_FILE_DIRECTORY"] == RUN
    assert mounts(found["init-3"], "artifacts-context")[0] == ("/plx-context/artifacts", "")
    assert found["files-4"]["args"][2].startswith(f"{RUN}/tensorboard/8aac02e3")
    script = values(found["file-5"])["PXC_FILE_CONTENT"]
    assert f"--logdir='{RUN}/tensorboard' --host" in script


REFUSED = {
    "{path: '/else/{{ globals.uuid }}', paths: [a]}": "`globals.uuid` is known only when the run"
    " exists and cannot stand in `init.path`",
    "{path: '{{ globals.uuid }}', paths: [a]}": "`globals.uuid` is known only when the run exists"
    " and cannot stand in `init.path`",
    "{paths: [[a, '{{ globals.created_at }}']]}": "`init.paths` needs a value that is known before"
    " the run",
    "{tensorboard: {uuids: [8aac02e3a62a4f0aaa257c59da5eab80],"
    " pathPrefix: '{{ globals.created_at }}'}}": "`globals.created_at` is known only when the run"
    " exists, and Kubernetes cannot tell it",
}


@pytest.mark.parametrize("entry", REFUSED)
def test_what_is_mounted_has_a_name_before(entry: str, tmp_path: Path) -> None:
    assert refused(tmp_path, init=entry) == [("PXC703", REFUSED[entry])]


def test_no_value_of_another_run_gets_into_a_script(tmp_path: Path) -> None:
    """Its quotes would end those of the script that starts Tensorboard."""
    text = """
    kind: component
    run:
      kind: dag
      operations:
      - {name: a, component: {outputs: [{name: p, type: str}], run: {kind: job, container: {image: a, command: [a]}}}}
      - name: b
        params: {p: {ref: ops.a, value: outputs.p}}
        component:
          inputs: [{name: p, type: str}]
          run:
            kind: job
            init: [{tensorboard: {uuids: [8aac02e3a62a4f0aaa257c59da5eab80], pathPrefix: "{{ p }}"}}]
            container: {image: a, command: [a]}
    """
    outcome = compiled(text, tmp_path, target="argo")
    assert [(d.code.id, d.message) for d in outcome.report] == [
        ("PXC703", "`init.tensorboard.pathPrefix` needs a value that is known before the run")
    ]


WORK = "/plx-context/work"
WORKING = {
    "/disk/{{ globals.uuid }}": (WORK, "disk", "$(PXC_RUN_UUID)"),
    "/disk/{{ globals.uuid }}/a/b/": (f"{WORK}/a/b", "disk", "$(PXC_RUN_UUID)"),
    "/disk/x/r-{{ globals.uuid }}-1/a": (f"{WORK}/a", "disk", "x/r-$(PXC_RUN_UUID)-1"),
    "/disk/in/{{ globals.uuid }}": (WORK, "disk", "$(PXC_RUN_UUID)"),
    "/data/{{ globals.uuid }}/uploads": (f"{WORK}/uploads", "data", "$(PXC_RUN_UUID)"),
}


@pytest.mark.parametrize("text", WORKING)
def test_a_working_directory_in_a_volume(text: str, tmp_path: Path) -> None:
    spec = pod(tmp_path, connections="data", more=f'workingDir: "{text}"')
    main = spec["containers"][0]
    directory, volume, inner = WORKING[text]
    again = next(m for m in main["volumeMounts"] if m["mountPath"] == WORK)
    assert (main["workingDir"], again["name"], again["subPathExpr"]) == (directory, volume, inner)
    assert again.get("readOnly") == (True if "/in/" in text else None)


@pytest.mark.parametrize("text", ["/else/{{ globals.uuid }}", "{{ globals.uuid }}",
                                  "/disk/{{ globals.uuid }}/../.."])  # fmt: skip
def test_a_working_directory_of_the_image(text: str, tmp_path: Path) -> None:
    [(code, message)] = refused(tmp_path, more=f'workingDir: "{text}"')
    assert code == "PXC703"
    assert message.endswith("cannot stand in `container.workingDir`")


def test_a_run_without_copies_works_in_its_store(tmp_path: Path) -> None:
    """Without collecting, the run's own directory lies in the artifacts store itself."""
    store = "artifactsStore: {name: s, kind: volume_claim, schema: {volumeClaim: c, mountPath: /s}}"
    text = """
    kind: component
    name: j
    plugins: {collectArtifacts: false}
    outputs: [{name: x, type: float}]
    run:
      kind: job
      init: [{path: "{{ globals.run_artifacts_path }}/code", git: {url: "https://h/r.git"}}]
      container: {image: a, command: [a], workingDir: "{{ globals.run_artifacts_path }}/code/r"}
    """
    catalog = tmp_path / "catalog.yaml"
    catalog.write_text(store)
    source = SourceText("f.yaml", text.encode())
    outcome = compile_request(Request(files=(source,), catalog=(catalog,), verify=True))
    assert [d.message for d in outcome.report] == []
    spec = pod_of(judge(outcome.files[0].text)[-1])
    [step], main = spec["initContainers"], spec["containers"][0]
    assert values(step)["PXC_GIT_DIRECTORY"] == "/s/$(PXC_RUN_UUID)/code/r"
    assert mounts(step, "s") == [("/s", "")]
    assert (WORK, "$(PXC_RUN_UUID)") in mounts(main, "s")
    assert main["workingDir"] == f"{WORK}/code/r"
    assert values(main)["PXC_OUTPUTS_DIR"] == "/s/$(PXC_RUN_UUID)/outputs"
    assert ("/plx-context/outputs", "$(PXC_RUN_UUID)/outputs") in mounts(main, "s")


DASK = """
kind: component
name: d
run:
  kind: daskcluster
  scheduler: {container: {image: a}}
  worker: {container: {image: a, command: [a], args: ["{{ globals.run_outputs_path }}"]}}
"""
STORES = {
    "{name: s, kind: volume_claim, schema: {volumeClaim: c, mountPath: /s}}": True,
    "{name: s, kind: host_path, schema: {hostPath: /h, mountPath: /s}}": True,
    "{name: s, kind: volume_claim, schema: {volumeClaim: c, mountPath: /s, readOnly: true}}": False,
    "{name: s, kind: s3, schema: {bucket: 's3://b'}}": False,
}


@pytest.mark.parametrize("store", STORES)
def test_dask_keeps_what_it_leaves_in_a_volume(store: str, tmp_path: Path) -> None:
    """Dask's pods know no sidecar that copies, but a volume needs none."""
    catalog = tmp_path / "catalog.yaml"
    catalog.write_text(f"artifactsStore: {store}\n")
    source = SourceText("f.yaml", DASK.encode())
    outcome = compile_request(Request(files=(source,), catalog=(catalog,), verify=True))
    kept = STORES[store]
    assert [d.code.id for d in outcome.report] == ([] if kept else ["PXC702"])
    [cluster] = yaml.safe_load_all(outcome.files[0].text)
    uuid = cluster["metadata"]["labels"]["pxc.dev/run-uuid"]
    main = cluster["spec"]["worker"]["spec"]["containers"][0]
    run = f"/plx-context/artifacts/{uuid}"
    assert main["args"] == [f"{run}/outputs"]
    assert values(main)["PXC_OUTPUTS_DIR"] == f"{run}/outputs"
    inner = {m["mountPath"]: m.get("subPath") for m in main["volumeMounts"] if m["name"] == "s"}
    expected = {run: uuid, "/plx-context/outputs": f"{uuid}/outputs"}
    assert inner == (expected if kept else {})
