"""Turns a resource that Airflow creates into the pod that reads the outputs of its run at its end.

The pod copies the files from the artifacts store, as a task of Argo does, and logs them.
"""

from __future__ import annotations

from typing import Any

from pxc.ir.plan import Unit
from pxc.targets._collected import collected
from pxc.targets._container import container_order
from pxc.targets._paths import OUTPUTS_MOUNT
from pxc.targets._transfer import TRANSFER_SCRIPT
from pxc.targets.airflow.build import Build, Reader
from pxc.targets.kubernetes.distributed import Made

__all__ = ["RUN", "reader_of", "reading"]

RUN = "pxc.dev/run-uuid"
"""The label with the identity of a run."""

_OF_THE_READER = frozenset(
    ("app.kubernetes.io/name", "app.kubernetes.io/managed-by", "app.kubernetes.io/part-of",
     "pxc.dev/operation", "pxc.dev/dag", RUN)
)  # fmt: skip
"""Labels of a run that are the reader's, too: by the others its queue or its service selects."""

_LONGEST_READ = 600
_TELL = """\
while test "$#" -ge 3; do
  if test -f "$3"; then
    value=`base64 <"$3" | tr -d '\\n'`
    echo "output:$value:$3"
  fi
  shift 3
done
"""


def reader_of(made: Made, unit: Unit, build: Build) -> Reader | None:
    """The pod that reads what the run has left; None where nothing tells when all of it is kept."""
    script = f'copy() {{\n{TRANSFER_SCRIPT}}}\ncopy "$@"\n{_TELL}'
    files = collected(made, unit, build.world.options, script)
    if files is None:
        return None
    about = made.objects[0]["metadata"]
    own = {key: text for key, text in about["labels"].items() if key in _OF_THE_READER}
    found = {"name": f"{about['name']}-outputs", "labels": own}
    if "namespace" in about:
        found["namespace"] = about["namespace"]
    spec = {"restartPolicy": "OnFailure", "activeDeadlineSeconds": _LONGEST_READ} | files.pod.spec
    return Reader(found, spec, files)


def reading(reader: Reader, outputs: list[str]) -> dict[str, Any]:
    """The pod that copies these outputs, and what the tracking client left."""
    [main] = reader.spec["containers"]
    paths = [f"{reader.files.path}/run.plx.json", *(f"{OUTPUTS_MOUNT}/{name}" for name in outputs)]
    main = container_order(main | {"args": reader.files.copies(paths)})
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": reader.metadata,
        "spec": reader.spec | {"containers": [main]},
    }
