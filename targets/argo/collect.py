"""Turns the artifacts store of a distributed run into a template that reads its outputs there.

The pods of an operator leave what they write in the store; nothing of it is in the resource. So a
task behind it copies the files of the outputs into its own pod, where Argo reads them.
"""

from __future__ import annotations

from typing import Any

from pxc.ir.plan import Unit
from pxc.targets._connections import Volumes, attach
from pxc.targets._container import Draft
from pxc.targets._context import run_directory
from pxc.targets._paths import CONTEXT_ROOT, OUTPUTS_MOUNT
from pxc.targets._pod import PodParts
from pxc.targets._store import remote_of, store_script
from pxc.targets._transfer import TRANSFER_SCRIPT
from pxc.targets.argo.build import Build
from pxc.targets.argo.leaf import pod_fields
from pxc.targets.argo.tags import guard
from pxc.targets.kubernetes.distributed import Made

__all__ = ["collecting", "with_outputs"]

_AS_THE_POD = (
    "serviceAccountName", "nodeSelector", "affinity", "tolerations", "hostAliases",
    "imagePullSecrets", "dnsPolicy", "dnsConfig",
)  # fmt: skip
"""What a pod may need to reach the store: the account, the node and the network of the run."""


def collecting(made: Made, unit: Unit, build: Build) -> dict[str, Any] | None:
    """The fields of the template that copies; None where the run keeps nothing in a store."""
    kept = next((m for m in made.gang.members if m.role.pod.results is not None), None)
    results = kept.role.pod.results if kept is not None else None
    values = made.gang.values
    run = run_directory(unit, values)
    if kept is None or results is None or results.attachment.store is None or run is None:
        return None
    remote = remote_of(results.attachment.store)
    env = [{"name": key, "value": value} for key, value in remote.env.items()]
    script = store_script(results.attachment.store) + TRANSFER_SCRIPT
    draft = Draft(
        {
            "name": "main",
            "image": build.world.options.runtime.images.rclone,
            "command": ["sh", "-ceu", script, "files"],
            "args": [remote.path(run.uuid), run.path],
        }
        | ({"env": env} if env else {}),
        {},
    )
    volumes = Volumes([])
    attach(draft, (results.attachment,), volumes, values)
    draft.mount({"name": volumes.add("artifacts-context", {"emptyDir": {}}),
                 "mountPath": CONTEXT_ROOT.rpartition("/")[0]})  # fmt: skip
    spec = {key: kept.pod.spec[key] for key in _AS_THE_POD if key in kept.pod.spec}
    main = draft.finished()
    pod = PodParts(spec | {"containers": [main], "volumes": volumes.found}, {}, {}, main, {})
    template = pod_fields(pod)
    guard(template, unit.pod.main.span, build.report)
    return template


def with_outputs(template: dict[str, Any], outputs: list[dict[str, Any]]) -> dict[str, Any]:
    """The template with what it copies: the file of each output, where Argo looks for it."""
    container = template["container"]
    kept, run = container["args"]
    args = []
    for each in outputs:
        path = each["valueFrom"]["path"]
        inner = path.removeprefix(run) if path.startswith(run) else _below_outputs(path)
        args += ["resume", f"{kept}{inner}", path]
    return template | {"container": container | {"args": args}}


def _below_outputs(path: str) -> str:
    return f"/outputs{path.removeprefix(OUTPUTS_MOUNT)}"
