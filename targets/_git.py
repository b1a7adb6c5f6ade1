"""Turns a git step into the container that checks the repository out."""

from __future__ import annotations

from typing import Any

from pxc.diagnostics import Report
from pxc.ir.node import Lit, Scalar
from pxc.ir.plan import GitStep
from pxc.targets._data import Place, Values

__all__ = ["GIT_IMAGE", "GIT_SCRIPT", "git_container"]

GIT_IMAGE = "alpine/git:v2.49.1"
"""The one image of ours: any image with `git` and a POSIX `sh` can stand here."""

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


def git_container(step: GitStep, name: str, values: Values, place: Place) -> dict[str, Any]:
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
        "PXC_GIT_DIRECTORY": step.destination,
        "GIT_TERMINAL_PROMPT": "0",  # a question nobody answers would hold the run forever
        "HOME": "/tmp",
    }
    return {
        "name": name,
        "image": GIT_IMAGE,
        "command": ["sh", "-ceu", GIT_SCRIPT, "git"],
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
            found.extend(_words(text, node, values.report))
    return found


def _words(text: str, node: Scalar, report: Report) -> list[str]:
    import shlex

    try:
        return shlex.split(text)
    except ValueError:
        report.add(
            "PXC116",
            f"the quotes in the git flag `{text}` do not match",
            node.span,
            help="close the quote",
        )
        return []
