"""The filters that lay text out: case, width, wrapping, quoting for the web."""

from __future__ import annotations

import re
from typing import Any

from pxc.passes.evaluation.faults import failed
from pxc.passes.evaluation.filters import Applied, FilterFunction

_WORD = re.compile(r"\w+")
_WORD_START = re.compile(r"([-\s({\[<]+)")
_LEEWAY = 5
_MARKUP = (("&", "&amp;"), (">", "&gt;"), ("<", "&lt;"), ("'", "&#39;"), ('"', "&#34;"))


def capitalize(at: Applied, value: Any) -> str:
    """The first letter large, the rest small."""
    return at.text(value).capitalize()


def title(at: Applied, value: Any) -> str:
    """Every word with a large first letter."""
    words = _WORD_START.split(at.text(value))
    return "".join(word[0].upper() + word[1:].lower() for word in words if word)


def wordcount(at: Applied, value: Any) -> int:
    """The number of words."""
    return len(_WORD.findall(at.text(value)))


def center(at: Applied, value: Any, width: Any = 80) -> str:
    """Text in the middle of a line of this width."""
    text = at.text(value)
    at.size(max(len(text), at.whole(width, "width")))
    return text.center(width)


def indent(at: Applied, value: Any, width: Any = 4, first: Any = False, blank: Any = False) -> str:
    """Text whose lines start further right; the first and blank ones only if asked."""
    if not isinstance(width, str):
        at.size(at.whole(width, "width"))
        width = " " * width
    lines = (at.given(value) + "\n").splitlines()
    at.size(len(value) + len(width) * len(lines))
    head, rest = lines[0], lines[1:]
    indented = [width + line if line or blank else line for line in rest]
    return (width if first else "") + "\n".join([head, *indented])


def truncate(
    at: Applied,
    value: Any,
    length: Any = 255,
    killwords: Any = False,
    end: Any = "...",
    leeway: Any = None,
) -> str:
    """Text cut after so many characters, at a word's end unless `killwords`."""
    text, end = at.given(value), at.given(end)
    length = at.whole(length, "length")
    leeway = _LEEWAY if leeway is None else at.whole(leeway, "leeway")
    if length < len(end) or leeway < 0:
        raise failed(at.span, f"`length` of `truncate` is at least {len(end)} and `leeway` 0")
    if len(text) <= length + leeway:
        return text
    kept = text[: length - len(end)]
    return (kept if killwords else kept.rsplit(" ", 1)[0]) + str(end)


def wordwrap(
    at: Applied,
    value: Any,
    width: Any = 79,
    break_long_words: Any = True,
    wrapstring: Any = None,
    break_on_hyphens: Any = True,
) -> str:
    """Text in lines of this width at most."""
    import textwrap

    text = at.given(value)
    newline = "\n" if wrapstring is None else at.given(wrapstring)
    at.budget.room(len(text) * (1 + len(newline)), at.span)
    at.budget.spend(len(text), at.span)
    wrapper = textwrap.TextWrapper(
        at.whole(width, "width"),
        expand_tabs=False,
        replace_whitespace=False,
        break_long_words=bool(break_long_words),
        break_on_hyphens=bool(break_on_hyphens),
    )
    wrapped = newline.join(newline.join(wrapper.wrap(line)) for line in text.splitlines())
    at.size(len(wrapped))
    return wrapped


def escape(at: Applied, value: Any) -> str:
    """Text with the characters of markup written as entities."""
    text = at.text(value)
    at.budget.room(len(text) * 5, at.span)
    for character, entity in _MARKUP:
        text = text.replace(character, entity)
    at.size(len(text))
    return text


def urlencode(at: Applied, value: Any) -> str:
    """Text for a URL's path, or a map (or pairs) for its query."""
    from urllib.parse import quote

    if isinstance(value, str) or not isinstance(value, list | tuple | dict):
        return quote(at.text(value), safe="/")
    at.budget.measure(value, at.span)
    pairs = value.items() if isinstance(value, dict) else value

    def part(item: Any) -> str:
        return quote(at.text(item), safe="").replace("%20", "+")

    return "&".join(f"{part(key)}={part(item)}" for key, item in pairs)


TEXT_FILTERS: dict[str, FilterFunction] = {
    "capitalize": capitalize, "center": center, "e": escape, "escape": escape,
    "forceescape": escape, "indent": indent, "title": title, "truncate": truncate,
    "urlencode": urlencode, "wordcount": wordcount, "wordwrap": wordwrap,
}  # fmt: skip
