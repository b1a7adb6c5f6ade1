"""Turns filters and tests of templates into expressions of expr-lang that give the same."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pxc.source import Span
from pxc.targets.argo.expr_operators import compare, not_, reckon
from pxc.targets.argo.expr_texts import printed
from pxc.targets.argo.expr_values import BOOL, Refused, Said, Type, constant

__all__ = ["COMPUTE", "Application", "Function", "apply_filter", "apply_test"]

COMPUTE = "compute the value in the container"


class Application:
    """One filter with its arguments, known or computed."""

    def __init__(
        self, name: str, args: tuple[Said, ...], named: Mapping[str, Said], span: Span
    ) -> None:
        self.name, self.args, self.named, self.span = name, args, named, span

    def argument(self, place: int, name: str) -> Said | None:
        """An argument by its place or its name."""
        return self.args[place] if place < len(self.args) else self.named.get(name)

    def known(self, place: int, name: str, default: Any) -> Any:
        """An argument that must be known when the file is compiled."""
        found = self.argument(place, name)
        if found is None:
            return default
        if not found.constant:
            raise self.refused(f"`{name}` of `{self.name}` must be known", "write it out")
        return found.constant[0]

    def only(self, count: int = 0) -> None:
        """Refuse further arguments."""
        if self.named or len(self.args) > count:
            raise self.refused(f"Argo has no `{self.name}` with these arguments", COMPUTE)

    def refused(self, message: str, help: str) -> Refused:
        """What Argo cannot do."""
        return Refused(self.span, message, help)

    def text(self, said: Said) -> Said:
        """A value as a template prints it."""
        return printed(said, self.span)

    def items(self, said: Said) -> Type:
        """The type of the items of what must be a list."""
        if said.type.name != "list" or said.type.item is None:
            raise self.needs("a list", said)
        return said.type.item

    def needs(self, what: str, said: Said) -> Refused:
        """A value that does not suit the filter."""
        help = "declare the type of the output or input it comes from"
        return self.refused(f"`{self.name}` needs {what} in Argo, and this is {said.type}", help)


Function = Callable[[Application, Said], Said]


def apply_filter(
    name: str, target: Said, args: tuple[Said, ...], named: Mapping[str, Said], span: Span
) -> Said:
    """`target | name(args)`. Raises Refused where expr-lang has nothing that gives the same."""
    from pxc.targets.argo.expr_list_filters import LIST_FILTERS
    from pxc.targets.argo.expr_text_filters import TEXT_FILTERS

    function = TEXT_FILTERS.get(name) or LIST_FILTERS.get(name)
    if function is None:
        raise Refused(span, f"Argo has no filter `{name}` for a value of the run", COMPUTE)
    return function(Application(name, args, named, span), target)


_COMPARISONS = {
    "eq": "==", "equalto": "==", "==": "==", "ne": "!=", "!=": "!=",
    "lt": "<", "lessthan": "<", "<": "<", "le": "<=", "<=": "<=",
    "gt": ">", "greaterthan": ">", ">": ">", "ge": ">=", ">=": ">=", "in": "in",
}  # fmt: skip
_OF_TYPES = {
    "none": ("none",), "boolean": ("bool",), "integer": ("int",), "float": ("float",),
    "number": ("int", "float", "number", "bool"), "string": ("str",), "mapping": ("dict",),
    "sequence": ("str", "list", "dict"), "iterable": ("str", "list", "dict"),
}  # fmt: skip


def apply_test(name: str, said: Said, args: tuple[Said, ...], span: Span) -> Said:
    """`said is name(args)`. Raises Refused where the type that decides is not known."""
    if len(args) != (name in _COMPARISONS or name == "divisibleby"):
        raise Refused(span, f"the test `{name}` does not take {len(args)} arguments", COMPUTE)
    if name in _COMPARISONS:
        return compare(_COMPARISONS[name], said, args[0], span)
    if name in ("even", "odd", "divisibleby"):
        divisor = args[0] if args else constant(2, span)
        rest = reckon("%", said, divisor, span)
        return compare("==", rest, constant(int(name == "odd"), span), span)
    if name in ("true", "false") and said.type == BOOL:
        return said.without_raw() if name == "true" else not_(said)
    if name in _OF_TYPES and said.type.name not in ("text", "json", "number"):
        return Said(str(said.type.name in _OF_TYPES[name]).lower(), BOOL)
    raise Refused(
        span, f"Argo has no test `{name}` for {said.type}", "compare the value: `x == 'yes'`"
    )
