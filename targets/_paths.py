"""The directories of a pod that the compiler knows by name."""

from __future__ import annotations

__all__ = ["CONTEXT_ROOT", "OUTPUTS_MOUNT", "RUN_MOUNT"]

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
