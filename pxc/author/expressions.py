"""Turns the text of an expression into what a field takes for a value that is not known yet."""

from __future__ import annotations

__all__ = ["Expr", "expr"]


class Expr(str):
    """Text with an expression in it: `expr("lr * 2")` is `{{ lr * 2 }}`.

    Fields of numbers, booleans and words take it where the language takes an expression. Text that
    has braces already is kept as it is.
    """

    __slots__ = ()

    def __new__(cls, text: str) -> Expr:
        """Put braces around a text that has none."""
        return super().__new__(cls, text if "{{" in text or "{%" in text else f"{{{{ {text} }}}}")


expr = Expr
