# Written by pxc 0.1.0 from polyaxonfile.yaml: change that file, not this one.
import json
from base64 import b64decode
from datetime import timedelta
from uuid import NAMESPACE_OID, uuid5

from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
from airflow.providers.common.compat.sdk import DAG, literal
from kubernetes.stream import stream


def run_uuid(ti, task_id=None, index=None):
    """The uuid of a run of a task: the same for all of its tries.

    Of a group, or with an empty id of the DAG itself, it is that of the whole run.
    """
    if index is None:
        index = ti.map_index if task_id is None else -1
    own = ti.task_id if task_id is None else task_id
    told = (ti.dag_id, ti.run_id, own, str(index))
    return uuid5(NAMESPACE_OID, "/".join(told)).hex


class OutputsOperator(KubernetesPodOperator):
    """A pod whose XCom is what its run left: files of outputs, else what it logged."""

    GATHER = (
        'cd /airflow/xcom && { printf \'{"run":"%s"\' "$(base64 "$0/run.plx.json")";'
        ' at=0; for name; do file=$0/outputs/$name; [ ! -f "$file" ] ||'
        ' printf \',"%s":"%s"\' $at "$(base64 "$file")"; at=$((at + 1)); done;'
        " echo '}'; } 2>/dev/null | tr -d '\\n' > return.json"
    )

    def __init__(self, *, outputs, **kwargs):
        super().__init__(**kwargs)
        self.outputs = outputs

    def extract_xcom(self, pod, **kwargs):
        told = [each for one in pod.spec.containers for each in one.env or ()]
        run = next(each.value for each in told if each.name == "PXC_RUN_UUID")
        stream(
            self.client.connect_get_namespaced_pod_exec,
            pod.metadata.name,
            pod.metadata.namespace,
            container="airflow-xcom-sidecar",
            command=["sh", "-c", self.GATHER, run, *self.outputs],
            stdin=False,
            stdout=True,
            stderr=True,
            tty=False,
        )
        left = super().extract_xcom(pod, **kwargs) or {}
        logged = json.loads(b64decode(left.get("run", "")) or "{}").get("outputs") or {}
        found = {}
        for at, name in enumerate(self.outputs):
            value = logged.get(name, "")
            if str(at) in left:
                value = b64decode(left[str(at)]).decode().removesuffix("\n")
            found[name] = value if isinstance(value, str) else json.dumps(value)
        return found


with DAG(
    dag_id="train",
    schedule=None,
    catchup=False,
    default_args={"retries": 0, "retry_delay": timedelta(seconds=10)},
    user_defined_macros={"run_uuid": run_uuid},
):
    ops = {}
    ops["train-build"] = OutputsOperator(
        task_id="train-build",
        name="train-build",
        pod_template_dict={
            "metadata": {
                "labels": {
                    "app.kubernetes.io/name": "train-build",
                    "app.kubernetes.io/managed-by": "pxc",
                    "pxc.dev/operation": "train-build",
                    "pxc.dev/dag": "train",
                },
                "annotations": {
                    "container.apparmor.security.beta.kubernetes.io/main": "unconfined",
                    "pxc.dev/tags": "build,image",
                },
            },
            "spec": {
                "restartPolicy": "Never",
                "securityContext": {
                    "runAsNonRoot": True,
                    "runAsUser": 1000,
                    "runAsGroup": 1000,
                    "fsGroup": 1000,
                },
                "initContainers": [
                    {
                        "name": "git-1",
                        "image": "alpine/git:v2.49.1",
                        "command": [
                            "sh",
                            "-ceu",
                            literal(
                                (
                                    'fail() { echo "git: $1" >&2; exit 64; }\n'
                                    'test -n "$PXC_GIT_URL" || fail "the url is empty"\n'
                                    'case "$PXC_GIT_REVISION" in\n'
                                    '-*) fail "a revision does not begin with a dash" ;;\n'
                                    "esac\n"
                                    "# An earlier try of this container may have left half a checkout behind.\n"
                                    'if test -e "$PXC_GIT_DIRECTORY/.git"; then\n'
                                    '  rm -rf "$PXC_GIT_DIRECTORY"/* "$PXC_GIT_DIRECTORY"/.[!.]* "$PXC_GIT_DIRECTORY"/..?*\n'
                                    "fi\n"
                                    'if test -z "$PXC_GIT_REVISION" || test "$PXC_GIT_REVISION" = HEAD; then\n'
                                    '  exec git clone "$@" -- "$PXC_GIT_URL" "$PXC_GIT_DIRECTORY"\n'
                                    "fi\n"
                                    'git clone --no-checkout "$@" -- "$PXC_GIT_URL" "$PXC_GIT_DIRECTORY"\n'
                                    'cd -- "$PXC_GIT_DIRECTORY"\n'
                                    'known() { git rev-parse --quiet --verify "$1^{commit}" >/dev/null 2>&1; }\n'
                                    'if known "refs/tags/$PXC_GIT_REVISION"; then\n'
                                    '  git checkout --quiet --detach "refs/tags/$PXC_GIT_REVISION"\n'
                                    'elif known "refs/remotes/origin/$PXC_GIT_REVISION"; then\n'
                                    '  git checkout --quiet -B "$PXC_GIT_REVISION" "refs/remotes/origin/$PXC_GIT_REVISION"\n'
                                    'elif known "$PXC_GIT_REVISION"; then\n'
                                    '  git checkout --quiet --detach "$PXC_GIT_REVISION"\n'
                                    "else\n"
                                    "  # A shallow or single-branch clone does not have it yet; stay as shallow as the clone is.\n"
                                    "  if test -f .git/shallow; then\n"
                                    '    git fetch --quiet --depth=1 -- origin "$PXC_GIT_REVISION"\n'
                                    "  else\n"
                                    '    git fetch --quiet -- origin "$PXC_GIT_REVISION"\n'
                                    "  fi\n"
                                    "  git checkout --quiet --detach FETCH_HEAD\n"
                                    "fi\n"
                                    "if git config --get-all submodule.active >/dev/null; then\n"
                                    "  git submodule update --init --recursive\n"
                                    "fi\n"
                                    'git log -1 --format="git: %H"\n'
                                ),
                            ),
                            "git",
                        ],
                        "env": [
                            {
                                "name": "PXC_GIT_URL",
                                "value": "https://git.example.com/vision.git",
                            },
                            {"name": "PXC_GIT_REVISION", "value": "v1.4"},
                            {
                                "name": "PXC_GIT_DIRECTORY",
                                "value": "/plx-context/artifacts/vision",
                            },
                            {"name": "GIT_TERMINAL_PROMPT", "value": "0"},
                            {"name": "HOME", "value": "/tmp"},
                        ],
                        "volumeMounts": [
                            {"name": "xcom", "mountPath": "/plx-context/artifacts"},
                        ],
                    },
                ],
                "containers": [
                    {
                        "name": "main",
                        "image": "moby/buildkit:v0.32.2-rootless",
                        "command": ["buildctl-daemonless.sh", "build"],
                        "args": [
                            "--frontend=dockerfile.v0",
                            "--local=context=/plx-context/artifacts/vision",
                            "--local=dockerfile=/plx-context/artifacts/vision",
                            "--opt=filename=Dockerfile",
                            "--output=type=image,push=true,name=registry.example.com/vision/default:$(PXC_RUN_UUID)",
                            "--metadata-file=/plx-context/artifacts/$(PXC_RUN_UUID)/outputs/metadata",
                            "--progress=plain",
                        ],
                        "env": [
                            {"name": "PXC_RUN_UUID", "value": "{{ run_uuid(ti) }}"},
                            {
                                "name": "POLYAXON_CONNECTIONS_CATALOG",
                                "value": '{"connections":[{"name":"images","kind":"registry","schema":{"url":"registry.example.com/vision"},"secret":{"name":"docker-config","mountPath":"/home/user/.docker","items":["config.json"]}}]}',
                            },
                            {
                                "name": "PXC_OUTPUTS_DIR",
                                "value": "/plx-context/artifacts/$(PXC_RUN_UUID)/outputs",
                            },
                            {"name": "POLYAXON_IS_OFFLINE", "value": "true"},
                            {"name": "POLYAXON_IS_MANAGED", "value": "true"},
                            {
                                "name": "POLYAXON_RUN_INSTANCE",
                                "value": "default.default.runs.$(PXC_RUN_UUID)",
                            },
                            {
                                "name": "POLYAXON_OFFLINE_ROOT",
                                "value": "/plx-context/offline",
                            },
                            {
                                "name": "BUILDKITD_FLAGS",
                                "value": "--oci-worker-no-process-sandbox",
                            },
                            {"name": "DOCKER_CONFIG", "value": "/home/user/.docker"},
                        ],
                        "resources": {"requests": {"cpu": "500m", "memory": "2Gi"}},
                        "volumeMounts": [
                            {
                                "name": "buildkit-state",
                                "mountPath": "/home/user/.local/share/buildkit",
                            },
                            {
                                "name": "docker-config",
                                "mountPath": "/home/user/.docker",
                                "readOnly": True,
                            },
                            {"name": "xcom", "mountPath": "/plx-context/artifacts"},
                            {
                                "name": "xcom",
                                "mountPath": "/plx-context/outputs",
                                "subPathExpr": "$(PXC_RUN_UUID)/outputs",
                            },
                            {"name": "xcom", "mountPath": "/plx-context/offline/runs"},
                            {"name": "shm", "mountPath": "/dev/shm"},
                        ],
                        "securityContext": {"seccompProfile": {"type": "Unconfined"}},
                    },
                ],
                "volumes": [
                    {"name": "buildkit-state", "emptyDir": {}},
                    {
                        "name": "docker-config",
                        "secret": {
                            "secretName": "docker-config",
                            "items": [{"key": "config.json", "path": "config.json"}],
                        },
                    },
                    {"name": "shm", "emptyDir": {"medium": "Memory"}},
                ],
            },
        },
        base_container_name="main",
        do_xcom_push=True,
        outputs=["metadata"],
        doc_md="Builds an image from a Dockerfile with BuildKit, not as root and without a daemon, and pushes it",
        retries=1,
        active_deadline_seconds=7200,
        execution_timeout=timedelta(seconds=7500),
    )
    train = KubernetesPodOperator(
        task_id="train",
        name="train",
        pod_template_dict={
            "metadata": {
                "labels": {
                    "app.kubernetes.io/name": "train",
                    "app.kubernetes.io/managed-by": "pxc",
                    "pxc.dev/operation": "train",
                    "pxc.dev/dag": "train",
                },
            },
            "spec": {
                "restartPolicy": "Never",
                "containers": [
                    {
                        "name": "main",
                        "image": 'registry.example.com/vision/default:{{ run_uuid(ti, "train-build") }}',
                        "command": ["python", "train.py"],
                        "env": [
                            {"name": "PXC_RUN_UUID", "value": "{{ run_uuid(ti) }}"},
                            {"name": "POLYAXON_IS_OFFLINE", "value": "true"},
                            {"name": "POLYAXON_IS_MANAGED", "value": "true"},
                            {
                                "name": "POLYAXON_RUN_INSTANCE",
                                "value": "default.default.runs.$(PXC_RUN_UUID)",
                            },
                            {
                                "name": "POLYAXON_OFFLINE_ROOT",
                                "value": "/plx-context/offline",
                            },
                        ],
                        "volumeMounts": [
                            {
                                "name": "artifacts-context",
                                "mountPath": "/plx-context/artifacts",
                            },
                            {
                                "name": "artifacts-context",
                                "mountPath": "/plx-context/offline/runs",
                            },
                            {"name": "shm", "mountPath": "/dev/shm"},
                        ],
                    },
                ],
                "volumes": [
                    {"name": "artifacts-context", "emptyDir": {}},
                    {"name": "shm", "emptyDir": {"medium": "Memory"}},
                ],
            },
        },
        base_container_name="main",
    )
    ops["train-build"] >> train
