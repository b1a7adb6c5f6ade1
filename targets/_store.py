"""Turns a store of the catalog into the remote and the environment that rclone reads it by."""

from __future__ import annotations

from msgspec import Struct

from pxc.ir.pod import Store

__all__ = ["Remote", "remote_of", "store_script"]

# Credentials come from the variables that the connection's secret brings under their usual names;
# rclone gets them under its own. Nothing that an author wrote is part of a script. It has neither
# `$(` nor two dollar signs in a row, because the kubelet gives both a meaning. For Azure rclone
# takes the identity of the machine before any key, unless it is told not to.
_FAIL = 'fail() { echo "files: $1" >&2; exit 65; }\n'
_SAY = 'say() { if test -n "$2"; then export "RCLONE_CONFIG_STORE_$1=$2"; fi; }\n'
_MOVE = 'move() { rclone --config "" "$@"; }\n'
_CREDENTIALS = {
    "s3": """\
endpoint=${AWS_ENDPOINT_URL_S3:-${AWS_ENDPOINT_URL:-}}
say ENDPOINT "$endpoint"
if test -n "$endpoint"; then say PROVIDER Other; else say PROVIDER AWS; fi
say REGION "${AWS_REGION:-${AWS_DEFAULT_REGION:-}}"
""",
    "gcs": """\
say SERVICE_ACCOUNT_CREDENTIALS "${GC_KEYFILE_DICT:-${GOOGLE_KEYFILE_DICT:-}}"
say SERVICE_ACCOUNT_FILE "${GC_KEY_PATH:-${GOOGLE_APPLICATION_CREDENTIALS:-}}"
""",
    "wasb": """\
say ACCOUNT "${AZURE_ACCOUNT_NAME:-${AZURE_STORAGE_ACCOUNT:-${PXC_AZURE_ACCOUNT:-}}}"
key=${AZURE_ACCOUNT_KEY:-${AZURE_STORAGE_KEY:-}}
whole=${AZURE_CONNECTION_STRING:-${AZURE_STORAGE_CONNECTION_STRING:-}}
say KEY "$key"
say CONNECTION_STRING "$whole"
if test -n "$key$whole"; then say ENV_AUTH false; fi
""",
}


def store_script(store: Store) -> str:
    """The head of a script that moves files of this store: `move` is rclone, `fail` ends it."""
    credentials = _CREDENTIALS.get(store.kind)
    return _FAIL + (_SAY + credentials if credentials else "") + _MOVE


_TYPES = {"s3": "s3", "gcs": "google cloud storage", "wasb": "azureblob"}


class Remote(Struct, frozen=True):
    """Where rclone finds a store: the root of every path in it, and the variables it needs."""

    root: str
    env: dict[str, str]

    def path(self, inner: str) -> str:
        """A path in the store."""
        inner = inner.strip("/")
        return f"{self.root.rstrip('/')}/{inner}" if inner else self.root


def remote_of(store: Store) -> Remote:
    """The remote of a store; a volume is an ordinary directory, where it is mounted.

    A bucket's address may have any of the usual schemes (`s3://`, `gs://`, `wasbs://`), or none.
    """
    if store.kind not in _TYPES:
        return Remote(store.path, {})
    env = {"RCLONE_CONFIG_STORE_TYPE": _TYPES[store.kind], "RCLONE_CONFIG_STORE_ENV_AUTH": "true"}
    bucket = store.path.partition("://")[2] or store.path
    if store.kind == "s3":
        env["RCLONE_CONFIG_STORE_NO_CHECK_BUCKET"] = "true"
    elif store.kind == "gcs":
        env["RCLONE_CONFIG_STORE_BUCKET_POLICY_ONLY"] = "true"
        env["RCLONE_CONFIG_STORE_NO_CHECK_BUCKET"] = "true"
    else:
        host, _, inner = bucket.partition("/")
        container, _, account = host.partition("@")
        if account:
            env["PXC_AZURE_ACCOUNT"] = account.partition(".")[0]
        bucket = f"{container}/{inner}".rstrip("/")
    return Remote(f"store:{bucket}", env)
