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
    dag_id="code",
    description="The code of a release",
    schedule=None,
    catchup=False,
    tags=["git", "code"],
    default_args={"retries": 0, "retry_delay": timedelta(seconds=10)},
    user_defined_macros={"run_uuid": run_uuid},
):
    OutputsOperator(
        task_id="code",
        name="code",
        pod_template_dict={
            "metadata": {
                "labels": {
                    "app.kubernetes.io/name": "code",
                    "app.kubernetes.io/managed-by": "pxc",
                    "pxc.dev/operation": "code",
                },
            },
            "spec": {
                "restartPolicy": "Never",
                "securityContext": {
                    "runAsNonRoot": True,
                    "runAsUser": 1000,
                    "runAsGroup": 1000,
                    "fsGroup": 1000,
                    "seccompProfile": {"type": "RuntimeDefault"},
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
                                    'if test -n "${POLYAXON_GIT_CREDENTIALS:-}"; then\n'
                                    '  case "$POLYAXON_GIT_CREDENTIALS" in\n'
                                    "  *:*) PXC_GIT_USER=${POLYAXON_GIT_CREDENTIALS%%:*} ;;\n"
                                    "  *) PXC_GIT_USER=oauth2 ;;\n"
                                    "  esac\n"
                                    "  PXC_GIT_PASSWORD=${POLYAXON_GIT_CREDENTIALS#*:}\n"
                                    "  export PXC_GIT_USER PXC_GIT_PASSWORD\n"
                                    "  export GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=credential.helper\n"
                                    '  export GIT_CONFIG_VALUE_0=\'!answer() { test "$1" != get || printf "username=%s\\npassword=%s\\n" "$PXC_GIT_USER" "$PXC_GIT_PASSWORD"; }; answer\'\n'
                                    "fi\n"
                                    'if test -n "${POLYAXON_SSH_PATH:-}"; then\n'
                                    "  key=$POLYAXON_SSH_PATH/${POLYAXON_SSH_PRIVATE_KEY:-id_rsa}\n"
                                    '  test -f "$key" || fail "there is no ssh key $key"\n'
                                    "  umask 077\n"
                                    '  cp "$key" /tmp/ssh-key\n'
                                    "  umask 022\n"
                                    '  export GIT_SSH_COMMAND="ssh -i /tmp/ssh-key -o IdentitiesOnly=yes -o StrictHostKeyChecking=accept-new"\n'
                                    "fi\n"
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
                        "args": ["--depth=1"],
                        "envFrom": [{"secretRef": {"name": "git-token"}}],
                        "env": [
                            {"name": "PXC_RUN_UUID", "value": "{{ run_uuid(ti) }}"},
                            {
                                "name": "PXC_GIT_URL",
                                "value": "https://git.example.com/vision.git",
                            },
                            {"name": "PXC_GIT_REVISION", "value": "v1.4"},
                            {
                                "name": "PXC_GIT_DIRECTORY",
                                "value": "/plx-context/artifacts/$(PXC_RUN_UUID)/outputs/code/vision",
                            },
                            {"name": "GIT_TERMINAL_PROMPT", "value": "0"},
                            {"name": "HOME", "value": "/tmp"},
                        ],
                        "volumeMounts": [
                            {"name": "xcom", "mountPath": "/plx-context/artifacts"},
                            {
                                "name": "xcom",
                                "mountPath": "/plx-context/outputs",
                                "subPathExpr": "$(PXC_RUN_UUID)/outputs",
                            },
                        ],
                    },
                ],
                "containers": [
                    {
                        "name": "main",
                        "image": "alpine/git:v2.49.1",
                        "command": ["sh", "-ec"],
                        "args": [
                            'git -C "$CODE"/* rev-parse HEAD > "$PXC_OUTPUTS_DIR/commit"',
                        ],
                        "env": [
                            {"name": "PXC_RUN_UUID", "value": "{{ run_uuid(ti) }}"},
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
                                "name": "CODE",
                                "value": "/plx-context/artifacts/$(PXC_RUN_UUID)/outputs/code",
                            },
                        ],
                        "resources": {"requests": {"cpu": "50m", "memory": "64Mi"}},
                        "volumeMounts": [
                            {"name": "xcom", "mountPath": "/plx-context/artifacts"},
                            {
                                "name": "xcom",
                                "mountPath": "/plx-context/outputs",
                                "subPathExpr": "$(PXC_RUN_UUID)/outputs",
                            },
                            {"name": "xcom", "mountPath": "/plx-context/offline/runs"},
                            {"name": "shm", "mountPath": "/dev/shm"},
                        ],
                        "securityContext": {
                            "allowPrivilegeEscalation": False,
                            "capabilities": {"drop": ["ALL"]},
                        },
                    },
                ],
                "volumes": [{"name": "shm", "emptyDir": {"medium": "Memory"}}],
            },
        },
        base_container_name="main",
        do_xcom_push=True,
        outputs=["commit"],
        doc_md="The code of a release",
        retries=2,
        active_deadline_seconds=3600,
        execution_timeout=timedelta(seconds=3900),
    )
