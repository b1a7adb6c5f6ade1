"""Says what a cluster calls a queue of Polyaxon's."""

from __future__ import annotations

import re

__all__ = ["name_in_cluster"]

_NAME = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")


def name_in_cluster(queue: str) -> str | None:
    """The name of a queue in its cluster; None for what cannot be one.

    Of `agent/queue`, or `agent.queue`, the agent tells the cluster and is none of its names.
    Source: specification of operations, `queue`.
    """
    name = queue.replace(".", "/").rpartition("/")[2]
    return name if _NAME.fullmatch(name) else None
