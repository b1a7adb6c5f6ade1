"""Turns a picture into SVG that reads on light and on dark pages, with its text as text."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from pxc.graph.layout import Layout, Route, laid_out
from pxc.graph.letters import width_of
from pxc.graph.picture import Box, Line, Picture, in_words

__all__ = ["svg"]

_NAME, _LINE, _LABEL = 14.0, 11.5, 11.0
"""Sizes of letters: of names, of what stands below them, of lines' labels."""

_PAD, _STACK, _MARGIN, _ARROW = 12.0, 5.0, 16.0, 7.0
_STYLE = """\
.pxc-graph{font-family:Helvetica,Arial,"Liberation Sans",sans-serif;font-size:11.5px}
.pxc-graph .page,.pxc-graph .under{fill:#fff}
.pxc-graph .box{fill:#f6f8fa;stroke:#57606a}
.pxc-graph .group{fill:none;stroke:#818b98;stroke-dasharray:2 3}
.pxc-graph .gate{fill:#fff8c5;stroke:#9a6700}
.pxc-graph .hook{stroke-dasharray:5 3}
.pxc-graph .line{fill:none;stroke:#57606a;stroke-width:1.3}
.pxc-graph .dashed{stroke-dasharray:5 4}
.pxc-graph .arrow{fill:#57606a}
.pxc-graph text{fill:#424a53}
.pxc-graph .name{fill:#1f2328;font-size:14px;font-weight:bold}
.pxc-graph .label{font-size:11px}
@media (prefers-color-scheme:dark){
.pxc-graph .page,.pxc-graph .under{fill:#0d1117}
.pxc-graph .box{fill:#161b22;stroke:#9198a1}
.pxc-graph .group{fill:none;stroke:#656c76}
.pxc-graph .gate{fill:#3b2f0b;stroke:#d29922}
.pxc-graph .line{stroke:#9198a1}
.pxc-graph .arrow{fill:#9198a1}
.pxc-graph text{fill:#c0c7cf}
.pxc-graph .name{fill:#f0f6fc}
}
"""


def svg(picture: Picture) -> str:
    """The text of an SVG document; its title and description say what is seen."""
    drawing = _Drawing(picture)
    caption = (
        _row(picture.name, _NAME, bold=True) + _gap(picture) + width_of(picture.caption, _LINE)
    )
    width = max(drawing.width, caption) + 2 * _MARGIN
    height = drawing.height + 3 * _MARGIN + _NAME
    title = f"{picture.name}: {picture.caption}" if picture.caption else picture.name
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="pxc-graph" role="img"'
        f' width="{_n(width)}" height="{_n(height)}" viewBox="0 0 {_n(width)} {_n(height)}">'
    )
    top = _MARGIN + _NAME
    beside = _MARGIN + _row(picture.name, _NAME, bold=True) + _gap(picture)
    lines = [
        head,
        f"<title>{escape(title, quote=False)}</title>",
        f"<desc>{escape(in_words(picture), quote=False)}</desc>",
        f"<style>\n{_STYLE}</style>",
        f'<rect class="page" width="{_n(width)}" height="{_n(height)}" rx="6"/>',
        _text(picture.name, _MARGIN, top, "name"),
    ]
    if picture.caption:
        lines.append(_text(picture.caption, beside, top))
    left = _MARGIN + (width - 2 * _MARGIN - drawing.width) / 2
    lines += drawing.written(left, top + _MARGIN)
    return "\n".join([*lines, "</svg>", ""])


def _gap(picture: Picture) -> float:
    return 12.0 if picture.caption else 0.0


class _Drawing:
    """A picture with its places; those of groups' own pictures are inside of their boxes."""

    def __init__(self, picture: Picture) -> None:
        self.picture = picture
        self._inside = [_Drawing(box.inside) if box.inside else None for box in picture.boxes]
        sizes = [self._size(at) for at in range(len(picture.boxes))]
        self._sizes = sizes
        labels = [
            (width_of(line.label, _LABEL) + 8, _LABEL + 6) if line.label else None
            for line in picture.lines
        ]
        ends = [(line.upstream, line.downstream) for line in picture.lines]
        self._layout: Layout = laid_out(sizes, ends, labels)
        self.width, self.height = self._layout.width, self._layout.height

    def _size(self, at: int) -> tuple[float, float]:
        box, inside = self.picture.boxes[at], self._inside[at]
        rows = [_row(box.name, _NAME, bold=True), *(_row(line, _LINE) for line in box.lines)]
        width, height = max(rows) + 2 * _PAD, _text_height(box) + 2 * _PAD
        if box.shape == "gate":
            width += _PAD
        if inside is not None:
            width, height = max(width, inside.width + 2 * _PAD), height + inside.height + _PAD
        more = 2 * _STACK if box.many else 0.0
        return max(width, 64.0) + more, height + more

    def written(self, left: float, top: float) -> Iterator[str]:
        """The elements of the picture, whose corner is at a place: lines below boxes."""
        for line, route in zip(self.picture.lines, self._layout.routes, strict=True):
            yield from _line(line, route, left, top)
        for at, (x, y) in enumerate(self._layout.places):
            yield from self._box(at, left + x, top + y)
        for line, route in zip(self.picture.lines, self._layout.routes, strict=True):
            yield from _label(line, route, left, top)

    def _box(self, at: int, x: float, y: float) -> Iterator[str]:
        box, inside, (width, height) = self.picture.boxes[at], self._inside[at], self._sizes[at]
        if box.many:
            width, height = width - 2 * _STACK, height - 2 * _STACK
            for behind in (2, 1):
                yield _rect(x + behind * _STACK, y + behind * _STACK, width, height, "box")
        yield from _outline(box, x, y, width, height)
        middle = x + width / 2
        row = y + _PAD + _NAME * 0.85
        yield _text(box.name, middle, row, "name", middle=True)
        for line in box.lines:
            row += _LINE + 4
            yield _text(line, middle, row, middle=True)
        if inside is not None:
            below = y + _text_height(box) + 2 * _PAD
            yield from inside.written(x + (width - inside.width) / 2, below)


def _text_height(box: Box) -> float:
    return _NAME + len(box.lines) * (_LINE + 4)


def _row(text: str, size: float, *, bold: bool = False) -> float:
    return width_of(text, size) * (1.08 if bold else 1.0)


def _outline(box: Box, x: float, y: float, width: float, height: float) -> Iterator[str]:
    if box.shape == "gate":
        cut, right, bottom = 10.0, x + width, y + height
        corners = (
            (x + cut, y), (right - cut, y), (right, y + height / 2), (right - cut, bottom),
            (x + cut, bottom), (x, y + height / 2),
        )  # fmt: skip
        points = " ".join(f"{_n(a)},{_n(b)}" for a, b in corners)
        yield f'<polygon class="box gate" points="{points}"/>'
        return
    if box.inside is not None and not box.many:
        yield _rect(x, y, width, height, "box group", 8)
        return
    shape = {"hook": ("box hook", 14.0)}.get(box.shape, ("box", 4.0))
    yield _rect(x, y, width, height, *shape)
    if box.shape == "service":
        yield _rect(x + 3, y + 3, width - 6, height - 6, "box", 3)


def _rect(x: float, y: float, width: float, height: float, name: str, round_: float = 4) -> str:
    return (
        f'<rect class="{name}" x="{_n(x)}" y="{_n(y)}" width="{_n(width)}" height="{_n(height)}"'
        f' rx="{_n(round_)}"/>'
    )


def _line(line: Line, route: Route, left: float, top: float) -> Iterator[str]:
    """A curve that is upright where it crosses a layer, and an arrow's head at its end."""
    points = [(left + x, top + high, top + low) for x, high, low in route.points]
    x, first, y = points[0]
    path = [f"M{_n(x)} {_n(first)}", *_upright(first, y)]
    for at, (to_x, high, low) in enumerate(points[1:], 2):
        end = low - _ARROW if at == len(points) else low
        high = min(high, end)
        half = (y + high) / 2
        path += [f"C{_n(x)} {_n(half)} {_n(to_x)} {_n(half)} {_n(to_x)} {_n(high)}"]
        path += _upright(high, end)
        x, y = to_x, low
    name = "line dashed" if line.dashed else "line"
    yield f'<path class="{name}" d="{"".join(path)}"/>'
    tip = f"{_n(x)},{_n(y)} {_n(x - 4)},{_n(y - _ARROW - 1)} {_n(x + 4)},{_n(y - _ARROW - 1)}"
    yield f'<polygon class="arrow" points="{tip}"/>'


def _upright(high: float, low: float) -> list[str]:
    return [f"V{_n(low)}"] if low > high else []


def _label(line: Line, route: Route, left: float, top: float) -> Iterator[str]:
    if route.label is None:
        return
    x, y = left + route.label[0], top + route.label[1]
    width, height = width_of(line.label, _LABEL) + 4, _LABEL + 3
    yield _rect(x - width / 2, y - height / 2, width, height, "under", 2)
    yield _text(line.label, x, y + _LABEL * 0.34, "label", middle=True)


def _text(text: str, x: float, y: float, name: str = "", *, middle: bool = False) -> str:
    class_ = f' class="{name}"' if name else ""
    anchor = ' text-anchor="middle"' if middle else ""
    return f'<text{class_} x="{_n(x)}" y="{_n(y)}"{anchor}>{escape(text, quote=False)}</text>'


def _n(number: float) -> str:
    """A number with at most one digit behind the point, the same on every machine."""
    text = f"{number:.1f}"
    return text.removesuffix(".0") if text != "-0.0" else "0"
