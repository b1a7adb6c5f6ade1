"""The filters that take lists and maps apart: join, map, select, sort and their kin."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pxc.passes.evaluation.faults import Undefined, failed
from pxc.passes.evaluation.filters import Applied, FilterFunction, apply_filter
from pxc.passes.evaluation.lookups import path_getter
from pxc.passes.evaluation.operators import binary
from pxc.passes.evaluation.predicates import run_test


def _getter(at: Applied, attribute: Any) -> Callable[[Any], Any]:
    """What `attribute=` means in an item, which must have it; the item itself without it."""
    if attribute is None:
        return lambda item: item
    get = path_getter(attribute, at.span)

    def found(item: Any) -> Any:
        value = get(item)
        if isinstance(value, Undefined):
            raise value.fault
        return value

    return found


def _folded(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else value


def _sort_key(at: Applied, attribute: Any, case_sensitive: Any) -> Callable[[Any], Any]:
    get = _getter(at, attribute)
    return get if case_sensitive else lambda item: _folded(get(item))


def first(at: Applied, value: Any) -> Any:
    """The first item."""
    items = at.items(value)
    return items[0] if items else at.empty("first item")


def last(at: Applied, value: Any) -> Any:
    """The last item."""
    items = at.items(value)
    return items[-1] if items else at.empty("last item")


def list_(at: Applied, value: Any) -> list[Any]:
    """A list of the items, keys or characters."""
    return at.items(value)


def join(at: Applied, value: Any, d: Any = "", attribute: Any = None) -> str:
    """The items as one text with a separator between them."""
    get = _getter(at, attribute)
    texts = [at.text(get(item)) for item in at.items(value)]
    separator = at.text(d)
    at.size(sum(map(len, texts)) + len(separator) * len(texts))
    return separator.join(texts)


def reverse(at: Applied, value: Any) -> Any:
    """The items, or the characters of a text, from last to first."""
    return at.given(value)[::-1] if isinstance(value, str) else at.items(value)[::-1]


def items(at: Applied, value: Any) -> list[Any]:
    """The (key, value) pairs of a map."""
    if not isinstance(value, dict):
        raise at.needs("a map", value)
    at.items(value)
    return list(value.items())


def dictsort(
    at: Applied, value: Any, case_sensitive: Any = False, by: Any = "key", reverse: Any = False
) -> list[Any]:
    """The (key, value) pairs of a map, sorted."""
    if by not in ("key", "value"):
        raise failed(at.span, "`by` of `dictsort` is `key` or `value`")
    place = int(by == "value")
    pairs = items(at, value)

    def key(pair: Any) -> Any:
        return pair[place] if case_sensitive else _folded(pair[place])

    return sorted(pairs, key=key, reverse=bool(reverse))


def sort(
    at: Applied,
    value: Any,
    reverse: Any = False,
    case_sensitive: Any = False,
    attribute: Any = None,
) -> list[Any]:
    """The items in order; `attribute` may name several, separated by commas."""
    names = attribute.split(",") if isinstance(attribute, str) else [attribute]
    keys = [_sort_key(at, name, case_sensitive) for name in names]
    return sorted(
        at.items(value), key=lambda item: [key(item) for key in keys], reverse=bool(reverse)
    )


def unique(
    at: Applied, value: Any, case_sensitive: Any = False, attribute: Any = None
) -> list[Any]:
    """The items, each once."""
    key = _sort_key(at, attribute, case_sensitive)
    seen: dict[Any, Any] = {}
    for item in at.items(value):
        seen.setdefault(key(item), item)
    return list(seen.values())


def min_(at: Applied, value: Any, case_sensitive: Any = False, attribute: Any = None) -> Any:
    """The smallest item."""
    found = at.items(value)
    if not found:
        return at.empty("smallest item")
    return min(found, key=_sort_key(at, attribute, case_sensitive))


def max_(at: Applied, value: Any, case_sensitive: Any = False, attribute: Any = None) -> Any:
    """The largest item."""
    found = at.items(value)
    if not found:
        return at.empty("largest item")
    return max(found, key=_sort_key(at, attribute, case_sensitive))


def sum_(at: Applied, value: Any, attribute: Any = None, start: Any = 0) -> Any:
    """The sum of the items."""
    if isinstance(start, str):
        raise failed(at.span, "`sum` does not add text", "write `join`")
    get = _getter(at, attribute)
    total = start
    for item in at.items(value):
        total = binary("+", total, get(item), at.budget, at.span)
    return total


def batch(at: Applied, value: Any, linecount: Any, fill_with: Any = None) -> list[Any]:
    """Lists of so many items each; the last is filled up with `fill_with`."""
    size = at.whole(linecount, "linecount")
    at.size(max(size, 0))
    groups: list[list[Any]] = []
    current: list[Any] = []
    for item in at.items(value):
        if len(current) == size:
            groups.append(current)
            current = []
        current.append(item)
    if current:
        if fill_with is not None and len(current) < size:
            current += [fill_with] * (size - len(current))
        groups.append(current)
    return groups


def slice_(at: Applied, value: Any, slices: Any, fill_with: Any = None) -> list[Any]:
    """So many lists of about equal length."""
    count = at.whole(slices, "slices")
    at.size(max(count, 0))
    at.budget.spend(max(count, 0), at.span)
    found = at.items(value)
    if count == 0:
        raise failed(at.span, "`slices` of `slice` is not 0")
    each, longer = divmod(len(found), count)
    parts: list[list[Any]] = []
    start = 0
    for number in range(count):
        end = start + each + (number < longer)
        part = found[start:end]
        if fill_with is not None and number >= longer:
            part.append(fill_with)
        parts.append(part)
        start = end
    return parts


def map_(at: Applied, value: Any, *args: Any, **kwargs: Any) -> list[Any]:
    """Every item through a filter (`map('upper')`), or its `attribute`."""
    if not value:
        return []
    if not args and "attribute" in kwargs:
        attribute = kwargs.pop("attribute")
        otherwise = kwargs.pop("default", None)
        if kwargs:
            raise failed(at.span, f"`map` has no argument `{next(iter(kwargs))}`")
        if otherwise is None:
            return [_getter(at, attribute)(item) for item in at.items(value)]
        get = path_getter(attribute, at.span)
        found = [get(item) for item in at.items(value)]
        return [otherwise if isinstance(item, Undefined) else item for item in found]
    if not args or not isinstance(args[0], str):
        raise failed(at.span, "`map` needs the name of a filter, or `attribute=`")
    made = []
    for item in at.items(value):
        result = apply_filter(args[0], item, args[1:], kwargs, at.budget, at.span)
        if isinstance(result, Undefined):
            raise result.fault
        made.append(result)
        at.size(len(made))
    return made


def _chosen(at: Applied, value: Any, args: tuple[Any, ...], by_attribute: bool) -> list[Any]:
    """The items with whether the test in `args` holds for each, or for its attribute."""
    if not value:
        return []
    if by_attribute and not args:
        raise failed(at.span, f"`{at.name}` needs the name of an attribute")
    get = path_getter(args[0], at.span) if by_attribute else lambda item: item
    test = args[1:] if by_attribute else args
    chosen = []
    for item in at.items(value):
        found = get(item)
        if test:
            holds = run_test(test[0], found, test[1:], at.budget, at.span)
        elif isinstance(found, Undefined):
            raise found.fault
        else:
            holds = bool(found)
        chosen.append((item, holds))
    return chosen


def select(at: Applied, value: Any, *args: Any) -> list[Any]:
    """The items for which a test holds."""
    return [item for item, holds in _chosen(at, value, args, False) if holds]


def reject(at: Applied, value: Any, *args: Any) -> list[Any]:
    """The items for which a test does not hold."""
    return [item for item, holds in _chosen(at, value, args, False) if not holds]


def selectattr(at: Applied, value: Any, *args: Any) -> list[Any]:
    """The items for whose attribute a test holds."""
    return [item for item, holds in _chosen(at, value, args, True) if holds]


def rejectattr(at: Applied, value: Any, *args: Any) -> list[Any]:
    """The items for whose attribute a test does not hold."""
    return [item for item, holds in _chosen(at, value, args, True) if not holds]


LIST_FILTERS: dict[str, FilterFunction] = {
    "batch": batch, "dictsort": dictsort, "first": first, "items": items, "join": join,
    "last": last, "list": list_, "map": map_, "max": max_, "min": min_, "reject": reject,
    "rejectattr": rejectattr, "reverse": reverse, "select": select, "selectattr": selectattr,
    "slice": slice_, "sort": sort, "sum": sum_, "unique": unique,
}  # fmt: skip
