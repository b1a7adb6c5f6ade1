"""Turns Python's operators on typed values into those of expr-lang, where they give the same."""

from __future__ import annotations

from msgspec.structs import replace

from pxc.source import Span
from pxc.targets.argo.expr_texts import joined, printed
from pxc.targets.argo.expr_values import (
    ATOM,
    BOOL,
    COMPARE,
    CONDITION,
    FLOAT,
    INT,
    NUMBER,
    OR,
    PRODUCT,
    SIGN,
    STR,
    SUM,
    Refused,
    Said,
    Type,
    bind,
    constant,
    fail,
)

__all__ = ["compare", "contains", "negative", "not_", "reckon", "truth"]

_DECLARE = "declare the type of the output or input it comes from, or write `| int`, `| float`"


def truth(said: Said, span: Span) -> Said:
    """Whether Python takes a value for true. Raises Refused where its type is not known."""
    name = said.type.name
    if name == "bool":
        return said.without_raw()
    if said.type.is_number:
        return Said(f"{said.at(SUM)} != 0", BOOL, COMPARE)
    if name == "str":
        return Said(f"{said.at(SUM)} != ''", BOOL, COMPARE)
    if name in ("list", "dict"):
        return Said(f"len({said.text}) > 0", BOOL, COMPARE)
    if name == "none":
        return Said("false", BOOL)
    raise Refused(
        span,
        f"whether {said.type} is true depends on its type",
        "declare the type of the output or input it comes from, or compare: `x == 'yes'`",
    )


def not_(said: Said) -> Said:
    """The opposite of a truth."""
    return Said(f"!{said.at(ATOM)}", BOOL, SIGN)


def negative(op: str, said: Said, span: Span) -> Said:
    """`-x` and `+x`."""
    number = _number(op, said, span)
    return replace(number, text=f"-{number.at(ATOM)}", binds=SIGN) if op == "-" else number


def reckon(op: str, left: Said, right: Said, span: Span) -> Said:
    """`+ - * / // % ** ~`. Raises Refused for what expr-lang would make something else of."""
    if op == "~":
        return joined((printed(left, span), printed(right, span)))
    if op == "+" and left.type.is_text and right.type.is_text:
        return joined((left, right))
    if op == "+" and left.type.name == right.type.name == "list":
        type = left.type if left.type == right.type else Type("list", Type("json"))
        return Said(f"concat({left.text}, {right.text})", type)
    a, b = _number(op, left, span), _number(op, right, span)
    if op in ("//", "%", "**"):
        return _whole(op, a, b, span)
    if op == "/":
        return Said(f"{a.at(PRODUCT)} / {_divisor(b, span).at(SIGN)}", FLOAT, PRODUCT)
    binds = PRODUCT if op == "*" else SUM
    return Said(f"{a.at(binds)} {op} {b.at(binds + 1)}", _common(a.type, b.type), binds)


def _common(a: Type, b: Type) -> Type:
    if FLOAT in (a, b):
        return FLOAT
    return INT if a == b == INT else NUMBER


def _number(op: str, said: Said, span: Span) -> Said:
    """A number; a boolean is 0 or 1, as in Python."""
    if said.type == BOOL:
        return Said(f"{said.at(OR)} ? 1 : 0", INT, CONDITION)
    if said.type.is_number:
        return said.without_raw()
    raise Refused(span, f"`{op}` needs numbers, and this is {said.type}", _DECLARE)


def _divisor(said: Said, span: Span) -> Said:
    """A divisor that fails when it is zero, which expr-lang divides by."""
    if said.constant:
        if not said.constant[0]:
            raise Refused(span, "this divides by zero", "write another divisor")
        return said
    return bind(said, lambda text: f"{text} == 0 ? {fail('division by zero')} : {text}")


def _whole(op: str, a: Said, b: Said, span: Span) -> Said:
    """The operators that are Python's own, on whole numbers."""
    if not a.type == b.type == INT:
        help = "make both whole numbers: `x | int`"
        raise Refused(span, f"Argo has no `{op}` for numbers with a fraction", help)
    if op == "**":
        if not b.constant or not 0 <= b.constant[0] <= 64:
            help = "write the exponent as a whole number from 0 to 64"
            raise Refused(span, "Argo raises to a known power only", help)
        return Said(f"int({a.at(ATOM)} ** {b.text})", INT)
    divisor = _divisor(b, span)
    if op == "//":
        return Said(f"int(floor({a.at(PRODUCT)} / {divisor.at(SIGN)}))", INT)
    # The remainder of expr-lang has the sign of the dividend, Python's that of the divisor.
    left = a.at(PRODUCT)
    if b.constant:
        text = b.at(SIGN)
        return Said(f"({left} % {text} + {text}) % {text}", INT, PRODUCT)
    if "#" not in left:  # a name of its own hides that of an item around it
        made = bind(divisor, lambda text: f"({left} % {text} + {text}) % {text}")
        return replace(made, type=INT)
    raise Refused(
        span, "Argo has no `%` by a value of the run here", "write the divisor as a number"
    )


# Comparisons


def compare(op: str, a: Said, b: Said, span: Span) -> Said:
    """`== != < <= > >= in notin`. Raises Refused where types decide that Argo cannot see."""
    if op in ("in", "notin"):
        found = contains(b, a, span)
        return found if op == "in" else not_(found)
    if op in ("==", "!=") and "none" in (a.type.name, b.type.name):
        return _with_none(op, a, b)
    if a.type.is_number and b.type.is_number:
        if not a.type == b.type == BOOL or op not in ("==", "!="):
            a, b = _number(op, a, span), _number(op, b, span)
        return _compared(op, a, b)
    if a.type.is_text and b.type.is_text:
        return _compared(op, a, b)
    if "json" in (a.type.name, b.type.name):
        return _with_json(op, a, b, span)
    if op in ("==", "!=") and a.type.name == b.type.name:
        raise Refused(span, f"Argo does not compare {a.type} with {b.type}", "compare their parts")
    raise Refused(span, f"`{op}` compares {a.type} with {b.type}", _DECLARE)


def _compared(op: str, a: Said, b: Said) -> Said:
    return Said(f"{a.at(SUM)} {op} {b.at(SUM)}", BOOL, COMPARE)


def _with_none(op: str, a: Said, b: Said) -> Said:
    if "json" in (a.type.name, b.type.name):
        return _compared(op, a, b)
    return Said(str((a.type == b.type) == (op == "==")).lower(), BOOL)


def _with_json(op: str, a: Said, b: Said, span: Span) -> Said:
    """A part of JSON, whose type shows at run time: Argo fails where Python would."""
    other = b if a.type.name == "json" else a
    if other.type.is_text or (other.type.is_number and op not in ("==", "!=")):
        return _compared(op, a, _number(op, b, span) if b.type == BOOL else b)
    if other.type.is_number and other.constant:
        value = other.constant[0]
        if value not in (0, 1):
            return _compared(op, a, b)
        known = Said(str(bool(value)).lower(), BOOL)
        part = a if other is b else b
        number = Said(str(int(value)), INT)
        word = "||" if op == "==" else "&&"
        sides = (_compared(op, part, number).text, _compared(op, part, known).text)
        return Said(f"({f' {word} '.join(sides)})", BOOL)
    help = "compare it with a text or a number that is written out"
    raise Refused(span, f"`{op}` compares {a.type} with {b.type}", help)


def contains(whole: Said, part: Said, span: Span) -> Said:
    """`part in whole`."""
    if whole.type.is_text and part.type.is_text:
        return Said(f"{whole.at(SUM)} contains {part.at(SUM)}", BOOL, COMPARE)
    name, item = whole.type.name, whole.type.item
    if name == "dict" and part.type.is_text:
        return Said(f"{part.at(SUM)} in {whole.at(SUM)}", BOOL, COMPARE)
    if name == "list" and whole.constant:
        return _among(whole.constant[0], part, span)
    if name == "list" and item is not None:
        alike = part.type.is_text and item.name in ("str", "json")
        numbers = part.type in (INT, FLOAT, NUMBER) and item in (INT, FLOAT)
        if alike or numbers or part.type == item == BOOL:
            return Said(f"{part.at(SUM)} in {whole.at(SUM)}", BOOL, COMPARE)
    raise Refused(
        span, f"Argo does not look for {part.type} in {whole.type}", "declare the types of both"
    )


def _among(items: list[object], part: Said, span: Span) -> Said:
    """A value among known ones: only those of its own kind can be equal to it."""
    if not all(item is None or isinstance(item, str | int | float) for item in items):
        raise Refused(span, "Argo compares no lists", "write a list of texts or numbers")
    alike: list[object]
    if part.type == STR or (part.type.is_text and all(isinstance(i, str) for i in items)):
        alike = [item for item in items if isinstance(item, str)]
    elif part.type in (INT, FLOAT, NUMBER):
        numbers = (item for item in items if isinstance(item, int | float))
        alike = [int(item) if isinstance(item, bool) else item for item in numbers]
    elif part.type == BOOL:
        alike = [bool(item) for item in items if not isinstance(item, str) and item in (0, 1)]
    else:
        raise Refused(span, f"Argo does not look for {part.type} in a list", _DECLARE)
    written = ", ".join(constant(item, span).text for item in alike)
    return Said(f"{part.at(SUM)} in [{written}]", BOOL, COMPARE)
