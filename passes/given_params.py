"""Turns a `params` section into the params under their names, and what each gives."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from pxc.ir.io import Param
from pxc.ir.node import Invalid, Lit, Map, Template, is_null
from pxc.passes.io_types.settle import is_true
from pxc.source import Span


class GivenParam(Struct, frozen=True):
    """A param under its key; `param` is None for null and `{}`, `is_known` false when faulty."""

    name: str
    key: Span
    span: Span
    param: Param | None = None
    is_known: bool = True

    @property
    def has_value(self) -> bool:
        """Whether the param gives a value or refers to one."""
        return self.param is not None and (
            self.param.ref is not None
            or (self.param.value is not None and not is_null(self.param.value))
        )

    @property
    def is_context(self) -> bool:
        """Whether the param is for expressions only, whatever is declared."""
        return self.param is not None and is_true(self.param.context_only)


def given_params(params: Any) -> tuple[dict[str, GivenParam], bool]:
    """The params under their names; whether others may come from what is a template."""
    if not isinstance(params, Map):
        return {}, isinstance(params, Template | Invalid)
    found: dict[str, GivenParam] = {}
    is_open = False
    for key, node in params.entries:
        if not isinstance(key, Lit):
            is_open = True
            continue
        name = str(key.value)
        if isinstance(node, Param):
            found[name] = GivenParam(name, key.span, node.span, node)
        else:
            found[name] = GivenParam(name, key.span, node.span, is_known=is_null(node))
    return found, is_open
