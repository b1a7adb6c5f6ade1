"""Turns the inside of `{{ ... }}` into an `Expr`: Jinja's expression syntax, every node placed.

A dotted name or a simple literal is read by one regular expression; only the rest wakes the parser.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import TYPE_CHECKING, Any

from pxc.diagnostics import Fix, Report
from pxc.grammar.expression_tokens import WORDS, Fault, Token, tokenize
from pxc.ir.expr import Attribute, Const, Expr, Index, Name
from pxc.source import Span

if TYPE_CHECKING:
    from lark import Lark

Place = Callable[[int, int], Span]
"""Turns a piece `[start, end)` of the expression's text into its place in the source."""

CONSTANTS = {
    "true": True, "True": True, "false": False, "False": False, "none": None, "None": None,
}  # fmt: skip

_NAME = r"[A-Za-z_][A-Za-z0-9_]*"
_TEXT = r"'[^'\\\r]*'|\"[^\"\\\r]*\""
_NUMBER = r"0|[1-9][0-9]{0,17}"
SIMPLE = (
    rf"[ \t\n]*(?:(?P<name>{_NAME})(?P<rest>(?:\.{_NAME}|\[(?:{_TEXT}|{_NUMBER})\])*)"
    rf"|(?P<text>{_TEXT})|(?P<number>{_NUMBER}))[ \t\n]*"
)
_SIMPLE = re.compile(SIMPLE)
_STEP = re.compile(rf"\.(?P<attribute>{_NAME})|\[(?:(?P<text>{_TEXT})|(?P<number>{_NUMBER}))\]")


def parse_expression(text: str, place: Place, report: Report) -> Expr | None:
    """The expression that is the whole of `text`, or None when it was reported as PXC301 or PXC315.

    `place` maps offsets in `text` to spans.
    """
    match = _SIMPLE.fullmatch(text)
    if match is not None and (simple := simple_expression(match, place)) is not None:
        return simple
    try:
        tokens, end = tokenize(text, 0, in_braces=False)
        return parse_tokens(tokens, 0, end, place)
    except Fault as fault:
        report_fault(fault, place, report)
        return None


def report_fault(fault: Fault, place: Place, report: Report) -> None:
    """Report a fault of an expression's text at its place."""
    span = place(fault.start, fault.end)
    fix = None
    if fault.edit is not None and fault.help is not None:
        fix = Fix(fault.help, ((span, fault.edit),), safe=False)
    report.add(fault.code, fault.message, span, label=fault.label, help=fault.help, fix=fix)


def simple_expression(match: re.Match[str], place: Place) -> Expr | None:
    """What a match of SIMPLE means; None when it is a word of the language and no name."""
    start = match.start("name")
    if start < 0:
        text = match["text"]
        if text is not None:
            return Const(place(*match.span("text")), text[1:-1])
        return Const(place(*match.span("number")), int(match["number"]))
    name = match["name"]
    if name in WORDS:
        return None
    found: Expr
    if name in CONSTANTS:
        found = Const(place(*match.span("name")), CONSTANTS[name])
    else:
        found = Name(place(*match.span("name")), name)
    at, end = match.span("rest")
    string = match.string
    while at < end:
        step = _STEP.match(string, at)
        assert step is not None  # `rest` is made of steps
        at = step.end()
        attribute, text, number = step.groups()
        if attribute is not None:
            found = Attribute(place(start, at), found, attribute)
        elif text is not None:
            found = Index(place(start, at), found, Const(place(*step.span("text")), text[1:-1]))
        else:
            key = Const(place(*step.span("number")), int(number))
            found = Index(place(start, at), found, key)
    return found


def parse_tokens(tokens: list[Token], start: int, end: int, place: Place) -> Expr:
    """The expression that the tokens make; `start` and `end` bound its text. Raises Fault."""
    if not tokens:
        raise Fault("the expression is empty", start, end,
                    help="write a name, or `{{ '{{' }}` for the braces themselves")  # fmt: skip
    from lark import Token as Leaf
    from lark import UnexpectedInput

    from pxc.grammar.expression_tree import TreeReader

    parser = _parser().parse_interactive()
    before: Token | None = None
    after = iter(tokens[1:])
    for token in tokens:
        following = next(after, None)
        try:
            leaf = Leaf(token.kind, token.value, token.start, end_pos=token.end, line=1)
            parser.feed_token(leaf)
        except UnexpectedInput:
            raise _unexpected(before, token, following) from None
        before = token
    try:
        tree = parser.feed_token(Leaf("$END", "", end, end_pos=end, line=1))
    except UnexpectedInput:
        last = tokens[-1]
        raise Fault(f"the expression ends after `{_shown(last)}`", last.start, last.end,
                    help="something is missing after it") from None  # fmt: skip
    return TreeReader(place).read(tree)


@cache
def _parser() -> Lark:
    from lark import Lark
    from lark import Token as Leaf
    from lark.lexer import Lexer

    class Given(Lexer):
        """Stands where Lark wants a lexer; tokens are fed one by one."""

        def __init__(self, lexer_conf: Any) -> None:
            pass

        def lex(self, lexer_state: Any, parser_state: Any = None) -> Iterator[Leaf]:
            return iter(())

    return Lark.open(
        "expression.lark", rel_to=__file__, parser="lalr", lexer=Given, propagate_positions=True
    )


def _shown(token: Token) -> str:
    value = str(token.value) if token.kind != "STRING" else repr(token.value)
    return value if len(value) <= 40 else value[:39] + "…"


_OPERANDS = frozenset(("NAME", "STRING", "INTEGER", "FLOAT", "_RPAR", "_RSQB", "_RBRACE"))
_STATEMENTS = frozenset(
    ("if", "for", "set", "endif", "endfor", "else", "elif", "include", "macro", "block")
)


def _unexpected(before: Token | None, token: Token, after: Token | None) -> Fault:
    """The fault of a token that cannot stand where it does, naming the usual mistake."""
    start, end, shown = token.start, token.end, _shown(token)
    previous = before.kind if before else ""
    if token.kind == "_ASSIGN":
        if previous == "EQ" and before is not None:
            return Fault(
                "`===` is not an operator", before.start, end, help="write `==`", edit="=="
            )
        return Fault("`=` is not a comparison", start, end, help="write `==`", edit="==")
    if token.kind == "_PIPE" and previous == "_PIPE" and before is not None:
        return Fault("`||` is not an operator", before.start, end, help="write `or`", edit="or")
    if token.kind == "GT" and previous == "LT" and before is not None:
        return Fault("`<>` is not an operator", before.start, end, help="write `!=`", edit="!=")
    if before is None and token.value in _STATEMENTS:
        return _statement(token)
    if (
        previous == "NAME"
        and before is not None
        and before.value in _STATEMENTS
        and token.kind in _OPERANDS
    ):
        return _statement(before)
    if previous in _OPERANDS and token.kind in _OPERANDS and before is not None:
        return Fault(f"`{shown}` cannot follow `{_shown(before)}`", start, end,
                     help="put an operator between them, such as `~` to join text")  # fmt: skip
    if before is None:
        return Fault(f"an expression cannot start with `{shown}`", start, end)
    return Fault(f"`{shown}` cannot follow `{_shown(before)}`", start, end,
                 help="a value is missing between them" if after else None)  # fmt: skip


def _statement(token: Token) -> Fault:
    return Fault(
        f"`{token.value}` starts a statement, not an expression",
        token.start,
        token.end,
        help=f"write `{{% {token.value} ... %}}`",
    )
