"""Turns a picture into a flowchart of Mermaid, which Markdown shows on GitHub and GitLab."""

from __future__ import annotations

from collections.abc import Iterator

from pxc.graph.picture import Box, Picture, folded, in_words

__all__ = ["mermaid"]

_MOST = 60
"""Boxes that a page still shows; above it inner groups are closed."""

_SHAPES = {
    "run": ("[", "]"), "service": ("[(", ")]"), "gate": ("{{", "}}"), "hook": ("([", "])"),
    "group": ("[[", "]]"),
}  # fmt: skip
_ESCAPES = str.maketrans({
    "#": "#35;", '"': "#quot;", "<": "#lt;", ">": "#gt;", "&": "#amp;", "`": "#96;", ";": "#59;",
    "\\": "#92;", "{": "#123;", "}": "#125;",
})  # fmt: skip


def mermaid(picture: Picture) -> str:
    """The text of a flowchart, without a fence around it."""
    picture = folded(picture, _MOST)
    title = f"{picture.name}: {picture.caption}" if picture.caption else picture.name
    lines = [
        "flowchart TD",
        f"  accTitle: {_plain(title)}",
        f"  accDescr: {_plain(in_words(picture))}",
        *_body(picture, "n", "  "),
    ]
    return "\n".join([*lines, ""])


def _body(picture: Picture, prefix: str, indent: str) -> Iterator[str]:
    for at, box in enumerate(picture.boxes):
        name = f"{prefix}{at}"
        if box.inside is not None:
            yield f'{indent}subgraph {name}["{_label(box)}"]'
            yield from _body(box.inside, f"{name}_", f"{indent}  ")
            yield f"{indent}end"
        else:
            opening, closing = ("[[", "]]") if box.many else _SHAPES[box.shape]
            yield f'{indent}{name}{opening}"{_label(box)}"{closing}'
    for line in picture.lines:
        arrow = "-.->" if line.dashed else "-->"
        told = f'|"{line.label.translate(_ESCAPES)}"|' if line.label else ""
        yield f"{indent}{prefix}{line.upstream} {arrow}{told} {prefix}{line.downstream}"


def _label(box: Box) -> str:
    return "<br>".join(text.translate(_ESCAPES) for text in (box.name, *box.lines))


def _plain(text: str) -> str:
    """Text for who hears the picture, where Mermaid reads no escapes."""
    return " ".join(text.replace("{", "(").replace("}", ")").replace(";", ",").split())
