"""Pods that really run: Jobs before the real controllers and scheduler."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.engines.api_server import ApiServer, Refused
from tests.engines.cluster import Cluster
from tests.engines.kubelet import Kubelet


def job(name: str, pod: str, **spec: object) -> str:
    """A Job from the body of its pod and fields of its own."""
    fields = "".join(f"  {key}: {value}\n" for key, value in spec.items())
    body = "".join(f"      {line}\n" for line in pod.strip("\n").splitlines())
    return (
        f"apiVersion: batch/v1\nkind: Job\nmetadata: {{name: {name}}}\nspec:\n{fields}"
        f"  template:\n    spec:\n{body}"
    )


def test_init_container_code_secret_and_shared_folder(cluster: Cluster) -> None:
    cluster.secret("key", {"token": "s3cret"})
    cluster.config_map("code", {"main.sh": "cat /work/prepared; echo token=$TOKEN on $WHO"})
    data = cluster.claim("data")
    pod = """
restartPolicy: Never
initContainers:
  - name: prepare
    image: any
    command: [sh, -c, "echo prepared by $(WHO) > /work/prepared"]
    env: [{name: WHO, value: init}]
    volumeMounts: [{name: work, mountPath: /work}]
containers:
  - name: main
    image: any
    command: [sh, -c]
    args: ["sh /code/main.sh | tee /data/$(RUN)/out; pwd; ls /data"]
    workingDir: /work/deep/down
    env:
      - {name: TOKEN, valueFrom: {secretKeyRef: {name: key, key: token}}}
      - {name: RUN, valueFrom: {fieldRef: {fieldPath: "metadata.labels['job-name']"}}}
      - {name: WHO, value: "$(RUN)/$$(RUN)/$(NOBODY)"}
    volumeMounts:
      - {name: work, mountPath: /work}
      - {name: code, mountPath: /code, readOnly: true}
      - {name: data, mountPath: /data}
      - {name: data, mountPath: /data/train, subPathExpr: $(RUN)}
volumes:
  - {name: work, emptyDir: {}}
  - {name: code, configMap: {name: code}}
  - {name: data, persistentVolumeClaim: {claimName: data}}
"""
    cluster.apply(job("train", pod))
    cluster.wait("Job", "train", "Complete")
    [run] = cluster.pods("train")
    said = "prepared by init\ntoken=s3cret on train/$(RUN)/$(NOBODY)\n"
    assert cluster.logs(run) == f"{said}/work/deep/down\ntrain\n"
    assert (data / "train" / "out").read_text() == said


def container(script: str, more: str = "") -> str:
    return f"""
restartPolicy: Never
terminationGracePeriodSeconds: 2
containers:
  - name: main
    image: any
    command: [sh, -c, {script!r}]
{more}"""


@pytest.fixture(scope="module", autouse=True)
def broken(running_cluster: tuple[ApiServer, Kubelet]) -> Iterator[Cluster]:
    """A Job that fails; its tries are half a minute apart, so it begins before all other tests."""
    made = Cluster(*running_cluster, "broken")
    made.apply(job("broken", container("echo try; exit 3"), backoffLimit=2))
    yield made
    made.close()


def test_a_deadline(cluster: Cluster) -> None:
    cluster.apply(job("slow", container("exec sleep 600"), activeDeadlineSeconds=2))
    failed = cluster.wait("Job", "slow", "Failed")
    assert failed["status"]["conditions"][-1]["reason"] == "DeadlineExceeded"


def test_an_indexed_job(cluster: Cluster) -> None:
    out = cluster.claim("out")
    more = """\
    volumeMounts: [{name: out, mountPath: /out}]
volumes: [{name: out, persistentVolumeClaim: {claimName: out}}]
subdomain: many
"""
    script = "hostname > /out/$JOB_COMPLETION_INDEX"
    fields = {"completions": 6, "parallelism": 3, "completionMode": "Indexed"}
    cluster.apply(job("many", container(script, more), **fields))
    done = cluster.wait("Job", "many", "Complete")
    assert done["status"]["completedIndexes"] == "0-5"
    assert {p.name: p.read_text().strip() for p in out.iterdir()} == {
        str(i): f"many-{i}" for i in range(6)
    }


def test_a_native_sidecar_is_up_before_the_main_container_and_ends_after_it(
    cluster: Cluster,
) -> None:
    pod = """
restartPolicy: Never
initContainers:
  - name: sidecar
    image: any
    restartPolicy: Always
    command: [sh, -c]
    args:
      - |
        test -e /work/tried || { touch /work/tried; exit 1; }
        trap 'echo stopping; cat /work/done; exit 0' TERM
        echo up > /work/up
        while :; do sleep 0.1; done
    startupProbe: {exec: {command: [test, -e, /work/up]}, periodSeconds: 1}
    volumeMounts: [{name: work, mountPath: /work}]
containers:
  - name: main
    image: any
    command: [sh, -c, "cat /work/up; echo finished > /work/done"]
    volumeMounts: [{name: work, mountPath: /work}]
volumes: [{name: work, emptyDir: {medium: Memory}}]
"""
    cluster.apply(job("pair", pod))
    cluster.wait("Job", "pair", "Complete")
    [run] = cluster.pods("pair")
    assert cluster.logs(run) == "up\n"
    assert cluster.logs(run, "sidecar") == "stopping\nfinished\n"
    [sidecar] = run["status"]["initContainerStatuses"]
    assert sidecar["restartCount"] == 1
    assert sidecar["state"]["terminated"]["exitCode"] == 0


def test_deleting_a_pod_runs_its_hook_and_gives_it_time(cluster: Cluster) -> None:
    out = cluster.host_path("/out")
    more = """\
    lifecycle: {preStop: {exec: {command: [sh, -c, "echo hook >> /out/said"]}}}
    readinessProbe: {exec: {command: [test, -e, /out/said]}, periodSeconds: 1}
    volumeMounts: [{name: out, mountPath: /out}]
volumes: [{name: out, hostPath: {path: /out}}]
"""
    script = 'trap "echo term >> /out/said; exit 0" TERM; echo up > /out/said; while :; do sleep 0.1; done'
    text = "apiVersion: v1\nkind: Pod\nmetadata: {name: served}\nspec:\n"
    cluster.apply(text + "".join(f"  {line}\n" for line in container(script, more).splitlines()))
    cluster.wait("Pod", "served", "Ready")
    cluster.delete("Pod", "served")
    cluster.wait("Pod", "served", "Deleted")
    assert (out / "said").read_text() == "up\nhook\nterm\n"


def test_more_gpus_than_there_are(cluster: Cluster) -> None:
    more = "    resources: {limits: {nvidia.com/gpu: 64}}"
    cluster.apply(job("huge", container("true", more)))
    for _ in range(100):
        said = [e for e in cluster.events("huge-") if e.startswith("FailedScheduling")]
        if said:
            break
        time.sleep(0.1)
    assert "Insufficient nvidia.com/gpu" in said[0]


def test_what_is_missing_is_waited_for(cluster: Cluster) -> None:
    more = "    envFrom: [{secretRef: {name: later}, prefix: P_}]"
    cluster.apply(job("waits", container("echo $P_a", more)))
    for _ in range(100):
        pods = cluster.pods("waits")
        states = [s["state"] for p in pods for s in p["status"].get("containerStatuses", ())]
        if any(s.get("waiting", {}).get("reason") == "CreateContainerConfigError" for s in states):
            break
        time.sleep(0.1)
    cluster.secret("later", {"a": "1"})
    cluster.wait("Job", "waits", "Complete")
    assert cluster.logs(pods[0]) == "1\n"


def test_a_container_cannot_change_this_machine(cluster: Cluster) -> None:
    script = "echo x > /root/pxc-was-here; mkdir -p /var/run/pxc-was-here; ls /root/pxc-was-here"
    cluster.apply(job("alone", container(script)))
    cluster.wait("Job", "alone", "Complete")
    assert not Path("/root/pxc-was-here").exists()
    assert not Path("/run/pxc-was-here").exists()


def test_pods_restart_on_failure_and_find_each_other_by_name(cluster: Cluster) -> None:
    """Two ranks meet: the second comes up first, fails, and is started again."""
    script = (
        "if [ $JOB_COMPLETION_INDEX = 0 ]; then sleep 1; getent hosts meet-0.peers; else "
        "[ -e /out/tried ] || { touch /out/tried; exit 1; }; getent hosts meet-1.peers; fi"
    )
    more = """\
    volumeMounts: [{name: out, mountPath: /out}]
volumes: [{name: out, emptyDir: {}}]
subdomain: peers
"""
    fields = {"completions": 2, "parallelism": 2, "completionMode": "Indexed"}
    pod = container(script, more).replace("Policy: Never", "Policy: OnFailure")
    cluster.apply(job("meet", pod, **fields))
    cluster.wait("Job", "meet", "Complete")
    first, second = sorted(cluster.pods("meet"), key=lambda p: p["spec"]["hostname"])
    assert first["status"]["podIP"] in cluster.logs(first)
    assert second["status"]["podIP"] in cluster.logs(second)
    assert second["status"]["containerStatuses"][0]["restartCount"] == 1


@pytest.mark.parametrize("allowed", [True, False])
def test_a_pod_speaks_to_the_server_only_with_a_token(cluster: Cluster, allowed: bool) -> None:
    script = """
import os, ssl, urllib.request
folder = "/var/run/secrets/kubernetes.io/serviceaccount"
if not os.path.exists(folder):
    raise SystemExit("no token")
address = "https://" + os.environ["KUBERNETES_SERVICE_HOST"] + ":" + os.environ["KUBERNETES_SERVICE_PORT"]
token = {"Authorization": "Bearer " + open(folder + "/token").read()}
trust = ssl.create_default_context(cafile=folder + "/ca.crt")
request = urllib.request.Request(address + "/api/v1/namespaces/default", headers=token)
print(urllib.request.urlopen(request, context=trust).status)
"""
    cluster.config_map("code", {"ask.py": script})
    more = f"""\
    volumeMounts: [{{name: code, mountPath: /code}}]
volumes: [{{name: code, configMap: {{name: code}}}}]
automountServiceAccountToken: {str(allowed).lower()}
"""
    cluster.apply(job("asks", container("python3 /code/ask.py 2>&1", more), backoffLimit=0))
    cluster.wait("Job", "asks", "Complete" if allowed else "Failed")
    assert cluster.logs(cluster.pods("asks")[0]) == ("200\n" if allowed else "no token\n")


def test_a_field_that_a_server_does_not_know(cluster: Cluster) -> None:
    with pytest.raises(Refused, match="backofLimit"):
        cluster.apply(job("wrong", container("true"), backofLimit=2))


def test_retries_are_spent(broken: Cluster) -> None:
    failed = broken.wait("Job", "broken", "Failed", timeout=90)
    assert failed["status"]["conditions"][-1]["reason"] == "BackoffLimitExceeded"
    pods = broken.pods("broken")
    codes = [p["status"]["containerStatuses"][0]["state"]["terminated"]["exitCode"] for p in pods]
    assert codes == [3, 3, 3]
    assert [broken.logs(pod) for pod in pods] == ["try\n"] * 3
