"""The filters (`x | name(args)`): which there are, how arguments bind, and the plain ones.

They give what Jinja's filters of the same names give, but lists where Jinja gives generators and
plain text where it gives markup; every size is bounded before it is made.
"""

from __future__ import annotations

from collections.abc import Callable
from types import FunctionType
from typing import Any

from pxc.passes.evaluation.budget import Budget
from pxc.passes.evaluation.faults import (
    OPERATION_ERRORS,
    EvaluationFault,
    Undefined,
    failed,
    kind,
    unknown,
    unsafe,
)
from pxc.passes.evaluation.operators import percent, text_of
from pxc.source import Span


class Applied:
    """One application of a filter: what it may spend, where it stands, what it is called."""

    __slots__ = ("budget", "name", "span")

    def __init__(self, budget: Budget, span: Span, name: str) -> None:
        self.budget = budget
        self.span = span
        self.name = name

    def text(self, value: Any) -> str:
        """A value as text."""
        return text_of(value, self.budget, self.span)

    def given(self, value: Any) -> str:
        """A value that must be text."""
        if not isinstance(value, str):
            raise self.needs("text", value)
        self.budget.text(len(value), self.span)
        return value

    def items(self, value: Any) -> list[Any]:
        """The items of a list, the keys of a map, the characters of a text."""
        if not isinstance(value, str | list | tuple | dict):
            raise self.needs("a list", value)
        self.budget.measure(value, self.span)
        self.budget.spend(len(value), self.span)
        return list(value)

    def whole(self, value: Any, argument: str) -> int:
        """An argument that must be a whole number."""
        if not isinstance(value, int):
            raise failed(self.span, f"`{argument}` of `{self.name}` is a whole number, "
                                    f"not {kind(value)}")  # fmt: skip
        return value

    def size(self, length: int) -> None:
        """Account for a result of this length."""
        self.budget.text(length, self.span)

    def needs(self, what: str, value: Any) -> EvaluationFault:
        """The fault of a value that does not suit the filter."""
        return failed(self.span, f"`{self.name}` needs {what}, not {kind(value)}")

    def empty(self, what: str) -> Undefined:
        """What an empty list gives where one item is asked."""
        return Undefined(failed(self.span, f"the list is empty: it has no {what}"))


FilterFunction = Callable[..., Any]


def apply_filter(
    name: str, value: Any, args: tuple[Any, ...], kwargs: dict[str, Any], budget: Budget, span: Span
) -> Any:
    """`value | name(args, **kwargs)`; may give Undefined. Raises EvaluationFault."""
    function = check_filter(name, len(args), tuple(kwargs), span)
    try:
        return function(Applied(budget, span, name), value, *args, **kwargs)
    except OPERATION_ERRORS as error:
        raise failed(span, f"`{name}` failed: {error}") from None


def check_filter(name: str, count: int, keywords: tuple[str, ...], span: Span) -> FilterFunction:
    """The filter of this name, if it takes so many arguments and these names.

    Raises EvaluationFault: PXC304 when there is none, PXC607 when it reaches into Python, PXC314
    when the arguments do not suit it.
    """
    function = _FILTERS.get(name) or filters().get(name)
    if function is None:
        if name in ("attr", "xmlattr", "pprint"):
            raise unsafe(span, f"the filter `{name}` is not part of templates",
                         "write `a.b` or `a['b']` to look data up")  # fmt: skip
        raise unknown("filter", name, span, filters())
    assert isinstance(function, FunctionType)
    code = function.__code__
    names = code.co_varnames[2 : code.co_argcount]
    if not code.co_flags & 0x04 and count > len(names):
        takes = f"at most {len(names)}" if names else "no"
        raise failed(span, f"`{name}` takes {takes} argument{'s' if len(names) > 1 else ''}")
    for keyword in keywords:
        if keyword in names[:count]:
            raise failed(span, f"`{name}` has two values for `{keyword}`")
        if keyword not in names and not code.co_flags & 0x08:
            help = f"it has {', '.join(f'`{n}`' for n in names)}" if names else None
            raise failed(span, f"`{name}` has no argument `{keyword}`", help)
    required = names[: len(names) - len(function.__defaults__ or ())]
    for missing in required[count:]:
        if missing not in keywords:
            raise failed(span, f"`{name}` needs the argument `{missing}`")
    return function


def default(at: Applied, value: Any, default_value: Any = "", boolean: Any = False) -> Any:
    """The value, or another one when it is undefined (or false, with `boolean`)."""
    return default_value if boolean and not value else value


def length(at: Applied, value: Any) -> int:
    """The number of items or characters."""
    if not isinstance(value, str | list | tuple | dict):
        raise at.needs("a list, a map or text", value)
    return len(value)


def string(at: Applied, value: Any) -> str:
    """The value as text."""
    return at.text(value)


def lower(at: Applied, value: Any) -> str:
    """Text in small letters."""
    return at.text(value).lower()


def upper(at: Applied, value: Any) -> str:
    """Text in capital letters."""
    return at.text(value).upper()


def trim(at: Applied, value: Any, chars: Any = None) -> str:
    """Text without blanks, or given characters, at both ends."""
    return at.text(value).strip(None if chars is None else at.text(chars))


def replace(at: Applied, value: Any, old: Any, new: Any, count: Any = None) -> str:
    """Text with a piece replaced."""
    text, old, new = at.text(value), at.text(old), at.text(new)
    limit = -1 if count is None else at.whole(count, "count")
    found = text.count(old)
    if limit >= 0:
        found = min(found, limit)
    at.size(len(text) + found * max(len(new) - len(old), 0))
    return text.replace(old, new, limit)


def int_(at: Applied, value: Any, default: Any = 0, base: Any = 10) -> Any:
    """A whole number made of a number or text, else `default`."""
    try:
        made = int(value, at.whole(base, "base")) if isinstance(value, str) else int(value)
    except (TypeError, ValueError):
        try:
            made = int(float(value))
        except (TypeError, ValueError, OverflowError):
            return default
    at.budget.bits(made.bit_length(), at.span)
    return made


def float_(at: Applied, value: Any, default: Any = 0.0) -> Any:
    """A number made of a number or text, else `default`."""
    try:
        return float(value)
    except (TypeError, ValueError):
        return default


def abs_(at: Applied, value: Any) -> Any:
    """The number without its sign."""
    if not isinstance(value, int | float):
        raise at.needs("a number", value)
    return abs(value)


def round_(at: Applied, value: Any, precision: Any = 0, method: Any = "common") -> Any:
    """A number rounded to so many decimals."""
    if not isinstance(value, int | float):
        raise at.needs("a number", value)
    if precision is None and method == "common":
        return round(value)
    digits = at.whole(precision, "precision")
    if abs(digits) > 300:
        raise failed(at.span, "`precision` of `round` is at most 300")
    if method == "common":
        return round(value, digits)
    if method not in ("ceil", "floor"):
        raise failed(at.span, "`method` of `round` is `common`, `ceil` or `floor`")
    import math

    scaled = value * (10**digits)
    return (math.ceil if method == "ceil" else math.floor)(scaled) / (10**digits)


def tojson(at: Applied, value: Any, indent: Any = None) -> str:
    """JSON with sorted keys; `<`, `>`, `&` and `'` are escaped, as in Jinja."""
    import json

    size = at.budget.measure(value, at.span)
    if indent is not None:
        at.size(size * (1 + max(at.whole(indent, "indent"), 0) * _depth(value)))
    written = json.dumps(value, indent=indent, sort_keys=True)
    for character in "<>&'":
        written = written.replace(character, f"\\u{ord(character):04x}")
    at.size(len(written))
    return written


def _depth(value: Any) -> int:
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list | tuple):
        return 1 + max((_depth(item) for item in value), default=0)
    return 0


def map_format(at: Applied, value: Any, pattern: Any, variable_name: Any = None) -> str:
    """`pattern % value`, or `pattern % {variable_name: value}`: Polyaxon's own filter."""
    values = {variable_name: value} if variable_name else value
    return percent(at.text(pattern), values, at.budget, at.span)


def format_(at: Applied, value: Any, *args: Any, **kwargs: Any) -> str:
    """`value % args`: `'%s-%d' | format(a, b)`."""
    if args and kwargs:
        raise failed(at.span, "`format` takes either positional or named arguments")
    return percent(at.text(value), kwargs or args, at.budget, at.span)


_FILTERS: dict[str, FilterFunction] = {
    "abs": abs_, "count": length, "d": default, "default": default, "float": float_,
    "format": format_, "int": int_, "length": length, "lower": lower, "map_format": map_format,
    "replace": replace, "round": round_, "safe": string, "string": string, "tojson": tojson,
    "trim": trim, "upper": upper,
}  # fmt: skip


def filters() -> dict[str, FilterFunction]:
    """All filters by name."""
    if "join" not in _FILTERS:
        from pxc.passes.evaluation.list_filters import LIST_FILTERS
        from pxc.passes.evaluation.text_filters import TEXT_FILTERS

        _FILTERS.update(LIST_FILTERS)
        _FILTERS.update(TEXT_FILTERS)
    return _FILTERS
