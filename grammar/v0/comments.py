"""Turns the text of a v0 file into its comments, each with its place, and the head of the file."""

from __future__ import annotations

import re
from typing import Any

import yaml
from msgspec import Struct

from pxc.grammar.yaml_events import open_events
from pxc.source import Source

__all__ = ["Comment", "Comments", "comments_of"]

_HEADER = re.compile(r"[|>][-+0-9]*[ \t]+(?=#)")
_BREAK = re.compile("[\r\n\x85\u2028\u2029]")


class Comment(Struct, frozen=True):
    """A comment: where its `#` stands, its text from there, and what is around it.

    `alone` says that it has a line of its own; `run` counts the comments that stand on lines right
    below one another; `above` and `below` say that blank lines are around the run.
    """

    start: int
    text: str
    column: int
    alone: bool
    run: int = 0
    above: bool = False
    below: bool = False


class Comments(Struct, frozen=True):
    """The head of a file as it is written, and the comments after it; `texts` are those of all."""

    head: str
    found: tuple[Comment, ...]
    texts: tuple[str, ...]


def comments_of(source: Source) -> Comments:
    """What a text that is known to be YAML says to people alone.

    The head is what stands before `---` and that line, or else the comments that a blank line parts
    from the first key.
    """
    text = source.text
    starts: list[int] = []
    content = marker = -1
    at = 0
    for token in _tokens(text):
        begin, end = token.start_mark.index, token.end_mark.index
        _look(text, at, begin, starts)
        if isinstance(token, yaml.ScalarToken) and token.style in ("|", ">"):
            header = _HEADER.match(text, begin)
            if header is not None:
                starts.append(header.end())
        if content < 0 and isinstance(token, yaml.DocumentStartToken):
            marker = end
        elif content < 0 and end > begin and not isinstance(token, yaml.DirectiveToken):
            content = begin
        at = max(at, end)
    _look(text, at, len(text), starts)
    head = _head_end(text, marker, content if content >= 0 else len(text))
    every = [_comment(text, start) for start in starts]
    found = _in_runs(text, [comment for comment in every if comment.start >= head])
    lines = [line.rstrip() for line in text[:head].split("\n")]
    written = "\n".join(lines).lstrip("\n")
    return Comments(written, found, tuple(comment.text for comment in every))


def _tokens(text: str) -> Any:
    scanner: Any = open_events(text)
    while scanner.check_token():
        yield scanner.get_token()


def _look(text: str, begin: int, end: int, starts: list[int]) -> None:
    """Note the comments between two tokens, where a `#` can begin nothing else."""
    at = text.find("#", begin, end)
    while at >= 0:
        starts.append(at)
        line_end = _BREAK.search(text, at, end)
        at = text.find("#", line_end.start(), end) if line_end is not None else -1


def _head_end(text: str, marker: int, content: int) -> int:
    line = text.rfind("\n", 0, content) + 1
    if marker > line:
        return marker  # `--- {a: 1}`: the content stands on the line of the marker
    blanks = [found.end() for found in re.finditer(r"^[ \t]*\r?\n", text[:line], re.M)]
    if marker < 0:
        return max(blanks, default=0)
    after = text.find("\n", marker) + 1 or len(text)
    return max([after, *(end for end in blanks if end > after)])


def _comment(text: str, start: int) -> Comment:
    line = text.rfind("\n", 0, start) + 1
    end = _BREAK.search(text, start)
    written = text[start : end.start() if end is not None else len(text)].rstrip()
    return Comment(start, written, start - line, not text[line:start].strip())


def _in_runs(text: str, comments: list[Comment]) -> tuple[Comment, ...]:
    runs: list[list[Comment]] = []
    for comment in comments:
        last = runs[-1][-1] if runs else None
        near = last is not None and text.count("\n", last.start, comment.start) == 1
        if near and last is not None and last.alone and comment.alone:
            runs[-1].append(comment)
        else:
            runs.append([comment])
    content = len(text.rstrip())
    found: list[Comment] = []
    for number, run in enumerate(runs):
        above = _blank_before(text, run[0].start)
        below = _blank_after(text, run[-1].start, content)
        for c in run:
            found.append(Comment(c.start, c.text, c.column, c.alone, number, above, below))
    return tuple(found)


def _blank_before(text: str, at: int) -> bool:
    line = text.rfind("\n", 0, at) + 1
    before = text.rfind("\n", 0, max(line - 1, 0)) + 1
    return line > 0 and not text[before:line].strip()


def _blank_after(text: str, at: int, content: int) -> bool:
    """Whether a blank line follows; `content` is where the text ends but for blanks."""
    end = text.find("\n", at)
    if end < 0 or end >= content:
        return False
    after = text.find("\n", end + 1)
    return not text[end + 1 : after if after >= 0 else len(text)].strip()
