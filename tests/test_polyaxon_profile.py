"""The runtime profile `polyaxon`: its own containers beside a run, and what they are told."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from pxc.driver import Outcome, Request, SourceText, compile_request
from pxc.options import Options, Runtime
from tests.engines import place
from tests.kubernetes_oracle import judge

RUNTIME = Runtime(profile="polyaxon", host="http://api", token_secret="agent")
CATALOG = """
artifactsStore: {name: runs, kind: s3, schema: {bucket: "s3://bk/a/"}, secret: {name: keys}}
connections:
- {name: code, kind: git, schema: {url: "https://h/code.git", flags: ["--depth 1"]}, secret: {name: g}}
- {name: keys, kind: ssh, schema: {url: "git@h:x.git"}, secret: {name: k, mountPath: /ssh}}
- {name: data, kind: volume_claim, schema: {volumeClaim: c, mountPath: /data}}
- {name: blobs, kind: wasb, schema: {bucket: "wasbs://c@acc.blob.core.windows.net/in"}}
"""
JOB = "run: {kind: job, container: {image: a, name: mine}}\n"


def outcome(text: str, tmp_path: Path, *, store: bool = True, **options: Any) -> Outcome:
    catalog = tmp_path / "catalog.yaml"
    catalog.write_text(
        CATALOG if store else CATALOG.replace("artifactsStore", "connections: []\n#")
    )
    body = text if "name:" in text.partition("run:")[0] else f"name: t\n{text}"
    files = (SourceText("f.yaml", f"version: 1.1\nkind: component\n{body}".encode()),)
    chosen = Options(**({"runtime": RUNTIME, "owner": "acme", "project": "vision"} | options))
    return compile_request(
        Request(files=files, catalog=(catalog,) if store else (), options=chosen, verify=True)
    )


def emitted(text: str, tmp_path: Path, **options: Any) -> list[dict[str, Any]]:
    """The objects, judged; the one warning is that nobody creates the run on the server."""
    made = outcome(text, tmp_path, **options)
    found = [d.message for d in made.report if d.code.id != "PXC122"]
    assert found == ["nothing creates the run on Polyaxon's server"]
    return judge(made.files[0].text)


def pod_of(text: str, tmp_path: Path, **options: Any) -> dict[str, Any]:
    found: dict[str, Any] = emitted(text, tmp_path, **options)[-1]["spec"]["template"]["spec"]
    return found


def told(container: dict[str, Any]) -> dict[str, str]:
    return {e["name"]: e["value"] for e in container.get("env", ()) if "value" in e}


def every(pod: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {c["name"]: c for c in (*pod.get("initContainers", ()), *pod["containers"])}


def test_no_container_is_told_to_do_without_a_server(tmp_path: Path) -> None:
    text = JOB.replace("job,", "job, init: [{paths: [a]}], sidecars: [{image: b}],")
    pod = pod_of(text, tmp_path)
    names = {name for c in every(pod).values() for name in told(c)}
    assert not names & {"POLYAXON_IS_OFFLINE", "POLYAXON_OFFLINE_ROOT", "POLYAXON_NO_OP"}
    assert "offline" not in json.dumps(pod)
    runs = {told(c).get("POLYAXON_RUN_INSTANCE") for c in every(pod).values()}
    [run] = runs
    assert run is not None
    assert re.fullmatch(r"acme\.vision\.runs\.[0-9a-f]{32}", run)


def test_the_containers_of_a_run(tmp_path: Path) -> None:
    pod = pod_of(JOB.replace("job,", "job, init: [{connection: data}],"), tmp_path)
    services = {name: told(c)["POLYAXON_HEADER_SERVICE"] for name, c in every(pod).items()}
    assert services == {
        "polyaxon-init-artifacts-default": "initializer",
        "polyaxon-init-artifacts-1": "initializer",
        "polyaxon-main": "runner",
        "polyaxon-sidecar": "sidecar",
    }
    sidecar = every(pod)["polyaxon-sidecar"]
    assert sidecar["args"] == [
        "--container-id=polyaxon-main", "--sleep-interval=10", "--sync-interval=10",
        "--monitor-logs",
    ]  # fmt: skip
    assert sidecar["envFrom"] == [{"secretRef": {"name": "keys"}}]
    assert "restartPolicy" not in sidecar
    assert "terminationGracePeriodSeconds" not in pod


UUID = r"[0-9a-f]{32}"
STEPS = {
    # an init entry, the arguments of its container
    "{connection: code, git: {revision: dev}}": [
        "--repo-path=/plx-context/artifacts/code", "--url=https://h/code.git", "--revision=dev",
        "--connection=code", "--flags=--depth 1"],
    "{git: {url: 'https://h/x.git', flags: [--no-tags, '-c a=b']}, path: /code}": [
        "--repo-path=/code/x", "--url=https://h/x.git", "--flags=--no-tags,-c a=b"],
    "{connection: keys}": [
        "--repo-path=/plx-context/artifacts/keys", "--url=git@h:x.git", "--connection=keys"],
    "{paths: [p, [q, r]]}": [
        "any", "s3://bk/a/p", "/plx-context/artifacts/p",
        "any", "s3://bk/a/q", "/plx-context/artifacts/r"],
    "{connection: data, artifacts: {files: [f], dirs: [[d, e]]}, path: /in}": [
        "file", "/data/f", "/in/f", "dir", "/data/d", "/in/e"],
    "{connection: blobs}": ["dir", "c/in", "/plx-context/artifacts/blobs"],
    "{file: {filename: a.sh, chmod: '+x', content: 'echo $$ \"$(date)\"'}}": [
        '--file-context={"filename": "a.sh", "chmod": "+x",'
        r' "content": "echo $$$$ \"$$(date)\""}',
        "--filepath=/plx-context/artifacts", "--copy-path=OUTPUTS", "--track"],
    "{dockerfile: {image: 'a:1'}, path: /b}": [
        '--file-context={"filename": "Dockerfile",'
        r' "content": "FROM a:1\nENV SHELL=\"/bin/bash\"\nWORKDIR /code\n"}',
        "--filepath=/b", "--copy-path=OUTPUTS", "--track"],
}  # fmt: skip


@pytest.mark.parametrize("entry", STEPS)
def test_what_an_initializer_is_given(entry: str, tmp_path: Path) -> None:
    pod = pod_of(JOB.replace("job,", f"job, init: [{entry}],"), tmp_path)
    step = pod["initContainers"][1]
    assert step["image"] == "polyaxon/polyaxon-init:2.18.0"
    outputs = f"/plx-context/artifacts/{UUID}/outputs"
    assert [re.sub(outputs, "OUTPUTS", text) for text in step["args"]] == STEPS[entry]
    if "keys" in entry:
        assert told(step)["POLYAXON_SSH_PATH"] == "/ssh"
    if step["command"][0] == "sh":
        assert "polyaxon initializer path" in step["command"][2]
        catalog = json.loads(told(step)["POLYAXON_CONNECTIONS_CATALOG"])
        assert [c["name"] for c in catalog["connections"]] == [told(step)["PXC_CONNECTION"]]


CLIENT = place.CACHE / "tracking-2" / "bin" / "python"
TAKES = f"""#!{CLIENT}
import sys
from polyaxon._cli.services.initializer import initializer
from polyaxon._cli.services.sidecar import sidecar
command, *words = sys.argv[1:]
found = sidecar if command == "sidecar" else initializer.commands[words.pop(0)]
found.make_context(command, words)
print(command, found.name)
"""


@pytest.mark.skipif(not CLIENT.exists(), reason="NO POLYAXON HERE: run `make engines`")
def test_polyaxon_s_own_programs_take_what_they_are_given(tmp_path: Path) -> None:
    """Each command line is read by the real program, which then stops."""
    program = tmp_path / "bin" / "polyaxon"
    program.parent.mkdir()
    program.write_text(TAKES)
    program.chmod(0o755)
    entries = ", ".join(STEPS).replace("path: /", "path: /plx-context/")
    text = "plugins: {auth: true}\n" + JOB.replace("job,", f"job, init: [{entries}],")
    said = []
    for name, step in every(pod_of(text, tmp_path)).items():
        if name == "polyaxon-main":
            continue
        command = step.get("command") or ["polyaxon", "sidecar"]
        moved = [
            w.replace("/plx-context", str(tmp_path)) for w in (*command, *step.get("args", ()))
        ]
        env = {"PATH": f"{program.parent}:/usr/bin:/bin", "HOME": str(tmp_path)} | told(step)
        done = subprocess.run(moved, env=env, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, (name, done.stderr)
        said += done.stdout.splitlines()
    assert {line for line in said if line.startswith(("init", "sidecar"))} == {
        "initializer auth", "initializer git", "initializer path", "initializer file",
        "sidecar sidecar",
    }  # fmt: skip


def test_events_of_runs_are_brought_in(tmp_path: Path) -> None:
    pod = pod_of(JOB.replace("job,", "job, init: [{tensorboard: {uuids: [ab]}}],"), tmp_path)
    names = [c["name"] for c in pod["initContainers"]]
    assert names[1:] == ["polyaxon-init-artifacts-1", "polyaxon-init-file-2"]
    assert pod["initContainers"][1]["args"][:2] == ["resume", "s3://bk/a/ab/outputs/tensorboard"]


PLUGINS = {
    # plugins, whether there is a store, the containers beside the main one
    "{}": (True, ["polyaxon-init-artifacts-default", "polyaxon-sidecar"]),
    "{collectLogs: false}": (True, ["polyaxon-init-artifacts-default", "polyaxon-sidecar"]),
    "{collectArtifacts: false}": (True, ["polyaxon-sidecar"]),
    "{collectArtifacts: false, collectLogs: false}": (True, []),
    "{collectLogs: true}": (False, []),
    "{auth: true, tmux: true}": (
        True, ["polyaxon-init-auth", "polyaxon-init-tools", "polyaxon-init-artifacts-default",
               "polyaxon-sidecar"]),
    "{auth: true, collectResources: false}": (False, ["polyaxon-init-auth"]),
}  # fmt: skip


@pytest.mark.parametrize("plugins", PLUGINS)
def test_plugins_choose_the_containers(plugins: str, tmp_path: Path) -> None:
    store, names = PLUGINS[plugins]
    pod = pod_of(f"plugins: {plugins}\n{JOB}", tmp_path, store=store)
    assert [name for name in every(pod) if name != "polyaxon-main"] == names
    main = every(pod)["polyaxon-main"]
    assert ("POLYAXON_COLLECT_RESOURCES" in told(main)) == ("collectResources" not in plugins)
    collects = store and "collectArtifacts" not in plugins
    assert ("POLYAXON_COLLECT_ARTIFACTS" in told(main)) == collects
    mounts = {m["mountPath"] for m in main.get("volumeMounts", ())}
    assert ("/plx-context/.configs" in mounts) == ("auth" in plugins)
    if "polyaxon-sidecar" in names:
        arguments = every(pod)["polyaxon-sidecar"]["args"]
        assert ("--monitor-logs" in arguments) == ("collectLogs" not in plugins)
    if "auth" in plugins:
        token = next(
            e for e in every(pod)["polyaxon-init-auth"]["env"] if "AUTH_TOKEN" in e["name"]
        )
        assert token["valueFrom"]["secretKeyRef"] == {"name": "agent", "key": "POLYAXON_AUTH_TOKEN"}


def test_the_sidecar_is_as_its_author_asks(tmp_path: Path) -> None:
    said = (
        "sleepInterval: 5, syncInterval: 60, imageTag: '2.17', imagePullPolicy: Always,"
        " monitorLogs: false, resources: {limits: {cpu: 2}}"
    )
    text = f"plugins: {{logLevel: DEBUG, sidecar: {{{said}}}}}\n{JOB}"
    pod = pod_of(text, tmp_path)
    sidecar = every(pod)["polyaxon-sidecar"]
    assert sidecar["args"][1:] == ["--sleep-interval=5", "--sync-interval=60"]
    assert sidecar["image"] == "polyaxon/polyaxon-sidecar:2.17"
    assert sidecar["imagePullPolicy"] == "Always"
    assert sidecar["resources"] == {"limits": {"cpu": "2"}}
    assert {told(c)["POLYAXON_LOG_LEVEL"] for c in every(pod).values()} == {"DEBUG"}
    own = pod_of(f"plugins: {{sidecar: {{image: mirror/sidecar}}}}\n{JOB}", tmp_path)
    assert every(own)["polyaxon-sidecar"]["image"] == "mirror/sidecar"
    made = outcome(f"plugins: {{sidecar: {{monitorSpec: true}}}}\n{JOB}", tmp_path)
    assert "`plugins.sidecar.monitorSpec` is left out" in [d.message for d in made.report]


def test_a_container_of_the_author_s_gets_no_token(tmp_path: Path) -> None:
    text = f"plugins: {{auth: true}}\n{JOB}"
    pod = pod_of(
        text.replace("job,", "job, init: [{container: {image: b, name: prep}}],"), tmp_path
    )
    assert "volumeMounts" not in every(pod)["prep"]
    assert "env" not in every(pod)["prep"]


def test_a_further_try_resumes(tmp_path: Path) -> None:
    pod = pod_of(f"termination: {{maxRetries: 2}}\n{JOB}", tmp_path)
    arguments = every(pod)["polyaxon-init-artifacts-default"]["args"]
    assert arguments[0] == "resume"
    assert re.fullmatch(f"s3://bk/a/{UUID}", arguments[1])
    assert "args" not in every(pod_of(JOB, tmp_path))["polyaxon-init-artifacts-default"]


KINDS = {
    "kind: service, ports: [80], container: {image: a}": "polyaxon-main",
    "kind: tfjob, worker: {container: {image: a}}": "tensorflow",
    "kind: pytorchjob, worker: {replicas: 2, container: {image: a}}": "pytorch",
}


@pytest.mark.parametrize("run", KINDS)
def test_other_kinds(run: str, tmp_path: Path) -> None:
    documents = emitted(f"run: {{{run}}}\n", tmp_path)
    text = json.dumps(documents)
    uuids = set(re.findall(rf"acme\.vision\.runs\.({UUID})", text))
    assert {d["metadata"]["labels"]["pxc.dev/run-uuid"] for d in documents} == uuids
    assert f"--container-id={KINDS[run]}" in text


def test_each_operation_of_a_pipeline_is_a_run(tmp_path: Path) -> None:
    step = "container: {image: a}"
    text = f"run: {{kind: dag, operations: [{{name: a, {step}}}, {{name: b, dependencies: [a], {step}}}]}}"
    [job_set] = emitted(text, tmp_path)
    runs = set(re.findall(rf"acme\.vision\.runs\.({UUID})", json.dumps(job_set)))
    assert len(runs) == 2


REFUSED = [
    ("schedule: {kind: cron, cron: '@daily'}\n" + JOB, {}, "knows a run by a uuid"),
    ("matrix: {kind: mapping, values: [{x: 1}]}\ninputs: [{name: x, type: int}]\n" + JOB, {},
     "`matrix` under the profile `polyaxon` cannot be said"),
    ("run: {kind: pytorchjob, worker: {container: {image: a}}}\n", {"distributed": "indexed"},
     "knows a run by a uuid"),
    ("plugins: {sandbox: true}\nrun: {kind: service, container: {image: a, command: [b]}}\n", {},
     "`plugins.sandbox` cannot be said"),
    (JOB.replace("job,", "job, init: [{git: {url: 'https://h/x', flags: ['-c a=b,c']}}],"), {},
     "the git flag `-c a=b,c` cannot be handed"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "options", "said"), REFUSED)
def test_what_only_the_server_can_do(
    text: str, options: dict[str, Any], said: str, tmp_path: Path
) -> None:
    if "matrix" in text:
        text = "name: t\n" + text
    found = [d for d in outcome(text, tmp_path, **options).report if d.code.id == "PXC701"]
    assert any(said in d.message for d in found)
    assert all(d.help for d in found)


def test_what_tells_of_a_run_makes_no_other_run_of_it(tmp_path: Path) -> None:
    """Where nothing of Polyaxon runs, its settings are in no manifest and in no name."""
    alone = {"runtime": Runtime()}
    plain = outcome(JOB, tmp_path, **alone)
    told_more = outcome(
        f"plugins: {{logLevel: DEBUG, collectLogs: false}}\n{JOB}", tmp_path, **alone
    )
    assert plain.files[0].text == told_more.files[0].text
    assert told_more.plan.units[0].pod.watch is not None


def test_a_dollar_sign_in_a_file_is_a_dollar_sign(tmp_path: Path) -> None:
    """What the kubelet expands in it is the run's value alone."""
    entry = "{file: {filename: a.sh, content: 'echo $$ $(HOME) {{ globals.uuid }}'}}"
    text = JOB.replace("job,", f"job, init: [{entry}],")
    made = outcome(text, tmp_path, runtime=Runtime())
    [job] = judge(made.files[0].text)
    steps = {c["name"]: c for c in job["spec"]["template"]["spec"]["initContainers"]}
    assert told(steps["file-1"])["PXC_FILE_CONTENT"] == "echo $$$$ $$(HOME) $(PXC_RUN_UUID)"
