"""What an expression may name: values known now, values known at run time, and what is missing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pxc.passes.evaluation.residual import has_expr


class Scope:
    """The free names of expressions.

    `names` gives each name plain data (str, int, float, bool, None, list, dict) or an `Expr` that
    stands for a value of the run; entries of dicts and lists may be such an `Expr` too.
    `unavailable` says of names that exist elsewhere why they do not exist here (PXC307).
    `lenient` names may lack a value without a fault: they stay in the expression as they are.
    `parts` gives names that are text, such as images, what they have below them all the same.
    """

    __slots__ = ("_mixed", "lenient", "names", "parts", "unavailable")

    def __init__(
        self,
        names: Mapping[str, Any],
        unavailable: Mapping[str, str] | None = None,
        lenient: frozenset[str] = frozenset(),
        parts: dict[str, dict[str, Any]] | None = None,
    ) -> None:
        self.names = names
        self.unavailable = unavailable or {}
        self.lenient = lenient
        self.parts = parts or {}
        self._mixed: dict[str, bool] = {}

    def with_names(self, names: Mapping[str, Any]) -> Scope:
        """This scope with further names, which hide its own."""
        parts = {name: part for name, part in self.parts.items() if name not in names}
        return Scope({**self.names, **names}, self.unavailable, self.lenient, parts)

    def is_mixed(self, name: str) -> bool:
        """Whether the value of a name has values of the run inside."""
        found = self._mixed.get(name)
        if found is None:
            found = self._mixed[name] = has_expr(self.names[name])
        return found
