"""What pxc compiles, run by a real cluster: the process sees what the author wrote."""

from __future__ import annotations

import socket
import subprocess
import urllib.request
from pathlib import Path

import pytest

from tests.engines.cluster import Cluster
from tests.reading import compiled


def manifest(text: str, params: dict[str, str] | None = None) -> str:
    """The manifest of a Polyaxonfile without any finding."""
    outcome = compiled(text, params=params)
    assert [d.message for d in outcome.report] == []
    return "---\n".join(file.text for file in outcome.files)


ODD = "$(PATH) $ '\"` \\ ü"
"""Two dollar signs would be one: pxc leaves the kubelet's own escape to the author."""

RUNS = {
    "params arrive as they were written": (
        """
        version: 1.1
        kind: component
        name: says
        inputs: [{name: text, type: str}, {name: lr, type: float, value: 0.10}]
        run:
          kind: job
          container:
            image: any
            command: [printf, '%s|', "{{ text }}", "--lr={{ lr }}", "$(HOME)", "$$(X)"]
        """,
        {"text": ODD},
        f"{ODD}|--lr=0.1|$(HOME)|$(X)|",
    ),
    "inputs become variables": (
        """
        version: 1.1
        kind: component
        name: says
        inputs:
          - {name: when, type: date, value: 2024-05-01, toEnv: WHEN}
          - {name: conf, type: dict, value: {a: 1, b: [x, $(y)]}, toEnv: CONF}
          - {name: sure, type: bool, value: true, toEnv: SURE}
        run:
          kind: job
          container: {image: any, command: [sh, -c, 'echo "$WHEN $CONF $SURE"']}
        """,
        {},
        '2024-05-01 {"a": 1, "b": ["x", "$(y)"]} true\n',
    ),
    "a sidecar does not keep the job": (
        """
        version: 1.1
        kind: component
        name: says
        run:
          kind: job
          volumes: [{name: work, emptyDir: {}}]
          sidecars:
            - name: feeder
              image: any
              command: [sh, -c, "trap 'exit 0' TERM; echo fed > /work/a; while :; do sleep 0.1; done"]
              volumeMounts: [{name: work, mountPath: /work}]
          container:
            image: any
            command: [sh, -c, "while ! [ -s /work/a ]; do sleep 0.1; done; cat /work/a"]
            volumeMounts: [{name: work, mountPath: /work}]
        """,
        {},
        "fed\n",
    ),
    "a failed container starts again": (
        """
        version: 1.1
        kind: component
        name: says
        termination: {maxRetries: 3}
        run:
          kind: job
          environment: {restartPolicy: OnFailure}
          volumes: [{name: work, emptyDir: {}}]
          container:
            image: any
            command: [sh, -c, "test -e /work/a && exec echo again; echo once > /work/a; exit 1"]
            volumeMounts: [{name: work, mountPath: /work}]
        """,
        {},
        "again\n",
    ),
}


@pytest.mark.parametrize("name", RUNS)
def test_run(cluster: Cluster, name: str) -> None:
    text, params, said = RUNS[name]
    cluster.apply(manifest(text, params))
    cluster.wait("Job", "says", "Complete")
    [pod] = cluster.pods("says")
    assert cluster.logs(pod) == said


def test_paths_of_a_run(cluster: Cluster) -> None:
    """The run's id is the uid of its Job; what it writes as outputs is below that id."""
    text = """
    version: 1.1
    kind: component
    name: writer
    outputs: [{name: accuracy, type: float}]
    run:
      kind: job
      container:
        image: any
        workingDir: "{{ globals.run_artifacts_path }}/uploads"
        command: [sh, -c]
        args:
          - |
            echo {{ globals.uuid }}
            echo 0.9 > $PXC_OUTPUTS_DIR/accuracy
            ls {{ globals.run_outputs_path }}
            pwd
    """
    cluster.apply(manifest(text))
    done = cluster.wait("Job", "writer", "Complete")
    [pod] = cluster.pods("writer")
    uid, file, directory = cluster.logs(pod).splitlines()
    assert uid == done["metadata"]["uid"]
    assert file == "accuracy"
    assert directory.endswith("/uploads")


def test_paths_of_a_run_are_filled_and_worked_in(cluster: Cluster, repository: Path) -> None:
    """An init step fills a directory of the run's; another volume of it is worked in."""
    text = f"""
    version: 1.1
    kind: component
    name: places
    run:
      kind: job
      init:
        - {{path: "{{{{ globals.run_artifacts_path }}}}/code", git: {{url: "file://{repository}"}}}}
        - {{path: "/disk/{{{{ globals.uuid }}}}", file: {{content: hello, filename: note}}}}
      volumes: [{{name: disk, emptyDir: {{}}}}]
      container:
        image: any
        workingDir: "/disk/{{{{ globals.uuid }}}}/deep"
        volumeMounts: [{{name: disk, mountPath: /disk}}]
        command: [sh, -c]
        args: ["cat {{{{ globals.run_artifacts_path }}}}/code/*/model.txt ../note; pwd > /disk/where"]
    """
    cluster.apply(manifest(text))
    cluster.wait("Job", "places", "Complete")
    [pod] = cluster.pods("places")
    assert cluster.logs(pod) == "new\nhello"


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A git repository with a tag that is not its newest commit."""
    path = tmp_path_factory.mktemp("repository")
    script = """
    git init -q -b main . && git config user.name a && git config user.email a@b
    echo old > model.txt && git add . && git commit -qm one && git tag v1
    echo new > model.txt && git commit -qam two
    """
    subprocess.run(["sh", "-ec", script], cwd=path, check=True)
    return path


@pytest.mark.parametrize(("revision", "found"), [("v1", "old"), ("main", "new"), ("HEAD", "new")])
def test_a_repository_is_checked_out(
    cluster: Cluster, repository: Path, revision: str, found: str
) -> None:
    text = f"""
    version: 1.1
    kind: component
    name: reads
    run:
      kind: job
      init:
        - {{path: /code, git: {{url: "file://{repository}", revision: {revision}}}}}
      container: {{image: any, command: [sh, -c, "find /code -name model.txt -exec cat {{}} +"]}}
    """
    cluster.apply(manifest(text))
    cluster.wait("Job", "reads", "Complete")
    [pod] = cluster.pods("reads")
    assert cluster.logs(pod) == f"{found}\n"


def test_a_policy_ends_the_job_at_once(cluster: Cluster) -> None:
    text = """
    version: 1.1
    kind: component
    name: fatal
    termination:
      maxRetries: 3
      podFailurePolicy:
        rules: [{action: FailJob, onExitCodes: {containerName: main, operator: In, values: [42]}}]
    run: {kind: job, container: {image: any, command: [sh, -c, "exit 42"]}}
    """
    cluster.apply(manifest(text))
    failed = cluster.wait("Job", "fatal", "Failed")
    assert failed["status"]["conditions"][-1]["reason"] == "PodFailurePolicy"
    assert len(cluster.pods("fatal")) == 1


def test_a_schedule_makes_jobs_that_run(cluster: Cluster) -> None:
    text = """
    version: 1.1
    kind: operation
    name: nightly
    schedule: {kind: cron, cron: "0 0 1 1 *"}
    component:
      run: {kind: job, container: {image: any, command: [echo, "{{ globals.uuid }}"]}}
    """
    cluster.apply(manifest(text))
    where = f"--namespace={cluster.namespace}"
    done = cluster.server.kubectl("create", "job", "now", "--from=cronjob/nightly", where)
    assert done.returncode == 0, done.stderr
    job = cluster.wait("Job", "now", "Complete")
    [pod] = cluster.pods("now")
    assert cluster.logs(pod) == job["metadata"]["uid"] + "\n"


def test_a_service_answers(cluster: Cluster) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    text = f"""
    version: 1.1
    kind: component
    name: web
    run:
      kind: service
      ports: [{port}]
      container:
        image: any
        command: [python3, -m, http.server, "{{{{ globals.ports[0] }}}}"]
        workingDir: /etc
        readinessProbe: {{httpGet: {{path: /hosts, port: {port}}}, periodSeconds: 1}}
    """
    cluster.apply(manifest(text))
    cluster.wait("Deployment", "web", "Available")
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/hosts", timeout=5) as answer:
        assert b"localhost" in answer.read()
