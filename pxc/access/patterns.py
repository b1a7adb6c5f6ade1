"""Compares patterns of names: what one matches, whether it covers another, whether two may meet.

`*` stands for any characters of one segment between slashes, `**` for any characters. There is no
other special character, so everything here is decided exactly, and in bounded time.
"""

from __future__ import annotations

from functools import lru_cache

__all__ = ["Pattern", "beginning", "exact", "pattern"]

_STAR, _STARS = "[segment]", "[any]"  # no single characters, so that a star can be one
_MOST_STATES = 20_000
"""How far `covers` looks. Beyond it, it says no, which denies."""


class Pattern:
    """A sequence of single characters and of the two wildcards, with what comparing it needs."""

    __slots__ = (
        *("_loops", "_masks", "_segment", "_segment_loops", "_stars"),
        *("literal", "prefix", "tokens"),
    )

    def __init__(self, tokens: tuple[str, ...]) -> None:
        self.tokens = tokens
        wild = tokens.count(_STAR) + tokens.count(_STARS)
        self.literal = None if wild else "".join(tokens)
        """The one text that it matches, where there is only one."""
        self.prefix = "".join(tokens[:-1]) if wild == 1 and tokens[-1] == _STARS else None
        """What every text begins with, where any text that begins so is matched."""
        self._segment = "".join(tokens[:-1]) if wild == 1 and tokens[-1] == _STAR else None
        self._masks: dict[str, int] | None = None
        self._stars = self._loops = self._segment_loops = 0

    def matches(self, text: str) -> bool:
        """Whether a text, character by character, is one of those it stands for."""
        if self.literal is not None:
            return self.literal == text
        if self.prefix is not None:
            return text.startswith(self.prefix)
        if self._segment is not None:
            return text.startswith(self._segment) and "/" not in text[len(self._segment) :]
        return self.accepts(self._after(text))

    def covers(self, other: Pattern) -> bool:
        """Whether every text of the other is one of its own; no where that takes too long."""
        if other.literal is not None:
            return self.matches(other.literal)
        if self.literal is not None:
            return False
        if other.prefix is not None:
            if self.prefix is not None:
                return other.prefix.startswith(self.prefix)
            begun = self._after(other.prefix)
            if not begun:
                return False
            if self.tokens[-1] == _STARS and begun >> (len(self.tokens) - 1) & 1:
                return True
        return self._covers_each(other)

    def _covers_each(self, other: Pattern) -> bool:
        alphabet = self._alphabet(other)
        seen: set[tuple[int, int]] = set()
        todo = [(0, self.start())]
        while todo:
            state = todo.pop()
            if state in seen:
                continue
            seen.add(state)
            at, mine = state
            if at == len(other.tokens):
                if not self.accepts(mine):
                    return False
                continue
            if len(seen) > _MOST_STATES or not mine:
                return False
            token = other.tokens[at]
            if token in (_STAR, _STARS):
                todo.append((at + 1, mine))
                inside = [c for c in alphabet if token == _STARS or c != "/"]
                todo.extend((at, self.step(mine, c)) for c in inside)
            else:
                todo.append((at + 1, self.step(mine, token)))
        return True

    def meets(self, other: Pattern) -> bool:
        """Whether there is a text that both stand for."""
        if other.literal is not None:
            return self.matches(other.literal)
        if self.literal is not None:
            return other.matches(self.literal)
        if self.prefix is not None:
            return other.begins_like(self.prefix)
        if other.prefix is not None:
            return self.begins_like(other.prefix)
        alphabet = self._alphabet(other)
        states = [(self.start(), other.start())]
        seen = set(states)
        while states:
            ours, theirs = states.pop()
            if self.accepts(ours) and other.accepts(theirs):
                return True
            if len(seen) > _MOST_STATES:
                return True  # what may meet is taken to meet
            for character in alphabet:
                following = (self.step(ours, character), other.step(theirs, character))
                if all(following) and following not in seen:
                    seen.add(following)
                    states.append(following)
        return False

    def begins_like(self, text: str) -> bool:
        """Whether some text that it matches begins with this one."""
        if self.literal is not None:
            return self.literal.startswith(text)
        if self.prefix is not None:
            return self.prefix.startswith(text) or text.startswith(self.prefix)
        return bool(self._after(text))  # from any place there is a way to the last

    def start(self) -> int:
        """The set of places, a bit each, before any character."""
        if self._masks is None:
            self._prepare()
        return self._closed(1)

    def step(self, states: int, character: str) -> int:
        """The set of places after one more character."""
        masks = self._masks if self._masks is not None else self._prepare()
        loops = self._loops if character == "/" else self._stars
        moved = (states & masks.get(character, 0)) << 1
        return self._closed(moved | (states & loops))

    def accepts(self, states: int) -> bool:
        """Whether the last place is among them."""
        return bool(states >> len(self.tokens) & 1)

    def _after(self, text: str) -> int:
        states = self.start()
        for character in text:
            states = self.step(states, character)
            if not states:
                break
        return states

    def _prepare(self) -> dict[str, int]:
        masks: dict[str, int] = {}
        for at, token in enumerate(self.tokens):
            bit = 1 << at
            if token == _STARS:
                self._loops |= bit
            elif token == _STAR:
                self._segment_loops |= bit
            else:
                masks[token] = masks.get(token, 0) | bit
        self._stars = self._loops | self._segment_loops
        self._masks = masks
        return masks

    def _closed(self, states: int) -> int:
        # Wildcards that follow one another were made one, so no place is two skips away.
        return states | (states & self._stars) << 1

    def _alphabet(self, other: Pattern) -> list[str]:
        """Every character that either tells from others, and one for all the rest."""
        return sorted({*self._characters(), *other._characters(), "/", "\0"})

    def _characters(self) -> set[str]:
        return {t for t in self.tokens if t not in (_STAR, _STARS)}


@lru_cache(maxsize=65_536)
def pattern(text: str) -> Pattern:
    """The pattern that a text of selectors means."""
    tokens: list[str] = []
    at = 0
    while at < len(text):
        token = text[at]
        at += 1
        if token == "*":
            token = _STARS if text.startswith("*", at) else _STAR
            at += token == _STARS
        if token in (_STAR, _STARS) and tokens and tokens[-1] in (_STAR, _STARS):
            tokens[-1] = _STARS if _STARS in (token, tokens[-1]) else _STAR
            continue
        tokens.append(token)
    return Pattern(tuple(tokens))


def exact(text: str) -> Pattern:
    """The pattern of one text alone, in which a star is nothing special."""
    return Pattern(tuple(text))


def beginning(text: str) -> Pattern:
    """The pattern of all that begins with a text, in which a star is nothing special."""
    return Pattern((*text, _STARS))
