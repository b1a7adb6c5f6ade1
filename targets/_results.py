"""Turns the results of a pod into the sidecar that keeps them and the step that resumes them."""

from __future__ import annotations

from typing import Any

from pxc.ir.pod import Results
from pxc.options import Runtime
from pxc.targets._store import remote_of, store_script
from pxc.targets._transfer import TRANSFER_SCRIPT

__all__ = ["RESULTS_SCRIPT", "results_container", "resume_container"]

# A native sidecar is told to end when the main container has ended, however it did: with success,
# with a failure, out of memory, or because the pod is deleted. Only then is everything written,
# so the upload that counts is the one after the signal. A hook before the stop of the main
# container would not do: the kubelet runs none for a container that ends by itself. The startup
# probe holds the main container back until the signal would be heard: the first process of a
# container is deaf to a signal that it has no trap for. A signal that comes just before `wait`
# would wait with it; so the trap ends the pause, and so does the line before `wait` where the trap
# ran too early to know it.
RESULTS_SCRIPT = """\
run=$1 to=$2 seconds=$3
stop= pause=
trap 'stop=1; test -z "$pause" || kill "$pause" 2>/dev/null || :' TERM INT
: >/tmp/results-stand
upload() {
  test -d "$run" || return 0
  move copy --create-empty-src-dirs --copy-links -- "$run" "$to"
}
while test -z "$stop"; do
  sleep "$seconds" & pause=$!
  test -z "$stop" || kill "$pause" 2>/dev/null || :
  wait "$pause" || :
  test -n "$stop" || upload || echo "results: this upload failed, the next may not" >&2
done
for pause in 1 2 4 8 16 0; do
  if upload; then echo "results: $run -> $to"; exit 0; fi
  sleep "$pause"
done
echo "results: what is in $run was not kept in $to" >/dev/termination-log
fail "what is in $run was not kept in $to"
"""


def results_container(
    results: Results, name: str, uuid: str, run: str, runtime: Runtime
) -> dict[str, Any]:
    """The sidecar, without its mounts and what its connection brings.

    `uuid` is the run's as the pod says it, `run` its own directory in this container.
    """
    return _container(
        results,
        name,
        runtime.images.rclone,
        RESULTS_SCRIPT,
        [run, _kept_at(results, uuid), str(runtime.upload_interval)],
    ) | {
        "resources": {"requests": {"cpu": "100m", "memory": "64Mi"}},
        "startupProbe": {
            "exec": {"command": ["test", "-e", "/tmp/results-stand"]},
            "periodSeconds": 1,
            "failureThreshold": 300,
        },
    }


def resume_container(
    results: Results, name: str, uuid: str, run: str, runtime: Runtime
) -> dict[str, Any]:
    """The step that brings back what an earlier try of the run has kept.

    Of an earlier run that is resumed by its name it must be there.
    """
    arguments = ["dir" if results.required else "resume", _kept_at(results, uuid), run]
    return _container(results, name, runtime.images.rclone, TRANSFER_SCRIPT, arguments)


def _kept_at(results: Results, uuid: str) -> str:
    store = results.attachment.store
    assert store is not None
    return remote_of(store).path(uuid)


def _container(
    results: Results, name: str, image: str, script: str, arguments: list[str]
) -> dict[str, Any]:
    store = results.attachment.store
    assert store is not None
    container: dict[str, Any] = {
        "name": name,
        "image": image,
        "command": ["sh", "-ceu", store_script(store) + script, name],
        "args": arguments,
    }
    env = remote_of(store).env
    if env:
        container["env"] = [{"name": key, "value": value} for key, value in env.items()]
    return container
