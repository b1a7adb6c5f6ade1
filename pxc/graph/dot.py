"""Turns a picture into a graph in the language of Graphviz."""

from __future__ import annotations

from collections.abc import Iterator

from pxc.graph.picture import Box, Picture

__all__ = ["dot"]

_SHAPES = {
    "run": "shape=box", "service": "shape=box, peripheries=2", "gate": "shape=hexagon",
    "hook": 'shape=box, style="rounded,dashed"', "group": "shape=box3d",
}  # fmt: skip


def dot(picture: Picture) -> str:
    """The text of a graph."""
    title = f"{picture.name}\n{picture.caption}" if picture.caption else picture.name
    lines = [
        f"digraph {_quoted(picture.name)} {{",
        f"  label={_quoted(title)}; labelloc=t; compound=true;",
        '  node [fontname="Helvetica", fontsize=11]; edge [fontname="Helvetica", fontsize=9];',
        *_body(picture, "n", "  "),
        "}",
    ]
    return "\n".join([*lines, ""])


def _body(picture: Picture, prefix: str, indent: str) -> Iterator[str]:
    for at, box in enumerate(picture.boxes):
        name, label = f"{prefix}{at}", _quoted("\n".join((box.name, *box.lines)))
        if box.inside is not None and box.inside.boxes:
            yield f"{indent}subgraph cluster_{name} {{"
            yield f"{indent}  label={label};"
            yield from _body(box.inside, f"{name}_", f"{indent}  ")
            yield f"{indent}}}"
        else:
            shape = "shape=box3d" if box.many else _SHAPES[box.shape]
            yield f"{indent}{name} [label={label}, {shape}];"
    for line in picture.lines:
        told = [f"label={_quoted(line.label)}"] if line.label else []
        told += ["style=dashed"] if line.dashed else []
        ends = []
        for end, at, side in (("ltail", line.upstream, -1), ("lhead", line.downstream, 0)):
            box, name = picture.boxes[at], f"{prefix}{at}"
            if box.inside is not None and box.inside.boxes:
                told.append(f"{end}=cluster_{name}")
            ends.append(_inner(box, name, side))
        more = f" [{', '.join(told)}]" if told else ""
        yield f"{indent}{ends[0]} -> {ends[1]}{more};"


def _inner(box: Box, name: str, side: int) -> str:
    """A box that a line can end at: Graphviz has none between clusters."""
    while box.inside is not None and box.inside.boxes:
        at = range(len(box.inside.boxes))[side]
        box, name = box.inside.boxes[at], f"{name}_{at}"
    return name


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
