# Written by pxc 0.1.0 from polyaxonfile.yaml: change that file, not this one.
from datetime import timedelta

from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
from airflow.providers.common.compat.sdk import DAG, literal

ENV = [
    {"name": "PXC_RUN_UUID", "value": "8aac02e3a62a4f0aaa257c59da5eab80"},
    {"name": "RCLONE_CONFIG_STORE_TYPE", "value": "s3"},
    {"name": "RCLONE_CONFIG_STORE_ENV_AUTH", "value": "true"},
    {"name": "RCLONE_CONFIG_STORE_NO_CHECK_BUCKET", "value": "true"},
]
VOLUME_MOUNTS = [{"name": "artifacts-context", "mountPath": "/plx-context/artifacts"}]


with DAG(
    dag_id="train-resume-8aac02e3a62a4f0aaa257c59da5eab80-2",
    max_active_runs=1,
    schedule=None,
    catchup=False,
    default_args={"retries": 0, "retry_delay": timedelta(seconds=10)},
):
    KubernetesPodOperator(
        task_id="train",
        name="train",
        pod_template_dict={
            "metadata": {
                "labels": {
                    "app.kubernetes.io/name": "train",
                    "app.kubernetes.io/managed-by": "pxc",
                    "pxc.dev/operation": "train",
                },
            },
            "spec": {
                "restartPolicy": "Never",
                "terminationGracePeriodSeconds": 300,
                "initContainers": [
                    {
                        "name": "resume",
                        "image": "rclone/rclone:1.75.1",
                        "command": [
                            "sh",
                            "-ceu",
                            literal(
                                (
                                    'fail() { echo "files: $1" >&2; exit 65; }\n'
                                    'say() { if test -n "$2"; then export "RCLONE_CONFIG_STORE_$1=$2"; fi; }\n'
                                    "endpoint=${AWS_ENDPOINT_URL_S3:-${AWS_ENDPOINT_URL:-}}\n"
                                    'say ENDPOINT "$endpoint"\n'
                                    'if test -n "$endpoint"; then say PROVIDER Other; else say PROVIDER AWS; fi\n'
                                    'say REGION "${AWS_REGION:-${AWS_DEFAULT_REGION:-}}"\n'
                                    'move() { rclone --config "" "$@"; }\n'
                                    'while test "$#" -ge 3; do\n'
                                    "  kind=$1 from=$2 to=$3\n"
                                    "  shift 3\n"
                                    '  case "/$from/" in */../*) fail "$from leads out of the connection" ;; esac\n'
                                    '  found=`move lsjson --stat -- "$from"` || found=\n'
                                    '  case "$from $found" in\n'
                                    "  store:*'\"IsDir\": true'*)\n"
                                    '    names=`move lsf -- "$from"`\n'
                                    '    test -n "$names" || found=\n'
                                    "    ;;\n"
                                    "  esac\n"
                                    '  case "$kind:$found" in\n'
                                    "  resume:) continue ;;\n"
                                    '  *:) fail "there is no $from" ;;\n'
                                    '  file:*\'"IsDir": true\'*) fail "$from is a directory, not a file" ;;\n'
                                    '  *\'"IsDir": true\'*) move copy --create-empty-src-dirs --copy-links -- "$from" "$to" ;;\n'
                                    '  dir:*) fail "$from is a file, not a directory" ;;\n'
                                    '  *) move copyto --copy-links -- "$from" "$to" ;;\n'
                                    "  esac\n"
                                    '  echo "files: $from -> $to"\n'
                                    "done\n"
                                ),
                            ),
                            "resume",
                        ],
                        "args": [
                            "dir",
                            "store:acme-runs/ml/$(PXC_RUN_UUID)",
                            "/plx-context/artifacts/$(PXC_RUN_UUID)",
                        ],
                        "envFrom": [{"secretRef": {"name": "s3-keys"}}],
                        "env": ENV,
                        "volumeMounts": VOLUME_MOUNTS,
                    },
                    {
                        "name": "results",
                        "image": "rclone/rclone:1.75.1",
                        "command": [
                            "sh",
                            "-ceu",
                            literal(
                                (
                                    'fail() { echo "files: $1" >&2; exit 65; }\n'
                                    'say() { if test -n "$2"; then export "RCLONE_CONFIG_STORE_$1=$2"; fi; }\n'
                                    "endpoint=${AWS_ENDPOINT_URL_S3:-${AWS_ENDPOINT_URL:-}}\n"
                                    'say ENDPOINT "$endpoint"\n'
                                    'if test -n "$endpoint"; then say PROVIDER Other; else say PROVIDER AWS; fi\n'
                                    'say REGION "${AWS_REGION:-${AWS_DEFAULT_REGION:-}}"\n'
                                    'move() { rclone --config "" "$@"; }\n'
                                    "run=$1 to=$2 seconds=$3\n"
                                    "stop= pause=\n"
                                    'trap \'stop=1; test -z "$pause" || kill "$pause" 2>/dev/null || :\' TERM INT\n'
                                    ": >/tmp/results-stand\n"
                                    "upload() {\n"
                                    '  test -d "$run" || return 0\n'
                                    '  move copy --create-empty-src-dirs --copy-links -- "$run" "$to"\n'
                                    "}\n"
                                    'while test -z "$stop"; do\n'
                                    '  sleep "$seconds" & pause=$!\n'
                                    '  test -z "$stop" || kill "$pause" 2>/dev/null || :\n'
                                    '  wait "$pause" || :\n'
                                    '  test -n "$stop" || upload || echo "results: this upload failed, the next may not" >&2\n'
                                    "done\n"
                                    "for pause in 1 2 4 8 16 0; do\n"
                                    '  if upload; then echo "results: $run -> $to"; exit 0; fi\n'
                                    '  sleep "$pause"\n'
                                    "done\n"
                                    'echo "results: what is in $run was not kept in $to" >/dev/termination-log\n'
                                    'fail "what is in $run was not kept in $to"\n'
                                ),
                            ),
                            "results",
                        ],
                        "args": [
                            "/plx-context/artifacts/$(PXC_RUN_UUID)",
                            "store:acme-runs/ml/$(PXC_RUN_UUID)",
                            "30",
                        ],
                        "envFrom": [{"secretRef": {"name": "s3-keys"}}],
                        "env": ENV,
                        "resources": {"requests": {"cpu": "100m", "memory": "64Mi"}},
                        "restartPolicy": "Always",
                        "volumeMounts": VOLUME_MOUNTS,
                        "startupProbe": {
                            "exec": {"command": ["test", "-e", "/tmp/results-stand"]},
                            "periodSeconds": 1,
                            "failureThreshold": 300,
                        },
                    },
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
                                "value": "https://github.com/acme/trainer",
                            },
                            {"name": "PXC_GIT_REVISION", "value": "v3"},
                            {
                                "name": "PXC_GIT_DIRECTORY",
                                "value": "/plx-context/artifacts/trainer",
                            },
                            {"name": "GIT_TERMINAL_PROMPT", "value": "0"},
                            {"name": "HOME", "value": "/tmp"},
                        ],
                        "volumeMounts": VOLUME_MOUNTS,
                    },
                ],
                "containers": [
                    {
                        "name": "main",
                        "image": "python:3.12-slim",
                        "command": ["python", "train.py"],
                        "args": [
                            "--checkpoints=/plx-context/artifacts/8aac02e3a62a4f0aaa257c59da5eab80/outputs/checkpoints",
                            "--run=8aac02e3a62a4f0aaa257c59da5eab80",
                            "--continues=8aac02e3a62a4f0aaa257c59da5eab80",
                            "--go=2",
                        ],
                        "env": [
                            {
                                "name": "PXC_RUN_UUID",
                                "value": "8aac02e3a62a4f0aaa257c59da5eab80",
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
                        ],
                        "volumeMounts": [
                            {
                                "name": "artifacts-context",
                                "mountPath": "/plx-context/artifacts",
                            },
                            {
                                "name": "artifacts-context",
                                "mountPath": "/plx-context/outputs",
                                "subPathExpr": "$(PXC_RUN_UUID)/outputs",
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
