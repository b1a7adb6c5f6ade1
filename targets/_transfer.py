"""Turns a transfer step into the container that copies files of a store into the pod."""

from __future__ import annotations

from typing import Any

from pxc.ir.node import Template
from pxc.ir.pod import Copy, TransferStep
from pxc.targets._data import Place, Values
from pxc.targets._store import Remote, remote_of, store_script

__all__ = ["TRANSFER_SCRIPT", "transfer_container"]

# Arguments in threes: what the author says it is, from, to. Each is looked up first, so that a
# wrong name fails here rather than as an empty directory later: in a bucket any prefix is a
# directory, and one that nothing is below is not there.
TRANSFER_SCRIPT = """\
while test "$#" -ge 3; do
  kind=$1 from=$2 to=$3
  shift 3
  case "/$from/" in */../*) fail "$from leads out of the connection" ;; esac
  found=`move lsjson --stat -- "$from"` || found=
  case "$from $found" in
  store:*'"IsDir": true'*)
    names=`move lsf -- "$from"`
    test -n "$names" || found=
    ;;
  esac
  case "$kind:$found" in
  resume:) continue ;;
  *:) fail "there is no $from" ;;
  file:*'"IsDir": true'*) fail "$from is a directory, not a file" ;;
  *'"IsDir": true'*) move copy --create-empty-src-dirs --copy-links -- "$from" "$to" ;;
  dir:*) fail "$from is a file, not a directory" ;;
  *) move copyto --copy-links -- "$from" "$to" ;;
  esac
  echo "files: $from -> $to"
done
"""


def transfer_container(
    step: TransferStep, name: str, image: str, values: Values, place: Place
) -> dict[str, Any]:
    """The container, without its volume mounts and what its connection brings."""
    store = step.attachment.store
    assert store is not None
    remote = remote_of(store)
    arguments: list[str] = []
    for copy in step.copies:
        arguments += _triple(copy, remote, values, place)
    env = dict(remote.env)
    workers = values.text(step.workers, place.at(f"{place.field}.artifacts.workers"))
    if workers:
        env["RCLONE_TRANSFERS"] = workers
    if step.left_out:
        env["RCLONE_EXCLUDE"] = step.left_out
    container: dict[str, Any] = {
        "name": name,
        "image": image,
        "command": ["sh", "-ceu", store_script(store) + TRANSFER_SCRIPT, "files"],
        "args": arguments,
    }
    if env:
        container["env"] = [{"name": key, "value": value} for key, value in env.items()]
    return container


def _triple(copy: Copy, remote: Remote, values: Values, place: Place) -> list[str]:
    """One copy as arguments; a run-time value in a path is expanded by the kubelet."""
    source = values.text(copy.source, place.at(f"{place.field}.paths", expands=True)) or ""
    target = values.text(copy.target, place.at(f"{place.field}.paths", expands=True)) or ""
    if ".." in source.split("/") and not isinstance(copy.source, Template):
        values.report.add(
            "PXC116",
            f"`{source}` leads out of the connection",
            copy.source.span,
            help="paths are relative to the connection and stay inside it",
        )
    return [copy.kind, remote.path(source), target]
