"""Cuts a graph into pieces that fit by taking single nodes out of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

__all__ = ["cut"]

_MOST_TAKEN = 200
"""How many nodes are taken out at most; what does not fit then stays whole."""

_HUB = 2
"""A node with more neighbours than those of a chain may hold a piece together."""


def cut(
    sizes: Mapping[str, int],
    upstream: Mapping[str, Iterable[str]],
    fits: Callable[[list[str]], bool],
) -> list[list[str]]:
    """Pieces that fit, each in the order of `sizes`; pieces share no edge.

    Nodes that were taken out to make them so are in no piece, nor is one that cannot be made fit.
    """
    around: dict[str, list[str]] = {name: [] for name in sizes}
    for name in sizes:
        for other in upstream[name]:
            if other in around:
                around[name].append(other)
                around[other].append(name)
    found: list[list[str]] = []
    waiting = list(_connected(list(sizes), around, set()))
    out: set[str] = set()
    while waiting:
        piece = waiting.pop(0)
        if fits(piece):
            found.append(piece)
            continue
        taken = _taken(piece, around, upstream, sizes)
        if taken is None or len(out) >= _MOST_TAKEN:
            out.update(piece)
            continue
        out.add(taken)
        waiting += _connected([name for name in piece if name != taken], around, out)
    order = {name: at for at, name in enumerate(sizes)}
    return sorted(found, key=lambda piece: order[piece[0]])


def _connected(
    names: list[str], around: Mapping[str, list[str]], out: set[str]
) -> Iterable[list[str]]:
    """The names in sets that no edge leads out of."""
    order = {name: at for at, name in enumerate(names)}
    seen: set[str] = set()
    for root in names:
        if root in seen:
            continue
        seen.add(root)
        piece, waiting = [], [root]
        while waiting:
            last = waiting.pop()
            piece.append(last)
            for other in around[last]:
                if other in order and other not in seen and other not in out:
                    seen.add(other)
                    waiting.append(other)
        yield sorted(piece, key=order.__getitem__)


def _taken(
    piece: list[str],
    around: Mapping[str, list[str]],
    upstream: Mapping[str, Iterable[str]],
    sizes: Mapping[str, int],
) -> str | None:
    """The node to take out: the one that most others touch, or all go through."""
    own = set(piece)
    degrees = {name: sum(other in own for other in around[name]) for name in piece}
    widest = max(piece, key=degrees.__getitem__)
    if degrees[widest] > _HUB:
        return widest
    return _waist(piece, own, around, upstream, sizes)


def _waist(
    piece: list[str],
    own: set[str],
    around: Mapping[str, list[str]],
    upstream: Mapping[str, Iterable[str]],
    sizes: Mapping[str, int],
) -> str | None:
    """The node nearest to the middle behind which everything hangs on it alone."""
    before = {name: {up for up in upstream[name] if up in own} for name in piece}
    below: dict[str, list[str]] = {name: [] for name in piece}
    for name, ups in before.items():
        for up in ups:
            below[up].append(name)
    left = {name: len(ups) for name, ups in before.items()}
    ready = [name for name in piece if not left[name]]
    half, passed = sum(sizes[name] for name in piece) / 2, 0
    open_edges: dict[str, int] = {}
    best: tuple[float, str] | None = None
    at = 0
    while at < len(ready):
        name = ready[at]
        at += 1
        passed += sizes[name]
        for up in before[name]:
            open_edges[up] -= 1
            if not open_edges[up]:
                del open_edges[up]
        if below[name]:
            open_edges[name] = len(below[name])
        for follower in below[name]:
            left[follower] -= 1
            if not left[follower]:
                ready.append(follower)
        if list(open_edges) == [name]:
            distance = abs(passed - half)
            if best is None or distance < best[0]:
                best = distance, name
    return None if best is None else best[1]
