"""Values that a run gathers from the finished runs of another: query, order, and what is taken."""

from __future__ import annotations

from pxc.ir.node import Node, Scalar

__all__ = ["All", "Any", "Gathered", "Join", "Match", "Order", "Query"]


class Match(Node, frozen=True):
    """One condition on a run: its `field` (`status`, `metrics.loss`) compared with `values`.

    `operator` is one of `== < <= > >=` with one value; `in` with any; `range` with two; `contains`,
    `starts` and `ends` with one; `nil`, which the run has no value of, and `any`, which always
    holds, with none. `negated` turns it round. A value is a text as its author wrote it, or a
    template of run-time references.
    """

    field: str
    operator: str
    values: tuple[Scalar, ...] = ()
    negated: bool = False


class All(Node, frozen=True):
    """Every one of the parts holds; of no parts that is always so."""

    parts: tuple[Query, ...]


class Any(Node, frozen=True):
    """One of the parts holds."""

    parts: tuple[Query, ...]


Query = Match | All | Any


class Order(Node, frozen=True):
    """A field that runs are ordered by: `metrics.loss`."""

    field: str
    descending: bool = False


class Gathered(Node, frozen=True):
    """One value that is taken of every run that was found: a list with an item a run.

    What a run has not is null. `section` is inputs, outputs, globals, artifacts or io, `key` empty
    for all of a section. `type` is that of the whole list, empty where it is not declared.
    """

    name: str
    section: str
    key: str = ""
    type: str = ""


class Join(Node, frozen=True):
    """The runs of the cells of `member` that `query` finds, `limit` of them after `offset`.

    `member` is a member of the same group with a sweep or a search, and ends before the run that
    gathers starts. The query has no condition on the pipeline any more: that is the member. Fields
    of `order` count one after another; with none of them the run that was updated last comes first.
    In the unit the list is the run-time reference `joins.<name>`.
    """

    member: str
    query: Query
    fields: tuple[Gathered, ...]
    order: tuple[Order, ...] = ()
    limit: int = 5000
    offset: int = 0
