"""Rules about the folders that containers work in."""

from __future__ import annotations

from pxc.diagnostics import Note, Report
from pxc.ir.node import KObject, Lit
from pxc.ir.program import Program
from pxc.passes.rules.authored import containers, items, text_of
from pxc.world import World

_CONTEXT = "/plx-context/"
"""What is mounted for a run, below which its artifacts are."""


def unwritable_workdir(program: Program, world: World, report: Report) -> None:
    """PXC523: a working directory in a volume, or a root file system, that is read only."""
    for container in containers(program, world):
        folder = text_of(container.get("workingDir"))
        if folder is None or not folder.startswith("/"):
            continue
        mount = _mount_of(folder, container)
        why: Lit[bool] | None
        if mount is not None:
            why = _flag(mount, "readOnly")
            what = f"it lies in the mount `{text_of(mount.get('mountPath'))}`"
        else:
            why = _flag(container.get("securityContext"), "readOnlyRootFilesystem")
            what = "no volume is mounted there"
        if why is not None and not f"{folder}/".startswith(_CONTEXT):
            report.add(
                "PXC523",
                f"nothing can be written in the working directory: {what}",
                container.get("workingDir").span,  # type: ignore[union-attr]
                notes=(Note("this makes it read only", why.span),),
                help="work in a folder of a volume that can be written, such as an `emptyDir`",
            )


def _mount_of(folder: str, container: KObject) -> KObject | None:
    """The mount a folder lies in, the innermost one."""
    found, longest = None, -1
    for mount in items(container.get("volumeMounts")):
        path = text_of(mount.get("mountPath")) if isinstance(mount, KObject) else None
        if path is None:
            continue
        base = path.rstrip("/")
        if f"{folder.rstrip('/')}/".startswith(f"{base}/") and len(base) > longest:
            found, longest = mount, len(base)
    return found


def _flag(node: object, name: str) -> Lit[bool] | None:
    """A flag that is set to true."""
    value = node.get(name) if isinstance(node, KObject) else None
    return value if isinstance(value, Lit) and value.value is True else None
