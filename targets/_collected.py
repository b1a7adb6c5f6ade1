"""Turns the artifacts store of a distributed run into the pod that reads the run's outputs there.

The pods of an operator leave what they write in the store; nothing of it is in the resource. So a
pod behind it copies the files of the outputs into itself, where an engine reads them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from pxc.ir.plan import Unit
from pxc.options import Options
from pxc.targets._connections import Volumes, attach
from pxc.targets._container import Draft
from pxc.targets._context import run_directory
from pxc.targets._paths import CONTEXT_ROOT, OUTPUTS_MOUNT
from pxc.targets._pod import PodParts
from pxc.targets._resources import KEPT
from pxc.targets._store import remote_of, store_script
from pxc.targets._transfer import TRANSFER_SCRIPT

if TYPE_CHECKING:
    from pxc.targets.kubernetes.distributed import Made

__all__ = ["Collected", "collected", "untold"]

_AS_THE_POD = (
    "serviceAccountName", "nodeSelector", "affinity", "tolerations", "hostAliases",
    "imagePullSecrets", "dnsPolicy", "dnsConfig",
)  # fmt: skip
"""What a pod may need to reach the store: the account, the node and the network of the run."""

_TAKEN = frozenset(("tfjob", "pytorchjob", "xgbjob", "paddlejob", "mpijob"))
"""Kinds whose outputs are read from the artifacts store."""


def untold(unit: Unit) -> str:
    """The feature by which outputs of a unit are refused that nobody can read."""
    return "distributed.store" if unit.kind in _TAKEN else "distributed.outputs"


class Collected(Struct, frozen=True):
    """The pod that reads the outputs of a run: it copies what its arguments say.

    `kept` is the run's directory in the store, `path` that in the pod.
    """

    pod: PodParts
    kept: str
    path: str

    def copies(self, paths: Iterable[str]) -> list[str]:
        """The arguments by which the pod copies files; one that is not there is left out."""
        found = []
        for path in paths:
            inner = path.removeprefix(self.path)
            if inner == path:
                inner = f"/outputs{path.removeprefix(OUTPUTS_MOUNT)}"
            found += ["resume", f"{self.kept}{inner}", path]
        return found


def collected(
    made: Made, unit: Unit, options: Options, script: str = TRANSFER_SCRIPT
) -> Collected | None:
    """The pod, without what it copies; None for a run that keeps nothing before it has ended.

    `script` is what copies by its arguments, in threes.
    """
    keeping = next((m for m in made.gang.members if m.role.pod.results is not None), None)
    results = keeping.role.pod.results if keeping is not None else None
    values = made.gang.values
    run = run_directory(unit, values)
    is_kept = any(each["kind"] in KEPT for each in made.objects)
    if not is_kept or keeping is None or results is None or run is None:
        return None
    if results.attachment.store is None:
        return None
    remote = remote_of(results.attachment.store)
    env = [*run.env.values(), *({"name": k, "value": v} for k, v in remote.env.items())]
    container: dict[str, Any] = {
        "name": "main",
        "image": options.runtime.images.rclone,
        "command": ["sh", "-ceu", store_script(results.attachment.store) + script,
                    "files"],
        "args": [],
    }  # fmt: skip
    draft = Draft(container | ({"env": env} if env else {}), {})
    volumes = Volumes([])
    attach(draft, (results.attachment,), volumes, values)
    draft.mount({"name": volumes.add("artifacts-context", {"emptyDir": {}}),
                 "mountPath": CONTEXT_ROOT.rpartition("/")[0]})  # fmt: skip
    spec = {key: keeping.pod.spec[key] for key in _AS_THE_POD if key in keeping.pod.spec}
    main = draft.finished()
    pod = PodParts(spec | {"containers": [main], "volumes": volumes.found}, {}, {}, main, {})
    return Collected(pod, remote.path(run.uuid), run.path)
