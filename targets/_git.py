"""Turns a git step into the container that checks the repository out."""

from __future__ import annotations

from typing import Any

from pxc.ir.node import Lit, Scalar
from pxc.ir.pod import GitStep
from pxc.targets._data import Place, Values
from pxc.targets._git_flags import flag_words

__all__ = ["GIT_SCRIPT", "git_container"]

# Url, revision and directory come as variables and flags as arguments: nothing that an author
# wrote is ever part of the script. It has neither `$(` nor two dollar signs in a row, because the
# kubelet gives both a meaning.
GIT_SCRIPT = """\
fail() { echo "git: $1" >&2; exit 64; }
test -n "$PXC_GIT_URL" || fail "the url is empty"
case "$PXC_GIT_REVISION" in
-*) fail "a revision does not begin with a dash" ;;
esac
# An earlier try of this container may have left half a checkout behind.
if test -e "$PXC_GIT_DIRECTORY/.git"; then
  rm -rf "$PXC_GIT_DIRECTORY"/* "$PXC_GIT_DIRECTORY"/.[!.]* "$PXC_GIT_DIRECTORY"/..?*
fi
if test -z "$PXC_GIT_REVISION" || test "$PXC_GIT_REVISION" = HEAD; then
  exec git clone "$@" -- "$PXC_GIT_URL" "$PXC_GIT_DIRECTORY"
fi
git clone --no-checkout "$@" -- "$PXC_GIT_URL" "$PXC_GIT_DIRECTORY"
cd -- "$PXC_GIT_DIRECTORY"
known() { git rev-parse --quiet --verify "$1^{commit}" >/dev/null 2>&1; }
if known "refs/tags/$PXC_GIT_REVISION"; then
  git checkout --quiet --detach "refs/tags/$PXC_GIT_REVISION"
elif known "refs/remotes/origin/$PXC_GIT_REVISION"; then
  git checkout --quiet -B "$PXC_GIT_REVISION" "refs/remotes/origin/$PXC_GIT_REVISION"
elif known "$PXC_GIT_REVISION"; then
  git checkout --quiet --detach "$PXC_GIT_REVISION"
else
  # A shallow or single-branch clone does not have it yet; stay as shallow as the clone is.
  if test -f .git/shallow; then
    git fetch --quiet --depth=1 -- origin "$PXC_GIT_REVISION"
  else
    git fetch --quiet -- origin "$PXC_GIT_REVISION"
  fi
  git checkout --quiet --detach FETCH_HEAD
fi
if git config --get-all submodule.active >/dev/null; then
  git submodule update --init --recursive
fi
git log -1 --format="git: %H"
"""


# A token, or a user and a password with a colon between; git asks the helper, so that neither is
# ever an argument of a process or part of the URL.
_PASSWORD_SCRIPT = """\
if test -n "${POLYAXON_GIT_CREDENTIALS:-}"; then
  case "$POLYAXON_GIT_CREDENTIALS" in
  *:*) PXC_GIT_USER=${POLYAXON_GIT_CREDENTIALS%%:*} ;;
  *) PXC_GIT_USER=oauth2 ;;
  esac
  PXC_GIT_PASSWORD=${POLYAXON_GIT_CREDENTIALS#*:}
  export PXC_GIT_USER PXC_GIT_PASSWORD
  export GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=credential.helper
  export GIT_CONFIG_VALUE_0='!answer() { test "$1" != get || printf \
"username=%s\\npassword=%s\\n" "$PXC_GIT_USER" "$PXC_GIT_PASSWORD"; }; answer'
fi
"""

# ssh refuses a key that others may read, and files of a mounted secret can be read by others.
_KEY_SCRIPT = """\
if test -n "${POLYAXON_SSH_PATH:-}"; then
  key=$POLYAXON_SSH_PATH/${POLYAXON_SSH_PRIVATE_KEY:-id_rsa}
  test -f "$key" || fail "there is no ssh key $key"
  umask 077
  cp "$key" /tmp/ssh-key
  umask 022
  export GIT_SSH_COMMAND="ssh -i /tmp/ssh-key -o IdentitiesOnly=yes \
-o StrictHostKeyChecking=accept-new"
fi
"""


def _script(step: GitStep) -> str:
    """The script with what the connection's credentials need."""
    if step.attachment is None or not step.attachment.injections:
        return GIT_SCRIPT
    head, rest = GIT_SCRIPT.split("\n", 1)
    return f"{head}\n{_PASSWORD_SCRIPT}{_KEY_SCRIPT}{rest}"


def _key_directory(step: GitStep) -> str | None:
    """Where the ssh key of the connection's secret is mounted."""
    for injection in step.attachment.injections if step.attachment is not None else ():
        if injection.resource == "secret" and injection.mount_path is not None:
            return injection.mount_path
    return None


def git_container(
    step: GitStep, name: str, image: str, values: Values, place: Place
) -> dict[str, Any]:
    """The container, without its volume mounts."""
    url = values.text(step.url, place.at("git.url", expands=True)) or ""
    revision = _revision(step.revision, values, place)
    if isinstance(step.url, Lit) and not url:
        values.report.add(
            "PXC104", "`git` has no url", step.span, help="write `url:` or name a connection"
        )
    env = {
        "PXC_GIT_URL": url,
        "PXC_GIT_REVISION": revision,
        "PXC_GIT_DIRECTORY": values.path(step.destination, place.at("init.path")),
        "GIT_TERMINAL_PROMPT": "0",  # a question nobody answers would hold the run forever
        "HOME": "/tmp",
    }
    if step.attachment is not None and step.attachment.kind == "ssh":
        directory = _key_directory(step)
        if directory is not None:
            env["POLYAXON_SSH_PATH"] = directory
    return {
        "name": name,
        "image": image,
        "command": ["sh", "-ceu", _script(step), "git"],
        "args": _flags(step, values, place),
        "env": [{"name": key, "value": value} for key, value in env.items()],
    }


def _revision(node: Scalar | None, values: Values, place: Place) -> str:
    revision = values.text(node, place.at("git.revision", expands=True)) or ""
    if revision.startswith("-") and node is not None:
        values.report.add(
            "PXC116",
            f"`{revision}` is not a git revision",
            node.span,
            help="write a branch, a tag or a commit",
        )
    return revision


def _flags(step: GitStep, values: Values, place: Place) -> list[str]:
    """The arguments of `git clone`; one item may hold several, as in `-c http.sslVerify=false`."""
    found: list[str] = []
    for node in step.flags:
        text = values.text(node, place.at("git.flags", expands=True))
        if text:
            found.extend(flag_words(text, node, values.report))
    return found
