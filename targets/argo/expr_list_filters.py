"""The filters that take lists apart in expr-lang."""

from __future__ import annotations

from msgspec.structs import replace

from pxc.targets.argo.expr_filters import COMPUTE, Application, Function, apply_filter, apply_test
from pxc.targets.argo.expr_lookups import item_at
from pxc.targets.argo.expr_operators import not_, truth
from pxc.targets.argo.expr_values import (
    FLOAT,
    INT,
    JSON,
    LIST,
    STR,
    Said,
    Type,
    bind,
    constant,
    fail,
    quoted,
)

__all__ = ["LIST_FILTERS"]


def _length(at: Application, said: Said) -> Said:
    if said.type.name not in ("list", "dict") and not said.type.is_text:
        raise at.needs("a list, a map or text", said)
    return Said(f"len({said.text})", INT)


def _join(at: Application, said: Said) -> Said:
    if at.argument(1, "attribute") is not None:
        raise at.refused("Argo joins no attributes", COMPUTE)
    item = at.items(said)
    separator = at.argument(0, "d") or constant("", at.span)
    texts = said.text
    if not item.is_text:
        texts = f"map({texts}, {at.text(Said('#', item)).text})"
    return Said(f"join({texts}, {at.text(separator).text})", STR)


def _first(at: Application, said: Said) -> Said:
    return item_at(said, "0", at.items(said))


def _last(at: Application, said: Said) -> Said:
    return item_at(said, "-1", at.items(said))


def _list(at: Application, said: Said) -> Said:
    if said.type.is_text:
        return Said(f"split({said.text}, '')", Type("list", STR))
    at.items(said)
    return said.without_raw()


def _reverse(at: Application, said: Said) -> Said:
    if said.type.is_text:
        return Said(f"join(reverse(split({said.text}, '')), '')", STR)
    at.items(said)
    return Said(f"reverse({said.text})", said.type)


def _sort(at: Application, said: Said) -> Said:
    item = at.items(said)
    descending = at.known(0, "reverse", False)
    cased = at.known(1, "case_sensitive", False)
    if at.argument(2, "attribute") is not None or not (
        item in (INT, FLOAT) or (item == STR and cased)
    ):
        raise at.refused("Argo sorts numbers only", "write `sort(case_sensitive=true)` for texts")
    order = ", 'desc'" if descending else ""
    return Said(f"sort({said.text}{order})", said.type)


def _extreme(at: Application, said: Said) -> Said:
    item = at.items(said)
    if at.args or at.named or item not in (INT, FLOAT):
        raise at.needs("a list of numbers", said)
    empty = fail(f"`{at.name}` of an empty list")
    made = bind(said, lambda text: f"len({text}) == 0 ? {empty} : {at.name}({text})")
    return replace(made, type=item)


def _sum(at: Application, said: Said) -> Said:
    item = at.items(said)
    if at.args or at.named or item not in (INT, FLOAT):
        raise at.needs("a list of numbers", said)
    return Said(f"sum({said.text})", INT if item == INT else Type("number"))


def _unique(at: Application, said: Said) -> Said:
    item = at.items(said)
    cased = at.known(0, "case_sensitive", False)
    if at.argument(1, "attribute") is not None or not (
        item in (INT, FLOAT) or (item == STR and cased)
    ):
        raise at.refused("Argo tells numbers apart", "write `unique(case_sensitive=true)`")
    return Said(f"uniq({said.text})", said.type)


def _map(at: Application, said: Said) -> Said:
    item = at.items(said)
    attribute = at.named.get("attribute")
    if attribute is not None:
        key = attribute.constant[0] if attribute.constant else None
        if item != JSON or len(at.named) > 1 or not isinstance(key, str) or "." in key:
            raise at.refused("Argo maps to one key of a map in a list", COMPUTE)
        missing = fail(f"there is no `{key}`")
        return Said(f"map({said.text}, #[{quoted(key)}] ?? {missing})", LIST)
    made = apply_filter(
        str(at.known(0, "name", "")), Said("#", item), at.args[1:], at.named, at.span
    )
    return Said(f"map({said.text}, {made.text})", Type("list", made.type))


def _chosen(at: Application, said: Said) -> Said:
    item = Said("#", at.items(said))
    if at.args:
        holds = apply_test(str(at.known(0, "test", "")), item, at.args[1:], at.span)
    else:
        holds = truth(item, at.span)
    holds = not_(holds) if at.name == "reject" else holds
    return Said(f"filter({said.text}, {holds.text})", said.type)


LIST_FILTERS: dict[str, Function] = {
    "count": _length, "first": _first, "join": _join, "last": _last, "length": _length,
    "list": _list, "map": _map, "max": _extreme, "min": _extreme, "reject": _chosen,
    "reverse": _reverse, "select": _chosen, "sort": _sort, "sum": _sum, "unique": _unique,
}  # fmt: skip
