"""The directories of a pod that the compiler knows by name."""

from __future__ import annotations

__all__ = [
    "CONTEXT_ROOT",
    "OUTPUTS_MOUNT",
    "RUN_MOUNT",
    "TRACKING_ROOT",
    "TRACKING_RUNS",
    "WORK_MOUNT",
]

CONTEXT_ROOT = "/plx-context/artifacts"
"""Where files that steps prepare for the main container lie."""

OUTPUTS_MOUNT = "/plx-context/outputs"
"""A second way to the run's outputs.

The kubelet makes the directory of a mount's sub path before the container starts, so that
`$PXC_OUTPUTS_DIR` exists without a container that makes it.
"""

RUN_MOUNT = "/plx-context/run"
"""A second way to the run's own directory, under a name that is known before the run.

The kubelet expands no `$(NAME)` in `workingDir`; the same directory mounted here can be named.
"""

WORK_MOUNT = "/plx-context/work"
"""The same for a working directory elsewhere in a volume."""

TRACKING_ROOT = "/plx-context/offline"
TRACKING_RUNS = f"{TRACKING_ROOT}/runs"
"""A second way to the context root, where Polyaxon's tracking client puts a directory a run.

The client writes to `<root>/runs/<uuid>`; with the context volume mounted here that is the same
directory as `globals.run_artifacts_path`.
"""
