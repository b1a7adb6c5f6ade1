"""Gives each comment of a v0 file to the entry of the new tree that it is about."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from itertools import pairwise

from pxc.grammar.v0.comments import Comment
from pxc.grammar.v0.outline import Entry, Outline, Survivors
from pxc.ir.node import Lit
from pxc.source import Source

__all__ = ["attach"]


def attach(comments: Sequence[Comment], old: Outline, new: Outline, source: Source) -> None:
    """Put each comment at an entry of the new outline, and a gap where the old one had it.

    A comment stays with the key or item that it stands at: above, at the end of the line, or below
    what is indented like it. Where that is gone, it goes to what is left of it, then to its next
    neighbour, then to the one before, then to the section around.
    """
    places = _Places(old, source)
    survivors = Survivors(new, source)
    shallowest = -1
    leads = False  # what follows, with all further comments before it
    next_entry: Entry | None = None
    for comment in comments:
        if places.after(comment.start) is not next_entry or not comment.alone:
            next_entry, shallowest, leads = places.after(comment.start), -1, False
        if places.opens_item(comment):
            _lead(comment, places.after(comment.start), survivors, new)
            continue
        if not comment.alone:
            _beside(comment, places.before(comment.start), survivors, new)
            continue
        above, shallowest = places.ended_above(comment, shallowest)
        below = places.after(comment.start)
        leads = leads or (above is None and below is not None)
        if leads:
            _lead(comment, below, survivors, new)
        else:
            _trail(comment, above or old.root, survivors, new)
    _set_gaps(places, old, new, survivors)


def _set_gaps(places: _Places, old: Outline, new: Outline, survivors: Survivors) -> None:
    """Keep blank lines above what is as deep as it was; sections of the root are all alike."""
    for entry in old:
        carried = survivors.exact(entry) if places.has_gap(entry) else None
        if carried is not None and _depth(carried) == _depth(entry):
            carried.gap = True
    sections = [e for e in old.root.below[1:] if not isinstance(e.value, Lit)]
    if 2 * sum(map(places.has_gap, sections)) <= len(sections):
        return
    for before, entry in pairwise(new.root.below):
        if not (places.is_short(entry) and places.is_short(before)):
            entry.gap = True


def _depth(entry: Entry) -> int:
    return 0 if entry.parent is None else 1 + _depth(entry.parent)


def _beside(comment: Comment, at: Entry | None, survivors: Survivors, new: Outline) -> None:
    if at is None or at.parent is None:
        first = survivors.first_in(comment.start, _EVER)
        (new.root.trailing if first is None else first.leading).append(comment)
        return
    carried = survivors.on_line(at)
    if carried is None:
        _near(comment, at, survivors, new)
    elif carried.beside is None:
        carried.beside = comment
    else:
        carried.leading.append(comment)


def _lead(comment: Comment, at: Entry | None, survivors: Survivors, new: Outline) -> None:
    carried = None if at is None else survivors.exact(at)
    if at is None:
        new.root.trailing.append(comment)
    elif carried is not None:
        carried.leading.append(comment)
    else:
        _near(comment, at, survivors, new)


def _trail(comment: Comment, at: Entry, survivors: Survivors, new: Outline) -> None:
    carried = new.root if at.parent is None else survivors.last(at)
    if carried is None:
        carried = survivors.first_in(at.start, at.end)
    if carried is not None:
        carried.trailing.append(comment)
    else:
        _near(comment, at, survivors, new)


def _near(comment: Comment, gone: Entry, survivors: Survivors, new: Outline) -> None:
    """A comment at an entry that is gone: to what is left of it, or to its nearest neighbour."""
    inside = survivors.first_in(gone.start, gone.end)
    if inside is not None:
        inside.leading.append(comment)
        return
    at = gone
    while at.parent is not None:
        around = at.parent
        first, last = (0, _EVER) if around.parent is None else (around.start + 1, around.end)
        after = survivors.first_in(at.end, last)
        if after is not None:
            after.leading.append(comment)
            return
        before = survivors.last_in(first, at.start)
        if before is not None:
            before.trailing.append(comment)
            return
        carried = None if around.parent is None else survivors.exact(around)
        if carried is not None:
            carried.leading.append(comment)
            return
        at = around
    new.root.trailing.append(comment)


_EVER = 1 << 62
_DASH = 200
"""How far to the right a dash is looked for."""


class _Places:
    """The entries of the old file by their places."""

    def __init__(self, old: Outline, source: Source) -> None:
        self._source = source
        self._text = source.text
        self._own = [e for e in old if e.start >= 0 and _is_in_place(e)]
        self._own.sort(key=lambda e: (e.start, e.number))
        self._starts = [e.start for e in self._own]

    def after(self, at: int) -> Entry | None:
        """The first entry that starts behind a place; of several the outermost."""
        index = bisect_left(self._starts, at)
        return self._own[index] if index < len(self._own) else None

    def opens_item(self, comment: Comment) -> bool:
        """Whether a comment stands behind the dash of an item that follows on the next line."""
        line = self._text.rfind("\n", 0, comment.start) + 1
        first = bisect_left(self._starts, line)
        empty = first < len(self._starts) and self._starts[first] < comment.start
        dashes = not self._text[line : comment.start].strip(" \t-")
        return not comment.alone and dashes and not empty

    def before(self, at: int) -> Entry | None:
        """The entry on whose line the comment at a place stands: the last that starts before it.

        Behind a closing bracket that is the whole of what is closed.
        """
        index = bisect_left(self._starts, at) - 1
        found = self._own[index] if index >= 0 else None
        line = self._text.rfind("\n", 0, at)
        closed = self._text[line + 1 : at].rstrip()[-1:] in ("]", "}")
        while found is not None and closed and self._closes(found.parent, at):
            found = found.parent
        return found

    def _closes(self, entry: Entry | None, at: int) -> bool:
        if entry is None or entry.parent is None or entry.end > at:
            return False
        return self._text[entry.value.span.start] in "[{"

    def ended_above(self, comment: Comment, bound: int) -> tuple[Entry | None, int]:
        """The entry below whose last line a comment belongs, None when it leads what follows.

        It does when it is indented deeper than what follows, or stands right below the entry and
        apart from what follows. Of the comments between two entries none goes deeper than the one
        before, which went to column `bound` (-1: anywhere); the new bound is given back.
        """
        below = self.after(comment.start)
        column = -1 if below is None else self._column(below)
        apart = comment.below and not comment.above
        if below is not None and comment.column <= column and not apart:
            return None, bound
        most = comment.column if bound < 0 else min(bound, comment.column)
        ended = self._ended(comment.start)
        fitting = [entry for entry in ended if self._column(entry) <= most]
        if below is None and comment.column == 0 and not apart:
            return None, bound
        if not fitting:
            if not apart or not ended:
                return None, bound
            return ended[-1], self._column(ended[-1])
        return fitting[0], self._column(fitting[0])

    def _ended(self, at: int) -> list[Entry]:
        """The entries that end before a place, one inside of the next; the innermost first."""
        index = bisect_left(self._starts, at) - 1
        entry = self._own[index] if index >= 0 else None
        ended = []
        while entry is not None and entry.parent is not None:
            if entry.end <= at:
                ended.append(entry)
            entry = entry.parent
        return ended

    def _column(self, entry: Entry) -> int:
        line = self._text.rfind("\n", 0, entry.start) + 1
        before = self._text[line : entry.start]
        if entry.key is None and not before.strip() and entry.end > entry.start:
            written = self._text[:line].rstrip()  # the dash stands alone, on a line above
            line = written.rfind("\n") + 1
            before = written[line:] if len(written) - line < _DASH else before
        if entry.key is None and before.strip():
            return max(before.rfind("-"), 0)
        return len(before)

    def is_short(self, entry: Entry) -> bool:
        """Whether an entry is a scalar, or what its author wrote between brackets on a line."""
        span = entry.value.span
        between = span.source is self._source and self._text[span.start : span.start + 1] in "[{"
        return isinstance(entry.value, Lit) or (between and "\n" not in span.text)

    def has_gap(self, entry: Entry) -> bool:
        """Whether the line above an entry is blank; what follows a dash has no line of its own."""
        if entry.start < 0:
            return False
        line = self._text.rfind("\n", 0, entry.start) + 1
        if self._text[line : entry.start].strip(" -"):
            return False
        before = self._text.rfind("\n", 0, max(line - 1, 0)) + 1
        return line > 0 and not self._text[before:line].strip()


def _is_in_place(entry: Entry) -> bool:
    """Whether an entry stands where it is written: what an alias brings stands elsewhere."""
    around = entry.parent
    while around is not None:
        if around.parent is not None and not around.start <= entry.start <= around.end:
            return False
        around = around.parent
    return True
