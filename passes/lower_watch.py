"""Lowers the plugins that tune Polyaxon's own containers beside a run."""

from __future__ import annotations

from typing import Any

from pxc.diagnostics import Report
from pxc.ir.node import KObject
from pxc.ir.pod import Watch
from pxc.ir.spec import Plugins, SidecarPlugin
from pxc.passes.lowering import known, truth, whole

__all__ = ["lower_watch"]

_TRUTHS = ("auth", "tmux", "collect_logs", "collect_resources")
_SIDECAR_TRUTHS = ("monitor_logs", "monitor_spec")
_SIDECAR_TEXTS = ("image", "image_tag", "image_pull_policy")
_SIDECAR_COUNTS = ("sleep_interval", "sync_interval")


def lower_watch(plugins: Plugins, report: Report) -> Watch | None:
    """What the author says of these containers; None for one who says nothing.

    PXC703 for what only the run knows. Source: specification of runtimes, section 9.
    """
    said: dict[str, Any] = {name: truth(_field(plugins, name), _told(name), report)
                            for name in _TRUTHS}  # fmt: skip
    said["log_level"] = known(plugins.log_level, _told("log_level"), report)
    sidecar = plugins.sidecar
    if isinstance(sidecar, SidecarPlugin):
        for names, read in (
            (_SIDECAR_TRUTHS, truth), (_SIDECAR_TEXTS, known), (_SIDECAR_COUNTS, whole),
        ):  # fmt: skip
            for name in names:
                said[name] = read(_field(sidecar, name), f"plugins.sidecar.{name}", report)
        if isinstance(sidecar.resources, KObject):
            said["resources"] = sidecar.resources
    given = {name: value for name, value in said.items() if value is not None}
    return Watch(plugins.span, **given) if given else None


def _field(node: Any, name: str) -> Any:
    return getattr(node, name)


def _told(name: str) -> str:
    return f"plugins.{name}"
