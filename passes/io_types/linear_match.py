"""Matches texts against users' regular expressions in time that grows only with their lengths.

Python's own matcher backtracks, so a short hostile pattern can hold it for years, and it has no
time limit. Here a pattern becomes a nondeterministic automaton that is walked once over the text:
its states are the set of all places the match may have reached. What needs backtracking (back
references, look-around, atomic groups) is refused by name.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable
from functools import lru_cache

from msgspec import Struct

_LONGEST_PATTERN = 1_000
_MOST_STATES = 1_000
_DEEPEST = 40
_WORK = 300_000

_REPEAT = re.compile(r"\{(\d{0,6})(?:(,)(\d{0,6}))?\}", re.A)
_ESCAPE = re.compile(
    r"\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|0[0-7]{0,2}|N\{[^}]*\}|.)", re.S
)
_GROUP = re.compile(r"\((?:\?:|\?P<[^>]*>)?")
_REFUSED = (
    ("(?=", "look-ahead is"), ("(?!", "look-ahead is"), ("(?<=", "look-behind is"),
    ("(?<!", "look-behind is"), ("(?P=", "back references are"), ("(?(", "conditions are"),
    ("(?>", "atomic groups are"), ("(?#", "comments are"), ("(?", "flags inside a pattern are"),
)  # fmt: skip
_FLAGS = re.compile(r"\(\?([a-z]+)\)")

Test = Callable[[str], bool]


class PatternFault(Struct, frozen=True):
    """Why a text cannot serve as a pattern."""

    message: str


class TooMuchWork(Exception):
    """The text is too long for a pattern with this many places to be in at once."""


class _Refused(Exception):
    pass


class _State(Struct):
    """Consumes a character that passes `test`, or checks the place, or only goes on."""

    test: Test | None = None
    place: str = ""
    nexts: list[int] = []


class LinearPattern:
    """A compiled pattern. `full_match` is the only question it answers."""

    def __init__(self, states: list[_State], start: int, end: int) -> None:
        self._states = states
        self._start = start
        self._end = end
        self._has_places = any(s.place for s in states)

    def full_match(self, text: str) -> bool:
        """Whether the whole text matches. Raises TooMuchWork."""
        work = 0
        moves: dict[tuple[frozenset[int], str], frozenset[int]] = {}
        active = self._close(frozenset((self._start,)), text, 0)
        for at, char in enumerate(text):
            if not active:
                return False
            known = None if self._has_places else moves.get((active, char))
            if known is None:
                work += len(active)
                if work > _WORK:
                    raise TooMuchWork
                states = self._states
                moved = frozenset(
                    n
                    for s in active
                    if (test := states[s].test) is not None and test(char)
                    for n in states[s].nexts
                )
                known = self._close(moved, text, at + 1)
                work += len(known)
                if not self._has_places and len(moves) < 10_000:
                    moves[active, char] = known
            active = known
        return self._end in active

    def _close(self, found: frozenset[int], text: str, at: int) -> frozenset[int]:
        """The states reached from here without consuming a character."""
        reached, waiting = set(found), list(found)
        while waiting:
            state = self._states[waiting.pop()]
            if state.test is None and (not state.place or _holds(state.place, text, at)):
                fresh = [n for n in state.nexts if n not in reached]
                reached.update(fresh)
                waiting.extend(fresh)
        return frozenset(reached)


@lru_cache(maxsize=64)
def compile_pattern(pattern: str) -> LinearPattern | PatternFault:
    """A pattern in Python's syntax as an automaton, or why it cannot be one."""
    if len(pattern) > _LONGEST_PATTERN:
        return PatternFault(f"a pattern may have {_LONGEST_PATTERN} characters at most")
    reader = _Reader(pattern)
    try:
        depth = _depth(pattern)
        if depth > _DEEPEST:
            raise _Refused("the pattern has too many groups in each other")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            re.compile(pattern)
        start, end = reader.whole()
    except (re.error, OverflowError) as error:
        return PatternFault(f"the pattern is not a regular expression: {error}")
    except _Refused as refused:
        return PatternFault(str(refused))
    return LinearPattern(reader.states, start, end)


def _depth(pattern: str) -> int:
    deep = deepest = 0
    for char in pattern:
        deep += (char == "(") - (char == ")")
        deepest = max(deepest, deep)
    return deepest


def _holds(place: str, text: str, at: int) -> bool:
    match place:
        case "start":
            return at == 0
        case "end":
            return at == len(text)
        case "line end":
            return at == len(text) or (at == len(text) - 1 and text[at] == "\n")
    before = at > 0 and _word(text[at - 1])
    after = at < len(text) and _word(text[at])
    return (before != after) == (place == "boundary")


def _word(char: str) -> bool:
    return char.isalnum() or char == "_"


Fragment = tuple[int, int]
"""The first and the last state of a part; the last goes nowhere yet."""


class _Reader:
    """Reads a pattern that Python's own compiler has found correct."""

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self.at = 0
        self.flags = 0
        self.states: list[_State] = []

    def whole(self) -> Fragment:
        found = _FLAGS.match(self.pattern)
        if found:
            known = {"i": re.I, "s": re.S, "u": re.U}
            for letter in found[1]:
                if letter not in known:
                    raise _Refused(f"the flag `{letter}` is not supported in a pattern")
                self.flags |= known[letter]
            self.at = found.end()
        return self.either()

    def state(self, test: Test | None = None, place: str = "") -> int:
        if len(self.states) >= _MOST_STATES:
            raise _Refused("the pattern repeats too much")
        self.states.append(_State(test, place, []))
        return len(self.states) - 1

    def link(self, start: int, end: int) -> None:
        self.states[start].nexts.append(end)

    def either(self) -> Fragment:
        branches = [self.sequence()]
        while self.pattern[self.at : self.at + 1] == "|":
            self.at += 1
            branches.append(self.sequence())
        if len(branches) == 1:
            return branches[0]
        start, end = self.state(), self.state()
        for first, last in branches:
            self.link(start, first)
            self.link(last, end)
        return start, end

    def sequence(self) -> Fragment:
        start = last = self.state()
        while self.at < len(self.pattern) and self.pattern[self.at] not in "|)":
            first, end = self.repeated()
            self.link(last, first)
            last = end
        return start, last

    def repeated(self) -> Fragment:
        begin = self.at
        part = self.atom()
        end = self.at
        low, high = self.quantifier()
        if (low, high) == (1, 1):
            return part
        start = last = self.state()
        after = self.state()
        # The first copy is the part just read; the others are read again from the same text.
        copies = max(low, 1) if high is None else high
        resume = self.at
        for number in range(copies):
            if number >= low:
                self.link(last, after)
            first, tail = part if number == 0 else self.again(begin, end)
            self.link(last, first)
            if high is None and number == copies - 1:
                self.link(tail, first)
                if low == 0:
                    self.link(start, after)
            last = tail
        self.at = resume
        self.link(last, after)
        return start, after

    def again(self, begin: int, end: int) -> Fragment:
        self.at = begin
        part = self.atom()
        assert self.at == end
        return part

    def quantifier(self) -> tuple[int, int | None]:
        sign = self.pattern[self.at : self.at + 1]
        low, high, width = 1, 1, 0
        found = _REPEAT.match(self.pattern, self.at)
        bounds: tuple[int, int | None] = (low, high)
        if sign and sign in "*+?":
            bounds = {"*": (0, None), "+": (1, None), "?": (0, 1)}[sign]
            width = 1
        elif found and (found[1] or found[3] or found[2]):
            low = int(found[1] or 0)
            bounds = (low, low) if not found[2] else (low, int(found[3]) if found[3] else None)
            width = found.end() - found.start()
        self.at += width
        if width and self.pattern[self.at : self.at + 1] == "+":
            raise _Refused("possessive repeats are not supported in a pattern")
        if width and self.pattern[self.at : self.at + 1] == "?":
            self.at += 1  # lazy or greedy, the same texts match
        return bounds

    def atom(self) -> Fragment:
        char = self.pattern[self.at]
        if char == "(":
            return self.group()
        if char == "[":
            return self.single(self.bracket_end())
        if char in "^$":
            self.at += 1
            return self.only(self.state(place="start" if char == "^" else "line end"))
        if char == "\\":
            return self.escape()
        if char == ".":
            return self.single(self.at + 1)
        self.at += 1
        return self.only(self.state(_tester(re.escape(char), self.flags)))

    def group(self) -> Fragment:
        for opening, name in _REFUSED:
            if self.pattern.startswith(opening, self.at) and not (
                opening == "(?" and self.pattern.startswith(("(?:", "(?P<"), self.at)
            ):
                raise _Refused(f"{name} not supported in a pattern")
        opened = _GROUP.match(self.pattern, self.at)
        assert opened is not None
        self.at = opened.end()
        part = self.either()
        self.at += 1
        return part

    def escape(self) -> Fragment:
        found = _ESCAPE.match(self.pattern, self.at)
        assert found is not None
        letter = found[0][1]
        if letter in "123456789":
            raise _Refused("back references are not supported in a pattern")
        places = {"A": "start", "Z": "end", "b": "boundary", "B": "no boundary"}
        if letter in places:
            self.at = found.end()
            return self.only(self.state(place=places[letter]))
        return self.single(found.end())

    def single(self, end: int) -> Fragment:
        token = self.pattern[self.at : end]
        self.at = end
        return self.only(self.state(_tester(token, self.flags)))

    def only(self, state: int) -> Fragment:
        end = self.state()
        self.link(state, end)
        return state, end

    def bracket_end(self) -> int:
        at = self.at + 1
        if self.pattern[at] == "^":
            at += 1
        if self.pattern[at] == "]":
            at += 1
        while self.pattern[at] != "]":
            at += 2 if self.pattern[at] == "\\" else 1
        return at + 1


def _tester(token: str, flags: int) -> Test:
    """Whether one character is in a class; what is asked twice is known the second time."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        match = re.compile(token, flags).fullmatch
    known: dict[str, bool] = {}

    def test(char: str) -> bool:
        answer = known.get(char)
        if answer is None:
            answer = known[char] = match(char) is not None
        return answer

    return test
