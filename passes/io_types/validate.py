"""Holds coerced values to the `validation` of an input, and the validation to the input's type."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from msgspec import Struct

from pxc.ir.io import Validation
from pxc.ir.node import Invalid, Node, Seq, Template, is_null, plain, walk
from pxc.passes.io_types.coerce import CoercionFault, coerce
from pxc.passes.io_types.misfit import shown
from pxc.passes.io_types.numbers import decimal_places, digits, is_multiple
from pxc.passes.io_types.types import ANY, NUMBERS, RECORDS, TEXTS, IOType
from pxc.source import Span

PREDICATES = {
    "gt": "gt", "ge": "ge", "lt": "lt", "le": "le", "multiple_of": "multipleOf",
    "min_digits": "minDigits", "max_digits": "maxDigits", "decimal_places": "decimalPlaces",
    "regex": "regex", "min_length": "minLength", "max_length": "maxLength",
    "contains": "contains", "excludes": "excludes", "options": "options",
    "min_items": "minItems", "max_items": "maxItems", "keys": "keys",
    "contains_keys": "containsKeys", "excludes_keys": "excludesKeys",
}  # fmt: skip
"""The predicates by their attributes, with the names authors use."""

_COMPARED = frozenset({"gt", "ge", "lt", "le", "multiple_of"})
_DIGITS = frozenset({"min_digits", "max_digits", "decimal_places"})
_TEXTUAL = frozenset({"regex", "min_length", "max_length"})
_HOLDING = frozenset({"contains", "excludes"})
_SIZED = frozenset({"min_items", "max_items"})
_KEYED = frozenset({"keys", "contains_keys", "excludes_keys"})


class ValidationFault(Struct, frozen=True):
    """A predicate that a value fails, or that can say nothing of a type.

    `limit` is where the predicate is written; `path` leads to the part of the value that fails.
    """

    predicate: str
    message: str
    limit: Span
    path: tuple[str | int, ...] = ()
    help: str | None = None


def predicates(validation: Validation) -> Iterator[tuple[str, str, Node]]:
    """The predicates that are set and known: attribute, authored name, limit.

    A limit that is a template is passed over: it is known only once it has been evaluated.
    """
    for attribute, name in PREDICATES.items():
        limit = getattr(validation, attribute)
        if isinstance(limit, Node) and not is_null(limit):
            if any(isinstance(part, Template | Invalid) for part in walk(limit)):
                continue
            yield attribute, name, limit


def check_validation(validation: Validation, type: IOType | None) -> list[ValidationFault]:
    """The predicates that cannot apply to values of a type, or that nothing could satisfy."""
    faults: list[ValidationFault] = []
    for attribute, name, limit in predicates(validation):
        if not _applies(attribute, type or ANY):
            faults.append(
                ValidationFault(
                    name,
                    f"`{name}` says nothing of a value of type `{type}`",
                    limit.span,
                    help=f"it is for {_subject(attribute)}",
                )
            )
        else:
            faults.extend(_bad_limit(attribute, name, limit, type or ANY))
    return faults


def validate(
    validation: Validation, value: Any, type: IOType | None = None
) -> list[ValidationFault]:
    """The predicates that a coerced value fails, each once, with the first part that fails.

    Item by item for lists and the values of maps; sizes, keys, and the contents of a list are of
    the whole. Predicates that `check_validation` refuses are passed over, so nothing is said
    twice. Source: specification of inputs, section 2, where its documentation and its behaviour
    differ the documentation: `keys` asks for presence, `regex` for the whole text, `contains`
    takes one needle or a list of them, `decimalPlaces` is the most there may be.
    """
    faults: list[ValidationFault] = []
    type = type or ANY
    for attribute, name, limit in predicates(validation):
        if not _applies(attribute, type) or _bad_limit(attribute, name, limit, type):
            continue
        fault = _first_failure(attribute, plain(limit), value, type)
        if fault is not None:
            message, path = fault
            faults.append(ValidationFault(name, message, limit.span, path))
    return faults


def _applies(attribute: str, type: IOType) -> bool:
    bare, leaf = type.bare, type.leaf.name
    if bare.name == "any":
        return True
    if attribute in _COMPARED:
        return leaf in NUMBERS or leaf == "any"
    if attribute in _DIGITS:
        return leaf in NUMBERS or leaf in TEXTS or leaf == "any"
    if attribute in _TEXTUAL:
        return leaf in TEXTS or leaf == "any"
    if attribute in _HOLDING:
        return type.is_list or leaf in TEXTS or leaf == "any"
    if attribute in _SIZED:
        return type.is_list or type.is_map
    if attribute in _KEYED:
        return type.is_map
    return leaf not in RECORDS


def _subject(attribute: str) -> str:
    if attribute in _COMPARED:
        return "numbers"
    if attribute in _DIGITS:
        return "numbers and texts"
    if attribute in _TEXTUAL:
        return "texts"
    if attribute in _HOLDING:
        return "texts and lists"
    if attribute in _SIZED:
        return "lists and maps"
    return "maps" if attribute in _KEYED else "single values, lists and maps of them"


def _bad_limit(
    attribute: str, name: str, limit: Node, type: IOType
) -> list[ValidationFault]:  # fmt: skip
    """What is wrong with the limit itself."""
    value = plain(limit)
    if attribute == "multiple_of" and value == 0:
        return [ValidationFault(name, "nothing is a multiple of 0", limit.span)]
    if attribute == "regex":
        from pxc.passes.io_types.patterns import PatternFault, compile_pattern

        compiled = compile_pattern(str(value))
        if isinstance(compiled, PatternFault):
            return [ValidationFault(name, compiled.message, limit.span)]
    if attribute == "options":
        if not isinstance(limit, Seq):
            help = "write them as a list: `[a, b]`"
            return [ValidationFault(name, "`options` must be a list", limit.span, help=help)]
        for item in limit.items:
            fault = coerce(type.leaf, plain(item))
            if isinstance(fault, CoercionFault):
                message = f"the option {shown(plain(item))} is not {fault.expected}"
                return [ValidationFault(name, message, item.span)]
    return []


Failure = tuple[str, tuple[str | int, ...]]


def _first_failure(attribute: str, limit: Any, value: Any, type: IOType) -> Failure | None:
    if attribute in _SIZED or attribute in _KEYED:
        message = _whole_failure(attribute, limit, value)
        return (message, ()) if message else None
    if attribute in _HOLDING:
        return _holding_failure(attribute == "contains", limit, value)
    if attribute == "options":
        limit = [coerce(type.leaf, option) for option in limit]
    for leaf, path in _leaves(value, ()):
        message = _LEAF_CHECKS[attribute](leaf, limit)
        if message:
            return message, path
    return None


def _whole_failure(attribute: str, limit: Any, value: Any) -> str | None:
    if attribute in _SIZED:
        if not isinstance(value, list | dict):
            return f"{shown(value)} is neither a list nor a map"
        few = attribute == "min_items"
        if len(value) < limit if few else len(value) > limit:
            items = "1 item" if len(value) == 1 else f"{len(value)} items"
            return f"{shown(value)} has {items}, {_bound(few)} {limit}"
        return None
    if not isinstance(value, dict):
        return f"{shown(value)} is not a map"
    present = [str(key) for key in limit if key in value]
    absent = [str(key) for key in limit if key not in value]
    if attribute == "excludes_keys":
        return f"the key `{present[0]}` must not be there" if present else None
    return f"the key `{absent[0]}` is missing" if absent else None


def _holding_failure(wanted: bool, limit: Any, value: Any) -> Failure | None:
    needles = limit if isinstance(limit, list) else [limit]
    if isinstance(value, dict):
        for key, part in value.items():
            failure = _holding_failure(wanted, limit, part)
            if failure:
                return failure[0], (key, *failure[1])
        return None
    if not isinstance(value, str | list):
        return f"{shown(value)} is neither text nor a list", ()
    for needle in needles:
        if isinstance(value, str):
            held = (needle if isinstance(needle, str) else shown(needle).strip("`")) in value
        else:
            held = any(_same(needle, item) for item in value)
        if held is not wanted:
            verb = "does not contain" if wanted else "contains"
            return f"{shown(value)} {verb} {shown(needle)}", ()
    return None


def _leaves(value: Any, path: tuple[str | int, ...]) -> Iterator[tuple[Any, tuple[str | int, ...]]]:
    if isinstance(value, list):
        for place, part in enumerate(value):
            yield from _leaves(part, (*path, place))
    elif isinstance(value, dict):
        for key, part in value.items():
            yield from _leaves(part, (*path, key))
    elif value is not None:
        yield value, path


def _compared(words: str, holds: Callable[[Any, Any], bool]) -> Callable[[Any, Any], str | None]:
    def check(value: Any, limit: Any) -> str | None:
        if isinstance(value, bool) or not isinstance(value, int | float):
            return f"{shown(value)} is not a number"
        return None if holds(value, limit) else f"{shown(value)} is not {words} {shown(limit)}"

    return check


def _counted(
    measure: Callable[[Any], int | None], unit: str, few: bool
) -> Callable[[Any, Any], str | None]:
    def check(value: Any, limit: Any) -> str | None:
        count = measure(value)
        if count is None:
            return f"{shown(value)} has no {unit} to count"
        good = count >= limit if few else count <= limit
        amount = f"{count} {unit}" if count != 1 else f"1 {unit.removesuffix('s')}"
        return None if good else f"{shown(value)} has {amount}, {_bound(few)} {limit}"

    return check


def _bound(few: bool) -> str:
    return "fewer than" if few else "more than"


def _matched(value: Any, pattern: Any) -> str | None:
    if not isinstance(value, str):
        return f"{shown(value)} is not text"
    from pxc.passes.io_types.patterns import matches_whole

    if matches_whole(str(pattern), value):
        return None
    return f"{shown(value)} does not match the pattern `{pattern}`"


def _optional(value: Any, options: Any) -> str | None:
    if any(_same(value, option) for option in options):
        return None
    return f"{shown(value)} is not one of the options"


def _same(left: Any, right: Any) -> bool:
    """Equality that keeps `true` and 1 apart."""
    return isinstance(left, bool) is isinstance(right, bool) and bool(left == right)


def _length(value: Any) -> int | None:
    return len(value) if isinstance(value, str) else None


_LEAF_CHECKS: dict[str, Callable[[Any, Any], str | None]] = {
    "gt": _compared("greater than", lambda value, limit: value > limit),
    "ge": _compared("at least", lambda value, limit: value >= limit),
    "lt": _compared("less than", lambda value, limit: value < limit),
    "le": _compared("at most", lambda value, limit: value <= limit),
    "multiple_of": _compared("a multiple of", is_multiple),
    "min_digits": _counted(digits, "digits", True),
    "max_digits": _counted(digits, "digits", False),
    "decimal_places": _counted(decimal_places, "decimal places", False),
    "regex": _matched,
    "min_length": _counted(_length, "characters", True),
    "max_length": _counted(_length, "characters", False),
    "options": _optional,
}
