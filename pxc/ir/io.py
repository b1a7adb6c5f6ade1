"""Inputs, outputs and params: what a component asks for and what an operation gives."""

from __future__ import annotations

from typing import Any

from pxc.ir.node import ListField, MapField, Node, Scalar


class Validation(Node, frozen=True):
    """Predicates on a value (spec: io-types section 2); a limit is a literal or a template."""

    delay: Scalar | None = None
    gt: Scalar | None = None
    ge: Scalar | None = None
    lt: Scalar | None = None
    le: Scalar | None = None
    multiple_of: Scalar | None = None
    min_digits: Scalar | None = None
    max_digits: Scalar | None = None
    decimal_places: Scalar | None = None
    regex: Scalar | None = None
    min_length: Scalar | None = None
    max_length: Scalar | None = None
    contains: Any = None
    excludes: Any = None
    options: Any = None
    min_items: Scalar | None = None
    max_items: Scalar | None = None
    keys: ListField | None = None
    contains_keys: ListField | None = None
    excludes_keys: ListField | None = None


class IO(Node, frozen=True):
    """One declared input or output. `value` is unset (None), an explicit null, or any tree."""

    name: Scalar | None = None
    description: Scalar | None = None
    type: Scalar | None = None
    value: Any = None
    is_optional: Scalar | None = None
    is_list: Scalar | None = None
    is_flag: Scalar | None = None
    arg_format: Scalar | None = None
    connection: Scalar | None = None
    to_init: Scalar | None = None
    to_env: Scalar | None = None
    validation: Validation | None = None
    delay_validation: Scalar | None = None
    options: Any = None


class Param(Node, frozen=True):
    """A value given to an input. `short` tells that the author wrote the bare value."""

    value: Any = None
    ref: Scalar | None = None
    context_only: Scalar | None = None
    connection: Scalar | None = None
    to_init: Scalar | None = None
    to_env: Scalar | None = None
    short: bool = False


class Join(Node, frozen=True):
    """Params gathered from runs that a query selects."""

    query: Scalar | None = None
    sort: Scalar | None = None
    limit: Scalar | None = None
    offset: Scalar | None = None
    ref: Scalar | None = None
    params: MapField | None = None
