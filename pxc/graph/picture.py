"""Boxes and the lines between them: what every language of a picture is written from."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace

__all__ = ["Box", "Line", "Picture", "folded", "in_words"]


class Box(Struct, frozen=True):
    """What runs, or is waited for, in one place of a picture.

    `shape` is `run`, `service`, `gate` (somebody must agree), `hook`, or `group` with a picture
    `inside`. `lines` stand below the name. One that is `many` runs more than once.
    """

    name: str
    shape: str = "run"
    lines: tuple[str, ...] = ()
    many: bool = False
    inside: Picture | None = None


class Line(Struct, frozen=True):
    """One box waits for another; both are positions in the picture.

    `label` is what it takes from the other, or what the other must come to where that is not
    success; then it is `dashed`.
    """

    upstream: int
    downstream: int
    label: str = ""
    dashed: bool = False


class Picture(Struct, frozen=True):
    """Boxes in authored order and the lines between them; `caption` stands beside the name."""

    name: str
    boxes: tuple[Box, ...]
    lines: tuple[Line, ...] = ()
    caption: str = ""


def count(picture: Picture) -> int:
    """How many boxes there are, at any depth."""
    return sum(1 + (count(box.inside) if box.inside else 0) for box in picture.boxes)


def folded(picture: Picture, most: int) -> Picture:
    """The picture with its innermost groups closed, as many of them as `most` boxes ask for."""
    found = picture
    for depth in range(_depth(picture) - 1, -1, -1):
        if count(found) <= most:
            break
        found = _closed_below(picture, depth)
    return found


def _depth(picture: Picture) -> int:
    return max((1 + _depth(box.inside) for box in picture.boxes if box.inside), default=0)


def _closed_below(picture: Picture, depth: int) -> Picture:
    boxes = []
    for box in picture.boxes:
        if box.inside is not None and depth == 0:
            told = (*box.lines, f"{count(box.inside)} operations inside")
            boxes.append(replace(box, lines=told, inside=None))
        elif box.inside is not None:
            boxes.append(replace(box, inside=_closed_below(box.inside, depth - 1)))
        else:
            boxes.append(box)
    return replace(picture, boxes=tuple(boxes))


def in_words(picture: Picture) -> str:
    """The picture for who does not see it: a sentence a box, each with what it waits for."""
    return " ".join(_sentences(picture, ""))


def _sentences(picture: Picture, where: str) -> Iterator[str]:
    for at, box in enumerate(picture.boxes):
        before = [
            picture.boxes[line.upstream].name + (f" ({line.label})" if line.label else "")
            for line in picture.lines
            if line.downstream == at
        ]
        about = f", {', '.join(box.lines)}" if box.lines else ""
        after = f", after {' and '.join(before)}" if before else ""
        yield f"{where}{box.name}{about}{after}."
        if box.inside is not None:
            yield from _sentences(box.inside, f"In {box.name}: ")
