"""Turns the text of an expression into tokens with offsets, and finds where `{{ ... }}` ends."""

from __future__ import annotations

import re
from functools import cache
from typing import Any, NamedTuple

from pxc.ir.characters import unfit_character, unfit_message

WORDS = {
    "and": "AND", "or": "OR", "not": "NOT", "in": "IN", "is": "IS", "if": "_IF", "else": "_ELSE",
}  # fmt: skip

SYMBOLS = {
    "+": "ADD", "-": "SUB", "*": "MUL", "/": "DIV", "//": "FLOORDIV", "%": "MOD", "**": "POW",
    "~": "TILDE", "==": "EQ", "!=": "NE", "<": "LT", "<=": "LE", ">": "GT", ">=": "GE",
    ".": "_DOT", ",": "_COMMA", ":": "COLON", "|": "_PIPE", "=": "_ASSIGN", ";": "_SEMICOLON",
    "(": "_LPAR", ")": "_RPAR", "[": "_LSQB", "]": "_RSQB", "{": "_LBRACE", "}": "_RBRACE",
}  # fmt: skip

_CLOSING = {"(": ")", "[": "]", "{": "}"}

_END = re.compile(r"-\}\}\s*|\}\}")
_LINE_END = re.compile(r"\r\n|\r")
_ESCAPE = re.compile(r"\\([0-7]{1,3}|.)", re.DOTALL)

MAX_TOKENS = 2_000
MAX_DIGITS = 1_000


class Token(NamedTuple):
    """One token: its terminal in the grammar, its value, and its place in the text."""

    kind: str
    value: Any
    start: int
    end: int


class Fault(Exception):
    """What is wrong with an expression: a piece of its text, a sentence and what to do about it.

    `edit` is what to write in place of the piece; `closes` is true when the piece stands where the
    end of the expression was meant.
    """

    def __init__(
        self,
        message: str,
        start: int,
        end: int,
        *,
        help: str | None = None,
        label: str = "",
        edit: str | None = None,
        code: str = "PXC301",
        closes: bool = False,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.start = start
        self.end = end
        self.help = help
        self.label = label
        self.edit = edit
        self.code = code
        self.closes = closes


class MissingEnd(Fault):
    """No `}}` ends the expression."""


@cache
def _pattern() -> re.Pattern[str]:
    """One token, tried in the order of Jinja: floats, integers, then names."""
    return re.compile(
        r"""
        (?P<space>\s+)
      | (?P<FLOAT>(?<!\.)(?:[0-9]+_)*[0-9]+
          (?:(?:\.(?:[0-9]+_)*[0-9]+)?[eE][+\-]?(?:[0-9]+_)*[0-9]+|\.(?:[0-9]+_)*[0-9]+))
      | (?P<INTEGER>0[bB](?:_?[01])+|0[oO](?:_?[0-7])+|0[xX](?:_?[0-9a-fA-F])+
          |[1-9](?:_?[0-9])*|0(?:_?0)*)
      | (?P<NAME>\w+)
      | (?P<STRING>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")
      | (?P<symbol>//|\*\*|==|!=|<=|>=|[-+*/%~<>.,:|=;()\[\]{}])
        """,
        re.VERBOSE | re.DOTALL,
    )


def tokenize(text: str, start: int, in_braces: bool) -> tuple[list[Token], int]:
    """The tokens from `start`, and the offset after the expression.

    In braces the expression ends before the first `}}` that no open bracket claims, and the offset
    returned is after that `}}` and what `-}}` strips; otherwise it is the end of the text.
    Raises Fault.
    """
    tokens: list[Token] = []
    brackets: list[tuple[str, int]] = []
    at, size = start, len(text)
    match_token = _pattern().match
    while at < size:
        if in_braces and not brackets and (end := _END.match(text, at)):
            return tokens, end.end()
        match = match_token(text, at)
        if match is None:
            raise _bad_character(text, at)
        kind = match.lastgroup or ""
        if kind != "space":
            end_at = match.end()
            if kind == "NAME":
                end_at = _name_end(text, at, end_at)
            token = _token(kind, text[at:end_at], at, end_at, tokens)
            if kind == "symbol":
                _balance(brackets, token)
            tokens.append(token)
            at = end_at
        else:
            at = match.end()
        if len(tokens) > MAX_TOKENS:
            raise Fault(
                f"the expression has more than {MAX_TOKENS} parts", start, at, code="PXC315",
                help="move the data into an input",
            )  # fmt: skip
    if brackets and not in_braces:
        raise _unclosed(*brackets[-1])
    if in_braces:
        raise missing_end(text, start)
    return tokens, size


def missing_end(text: str, start: int) -> MissingEnd:
    """The fault of an expression that no `}}` ends; `start` is after its `{{`."""
    opening = text.rfind("{{", 0, start)
    line_end = text.find("\n", start)
    end = len(text[: line_end if line_end >= 0 else len(text)].rstrip())
    return MissingEnd("`{{` has no `}}`", opening, max(end, start), help="close it with `}}`")


def _token(kind: str, spelled: str, start: int, end: int, before: list[Token]) -> Token:
    if kind == "symbol":
        return Token(SYMBOLS[spelled], spelled, start, end)
    if kind == "NAME":
        if not spelled.isidentifier():
            raise Fault(f"`{spelled}` is not a name", start, end)
        if spelled in WORDS and not _wants_name(before, spelled):
            return Token(WORDS[spelled], spelled, start, end)
        return Token("NAME", spelled, start, end)
    if kind == "INTEGER":
        return Token(kind, _integer(spelled, start, end), start, end)
    if kind == "FLOAT":
        return Token(kind, float(spelled.replace("_", "")), start, end)
    return Token(kind, _string(spelled, start, end), start, end)


def _wants_name(before: list[Token], word: str) -> bool:
    """Whether an operator's word is a mere name here: after `.`, `|`, `is` and `is not`."""
    if not before:
        return False
    last = before[-1].kind
    if last in ("_DOT", "_PIPE"):
        return True
    if last == "NOT":
        return len(before) > 1 and before[-2].kind == "IS"
    return last == "IS" and word != "not"


def _integer(spelled: str, start: int, end: int) -> int:
    if end - start > MAX_DIGITS:
        raise Fault("the number has too many digits", start, end, code="PXC315")
    return int(spelled.replace("_", ""), 0)


def _string(spelled: str, start: int, end: int) -> str:
    inner = _LINE_END.sub("\n", spelled[1:-1])
    if "\\" not in inner:
        return inner
    try:
        plain = _ESCAPE.sub(_known_escape, inner)
        text = plain.encode("ascii", "backslashreplace").decode("unicode-escape")
    except UnicodeError as error:
        reason = str(error).rsplit(":", 1)[-1].strip()
        raise Fault(f"the text has a bad escape: {reason}", start, end) from None
    if unfit := unfit_character(text):
        raise Fault(unfit_message(unfit), start, end, code="PXC024")
    return text


def _known_escape(match: re.Match[str]) -> str:
    """An escape as it is, but in a spelling that Python does not warn of."""
    after = match[1]
    if after[0] in "01234567":
        return f"\\u{int(after, 8):04x}"
    return match[0] if after in "\n\\'\"abfnrtvxuUN" else "\\\\" + after


def _name_end(text: str, start: int, end: int) -> int:
    """The end of a name, with the combining marks that `\\w` leaves out."""
    while end < len(text) and text[end] > "\x7f" and ("a" + text[end]).isidentifier():
        end += 1
    return end


def _balance(brackets: list[tuple[str, int]], token: Token) -> None:
    symbol = token.value
    if symbol in _CLOSING:
        brackets.append((symbol, token.start))
    elif symbol in (")", "]", "}"):
        if not brackets:
            if symbol == "}":
                raise Fault("a single `}` does not end an expression", token.start, token.end,
                            help="write `}}`", closes=True)  # fmt: skip
            raise Fault(f"`{symbol}` closes nothing", token.start, token.end)
        opening, at = brackets.pop()
        if _CLOSING[opening] != symbol:
            raise _unclosed(opening, at)


def _unclosed(opening: str, at: int) -> Fault:
    return Fault(f"`{opening}` is never closed", at, at + 1, help=f"add `{_CLOSING[opening]}`")


_WRONG_SPELLING = {
    "&&": ("and", "`&&` is not an operator"),
    "&": ("and", "`&` is not an operator"),
    "!": ("not ", "`!` is not an operator"),
    "^": ("**", "`^` is not an operator"),
}


def _bad_character(text: str, at: int) -> Fault:
    found = text[at]
    if found in "'\"":
        line_end = text.find("\n", at)
        end = len(text[at : line_end if line_end >= 0 else len(text)].rstrip()) + at
        end = min(end, text.find("}}", at)) if text.find("}}", at) >= 0 else end
        shown = len(text[at:end].rstrip())
        return Fault(f"the text that starts with `{found}` is never closed", at, at + shown,
                     help=f"add `{found}`")  # fmt: skip
    if text.startswith("&&", at):
        found = "&&"
    if found in _WRONG_SPELLING:
        right, message = _WRONG_SPELLING[found]
        return Fault(message, at, at + len(found), help=f"write `{right.strip()}`", edit=right)
    if found == "?":
        return Fault("`?` is not an operator", at, at + 1, help="write `a if test else b`")
    if found == "$":
        return Fault("`$` has no place in an expression", at, at + 1, help="write the name alone")
    return Fault(f"`{found}` has no place in an expression", at, at + 1)
