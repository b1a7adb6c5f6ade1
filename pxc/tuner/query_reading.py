"""Turns the query and the order of a join, as text or as a tree in JSON, into their nodes."""

from __future__ import annotations

from typing import Any as Anything

from pxc.grammar.query_tree import order_of, query_of
from pxc.ir.join import All, Any, Match, Order, Query
from pxc.ir.node import Lit
from pxc.source import Source, Span
from pxc.tuner.documents import QueryDocument
from pxc.tuner.mistakes import MistakeError
from pxc.tuner.reading import read_document

__all__ = ["read_order", "read_query"]

_NOWHERE = Span(Source("", ""), 0, 0)
_VALUES = {"nil": 0, "any": 0, "range": 2}


def read_query(text: str) -> Query | None:
    """The tree of a query; None for no text. MistakeError where it is none."""
    if not text.strip():
        return None
    if text.lstrip()[:1] == "{":
        return _node(read_document("--query", text, QueryDocument))
    found = query_of(Lit(_NOWHERE, text))
    if isinstance(found, str):
        raise MistakeError(f"--query: {found}")
    return found


def read_order(text: str) -> tuple[Order, ...]:
    """The fields of an order. MistakeError where it is none."""
    if not text.strip():
        return ()
    found = order_of(Lit(_NOWHERE, text))
    if isinstance(found, str):
        raise MistakeError(f"--sort: {found}")
    return found


def _node(document: QueryDocument, depth: int = 0) -> Query:
    if depth > 32:
        raise MistakeError("--query is nested more than 32 deep")
    given = [document.all is not None, document.any is not None, document.field is not None]
    if sum(given) != 1:
        raise MistakeError("--query: each part has one of `all`, `any` and `field`")
    if document.all is not None:
        return All(_NOWHERE, tuple(_node(part, depth + 1) for part in document.all))
    if document.any is not None:
        return Any(_NOWHERE, tuple(_node(part, depth + 1) for part in document.any))
    assert document.field is not None
    operator, values = document.operator, document.values
    wanted = _VALUES.get(operator, 1)
    if len(values) != wanted and not (operator == "in" and values):
        raise MistakeError(f"--query: `{operator}` takes {wanted} values, not {len(values)}")
    literals: list[Lit[Anything]] = [Lit(_NOWHERE, value) for value in values]
    return Match(_NOWHERE, document.field, operator, tuple(literals), document.negated)
