"""Writes the statuses of resources as their operators would: for kinds whose operator is not here.

Each resource goes through the statuses of its script, of which the last one stays.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress

from tests.engines.api_server import Refused
from tests.engines.cluster import Cluster
from tests.engines.environment import Object

Script = Sequence[Object]
"""The statuses of a resource, one after the other."""

_BETWEEN = 0.7
_LATER = 429
"""A server that has just heard of a kind asks for a moment."""

_MERGE = "application/merge-patch+json"


@contextmanager
def playing(
    cluster: Cluster, kinds: Mapping[str, str], scripts: Mapping[str, Sequence[Script]]
) -> Iterator[dict[str, Object]]:
    """Plays for the resources of these kinds (by their API) in a namespace, told by their uid.

    A script is that of an operation: its first for the first resource of it, and so on.
    """
    cluster.server.know({"apiVersion": api, "kind": kind} for kind, api in kinds.items())
    stop, failed = threading.Event(), []
    made: dict[str, Object] = {}
    seen: dict[str, float] = {}

    def play() -> None:
        order: dict[str, list[str]] = {}
        while not stop.wait(0.1):
            try:
                for kind, api in kinds.items():
                    _look(cluster, api, kind, scripts, seen, order, made)
            except (Refused, KeyError) as fault:
                if isinstance(fault, Refused) and fault.status == _LATER:
                    continue
                failed.append(fault)
                return

    player = threading.Thread(target=play)
    player.start()
    try:
        yield made
    finally:
        stop.set()
        player.join()
        assert not failed, failed


def _look(
    cluster: Cluster,
    api: str,
    kind: str,
    scripts: Mapping[str, Sequence[Script]],
    seen: dict[str, float],
    order: dict[str, list[str]],
    made: dict[str, Object],
) -> None:
    path = cluster.server.path(api, kind, cluster.namespace)
    for each in cluster.server.ask("GET", path)["items"]:
        name, uid = each["metadata"]["labels"]["pxc.dev/operation"], each["metadata"]["uid"]
        made.setdefault(uid, each)
        mine = order.setdefault(name, [])
        if uid not in mine:
            mine.append(uid)
        script = scripts[name][mine.index(uid)]
        at = int((time.monotonic() - seen.setdefault(uid, time.monotonic())) / _BETWEEN)
        body = {"status": script[min(at, len(script) - 1)]}
        place = f"{path}/{each['metadata']['name']}"
        try:
            cluster.server.ask("PATCH", f"{place}/status", body, content=_MERGE)
        except Refused as refused:
            if refused.status != 404:
                raise
            with suppress(Refused):  # it has gone meanwhile
                cluster.server.ask(
                    "PATCH", place, body, content=_MERGE
                )  # a status is no part of it
